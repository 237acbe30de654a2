"""Job queues as AWS has them, over HTTP (API reference, CreateJobQueue to DeleteJobQueue)."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.strict import QUEUE, Strict, order

A, B, C, D = (f"encoder-v{number}" for number in range(1, 5))
ACTION = {
    "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "state": "RUNNABLE",
    "maxTimeSeconds": 600,
    "action": "CANCEL",
}


def message(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as failure:
        call(**params)
    assert failure.value.response["Error"]["Code"] == "ClientException"
    return str(failure.value.response["Error"]["Message"])


def test_a_queue_is_creating_then_valid_and_names_environments_by_arn(strict: Strict) -> None:
    strict.valid(A, B)
    arn = strict.environment(B)["computeEnvironmentArn"]
    strict.batch.create_job_queue(
        jobQueueName=QUEUE, priority=7, computeEnvironmentOrder=order(A, arn), jobStateTimeLimitActions=[ACTION]
    )
    assert strict.job_queue()["status"] == "CREATING"
    strict.control.advance(strict.control.pace.creating)
    shown = strict.job_queue()
    assert (shown["state"], shown["status"], shown["statusReason"]) == ("ENABLED", "VALID", "JobQueue Healthy")
    assert shown["computeEnvironmentOrder"] == order(strict.environment(A)["computeEnvironmentArn"], arn)
    assert (shown["priority"], shown["jobStateTimeLimitActions"]) == (7, [ACTION])


def test_a_queue_in_update_cannot_be_updated(strict: Strict) -> None:
    strict.valid(A, B)
    strict.queue(A)
    strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(B, A))
    assert strict.job_queue()["status"] == "UPDATING"
    assert "is being modified" in message(strict.batch.update_job_queue, jobQueue=QUEUE, priority=2)
    strict.control.advance(strict.control.pace.updating)
    shown = strict.job_queue()
    assert (shown["status"], shown["priority"]) == ("VALID", 1)
    assert [one["computeEnvironment"].rpartition("/")[2] for one in shown["computeEnvironmentOrder"]] == [B, A]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([], "must not be empty"),
        (order(A, B, C, D), "up to 3"),
        (order(A, A), "twice"),
        ([{"order": 1, "computeEnvironment": A}, {"order": 1, "computeEnvironment": B}], "same order"),
        (order("nobody"), "does not exist"),
        (order("creating"), "must be valid before attaching"),
        (order("invalid"), "must be valid before attaching"),
        (order(A, "x86"), "same architecture"),
    ],
    ids=str,
)
def test_an_order_that_breaks_a_rule_is_refused(strict: Strict, wanted: list[dict[str, Any]], said: str) -> None:
    """Up to 3, VALID, one architecture (API reference, CreateJobQueue; User Guide, service_limits)."""
    strict.control.invalidate_next("invalid", "CLIENT_ERROR - x")
    strict.valid(A, B, C, D, "invalid")
    strict.valid("x86", resources=strict.resources(instanceTypes=["c6i.large"]))
    strict.queue(A)
    strict.create("creating")
    assert said in message(strict.batch.update_job_queue, jobQueue=QUEUE, computeEnvironmentOrder=wanted)
    new = {"jobQueueName": "other", "priority": 1, "computeEnvironmentOrder": wanted}
    assert said in message(strict.batch.create_job_queue, **new)


def test_one_that_became_invalid_stays_attached_and_may_be_named_again(strict: Strict) -> None:
    """VALID is what an environment must be to be associated; the rule says nothing of one that is."""
    strict.valid(A, B)
    strict.queue(A, B)
    strict.control.invalidate(A, "CLIENT_ERROR - x")
    assert strict.environment(A)["status"] == "INVALID"
    strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(B, A))


def test_a_queue_is_deleted_when_disabled_and_takes_its_jobs_along(strict: Strict) -> None:
    """API reference, DeleteJobQueue: DISABLED first; all jobs in it are terminated eventually."""
    strict.valid(A)
    strict.queue(A)
    strict.register()
    job = strict.submit()
    strict.until_running()
    assert "must be DISABLED" in message(strict.batch.delete_job_queue, jobQueue=QUEUE)
    strict.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    strict.control.advance(strict.control.pace.updating)
    assert strict.job(job)["status"] == "RUNNING"
    strict.batch.delete_job_queue(jobQueue=QUEUE)
    assert strict.job_queue()["status"] == "DELETING"
    assert strict.job(job)["status"] == "FAILED"
    strict.control.advance(strict.control.pace.deleting)
    assert strict.job_queue() == {}
    assert "does not exist" in message(strict.batch.delete_job_queue, jobQueue=QUEUE)


def test_a_deleted_queue_lets_its_environment_go_a_while_later(strict: Strict) -> None:
    strict.valid(A)
    strict.queue(A)
    for change in (strict.batch.update_job_queue, strict.batch.update_compute_environment):
        named = {"jobQueue": QUEUE} if change == strict.batch.update_job_queue else {"computeEnvironment": A}
        change(**named, state="DISABLED")
    strict.control.advance(strict.control.pace.updating)
    strict.batch.delete_job_queue(jobQueue=QUEUE)
    strict.control.advance(strict.control.pace.deleting)
    assert "JobQueue relationship" in message(strict.batch.delete_compute_environment, computeEnvironment=A)
    strict.control.advance(strict.control.pace.lingering)
    strict.batch.delete_compute_environment(computeEnvironment=A)


def test_queues_come_in_pages(strict: Strict) -> None:
    strict.valid(A)
    for number in range(3):
        strict.queue(A, name=f"q{number}")
    first = strict.batch.describe_job_queues(maxResults=2)
    second = strict.batch.describe_job_queues(maxResults=2, nextToken=first["nextToken"])
    assert [one["jobQueueName"] for one in first["jobQueues"]] == ["q0", "q1"]
    assert [one["jobQueueName"] for one in second["jobQueues"]] == ["q2"]
    assert "nextToken" not in second


@pytest.mark.parametrize("seconds", [599, 86401])
def test_time_limits_of_runnable_jobs_have_bounds(strict: Strict, seconds: int) -> None:
    """API reference, JobStateTimeLimitAction."""
    strict.valid(A)
    new = {"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": order(A)}
    actions = [{**ACTION, "maxTimeSeconds": seconds}]
    assert "maxTimeSeconds" in message(strict.batch.create_job_queue, **new, jobStateTimeLimitActions=actions)
