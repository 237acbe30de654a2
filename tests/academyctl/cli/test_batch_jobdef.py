"""`batch jobdef-verify` and `jobdef-register` as processes, against a Batch that behaves as AWS's."""

from collections.abc import Iterator
from signal import SIGINT
from subprocess import PIPE
from typing import Any

import pytest

from academyctl.plan.job_definition import desired_definition
from tests.support.cli import Cli, Result
from tests.support.proxy import Dropped, Fault, Proxy, denied, lose, proxied
from tests.support.strict import DEFINITION, Strict

V3 = "academy-video-batch-ce-v3"
VERIFY = ("batch", "jobdef-verify", "-o", "json")
REGISTER = ("batch", "jobdef-register", "--yes", "-o", "json")


@pytest.fixture
def encoder(cli: Cli, strict: Strict) -> Cli:
    """academyctl on the strict sandbox."""
    cli.env |= strict.env
    return cli


@pytest.fixture
def proxy(encoder: Cli, strict: Strict) -> Iterator[Proxy]:
    """The same through a proxy."""
    with proxied(strict.url) as one:
        encoder.env["AWS_ENDPOINT_URL"] = one.url
        yield one


def declare(strict: Strict, **changes: Any) -> None:
    """A revision as the stack declares it, but for `changes` of its members; the log is empty then."""
    properties = {**desired_definition(strict.stack).properties, **changes}
    strict.batch.register_job_definition(jobDefinitionName=DEFINITION, **properties)
    strict.control.clear_calls()


def revisions(strict: Strict) -> list[int]:
    found = strict.batch.describe_job_definitions(jobDefinitionName=DEFINITION, status="ACTIVE")["jobDefinitions"]
    return sorted(one["revision"] for one in found)


def writes(strict: Strict) -> list[str]:
    return [call.operation for call in strict.calls if call.is_mutating]


def change(result: Result) -> dict[str, Any]:
    (one,) = result.json["changes"]
    return dict(one)


# jobdef-verify


def test_what_is_declared_takes_one_read(encoder: Cli, strict: Strict) -> None:
    declare(strict)
    result = encoder.run(*VERIFY)
    assert (result.code, result.json["status"], result.json["findings"]) == (0, "ok", [])
    assert [call.operation for call in strict.calls] == ["DescribeJobDefinitions"]
    told = result.json["data"]["definition"]
    assert (told["name"], told["revision"], told["attempts"]) == (DEFINITION, 1, 1)
    assert (told["vcpus"], told["memory_mib"], told["timeout_seconds"]) == ("4", "7168", 14400)
    assert result.json["data"]["live"] is None


def test_no_definition_is_a_finding(encoder: Cli, strict: Strict) -> None:
    result = encoder.run(*VERIFY)
    assert (result.code, result.codes("error")) == (4, ["jobdef.absent"])
    assert result.json["data"]["definition"] is None


def test_the_newest_active_revision_is_the_one_that_counts(encoder: Cli, strict: Strict) -> None:
    declare(strict)
    declare(strict, retryStrategy={"attempts": 2}, timeout={"attemptDurationSeconds": 60})
    newest = encoder.run(*VERIFY)
    assert (newest.code, newest.codes("error")) == (4, ["jobdef.attempts", "jobdef.timeout"])
    assert newest.json["findings"][0]["subject"] == f"{DEFINITION}:2"
    strict.batch.deregister_job_definition(jobDefinition=f"{DEFINITION}:2")
    assert encoder.run(*VERIFY).code == 0


def test_people_see_what_stands_beside_what_is_declared(encoder: Cli, strict: Strict) -> None:
    declare(strict, timeout={"attemptDurationSeconds": 60})
    result = encoder.run("batch", "jobdef-verify")
    rows = [line.split() for line in result.out.splitlines()]
    assert ["timeout_seconds", "60", "14400"] in rows
    assert ["job_role", "academy-video-batch-job-role", "academy-video-batch-job-role"] in rows
    assert "hint: academyctl batch jobdef-register" in result.out


def test_live_jobs_are_read_in_hundreds_and_judged_by_their_own_attempts(encoder: Cli, strict: Strict) -> None:
    strict.valid(V3)
    strict.queue(V3)
    strict.control.next_job("*", times=-1, stuck="RUNNABLE")
    declare(strict)
    for number in range(100):
        strict.submit(f"vt-{number}")
    greedy = strict.submit("vt-greedy", retryStrategy={"attempts": 3})
    strict.control.clear_calls()
    result = encoder.run(*VERIFY, "--live")
    assert (result.code, result.codes("error")) == (4, ["job.attempts"])
    (finding,) = result.json["findings"]
    assert (finding["subject"], "vt-greedy" in finding["message"]) == (greedy, True)
    assert result.json["data"]["live"] == {"jobs": 101}
    made = [call.operation for call in strict.calls]
    assert (made.count("DescribeJobs"), writes(strict)) == (2, [])


def test_a_queue_that_is_not_there_has_no_live_jobs(encoder: Cli, strict: Strict) -> None:
    declare(strict)
    result = encoder.run(*VERIFY, "--live")
    assert (result.code, result.codes("error")) == (4, ["queue.absent"])


# jobdef-register


def test_it_is_registered_once_and_then_unchanged(encoder: Cli, strict: Strict) -> None:
    first = encoder.run(*REGISTER)
    assert (first.code, first.json["status"]) == (0, "changed")
    assert (change(first)["action"], change(first)["state"]) == ("create", "done")
    assert first.json["data"]["revision"] == 1
    assert first.json["data"]["arn"].endswith(f"{DEFINITION}:1")
    second = encoder.run(*REGISTER)
    assert (second.code, second.json["status"], second.json["data"]["revision"]) == (0, "unchanged", 1)
    assert writes(strict) == ["RegisterJobDefinition"]
    assert encoder.run(*VERIFY).code == 0
    (stands,) = strict.batch.describe_job_definitions(jobDefinitionName=DEFINITION)["jobDefinitions"]
    assert stands["tags"] == {"academyctl:stack": "sandbox"}


def test_a_difference_makes_a_new_revision_and_the_old_one_stays(encoder: Cli, strict: Strict) -> None:
    declare(strict, retryStrategy={"attempts": 2}, parameters={})
    result = encoder.run(*REGISTER)
    assert (result.code, change(result)["detail"]) == (0, ["~ attempts", "~ command"])
    assert result.json["data"]["differences"][0] == "retryStrategy.attempts is 2, must be 1"
    assert revisions(strict) == [1, 2]


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5)])
def test_a_plan_says_that_registering_deploys_and_registers_nothing(
    encoder: Cli, strict: Strict, option: str, code: int
) -> None:
    declare(strict, timeout={"attemptDurationSeconds": 60})
    result = encoder.run("batch", "jobdef-register", option)
    assert result.code == code
    assert "registering is deploying" in result.out
    assert "~ timeout" in result.out
    assert "attemptDurationSeconds is 60 s, the stack's is 14400 s" in result.out
    assert "jobdef.timeout" in result.out
    assert writes(strict) == []


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5), ("--yes", 0)])
def test_the_differences_stand_in_the_findings_as_verify_tells_them(
    encoder: Cli, strict: Strict, option: str, code: int
) -> None:
    """They are repaired by registering: none of them refuses it."""
    declare(strict, retryStrategy={"attempts": 2}, timeout={"attemptDurationSeconds": 60})
    verified = encoder.run(*VERIFY)
    result = encoder.run("batch", "jobdef-register", option, "-o", "json")
    assert (result.code, result.codes("error")) == (code, []), result
    assert result.codes("warning") == verified.codes("error") == ["jobdef.attempts", "jobdef.timeout"]
    told = [[(one["subject"], one["message"]) for one in each.json["findings"]] for each in (result, verified)]
    assert told[0] == told[1]


@pytest.mark.parametrize("stands", [False, True])
def test_a_lost_answer_is_settled_by_reading_and_never_sent_again(
    encoder: Cli, strict: Strict, proxy: Proxy, stands: bool
) -> None:
    if stands:
        declare(strict, timeout={"attemptDurationSeconds": 60})
    proxy.on("RegisterJobDefinition", lose(Dropped(), applied=True))
    result = encoder.run(*REGISTER)
    assert (result.code, change(result)["state"]) == (0, "done")
    assert proxy.count("RegisterJobDefinition") == 1
    assert revisions(strict) == ([1, 2] if stands else [1])


def test_somebody_elses_revision_after_the_plan_is_a_conflict(encoder: Cli, strict: Strict, proxy: Proxy) -> None:
    declare(strict, timeout={"attemptDurationSeconds": 60})
    theirs = Fault(before=lambda: declare(strict, timeout={"attemptDurationSeconds": 90}))
    proxy.on("DescribeJobDefinitions", theirs, nth=2)
    result = encoder.run(*REGISTER)
    assert (result.code, result.json["status"], change(result)["state"]) == (6, "conflict", "not_started")
    assert proxy.writes == []


def test_somebody_elses_revision_right_after_ours_is_a_conflict(encoder: Cli, strict: Strict, proxy: Proxy) -> None:
    theirs = Fault(after=lambda: declare(strict, timeout={"attemptDurationSeconds": 90}))
    proxy.on("RegisterJobDefinition", theirs)
    result = encoder.run(*REGISTER)
    assert (result.code, change(result)["state"]) == (6, "failed")
    assert f"{DEFINITION}:2" in result.json["error"]["message"]
    assert revisions(strict) == [1, 2]


def test_one_who_may_not_learns_the_action(encoder: Cli, strict: Strict, proxy: Proxy) -> None:
    proxy.on("RegisterJobDefinition", Fault(forwarded=False, answer=denied("batch:RegisterJobDefinition")))
    result = encoder.run(*REGISTER)
    assert (result.code, result.json["error"]["code"], change(result)["state"]) == (1, "aws.access-denied", "failed")
    assert "batch:RegisterJobDefinition" in result.json["error"]["message"]


def test_ctrl_c_while_registering_waits_for_the_answer_and_tells_it(encoder: Cli, strict: Strict, proxy: Proxy) -> None:
    proxy.on("RegisterJobDefinition", Fault(before=proxy.signal_client(SIGINT)))
    process = encoder.start(*REGISTER, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    proxy.victim(process.pid)
    out, err = process.communicate(timeout=30)
    result = Result(process.returncode, out.decode(), err.decode())
    assert (result.code, change(result)["state"]) == (130, "done")
    assert revisions(strict) == [1]
