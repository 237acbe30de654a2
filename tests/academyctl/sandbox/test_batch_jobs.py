"""Jobs as AWS runs them, over HTTP: their life, where they are placed, how they end, how they are listed."""

from typing import Any

import pytest

from tests.support.strict import DEFINITION, QUEUE, Strict, message, order, sized

BLUE, GREEN = "encoder-v1", "encoder-v2"


def place_of(job: dict[str, Any]) -> str:
    """The environment, by the cluster in the long ARN formats of task and instance, which must agree."""
    container = job["container"]
    clusters = {container[key].split("/")[1] for key in ("taskArn", "containerInstanceArn") if key in container}
    assert len(clusters) < 2
    return clusters.pop().partition("_Batch_")[0] if clusters else ""


def disable(strict: Strict, name: str) -> None:
    strict.batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    strict.control.advance(strict.control.pace.updating)


def test_a_job_goes_through_its_statuses(queued: Strict) -> None:
    """User Guide, job_states. A STARTING job may not tell yet where it is."""
    pace, control = queued.control.pace, queued.control
    number = queued.submit(parameters={"job_id": "7"})
    seen = []
    for seconds in (0, pace.submitted, pace.runnable, pace.unplaced, pace.starting, pace.running):
        control.advance(seconds)
        job = queued.job(number)
        seen.append((job["status"], place_of(job), "logStreamName" in job["container"]))
    assert seen == [
        ("SUBMITTED", "", False),
        ("RUNNABLE", "", False),
        ("STARTING", "", False),
        ("STARTING", BLUE, False),
        ("RUNNING", BLUE, True),
        ("SUCCEEDED", BLUE, True),
    ]


def test_a_job_tells_what_it_ran_and_how_it_ended(queued: Strict) -> None:
    """API reference, JobDetail: parameters fill the command; what SubmitJob gives outweighs the definition."""
    more: dict[str, Any] = {
        "retryStrategy": {"attempts": 3},
        "timeout": {"attemptDurationSeconds": 600},
        "tags": {"a": "b"},
    }
    number = queued.submit(parameters={"job_id": "7"}, **more)
    queued.until_running()
    queued.control.advance(queued.control.pace.running)
    job = queued.job(number)
    assert (job["retryStrategy"]["attempts"], job["timeout"], job["tags"]) == (3, more["timeout"], {"a": "b"})
    assert job["container"]["command"] == ["run", "--job-id", "7"]
    assert (job["container"]["exitCode"], job["statusReason"]) == (0, "Essential container in task exited")
    assert job["createdAt"] < job["startedAt"] < job["stoppedAt"]
    assert len(job["attempts"]) == 1


def test_a_run_that_only_looks_is_short(queued: Strict) -> None:
    queued.register(containerProperties={"command": ["python", "-m", "worker.selfcheck"]})
    number = queued.submit()
    queued.until_running()
    queued.control.advance(queued.control.pace.selfcheck)
    assert queued.job(number)["status"] == "SUCCEEDED"


def test_a_simulated_run_leaves_log_events(queued: Strict) -> None:
    queued.register(containerProperties={"logConfiguration": _log(queued)})
    number = queued.submit()
    queued.until_running()
    stream = queued.job(number)["container"]["logStreamName"]
    group = queued.stack.job_definition.log_group
    events = queued.client("logs").get_log_events(logGroupName=group, logStreamName=stream)["events"]
    assert stream.startswith(f"{DEFINITION}/default/")
    assert [event["message"] for event in events] == ["simulated run of job", "true"]


def _log(strict: Strict) -> dict[str, Any]:
    return {"logDriver": "awslogs", "options": {"awslogs-group": strict.stack.job_definition.log_group}}


def test_jobs_fill_the_first_environment_in_the_order_then_the_next_then_wait(queued: Strict) -> None:
    """User Guide, compute_environments and job_queue_parameters: the order is the scheduler's."""
    numbers = [queued.submit() for _ in range(5)]
    queued.until_running()
    jobs = [queued.job(number) for number in numbers]
    assert [place_of(job) for job in jobs] == [BLUE, BLUE, GREEN, GREEN, ""]
    assert jobs[4]["status"] == "RUNNABLE"
    queued.control.advance(queued.control.pace.running)
    assert place_of(queued.job(numbers[4])) in ("", BLUE)
    assert queued.job(numbers[4])["status"] == "STARTING"


@pytest.mark.parametrize("how", ["disabled", "invalid", "without capacity"])
def test_an_environment_that_cannot_serve_is_passed_over(queued: Strict, how: str) -> None:
    if how == "disabled":
        disable(queued, BLUE)
    elif how == "invalid":
        queued.control.invalidate(BLUE, "CLIENT_ERROR - x")
    else:
        queued.control.without_capacity(BLUE)
    number = queued.submit()
    queued.until_running()
    assert place_of(queued.job(number)) == GREEN


def test_a_disabled_environment_runs_its_jobs_to_their_end_and_takes_no_other(queued: Strict) -> None:
    """API reference, state: what is STARTING or RUNNING goes on."""
    before = queued.submit()
    queued.until_running()
    disable(queued, BLUE)
    disable(queued, GREEN)
    after = queued.submit()
    queued.until_running()
    assert (queued.job(before)["status"], queued.job(after)["status"]) == ("RUNNING", "RUNNABLE")
    queued.control.advance(10 * queued.control.pace.running)
    assert (queued.job(before)["status"], queued.job(after)["status"]) == ("SUCCEEDED", "RUNNABLE")
    queued.batch.update_compute_environment(computeEnvironment=GREEN, state="ENABLED")
    queued.control.advance(queued.control.pace.updating + queued.control.pace.starting)
    assert place_of(queued.job(after)) == GREEN


def test_a_detached_environment_keeps_its_running_jobs(queued: Strict) -> None:
    number = queued.submit()
    queued.until_running()
    queued.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(GREEN))
    queued.control.advance(queued.control.pace.updating)
    job = queued.job(number)
    assert (job["status"], place_of(job)) == ("RUNNING", BLUE)


def test_deleting_an_environment_fails_the_jobs_that_run_on_it(queued: Strict) -> None:
    """User Guide, blue-green-updates: running jobs fail, because the instances are terminated."""
    number = queued.submit(retryStrategy={"attempts": 1})
    queued.until_running()
    queued.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(GREEN))
    disable(queued, BLUE)
    queued.control.advance(queued.control.pace.lingering)
    instance = queued.job(number)["container"]["containerInstanceArn"]
    queued.batch.delete_compute_environment(computeEnvironment=BLUE)
    job = queued.job(number)
    assert (job["status"], job["container"]["containerInstanceArn"]) == ("FAILED", instance)
    assert job["statusReason"].startswith("Host EC2 (instance i-")
    assert job["statusReason"].endswith(") terminated.")


def test_a_lost_host_is_a_failed_attempt_that_a_retry_makes_good(queued: Strict) -> None:
    """User Guide, job_retries."""
    number = queued.submit(retryStrategy={"attempts": 2})
    queued.until_running()
    queued.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(GREEN))
    disable(queued, BLUE)
    queued.control.advance(queued.control.pace.lingering)
    queued.batch.delete_compute_environment(computeEnvironment=BLUE)
    queued.until_running()
    job = queued.job(number)
    assert (job["status"], place_of(job), len(job["attempts"])) == ("RUNNING", GREEN, 1)


@pytest.mark.parametrize(
    ("strategy", "attempts"),
    [
        ({"attempts": 1}, 1),
        ({"attempts": 3}, 3),
        ({"attempts": 3, "evaluateOnExit": [{"onExitCode": "2", "action": "EXIT"}]}, 1),
        ({"attempts": 3, "evaluateOnExit": [{"onExitCode": "9", "action": "EXIT"}]}, 3),
    ],
    ids=str,
)
def test_a_failed_job_is_tried_as_often_as_it_may(queued: Strict, strategy: dict[str, Any], attempts: int) -> None:
    """API reference, RetryStrategy and EvaluateOnExit; where no rule fits, it is retried."""
    queued.control.next_job("job", exit_code=2, reason="boom")
    number = queued.submit(retryStrategy=strategy)
    queued.control.advance(10 * queued.control.pace.running)
    job = queued.job(number)
    assert (job["status"], len(job["attempts"])) == ("FAILED", attempts)
    assert (job["container"]["exitCode"], job["container"]["reason"]) == (2, "boom")


def test_a_job_past_its_timeout_fails_and_is_not_retried(queued: Strict) -> None:
    """User Guide, job_timeouts: measured from startedAt."""
    queued.control.next_job("job", running=61)
    number = queued.submit(timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    queued.until_running()
    queued.control.advance(60)
    job = queued.job(number)
    assert (job["status"], job["statusReason"]) == ("FAILED", "Job attempt duration exceeded timeout")
    assert len(job["attempts"]) == 1


@pytest.mark.parametrize(("call", "status"), [("terminate_job", "FAILED"), ("cancel_job", "RUNNING")])
def test_a_running_job_is_terminated_and_not_cancelled(queued: Strict, call: str, status: str) -> None:
    """API reference: CancelJob of a RUNNING job succeeds and does nothing; TerminateJob keeps the reason."""
    number = queued.submit(retryStrategy={"attempts": 3})
    queued.until_running()
    getattr(queued.batch, call)(jobId=number, reason="not needed")
    assert queued.job(number)["status"] == "RUNNING"
    queued.control.advance(queued.control.pace.stopping)
    job = queued.job(number)
    assert job["status"] == status
    if status == "FAILED":
        assert (job["statusReason"], job["isTerminated"]) == ("not needed", True)


@pytest.mark.parametrize("call", ["terminate_job", "cancel_job"])
def test_a_job_that_has_not_started_is_cancelled_by_both(queued: Strict, call: str) -> None:
    number = queued.submit()
    getattr(queued.batch, call)(jobId=number, reason="not needed")
    job = queued.job(number)
    assert (job["status"], job["statusReason"], job["isCancelled"]) == ("FAILED", "not needed", True)
    getattr(queued.batch, call)(jobId=number, reason="again")
    assert queued.job(number)["statusReason"] == "not needed"


@pytest.mark.parametrize(
    ("vcpus", "reason"),
    [(64, "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"), (8, "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT")],
)
def test_a_job_that_no_environment_can_hold_says_so(queued: Strict, vcpus: int, reason: str) -> None:
    """User Guide, job_stuck_in_runnable: c7g.xlarge has 4 vCPUs, the environments 8."""
    number = queued.submit(containerOverrides=sized(vcpus))
    queued.control.advance(100)
    job = queued.job(number)
    assert (job["status"], job["statusReason"].partition(" ")[0]) == ("RUNNABLE", reason)


def test_a_queue_of_invalid_environments_says_so(queued: Strict) -> None:
    queued.control.invalidate("*", "CLIENT_ERROR - x")
    number = queued.submit()
    queued.control.advance(100)
    assert queued.job(number)["statusReason"].startswith("ACTION_REQUIRED - CE(s) associated with the job queue")


def test_a_disabled_queue_takes_no_job_and_runs_those_it_has(queued: Strict) -> None:
    """API reference, JobQueueDetail.state."""
    number = queued.submit()
    queued.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    assert "must be ENABLED" in message(queued.submit)
    queued.until_running()
    assert queued.job(number)["status"] == "RUNNING"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"queue": "nobody"}, "JobQueue nobody not found"),
        ({"retryStrategy": {"attempts": 11}}, "between 1 and 10"),
        ({"timeout": {"attemptDurationSeconds": 1}}, "at least 60"),
        ({"name": "a b"}, "jobName"),
        ({"arrayProperties": {"size": 2}}, "not served here"),
    ],
    ids=str,
)
def test_a_submit_that_breaks_a_rule_is_refused(queued: Strict, more: dict[str, Any], said: str) -> None:
    assert said in message(queued.submit, **more)


def test_more_than_fifty_tags_together_fail_the_job(queued: Strict) -> None:
    """API reference, SubmitJob, propagateTags."""
    queued.register(tags={f"d{number}": "" for number in range(30)}, propagateTags=True)
    number = queued.submit(tags={f"j{number}": "" for number in range(30)})
    queued.control.advance(queued.control.pace.submitted)
    assert queued.job(number)["status"] == "FAILED"
