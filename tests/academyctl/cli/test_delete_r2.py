"""`delete-r2 deploy` and `status`, over HTTP: from nothing, from what is broken, and what stops and breaks them."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from signal import SIGINT, SIGKILL
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.delete_r2_site import DEAD, FUNCTION, KINDS, LOGS, QUEUE, ROLE, DeleteR2Site, states, wipe
from tests.support.proxy import Dropped, Fault, Proxy, lose, proxied, refuse
from tests.support.strict import Strict

WRITES = [
    "CreateQueue",
    "CreateQueue",
    "CreateLogGroup",
    "PutRetentionPolicy",
    "CreateRole",
    "PutRolePolicy",
    "CreateFunction",
    "CreateEventSourceMapping",
]
"""Every write that an empty account takes, in order."""
READS = 10
"""Calls of a run that finds everything as declared: sts 1, sqs 4, iam 2, logs 1, lambda 2."""
HELD = "of-somebody-who-kept-it-in-the-function"
NOT_ASSUMED = "The role defined for the function cannot be assumed by Lambda."


@pytest.fixture
def site(cli: Cli, _strict_server: Strict) -> DeleteR2Site:
    """An account without anything of delete-r2."""
    wipe(_strict_server)
    return DeleteR2Site(cli, _strict_server)


@pytest.fixture
def built(site: DeleteR2Site) -> DeleteR2Site:
    """An account as a deployment leaves it."""
    site.build()
    return site


@pytest.fixture
def faulty(site: DeleteR2Site) -> Iterator[DeleteR2Site]:
    """An empty account behind a proxy that a test can command."""
    with proxied(site.strict.url) as proxy:
        yield DeleteR2Site(site.cli, site.strict, proxy)


def faults(site: DeleteR2Site) -> Proxy:
    assert site.proxy is not None
    return site.proxy


def is_whole(site: DeleteR2Site) -> bool:
    """Each part is there, once."""
    parts = site.state()
    return None not in parts.values() and (len(parts["mappings"]), parts["logs"]) == (1, {LOGS: 30})


def test_an_empty_account_gets_everything_and_the_second_run_nothing(site: DeleteR2Site) -> None:
    result = site.deploy()
    assert (result.code, result.json["status"], result.json["findings"]) == (0, "changed", []), result
    assert set(states(result).values()) == {"done"}
    assert list(states(result)) == list(KINDS.values())
    assert site.writes == WRITES
    made = site.state()
    assert made["queue"] == {
        "VisibilityTimeout": 1800,
        "MessageRetentionPeriod": 345600,
        "deadLetterTargetArn": f"arn:aws:sqs:ap-northeast-2:{site.strict.stack.account}:{DEAD}",
        "maxReceiveCount": 5,
    }
    assert (made["dead"]["MessageRetentionPeriod"], made["logs"]) == (14 * 86400, {LOGS: 30})
    function = made["function"]
    assert (function["Timeout"], function["Architectures"]) == (300, ["arm64"])
    assert function["Environment"] == {"Variables": {"ACADEMY_ENV_PARAMETER": "/academy/workers/env"}}
    assert made["mappings"][0]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    site.strict.control.clear_calls()
    again = site.deploy()
    assert (again.code, again.json["status"]) == (0, "unchanged"), again
    once = [(call.operation, call.name) for call in site.strict.calls]
    assert (site.writes, len(once), len(set(once))) == ([], READS, READS), once
    status = site.status()
    assert (status.code, status.json["findings"], is_whole(site)) == (0, [], True), status


def test_the_deployed_function_is_the_code_of_this_installation(built: DeleteR2Site) -> None:
    """What Lambda was given holds the handler that the mapping calls, and nothing else."""
    given = built.code()
    assert zipfile.ZipFile(io.BytesIO(given)).namelist() == ["handler.py"]
    assert built.state()["function"]["Handler"] == "handler.handler"


def test_looking_changes_nothing_and_another_account_is_left_alone(site: DeleteR2Site) -> None:
    result = site.run("delete-r2", "deploy", "--check", "-o", "json")
    assert (result.code, result.json["status"], site.writes) == (5, "pending", []), result
    assert {change["action"] for change in result.json["changes"]} == {"create"}
    result = site.deploy("--stack", "production")
    assert (result.code, result.codes(), site.writes) == (4, ["account.mismatch"], []), result


def drift(site: DeleteR2Site) -> None:
    """Every part differs, in every attribute that can."""
    sqs, functions = site.client("sqs"), site.client("lambda")
    sqs.set_queue_attributes(QueueUrl=site.url(), Attributes={"VisibilityTimeout": "300", "RedrivePolicy": ""})
    sqs.set_queue_attributes(QueueUrl=site.url(DEAD), Attributes={"MessageRetentionPeriod": "60"})
    widened = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    site.client("iam").put_role_policy(
        RoleName=ROLE, PolicyName="academyctl-delete-r2", PolicyDocument=json.dumps(widened)
    )
    functions.update_function_configuration(
        FunctionName=FUNCTION,
        Runtime="python3.9",
        Timeout=3,
        MemorySize=128,
        Environment={"Variables": {"R2_SECRET_KEY": HELD, "ACADEMY_ENV_PARAMETER": "/academy/api/env"}},
    )
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("handler.py", "handler = print\n")
    functions.update_function_code(FunctionName=FUNCTION, ZipFile=other.getvalue(), Architectures=["x86_64"])
    functions.update_event_source_mapping(
        UUID=site.mapping()["UUID"], BatchSize=1, Enabled=False, FunctionResponseTypes=[]
    )


def test_drift_is_told_by_attribute_and_repaired(built: DeleteR2Site) -> None:
    whole = built.state()
    drift(built)
    status = built.status()
    assert (status.code, status.codes()) == (4, ["delete-r2.drift"] * 5)
    assert (status.json["data"]["function"]["code_is_ours"], HELD in status.out + status.err) == (False, False)
    result = built.deploy()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    details = {f"{one['kind']} {one['target']}": one["detail"] for one in result.json["changes"]}
    assert details[KINDS["dead"]] == ["~ MessageRetentionPeriod 60 → 1209600"]
    assert details[KINDS["queue"]] == ["~ VisibilityTimeout 300 → 1800", f"+ RedrivePolicy {DEAD} after 5"]
    assert details[KINDS["role"]] == ["~ policy academyctl-delete-r2"]
    assert details[KINDS["function"]][:6] == [
        "~ runtime python3.9 → python3.13",
        "~ timeout 3 → 300",
        "~ memory 128 → 256",
        "~ environment ACADEMY_ENV_PARAMETER",
        "- environment R2_SECRET_KEY",
        "~ architecture x86_64 → arm64",
    ]
    assert details[KINDS["mapping"]] == [
        "~ batch size 1 → 5",
        "+ ReportBatchItemFailures",
        "~ state Disabled → Enabled",
    ]
    assert HELD not in result.out + result.err
    assert built.state() == whole


def lose_function(site: DeleteR2Site) -> None:
    site.client("lambda").delete_event_source_mapping(UUID=site.mapping()["UUID"])
    site.client("lambda").delete_function(FunctionName=FUNCTION)
    site.client("logs").delete_log_group(logGroupName=LOGS)


def lose_queues(site: DeleteR2Site) -> None:
    """The mapping stays, as it does in AWS."""
    for name in (QUEUE, DEAD):
        site.client("sqs").delete_queue(QueueUrl=site.url(name))
    site.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="academyctl-delete-r2")


@pytest.mark.parametrize(
    ("break_it", "made"),
    [
        (lose_function, ["logs", "function", "mapping"]),
        (lose_queues, ["dead", "queue", "role"]),
    ],
)
def test_a_half_built_account_is_made_whole(
    built: DeleteR2Site, break_it: Callable[[DeleteR2Site], None], made: list[str]
) -> None:
    whole = built.state()
    break_it(built)
    result = built.deploy()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    changed = [f"{one['kind']} {one['target']}" for one in result.json["changes"] if one["action"] != "none"]
    assert changed == [KINDS[name] for name in made]
    assert built.state() == whole


def test_a_queue_that_somebody_else_reads_is_left_alone(built: DeleteR2Site) -> None:
    functions = built.client("lambda")
    copied = functions.get_function_configuration(FunctionName=FUNCTION)
    functions.create_function(
        FunctionName="theirs",
        Role=copied["Role"],
        Runtime="python3.13",
        Handler="h.h",
        Timeout=3,
        Code={"ZipFile": built.code()},
    )
    theirs = functions.create_event_source_mapping(FunctionName="theirs", EventSourceArn=copied_source(built))
    built.client("sqs").set_queue_attributes(QueueUrl=built.url(), Attributes={"VisibilityTimeout": "400"})
    built.strict.control.clear_calls()
    result = built.deploy()
    assert (result.code, result.json["status"], result.codes("error")) == (4, "findings", ["delete-r2.other-consumer"])
    assert (built.writes, "theirs reads this queue" in result.json["findings"][0]["message"]) == ([], True)
    status = built.status()
    assert (status.code, status.codes()) == (4, ["delete-r2.drift", "delete-r2.other-consumer"])
    functions.delete_event_source_mapping(UUID=theirs["UUID"])
    assert built.deploy().code == 0


def copied_source(site: DeleteR2Site) -> Any:
    return site.mapping()["EventSourceArn"]


def test_dead_letters_are_a_warning(built: DeleteR2Site) -> None:
    built.client("sqs").send_message(QueueUrl=built.url(DEAD), MessageBody="given up")
    status = built.status()
    assert (status.code, status.codes()) == (0, ["delete-r2.dead-letters"])
    assert status.json["data"]["dead_letter_queue"]["visible"] == 1


@pytest.mark.parametrize(("number", "name"), [(2, QUEUE), (7, "")])
def test_a_kill_after_a_write_is_gone_on_from(faulty: DeleteR2Site, number: int, name: str) -> None:
    proxy = faults(faulty)
    proxy.on(WRITES[number - 1], Fault(after=proxy.signal_client(SIGKILL), answer=Dropped()), name=name)
    assert faulty.deploy().code == -SIGKILL
    assert faulty.writes == WRITES[:number]
    result = faulty.deploy()
    assert result.code == 0, result
    assert faulty.writes == WRITES, "nothing was made twice"
    assert is_whole(faulty)


def test_lost_answers_and_a_role_that_lambda_does_not_see_yet_are_no_failure(faulty: DeleteR2Site) -> None:
    proxy = faults(faulty)
    proxy.on("CreateQueue", lose(Dropped(), applied=True), name=DEAD)
    proxy.on("CreateFunction", refuse("InvalidParameterValueException", 400, NOT_ASSUMED), nth=(1, 2))
    proxy.on("CreateFunction", lose(Dropped(), applied=True), nth=3)
    proxy.on("CreateEventSourceMapping", lose(Dropped(), applied=True))
    result = faulty.deploy()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert proxy.count("CreateFunction") == 4
    assert is_whole(faulty)


def test_a_wait_that_runs_out_is_incomplete_and_the_same_command_goes_on(faulty: DeleteR2Site) -> None:
    proxy = faults(faulty)
    proxy.on("CreateFunction", refuse("InvalidParameterValueException", 400, NOT_ASSUMED), nth=())
    result = faulty.deploy("--timeout", "0.2")
    assert (result.code, result.json["status"]) == (75, "incomplete"), result
    assert NOT_ASSUMED in result.json["error"]["message"]
    assert [states(result)[KINDS[name]] for name in ("role", "function", "mapping")] == [
        "done",
        "failed",
        "not_started",
    ]
    proxy.clear()
    assert faulty.deploy().code == 0
    assert is_whole(faulty)


def test_a_denied_call_names_its_action_and_ctrl_c_ends_between_two_writes(faulty: DeleteR2Site) -> None:
    proxy = faults(faulty)
    proxy.on("CreateRole", Fault(after=proxy.signal_client(SIGINT)))
    result = faulty.deploy()
    assert (result.code, result.json["status"]) == (130, "interrupted"), result
    assert faulty.writes == WRITES[:5]
    proxy.on("CreateFunction", refuse("AccessDeniedException", 403, "no"))
    denied = faulty.deploy()
    assert (denied.code, denied.json["error"]["code"]) == (1, "aws.access-denied"), denied
    assert "lambda:CreateFunction" in denied.json["error"]["message"]
