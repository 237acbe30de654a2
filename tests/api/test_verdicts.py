"""The scan's table: a row, what Batch says of it, and the time make one verdict."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.videos.batch import BatchJob
from api.videos.models import VideoTranscodeJob
from api.videos.verdicts import Do, Verdict, failure_code, judge, needs_batch
from tests.api.rows import ME, OTHER

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAITING = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING")
LONG = 14400 + 30 * 60


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def row(state: str, **fields: Any) -> VideoTranscodeJob:
    """A row that was touched right now; a QUEUED one has the Batch job ME, a RUNNING one is run by it."""
    usual: dict[str, Any] = {"updated_at": NOW, "created_at": ago(9999)}
    if state == "QUEUED":
        usual |= {"aws_batch_job_id": ME, "submitted_at": NOW}
    if state == "RUNNING":
        usual |= {"executor_id": ME, "started_at": ago(60)}
    return VideoTranscodeJob(state=state, **usual | fields)


def batch(status: str, *, id: str = ME, **fields: Any) -> dict[str, BatchJob]:
    return {id: BatchJob(id=id, name="vt", status=status, **fields)}


def verdict(job: VideoTranscodeJob, known: dict[str, BatchJob] | None = None) -> Verdict:
    return judge(job, known or {}, NOW)


@pytest.mark.parametrize("age", [0, 60, 119])
@pytest.mark.parametrize("field", ["submit_tried_at", "updated_at"])
def test_a_submission_under_way_is_left(age: float, field: str) -> None:
    assert verdict(row("QUEUED", aws_batch_job_id="", **{field: ago(age)})).do is Do.LEAVE


@pytest.mark.parametrize("tried", [{"submit_tried_at": ago(120)}, {"submit_tried_at": None, "updated_at": ago(121)}])
def test_a_submission_without_an_end_is_adopted_or_made(tried: dict[str, Any]) -> None:
    assert verdict(row("QUEUED", aws_batch_job_id="", **tried)).do is Do.ADOPT_OR_SUBMIT


@pytest.mark.parametrize("status", WAITING)
def test_a_job_that_waits_in_batch_is_left_whatever_its_age_and_told_after_an_hour(status: str) -> None:
    known = batch(status, reason="CAPACITY:INSUFFICIENT")
    assert verdict(row("QUEUED", submitted_at=ago(3599)), known).do is Do.LEAVE
    told = verdict(row("QUEUED", submitted_at=ago(90 * 24 * 3600)), known)
    assert (told.do, told.batch) == (Do.WARN, status)
    assert "CAPACITY:INSUFFICIENT" in told.why


@pytest.mark.parametrize("age", [1, 9 * 3600])
def test_a_queued_job_that_runs_in_batch_is_left_to_its_worker(age: float) -> None:
    assert verdict(row("QUEUED", submitted_at=ago(age)), batch("RUNNING")).do is Do.LEAVE


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
def test_what_failed_in_batch_has_failed(state: str) -> None:
    known = batch("FAILED", reason="Essential container in task exited", exit_code=1)
    assert (verdict(row(state), known).do, verdict(row(state), known).code) == (Do.FAIL, "EXIT_1")


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
def test_what_succeeded_in_batch_is_looked_at(state: str) -> None:
    assert verdict(row(state), batch("SUCCEEDED")).do is Do.COMPLETE


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
@pytest.mark.parametrize(("since", "do"), [(None, Do.NOTE_MISSING), (299, Do.LEAVE), (300, Do.FAIL)])
def test_what_batch_does_not_know_is_noted_and_fails_five_minutes_later(
    state: str, since: float | None, do: Do
) -> None:
    told = verdict(row(state, missing_since=None if since is None else ago(since)))
    assert (told.do, told.code) == (do, "BATCH_GONE" if do is Do.FAIL else "")


def test_what_batch_knows_again_is_no_longer_missing() -> None:
    assert verdict(row("RUNNING", missing_since=ago(9)), batch("RUNNING")).do is Do.NOTE_SEEN


@pytest.mark.parametrize(("age", "do"), [(LONG - 1, Do.LEAVE), (LONG + 1, Do.TERMINATE)])
def test_a_job_that_outlives_its_timeout_is_terminated(age: float, do: Do) -> None:
    assert verdict(row("RUNNING", started_at=ago(age)), batch("RUNNING")).do is do


def test_a_running_row_without_progress_is_no_reason_to_end_it() -> None:
    old = row("RUNNING", started_at=ago(14000), updated_at=ago(13000), progress=0)
    assert verdict(old, batch("RUNNING")).do is Do.LEAVE


@pytest.mark.parametrize(("attempt", "do"), [(1, Do.RETRY_LATER), (2, Do.RETRY_LATER), (3, Do.GIVE_UP)])
def test_a_failed_job_has_three_attempts(attempt: int, do: Do) -> None:
    assert verdict(row("FAILED", attempt=attempt)).do is do


@pytest.mark.parametrize(("due", "do"), [(ago(-1), Do.LEAVE), (NOW, Do.REQUEUE), (ago(9), Do.REQUEUE)])
def test_the_next_attempt_comes_when_it_is_due(due: datetime, do: Do) -> None:
    assert verdict(row("RETRY_WAIT", next_retry_at=due)).do is do


@pytest.mark.parametrize("state", ["CANCELLED", "DEAD"])
def test_what_is_over_is_terminated_until_batch_says_so(state: str) -> None:
    ended = row(state, executor_id=ME, aws_batch_job_id=OTHER, finished_at=ago(60))
    assert verdict(ended, batch("RUNNING") | batch("RUNNABLE", id=OTHER)).ids == (ME, OTHER)
    assert verdict(ended, batch("FAILED") | batch("RUNNABLE", id=OTHER)).ids == (OTHER,)
    assert verdict(ended, batch("FAILED") | batch("SUCCEEDED", id=OTHER)).do is Do.LEAVE
    assert verdict(ended).do is Do.LEAVE


@pytest.mark.parametrize(("age", "do"), [(60, Do.TERMINATE_BY_NAME), (3601, Do.LEAVE)])
def test_what_was_cancelled_in_mid_submission_is_looked_for_by_name(age: float, do: Do) -> None:
    assert verdict(row("CANCELLED", submit_tried_at=ago(9000), finished_at=ago(age))).do is do
    assert verdict(row("CANCELLED", submit_tried_at=None, finished_at=ago(age))).do is Do.LEAVE


def test_the_executor_decides_and_not_the_other_job_of_the_attempt() -> None:
    both = row("RUNNING", executor_id=ME, aws_batch_job_id=OTHER)
    assert needs_batch(both) == [ME]
    assert verdict(both, batch("RUNNING") | batch("FAILED", id=OTHER)).do is Do.LEAVE
    assert verdict(both, batch("FAILED") | batch("RUNNING", id=OTHER)).do is Do.FAIL


@pytest.mark.parametrize(("age", "do"), [(LONG - 1, Do.LEAVE), (LONG + 1, Do.FAIL)])
def test_a_worker_outside_batch_has_its_time_and_batch_is_not_asked(age: float, do: Do) -> None:
    local = row("RUNNING", executor_id="local-1", started_at=ago(age))
    assert needs_batch(local) == []
    assert verdict(local).do is do


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": "Host EC2 (instance i-0ab) terminated.", "exit_code": 137}, "SPOT"),
        ({"reason": "Job attempt duration exceeded timeout", "exit_code": 137}, "TIMEOUT"),
        ({"reason": "academy: it runs since 01 08:00 UTC: timeout", "exit_code": 143}, "TIMEOUT"),
        ({"reason": "Essential container in task exited", "exit_code": 137}, "OOM"),
        ({"container_reason": "OutOfMemoryError: Container killed due to memory usage"}, "OOM"),
        ({"reason": "Essential container in task exited", "exit_code": 2}, "EXIT_2"),
        ({"reason": "CannotPullContainerError"}, "BATCH_FAILED"),
        ({}, "BATCH_FAILED"),
    ],
)
def test_why_batch_failed_it(fields: dict[str, Any], code: str) -> None:
    assert failure_code(BatchJob(id=ME, name="vt", status="FAILED", **fields)) == code
