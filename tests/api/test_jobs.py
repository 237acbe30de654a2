"""Jobs from their creation to their end: what comes with each move, on both databases."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from api.videos import jobs, states
from api.videos.models import Video, VideoTranscodeJob
from api.videos.states import ACTIVE, TERMINAL, State
from tests.api.rows import ME, OTHER, PREFIX, again, ago, complete, job, video

pytestmark = pytest.mark.usefixtures("db")


# Creation.


def test_a_new_job_is_queued_and_the_videos_own() -> None:
    own = video()
    made = jobs.create(own, source_etag='"new"', source_size=7)
    assert made is not None
    now = again(made)
    assert (now.state, now.attempt, now.source_etag, now.aws_batch_job_id) == ("QUEUED", 1, '"new"', "")
    assert (now.video.status, now.video.current_job_id, now.video.source_size) == ("PROCESSING", made.pk, 7)


@pytest.mark.parametrize("state", ACTIVE)
def test_a_second_active_job_is_refused(state: State) -> None:
    row = job(state)
    assert jobs.create(row.video) is None
    assert VideoTranscodeJob.objects.count() == 1


@pytest.mark.parametrize("state", TERMINAL)
def test_after_an_ended_job_there_may_be_another(state: State) -> None:
    row = job(state)
    assert jobs.create(row.video) is not None


def test_a_video_that_was_read_before_another_job_came_and_went_gets_none() -> None:
    own = video()
    job("DEAD", of=Video.objects.get(pk=own.pk))
    assert jobs.create(own) is None


def test_a_deleted_video_gets_no_job() -> None:
    own = video()
    assert jobs.delete(own, None)
    assert jobs.create(own) is None
    assert VideoTranscodeJob.objects.count() == 0


@pytest.mark.parametrize("change", [{"state": "LOST"}, {"attempt": 0}])
def test_the_database_itself_refuses_what_is_no_state_or_attempt(change: dict[str, Any]) -> None:
    row = job()
    with pytest.raises(IntegrityError):
        VideoTranscodeJob.objects.filter(pk=row.pk).update(**change)


def test_the_database_itself_refuses_a_second_active_job() -> None:
    row = job("RETRY_WAIT")
    with pytest.raises(IntegrityError):
        VideoTranscodeJob.objects.create(video=row.video)


# What comes with a move.


def test_a_start_stores_the_executor_and_its_prefix_and_may_be_repeated() -> None:
    row = job()
    assert jobs.job_start(row.pk, 1, ME, PREFIX)
    begun = again(row).started_at
    assert jobs.job_start(row.pk, 1, ME, PREFIX)
    now = again(row)
    assert (now.executor_id, now.output_prefix, now.started_at) == (ME, PREFIX, begun)


@pytest.mark.parametrize(
    ("submitted", "executor", "known"),
    [("", ME, ME), (OTHER, ME, OTHER), ("", "local-1", "")],
    ids=["answer lost", "two jobs", "outside Batch"],
)
def test_a_start_tells_the_batch_job_where_the_submission_did_not(submitted: str, executor: str, known: str) -> None:
    row = job(aws_batch_job_id=submitted)
    assert jobs.job_start(row.pk, 1, executor, PREFIX)
    assert again(row).aws_batch_job_id == known


def test_a_completed_video_is_ready_with_its_path_and_length() -> None:
    row = job("RUNNING", of=video(status="PROCESSING", error_code="OLD"))
    assert complete(row)
    done = again(row).video
    assert (done.status, done.hls_path, done.duration) == ("READY", f"{PREFIX}master.m3u8", 1.5)
    assert (done.error_code, again(row).progress) == ("", 100)
    assert again(row).finished_at is not None


def test_a_completion_is_done_once() -> None:
    row = job("RUNNING")
    assert complete(row)
    assert not complete(row)


def test_a_failure_keeps_the_video_in_processing() -> None:
    row = job("RUNNING")
    assert jobs.job_fail(row.pk, 1, ME, code="X" * 100, detail="a\0b" + "y" * 5000)
    now = again(row)
    assert (now.error_code, len(now.error_detail), now.error_detail[:3]) == ("X" * 64, 2000, "aby")
    assert now.video.status == "PROCESSING"


def test_a_dead_job_makes_the_video_failed_with_its_code() -> None:
    row = job("RUNNING")
    assert jobs.job_mark_dead(row.pk, 1, ME, code="NO_VIDEO", detail="audio only")
    assert (again(row).video.status, again(row).video.error_code) == ("FAILED", "NO_VIDEO")


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 60, 75), (2, 120, 135)])
def test_the_wait_before_the_next_attempt_doubles(attempt: int, least: int, most: int) -> None:
    row = job("FAILED", attempt=attempt)
    began = timezone.now()
    assert jobs.retry_later(row)
    wait = (again(row).next_retry_at - began).total_seconds()
    assert least <= wait <= most + 5


def test_the_last_attempt_is_given_up_and_no_earlier_one() -> None:
    assert not jobs.give_up(job("FAILED", attempt=2))
    spent = job("FAILED", attempt=3, error_code="OOM")
    assert not jobs.retry_later(spent)
    assert jobs.give_up(spent)
    assert (again(spent).video.status, again(spent).video.error_code) == ("FAILED", "OOM")


def test_a_requeue_counts_up_and_clears_what_the_last_attempt_left() -> None:
    row = job("RETRY_WAIT", executor_id=ME, aws_batch_job_id=ME, submit_tried_at=ago(9), error_code="X", progress=50)
    assert jobs.requeue(row)
    now = again(row)
    assert (now.state, now.attempt, now.batch_id, now.error_code, now.progress) == ("QUEUED", 2, "", "", 0)
    assert (now.submit_tried_at, now.started_at, now.finished_at, now.next_retry_at) == (None, None, None, None)


def test_no_attempt_begins_before_its_time() -> None:
    row = job("RETRY_WAIT", next_retry_at=ago(-60))
    assert not jobs.requeue(row)
    assert again(row).state == "RETRY_WAIT"


@pytest.mark.parametrize(("path", "status"), [("", "UPLOADED"), ("hls/old/master.m3u8", "READY")])
def test_a_cancelled_video_is_what_it_was(path: str, status: str) -> None:
    row = job("RUNNING", of=video(status="PROCESSING", hls_path=path))
    assert jobs.cancel(row)
    assert (again(row).state, again(row).video.status, again(row).video.hls_path) == ("CANCELLED", status, path)


def test_what_was_cancelled_completes_no_more() -> None:
    row = job("RUNNING")
    assert jobs.cancel(row)
    assert not complete(row)
    assert again(row).video.status == "UPLOADED"


@pytest.mark.parametrize("state", ACTIVE)
def test_a_deletion_cancels_the_active_job_with_it(state: State) -> None:
    row = job(state)
    assert jobs.delete(row.video, row)
    assert (again(row).state, again(row).video.deleted_at is None) == ("CANCELLED", False)


def test_a_deletion_that_lost_cancels_nothing() -> None:
    """The video was read without a job, and has one by now."""
    own = video()
    row = job(of=Video.objects.get(pk=own.pk))
    assert not jobs.delete(own, None)
    assert (again(row).state, again(row).video.deleted_at) == ("QUEUED", None)


# Submissions and observations.


def test_of_those_who_read_the_row_one_may_submit() -> None:
    row = job()
    first, second = again(row), again(row)
    assert jobs.claim_submit(first)
    assert not jobs.claim_submit(second)
    assert jobs.claim_submit(again(row))


def test_what_has_a_batch_job_is_not_submitted() -> None:
    row = job(aws_batch_job_id="batch-1")
    assert not jobs.claim_submit(row)
    assert not jobs.submitted(row.pk, 1, "batch-2")
    assert again(row).aws_batch_job_id == "batch-1"


def test_a_failure_as_seen_is_lost_when_an_executor_came_in_between() -> None:
    row = job(aws_batch_job_id=OTHER)
    assert jobs.job_start(row.pk, 1, ME, PREFIX)
    assert not jobs.fail_seen(row, code="EXIT_1", detail="of the other one")
    assert again(row).state == "RUNNING"


def test_only_the_first_absence_is_noted_and_a_return_clears_it() -> None:
    row = job(aws_batch_job_id=ME)
    assert jobs.note_missing(row)
    assert not jobs.note_missing(row)
    assert jobs.note_seen(row)
    assert again(row).missing_since is None


@pytest.mark.parametrize(("given", "kept"), [(-5, 0), (42, 42), (170, 100)])
def test_progress_is_a_percentage_of_the_running_executor(given: int, kept: int) -> None:
    row = job("RUNNING")
    assert jobs.job_progress(row.pk, 1, ME, given)
    assert not jobs.job_progress(row.pk, 1, OTHER, 7)
    assert not jobs.job_progress(row.pk, 2, ME, 7)
    assert again(row).progress == kept


def test_a_job_that_never_was_is_lost_quietly() -> None:
    assert not jobs.job_start(uuid.uuid4(), 1, ME, PREFIX)
    assert not jobs.job_complete(uuid.uuid4(), 1, ME, hls_path="x", duration=1)
    assert states.MAX_ATTEMPTS == 3
