"""Every write of a job's state. Each is one compare-and-set UPDATE (a row of `states`), in one transaction with what
the video becomes by it. False means that the row had moved on: the caller lost and stops quietly.

Locks are taken in one order, the job's row and then the video's, so that writers do not deadlock. Conditions stand on
columns of the updated row: after a wait for another writer PostgreSQL checks those again, but not a joined table's.
"""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from api.videos import states
from api.videos.models import DETAIL_LIMIT, Video, VideoTranscodeJob
from api.videos.states import MAX_ATTEMPTS, Guard, Move, State

BACKOFF, BACKOFF_LIMIT, JITTER = 60, 3600, 15
"""Seconds before the second attempt; doubled for each further one up to the limit; a random part comes on top."""
_CURRENT = Q(current_job=OuterRef("pk")) | Q(current_job=None)


class _Lost(Exception):
    """The row had moved on; unwinds the transaction."""


# By the worker.


def job_start(job_id: UUID, attempt: int, executor_id: str, output_prefix: str) -> bool:
    """This executor runs the attempt from now on. True again for the same executor, False for any other."""
    begun = Coalesce("started_at", Value(timezone.now()))
    changes = {"executor_id": executor_id, "output_prefix": output_prefix, "started_at": begun, "missing_since": None}
    if not executor_id.startswith(states.LOCAL):
        # Its submission's answer may not be in yet, or may be lost.
        changes["aws_batch_job_id"] = Case(
            When(aws_batch_job_id="", then=Value(executor_id)), default=F("aws_batch_job_id")
        )
    return _moved(states.START, job_id, attempt, executor_id, changes)


def job_progress(job_id: UUID, attempt: int, executor_id: str, percent: int) -> bool:
    """What the display shows, 0 to 100. False: this executor does not run the attempt any longer."""
    rows = VideoTranscodeJob.objects.filter(pk=job_id, attempt=attempt, state=State.RUNNING, executor_id=executor_id)
    return bool(rows.update(progress=max(0, min(100, percent)), updated_at=timezone.now()))


def job_complete(job_id: UUID, attempt: int, executor_id: str, *, hls_path: str, duration: float | None) -> bool:
    """The video is READY under the key `hls_path`; `duration` in seconds."""
    became = {"hls_path": hls_path, "duration": duration, "error_code": ""}
    changes = {"progress": 100, "error_code": "", "error_detail": ""}
    return _moved(states.COMPLETE, job_id, attempt, executor_id, changes, became)


def job_fail(job_id: UUID, attempt: int, executor_id: str, *, code: str, detail: str) -> bool:
    """This attempt failed for a reason that may pass; the scan decides whether there is another."""
    return _moved(states.FAIL, job_id, attempt, executor_id, _error(code, detail))


def job_mark_dead(job_id: UUID, attempt: int, executor_id: str, *, code: str, detail: str) -> bool:
    """The input itself cannot be encoded: no other attempt, and the video is FAILED."""
    return _moved(states.MARK_DEAD, job_id, attempt, executor_id, _error(code, detail), {"error_code": code[:64]})


# By the API.


def create(video: Video, **source: Any) -> VideoTranscodeJob | None:
    """A new QUEUED job of the video as it was read; `source`: source_etag and source_size when they are new.

    None: there is an active job, or somebody else changed the video's job or deleted it since `video` was read.
    """
    etag = source.get("source_etag", video.source_etag)
    job = VideoTranscodeJob(video=video, state=states.CREATE.target.value, source_etag=etag)
    rows = Video.objects.filter(pk=video.pk, deleted_at=None, current_job=video.current_job_id)
    became = {"status": states.CREATE.video[0], "current_job": job, "error_code": "", "updated_at": timezone.now()}
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            _require(rows.update(**became, **source))
    except (IntegrityError, _Lost):
        return None
    return job


def cancel(job: VideoTranscodeJob) -> bool:
    """The attempt as it was read is CANCELLED; the video is what it was before the job."""
    return _moved(states.CANCEL, job.pk, job.attempt)


def delete(video: Video, job: VideoTranscodeJob | None) -> bool:
    """Marks the video, as it was read with its `job`, deleted, and cancels that job where it is active."""
    rows = Video.objects.filter(pk=video.pk, deleted_at=None, current_job=job)
    try:
        with transaction.atomic():
            if job and job.state in states.ACTIVE:
                _require(cancel(job))
            _require(rows.update(deleted_at=timezone.now(), updated_at=timezone.now()))
    except _Lost:
        return False
    return True


# By whoever submits: the API after its commit, and the scan.


def claim_submit(job: VideoTranscodeJob) -> bool:
    """Only one of those who read the row as it is may submit it now."""
    return bool(_submittable(job).update(submit_tried_at=timezone.now(), updated_at=timezone.now()))


def submitted(job_id: UUID, attempt: int, aws_batch_job_id: str) -> bool:
    """The attempt has its Batch job. False: it has one already, or does not wait for one any longer."""
    changes = {"aws_batch_job_id": aws_batch_job_id, "submitted_at": timezone.now(), "missing_since": None}
    return _moved(states.SUBMITTED, job_id, attempt, changes=changes)


def _submittable(job: VideoTranscodeJob) -> Any:
    return VideoTranscodeJob.objects.filter(
        pk=job.pk,
        attempt=job.attempt,
        state=State.QUEUED,
        aws_batch_job_id="",
        submit_tried_at=job.submit_tried_at,
    )


# By the scan. `job` is the row as the decision was taken from it.


def fail_seen(job: VideoTranscodeJob, *, code: str, detail: str) -> bool:
    """What Batch says of the attempt: it failed, or is gone."""
    return _moved(states.FAIL_SEEN, job.pk, job.attempt, changes=_error(code, detail), seen=job)


def retry_later(job: VideoTranscodeJob) -> bool:
    wait = min(BACKOFF * 2 ** (job.attempt - 1), BACKOFF_LIMIT) + random.uniform(0, JITTER)
    changes = {"next_retry_at": timezone.now() + timedelta(seconds=wait)}
    return _moved(states.RETRY_LATER, job.pk, job.attempt, changes=changes)


def give_up(job: VideoTranscodeJob) -> bool:
    return _moved(states.GIVE_UP, job.pk, job.attempt, video={"error_code": job.error_code})


def requeue(job: VideoTranscodeJob) -> bool:
    """The next attempt waits for its submission."""
    empty: dict[str, Any] = dict.fromkeys(("aws_batch_job_id", "executor_id", "error_code", "error_detail"), "")
    empty |= dict.fromkeys(("submit_tried_at", "submitted_at", "started_at", "finished_at"))
    empty |= dict.fromkeys(("next_retry_at", "missing_since"))
    return _moved(states.REQUEUE, job.pk, job.attempt, changes=empty | {"progress": 0, "attempt": F("attempt") + 1})


def note_missing(job: VideoTranscodeJob) -> bool:
    """Batch does not know the attempt's job. Only the first time counts."""
    return bool(_as_read(job).filter(missing_since=None).update(missing_since=timezone.now()))


def note_seen(job: VideoTranscodeJob) -> bool:
    """Batch knows the attempt's job again."""
    return bool(_as_read(job).update(missing_since=None))


def _as_read(job: VideoTranscodeJob) -> Any:
    return VideoTranscodeJob.objects.filter(_seen(job), pk=job.pk, attempt=job.attempt, state=job.state)


# One row of the table.


def _moved(
    move: Move,
    job_id: UUID,
    attempt: int,
    executor_id: str = "",
    changes: dict[str, Any] | None = None,
    video: dict[str, Any] | None = None,
    seen: VideoTranscodeJob | None = None,
) -> bool:
    """Carries the move out, with `changes` to the job and `video` to its video; False when a guard or state forbids."""
    rows = VideoTranscodeJob.objects.filter(pk=job_id, attempt=attempt, state__in=move.sources)
    for guard in move.guards:
        rows = rows.filter(_where(guard, executor_id, seen))
    # A start repeats itself for its own executor only: EXECUTOR lets nobody else into a RUNNING row.
    values = {"state": move.target, "updated_at": timezone.now(), **_finish(move), **(changes or {})}
    try:
        with transaction.atomic():
            _require(rows.update(**values))
            if move.video:
                _require(_became(move, job_id, video or {}))
    except _Lost:
        return False
    return True


def _where(guard: Guard, executor_id: str, seen: VideoTranscodeJob | None) -> Q:
    match guard:
        case Guard.CURRENT:
            return Q(Exists(Video.objects.filter(_CURRENT, pk=OuterRef("video_id"))))
        case Guard.EXECUTOR:
            return Q(executor_id__in=("", executor_id))
        case Guard.NO_BATCH_JOB:
            return Q(aws_batch_job_id="")
        case Guard.AS_SEEN:
            assert seen is not None, "the move needs the row as it was read"
            return _seen(seen)
        case Guard.ATTEMPTS_LEFT:
            return Q(attempt__lt=MAX_ATTEMPTS)
        case Guard.ATTEMPTS_SPENT:
            return Q(attempt__gte=MAX_ATTEMPTS)
        case Guard.DUE:
            return Q(next_retry_at__lte=timezone.now())


def _seen(job: VideoTranscodeJob) -> Q:
    return Q(executor_id=job.executor_id, aws_batch_job_id=job.aws_batch_job_id)


def _became(move: Move, job_id: UUID, changes: dict[str, Any]) -> int:
    """Where a move names two statuses, the first is for a video that can be played already."""
    own = VideoTranscodeJob.objects.filter(pk=job_id).values("video_id")
    rows = Video.objects.filter(Q(current_job=job_id) | Q(current_job=None), pk__in=own)
    status: Any = move.video[-1]
    if len(move.video) > 1:
        status = Case(When(hls_path="", then=Value(move.video[1].value)), default=Value(move.video[0].value))
    return int(rows.update(status=status, updated_at=timezone.now(), **changes))


def _finish(move: Move) -> dict[str, Any]:
    is_end = move.target in states.TERMINAL or move.target is State.FAILED
    return {"finished_at": timezone.now()} if is_end else {}


def _error(code: str, detail: str) -> dict[str, Any]:
    """PostgreSQL refuses NUL in text."""
    return {"error_code": code[:64], "error_detail": detail.replace("\0", "")[:DETAIL_LIMIT]}


def _require(rows: int) -> None:
    """Unwinds the transaction unless a row was updated."""
    if not rows:
        raise _Lost
