"""Scripting: each wish does what it says, as many times as it says, in the process and over HTTP."""

import json
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from academyctl.sandbox.control import ALWAYS
from academyctl.sandbox.control_http import VERBS
from tests.support.strict import QUEUE, Strict, order

A, B = "encoder-v1", "encoder-v2"


@pytest.fixture
def queued(strict: Strict) -> Strict:
    strict.valid(A, B)
    strict.queue(A, B)
    strict.register()
    return strict


def message(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as failure:
        call(**params)
    return str(failure.value.response["Error"]["Message"])


def statuses(strict: Strict, name: str, *seconds: float) -> list[str]:
    seen = []
    for more in seconds:
        strict.control.advance(more)
        seen.append(strict.environment(name).get("status", "absent"))
    return seen


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-1, ["CREATING", "INVALID", "INVALID"]), (60, ["CREATING", "VALID", "INVALID"])],
)
def test_the_next_environment_of_a_name_becomes_invalid(strict: Strict, after: float, expected: list[str]) -> None:
    strict.control.invalidate_next("encoder-*", "CLIENT_ERROR - scripted", after=after)
    strict.create(A)
    strict.create(B)
    assert statuses(strict, A, 0, strict.control.pace.creating, 60) == expected
    assert strict.environment(A)["statusReason"] == "CLIENT_ERROR - scripted"
    assert strict.environment(B)["status"] == "VALID"


def test_what_was_made_invalid_stays_so_through_an_update(strict: Strict) -> None:
    """terraform-provider-aws#8549: it is DISABLED and still INVALID; it may be deleted then."""
    strict.control.invalidate_next(A, "CLIENT_ERROR - scripted")
    strict.valid(A)
    strict.batch.update_compute_environment(computeEnvironment=A, state="DISABLED")
    assert statuses(strict, A, 0, strict.control.pace.updating) == ["UPDATING", "INVALID"]
    assert strict.environment(A)["state"] == "DISABLED"
    strict.batch.delete_compute_environment(computeEnvironment=A)
    assert statuses(strict, A, strict.control.pace.deleting) == ["absent"]


def test_an_environment_becomes_invalid_at_a_moment_and_heals(strict: Strict) -> None:
    strict.valid(A)
    strict.control.invalidate(A, "CLIENT_ERROR - scripted", after=30)
    assert statuses(strict, A, 0, 29, 1) == ["VALID", "VALID", "INVALID"]
    strict.control.heal(A)
    assert statuses(strict, A, 0) == ["VALID"]


@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING"])
def test_a_held_status_lasts_until_it_is_released(strict: Strict, status: str) -> None:
    strict.control.hold(A, status)
    strict.create(A)
    strict.control.advance(strict.control.pace.creating)
    if status != "CREATING":
        strict.batch.update_compute_environment(computeEnvironment=A, state="DISABLED")
        strict.control.advance(strict.control.pace.updating)
    if status == "DELETING":
        strict.batch.delete_compute_environment(computeEnvironment=A)
    assert statuses(strict, A, 0, 100000) == [status, status]
    strict.control.release(A, status)
    assert statuses(strict, A, 0) == ["absent" if status == "DELETING" else "VALID"]


def test_refusals_come_as_often_as_was_said(queued: Strict) -> None:
    batch, control = queued.batch, queued.control
    control.being_modified(A, times=2)
    update = {"computeEnvironment": A, "state": "DISABLED"}
    for _ in range(2):
        assert "is being modified" in message(batch.update_compute_environment, **update)
    batch.update_compute_environment(**update)
    control.refuse("UpdateJobQueue", "*queue", "Service is busy")
    assert "Service is busy" in message(batch.update_job_queue, jobQueue=QUEUE, priority=3)
    batch.update_job_queue(jobQueue=QUEUE, priority=3)
    assert queued.job_queue()["priority"] == 3


def test_a_relationship_can_outlast_everything(queued: Strict) -> None:
    queued.batch.update_compute_environment(computeEnvironment=B, state="DISABLED")
    queued.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(A))
    queued.control.advance(1000)
    queued.control.related(B, times=ALWAYS)
    for _ in range(3):
        assert "JobQueue relationship" in message(queued.batch.delete_compute_environment, computeEnvironment=B)
    queued.control.clear()
    queued.batch.delete_compute_environment(computeEnvironment=B)


def test_attaching_can_find_an_environment_not_yet_valid(queued: Strict) -> None:
    queued.valid("encoder-v3")
    queued.control.not_yet_valid("encoder-v3")
    changed = {"jobQueue": QUEUE, "computeEnvironmentOrder": order("encoder-v3", A)}
    assert "must be valid before attaching" in message(queued.batch.update_job_queue, **changed)
    queued.batch.update_job_queue(**changed)


def test_an_order_can_be_told_stale(queued: Strict) -> None:
    queued.control.stale_order(QUEUE, times=2)
    queued.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(B, A))
    seen = [queued.job_queue()["computeEnvironmentOrder"][0]["computeEnvironment"][-2:] for _ in range(3)]
    assert seen == ["v1", "v1", "v2"]


def _job(strict: Strict, seconds: float = 0) -> dict[str, Any]:
    number = strict.submit("canary-1")
    strict.until_running()
    strict.control.advance(seconds)
    return strict.job(number)


def test_the_next_job_fails_as_was_said(queued: Strict) -> None:
    queued.control.next_job("canary-*", exit_code=3, running=7, reason="no secret", status_reason="Task failed")
    job = _job(queued, 7)
    assert (job["status"], job["statusReason"]) == ("FAILED", "Task failed")
    assert (job["container"]["exitCode"], job["container"]["reason"]) == (3, "no secret")
    assert _job(queued, queued.control.pace.running)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("status", ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING"])
def test_the_next_job_is_stuck_where_was_said(queued: Strict, status: str) -> None:
    queued.control.next_job("canary-*", stuck=status, status_reason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
    job = _job(queued, 100000)
    assert job["status"] == status
    if status == "RUNNABLE":
        assert job["statusReason"] == "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"


def test_a_starting_job_can_hide_where_it_is(queued: Strict) -> None:
    queued.control.next_job("canary-*", stuck="STARTING", hides_instance=True)
    container = _job(queued, 1000)["container"]
    assert {"containerInstanceArn", "taskArn"} & container.keys() == set()
    cluster = queued.environment(A)["ecsClusterArn"]
    assert len(queued.client("ecs").list_tasks(cluster=cluster)["taskArns"]) == 1


def test_a_running_job_ends_when_it_is_told_to(queued: Strict) -> None:
    queued.control.next_job("*", stuck="RUNNING")
    number = _job(queued)["jobId"]
    queued.control.finish(number, exit_code=9)
    job = queued.job(number)
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 9)


def test_an_attempt_that_is_told_to_fail_leaves_the_next_one_alone(queued: Strict) -> None:
    number = queued.submit("canary-1", retryStrategy={"attempts": 2})
    queued.until_running()
    queued.control.finish("canary-*", exit_code=1)
    assert queued.job(number)["status"] == "RUNNABLE"
    queued.until_running()
    queued.control.advance(queued.control.pace.running)
    job = queued.job(number)
    assert (job["status"], len(job["attempts"])) == ("SUCCEEDED", 2)


def test_a_job_on_its_way_can_start_on_a_disabled_environment(queued: Strict) -> None:
    """What makes one look at a drained environment not enough."""
    for name in (A, B):
        queued.batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    number = _job(queued)["jobId"]
    assert queued.job(number)["status"] == "RUNNABLE"
    queued.control.place(number, A)
    cluster = queued.environment(A)["ecsClusterArn"]
    assert queued.job(number)["status"] == "STARTING"
    assert len(queued.client("ecs").list_tasks(cluster=cluster)["taskArns"]) == 1


def test_capacity_is_missing_until_it_is_cleared(queued: Strict) -> None:
    queued.control.without_capacity("*")
    number = _job(queued, 1000)["jobId"]
    assert queued.job(number)["statusReason"].startswith("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
    queued.control.clear()
    assert queued.job(number)["status"] == "STARTING"


def test_each_call_is_in_the_log(queued: Strict) -> None:
    queued.control.clear_calls()
    queued.job_queue()
    queued.client("iam").get_role(RoleName="AWSServiceRoleForBatch")
    queued.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
    message(queued.batch.update_job_queue, jobQueue="nobody", priority=1)
    told = [(call.service, call.operation, call.name, call.is_mutating, call.status) for call in queued.calls]
    assert told == [
        ("batch", "DescribeJobQueues", QUEUE, False, 200),
        ("iam", "GetRole", "AWSServiceRoleForBatch", False, 200),
        ("ssm", "PutParameter", "/a", True, 200),
        ("batch", "UpdateJobQueue", "nobody", True, 400),
    ]
    assert queued.control.writes == [("ssm", "PutParameter", "/a"), ("batch", "UpdateJobQueue", "nobody")]


def test_answers_are_dated_by_the_sandboxs_clock(strict: Strict) -> None:
    """What compares AWS's times with AWS's clock finds them in step, also those of moto's services."""
    strict.control.advance(86400)
    for answer in (strict.batch.describe_job_queues(), strict.client("sts").get_caller_identity()):
        date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        assert abs(date.timestamp() - strict.control.now()) < 2


def test_an_operation_that_is_not_served_says_so(strict: Strict) -> None:
    assert "is not served here" in message(strict.batch.list_scheduling_policies)


def _post(strict: Strict, **asked: Any) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(f"{strict.url}/sandbox/control", data=json.dumps(asked).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_another_process_scripts_over_http(strict: Strict) -> None:
    status, before = _post(strict, do="invalidate_next", pattern="*", reason="CLIENT_ERROR - over HTTP")
    strict.create(A)
    _, after = _post(strict, do="advance", seconds=60)
    assert status == 200
    assert after["now"] - before["now"] == pytest.approx(60)
    assert strict.environment(A)["statusReason"] == "CLIENT_ERROR - over HTTP"
    with urllib.request.urlopen(f"{strict.url}/sandbox/control", timeout=10) as answer:
        calls = json.loads(answer.read())["calls"]
    assert [call["operation"] for call in calls][-1] == "DescribeComputeEnvironments"


@pytest.mark.parametrize(
    "asked",
    [{}, {"do": "log"}, {"do": "connect"}, {"do": "advance"}, {"do": "set_pace", "nonsense": 1}, {"do": "__class__"}],
    ids=str,
)
def test_what_is_no_verb_of_the_control_is_refused_over_http(strict: Strict, asked: dict[str, Any]) -> None:
    status, told = _post(strict, **asked)
    assert (status, list(told)) == (400, ["error"])


def test_every_verb_over_http_is_one_of_the_controls(strict: Strict) -> None:
    assert [verb for verb in VERBS if not callable(getattr(strict.control, verb))] == []


def test_a_reset_empties_everything(queued: Strict) -> None:
    queued.control.reset()
    assert queued.environment(A) == queued.job_queue() == {}
    assert queued.client("iam").list_instance_profiles()["InstanceProfiles"] == []
    assert len(queued.calls) == 3


def test_motos_own_reset_is_one_too(queued: Strict) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{queued.url}/moto-api/reset", method="POST"), timeout=10).read()
    assert queued.environment(A) == {}
