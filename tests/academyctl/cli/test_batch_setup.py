"""`batch setup` on an account that has a network and nothing else, over HTTP; what stops it and breaks it."""

from collections.abc import Iterator
from signal import SIGINT, SIGKILL
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.proxy import Dropped, Fault, lose, proxied, refuse
from tests.support.setup_site import CE, SetupSite, make_bare, states, wipe
from tests.support.strict import DEFINITION, QUEUE, Strict

JOB, EXECUTION, INSTANCE = (
    "academy-video-batch-job-role",
    "academy-batch-ecs-task-execution-role",
    "academy-batch-ecs-instance-role",
)
LOGS = "/aws/batch/academy-video-worker"
WRITES = [
    ("CreateRole", JOB),
    ("PutRolePolicy", JOB),
    ("CreateRole", EXECUTION),
    ("AttachRolePolicy", EXECUTION),
    ("CreateRole", INSTANCE),
    ("AttachRolePolicy", INSTANCE),
    ("CreateInstanceProfile", INSTANCE),
    ("AddRoleToInstanceProfile", INSTANCE),
    ("CreateServiceLinkedRole", ""),
    ("CreateLogGroup", LOGS),
    ("PutRetentionPolicy", LOGS),
    ("CreateComputeEnvironment", CE),
    ("CreateJobQueue", QUEUE),
    ("RegisterJobDefinition", DEFINITION),
]
"""Every write that an empty account takes, in order."""
READS = 15
"""Calls of a run that finds everything as declared: sts 1, batch 3, iam 8, logs 1, ssm 1, ec2 1."""


@pytest.fixture(scope="module")
def _account(_strict_server: Strict) -> Strict:
    make_bare(_strict_server)
    return _strict_server


@pytest.fixture
def bare(cli: Cli, _account: Strict) -> SetupSite:
    wipe(_account)
    return SetupSite(cli, _account)


@pytest.fixture
def faulty(bare: SetupSite) -> Iterator[SetupSite]:
    """The same behind a proxy that a test can command."""
    with proxied(bare.strict.url) as proxy:
        yield SetupSite(bare.cli, bare.strict, proxy)


def faults(site: SetupSite) -> Any:
    assert site.proxy is not None
    return site.proxy


def is_complete(site: SetupSite) -> bool:
    """Everything is there, once, and serves."""
    stands = site.state()
    (environment,), (queue,) = stands["environments"], stands["queues"]
    (entry,) = queue["computeEnvironmentOrder"]
    assert (environment["state"], environment["status"], environment["maxvCpus"]) == ("ENABLED", "VALID", 32)
    assert (queue["state"], queue["status"], entry["computeEnvironment"].endswith(CE)) == ("ENABLED", "VALID", True)
    assert {name: (role["attached"], [*role["inline"]]) for name, role in stands["roles"].items()} == {
        JOB: ([], ["academyctl-env"]),
        EXECUTION: (["AmazonECSTaskExecutionRolePolicy"], []),
        INSTANCE: (["AmazonEC2ContainerServiceforEC2Role"], []),
    }
    assert (stands["profile"], stands["linked"]) == ([INSTANCE], ["AWSServiceRoleForBatch"])
    return (stands["logs"], len(stands["definitions"])) == ({LOGS: 30}, 1)


def test_an_empty_account_gets_everything_and_the_second_run_nothing(bare: SetupSite) -> None:
    result = bare.setup()
    assert (result.code, result.json["status"], result.json["findings"]) == (0, "changed", []), result
    assert set(states(result).values()) == {"done"}
    assert bare.writes == WRITES
    assert len(result.json["data"]["network"]["subnets"]) == 4
    assert is_complete(bare)
    bare.strict.control.clear_calls()
    again = bare.setup()
    assert (again.code, again.json["status"]) == (0, "unchanged"), again
    assert (bare.writes, len(bare.strict.calls)) == ([], READS)
    once = [(call.operation, call.name) for call in bare.strict.calls]
    assert len(set(once)) == len(once), "no fact is read twice"


@pytest.mark.parametrize(
    ("number", "operation"),
    [
        (7, "CreateInstanceProfile"),
        (12, "CreateComputeEnvironment"),
        (14, "RegisterJobDefinition"),
    ],
)
def test_a_kill_after_a_write_is_gone_on_from(faulty: SetupSite, number: int, operation: str) -> None:
    assert WRITES[number - 1][0] == operation
    proxy = faults(faulty)
    fault = Fault(after=proxy.signal_client(SIGKILL), answer=Dropped())
    proxy.on(operation, fault, name=WRITES[number - 1][1])
    assert faulty.setup().code == -SIGKILL
    assert faulty.writes == WRITES[:number]
    result = faulty.setup()
    assert result.code == 0, result
    assert sorted(faulty.writes) == sorted(WRITES), "nothing was made twice"
    assert is_complete(faulty)


@pytest.mark.parametrize("operation", ["AddRoleToInstanceProfile", "CreateComputeEnvironment", "RegisterJobDefinition"])
def test_a_lost_answer_is_no_failure(faulty: SetupSite, operation: str) -> None:
    faults(faulty).on(operation, lose(Dropped(), applied=True))
    result = faulty.setup()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert is_complete(faulty)


def test_ctrl_c_ends_between_two_writes_and_says_what_was_done(faulty: SetupSite) -> None:
    proxy = faults(faulty)
    proxy.on("CreateLogGroup", Fault(after=proxy.signal_client(SIGINT)))
    result = faulty.setup()
    assert (result.code, result.json["status"]) == (130, "interrupted"), result
    told = states(result)
    assert (told[f"iam.role {JOB}"], told[f"logs.group {LOGS}"]) == ("done", "failed")
    assert told[f"batch.compute-environment {CE}"] == "not_started"
    assert faulty.setup().code == 0
    assert is_complete(faulty)


def test_ctrl_c_ends_a_wait(faulty: SetupSite) -> None:
    faulty.strict.control.hold(CE, "CREATING")
    proxy = faults(faulty)
    proxy.on("CreateComputeEnvironment", Fault(after=proxy.signal_client(SIGINT)))
    result = faulty.setup()
    assert (result.code, result.json["error"]["code"]) == (130, "interrupted"), result
    faulty.strict.control.release(CE, "CREATING")
    assert faulty.setup().code == 0
    assert is_complete(faulty)


def test_a_wait_that_runs_out_is_incomplete_and_the_same_command_goes_on(bare: SetupSite) -> None:
    bare.strict.control.hold(CE, "CREATING")
    result = bare.setup("--valid-timeout", "0.2")
    assert (result.code, result.json["status"]) == (75, "incomplete"), result
    assert states(result)[f"batch.compute-environment {CE}"] == "failed"
    bare.strict.control.release(CE, "CREATING")
    assert bare.setup().code == 0
    assert is_complete(bare)


def test_an_environment_that_is_invalid_at_first_is_made_again(bare: SetupSite) -> None:
    bare.strict.control.invalidate_next(CE, "CLIENT_ERROR - the instance profile does not exist")
    result = bare.setup()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert [name for name, _ in bare.writes].count("CreateComputeEnvironment") == 2
    assert is_complete(bare)


def test_an_environment_that_stays_invalid_ends_with_its_reason_and_is_made_again_later(bare: SetupSite) -> None:
    for _ in range(3):
        bare.strict.control.invalidate_next(CE, "CLIENT_ERROR - no such subnet")
    result = bare.setup()
    assert (result.code, result.json["error"]["code"]) == (1, "ce.invalid"), result
    assert "no such subnet" in result.json["error"]["message"]
    assert states(result)[f"batch.job-queue {QUEUE}"] == "not_started"
    again = bare.setup()
    assert (again.code, states(again)[f"batch.compute-environment {CE}"]) == (0, "done"), again
    assert is_complete(bare)


def test_a_denied_call_names_its_action_and_says_how_far_it_came(faulty: SetupSite) -> None:
    faults(faulty).on("AttachRolePolicy", refuse("AccessDenied", 403, "no"), name=EXECUTION)
    result = faulty.setup()
    assert (result.code, result.json["error"]["code"]) == (1, "aws.access-denied"), result
    assert "iam:AttachRolePolicy" in result.json["error"]["message"]
    told = states(result)
    assert [told[f"iam.role {name}"] for name in (JOB, EXECUTION, INSTANCE)] == ["done", "failed", "not_started"]
