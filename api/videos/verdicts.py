"""What the scan makes of one job: the table from (row, what Batch says, the time) to a verdict. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from api.videos.batch import TIMEOUT, BatchJob
from api.videos.models import VideoTranscodeJob
from api.videos.states import LOCAL, MAX_ATTEMPTS, UNFINISHED, State

SUBMIT_GRACE = timedelta(seconds=120)
"""How long a submission may be under way before anybody asks what became of it."""
GONE_AFTER = timedelta(minutes=5)
SLOW_AFTER = timedelta(hours=1)
LONGEST_RUN = timedelta(seconds=TIMEOUT) + timedelta(minutes=30)
UNNAMED_FOR = timedelta(hours=1)
"""How long an ended job that was submitted without an answer is looked for by its name."""


class Do(StrEnum):
    LEAVE = "leave"
    WARN = "warn"
    """Leave it, and say why."""
    ADOPT_OR_SUBMIT = "adopt_or_submit"
    FAIL = "fail"
    COMPLETE = "complete"
    """Unless its output is not there."""
    NOTE_MISSING = "note_missing"
    NOTE_SEEN = "note_seen"
    TERMINATE = "terminate"
    TERMINATE_BY_NAME = "terminate_by_name"
    RETRY_LATER = "retry_later"
    GIVE_UP = "give_up"
    REQUEUE = "requeue"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`code` of the error where it fails; `ids` of the Batch jobs to terminate; `batch`: the status that Batch told."""

    do: Do
    why: str = ""
    code: str = ""
    batch: str = ""
    ids: tuple[str, ...] = ()


LEAVE = Verdict(do=Do.LEAVE)


def judge(job: VideoTranscodeJob, known: Mapping[str, BatchJob], now: datetime) -> Verdict:
    """`known`: the Batch jobs of the row's ids, as far as Batch knows them."""
    match State(job.state):
        case State.QUEUED | State.RUNNING:
            return _unfinished(job, known, now)
        case State.FAILED:
            spent = job.attempt >= MAX_ATTEMPTS
            return Verdict(do=Do.GIVE_UP if spent else Do.RETRY_LATER, why=f"attempt {job.attempt}: {job.error_code}")
        case State.RETRY_WAIT:
            is_due = job.next_retry_at is not None and job.next_retry_at <= now
            return Verdict(do=Do.REQUEUE, why="its time has come") if is_due else LEAVE
        case _:
            return _ended(job, known, now)


def _unfinished(job: VideoTranscodeJob, known: Mapping[str, BatchJob], now: datetime) -> Verdict:
    if not job.batch_id:
        return _unsubmitted(job, now)
    if job.batch_id.startswith(LOCAL):
        return _local(job, now)
    batch = known.get(job.batch_id)
    if batch is None:
        return _missing(job, now)
    if batch.status == "FAILED":
        code = failure_code(batch)
        return Verdict(do=Do.FAIL, why=_reason(batch), code=code, batch=batch.status)
    if batch.status == "SUCCEEDED":
        return Verdict(do=Do.COMPLETE, why="Batch says it succeeded", batch=batch.status)
    return _under_way(job, batch, now)


def _unsubmitted(job: VideoTranscodeJob, now: datetime) -> Verdict:
    tried = job.submit_tried_at or job.updated_at
    if now - tried < SUBMIT_GRACE:
        return LEAVE
    return Verdict(do=Do.ADOPT_OR_SUBMIT, why=f"no Batch job is known since {tried:%H:%M:%S} UTC")


def _local(job: VideoTranscodeJob, now: datetime) -> Verdict:
    """Batch cannot tell about a worker that runs outside it; time can."""
    if job.started_at and now - job.started_at > LONGEST_RUN:
        return Verdict(do=Do.FAIL, why="the local worker did not end", code="LOCAL_LOST")
    return LEAVE


def _missing(job: VideoTranscodeJob, now: datetime) -> Verdict:
    """Absent is not an error of the call: that one ends the scan."""
    if job.missing_since is None:
        return Verdict(do=Do.NOTE_MISSING, why=f"Batch does not know {job.batch_id}", batch="absent")
    if now - job.missing_since < GONE_AFTER:
        return LEAVE
    why = f"Batch does not know {job.batch_id} since {job.missing_since:%H:%M:%S} UTC"
    return Verdict(do=Do.FAIL, why=why, code="BATCH_GONE", batch="absent")


def _under_way(job: VideoTranscodeJob, batch: BatchJob, now: datetime) -> Verdict:
    if _is_overdue(job, batch, now):
        why = f"it runs since {job.started_at:%d %H:%M} UTC: timeout"
        return Verdict(do=Do.TERMINATE, why=why, batch=batch.status, ids=(batch.id,))
    if job.missing_since is not None:
        return Verdict(do=Do.NOTE_SEEN, why="Batch knows it again", batch=batch.status)
    is_waiting = job.state == State.QUEUED and batch.status != "RUNNING"
    if is_waiting and now - (job.submitted_at or job.updated_at) > SLOW_AFTER:
        why = f"{batch.status} for over an hour: {batch.reason or 'Batch gives no reason'}"
        return Verdict(do=Do.WARN, why=why, batch=batch.status)
    return Verdict(do=Do.LEAVE, batch=batch.status)


def _is_overdue(job: VideoTranscodeJob, batch: BatchJob, now: datetime) -> bool:
    is_running = job.state == State.RUNNING and batch.status == "RUNNING"
    return is_running and job.started_at is not None and now - job.started_at > LONGEST_RUN


def _ended(job: VideoTranscodeJob, known: Mapping[str, BatchJob], now: datetime) -> Verdict:
    """What is cancelled or dead must not go on in Batch."""
    live = tuple(sorted(each.id for each in known.values() if not each.is_ended))
    if live:
        return Verdict(do=Do.TERMINATE, why=f"the job is {job.state}", batch=known[live[0]].status, ids=live)
    is_fresh = job.finished_at is not None and now - job.finished_at < UNNAMED_FOR
    if is_fresh and not job.batch_id and job.submit_tried_at:
        return Verdict(do=Do.TERMINATE_BY_NAME, why=f"the job is {job.state}, and its submission had no answer")
    return LEAVE


def needs_batch(job: VideoTranscodeJob) -> list[str]:
    """The Batch jobs whose state the verdict needs: the deciding one of what is under way, all of what has ended."""
    ids = [job.batch_id] if job.state in UNFINISHED else [job.executor_id, job.aws_batch_job_id]
    return [each for each in ids if each and not each.startswith(LOCAL)]


def failure_code(batch: BatchJob) -> str:
    """Why Batch failed it. A lost host and a timeout kill the container too, so they come before its exit code."""
    told = f"{batch.reason} {batch.container_reason}"
    if re.search(r"Host EC2 .*terminated", told):
        return "SPOT"
    if re.search(r"time ?out|duration exceeded", told, re.IGNORECASE):
        return "TIMEOUT"
    if batch.exit_code == 137 or "OutOfMemory" in told:
        return "OOM"
    return "BATCH_FAILED" if batch.exit_code is None else f"EXIT_{batch.exit_code}"


def _reason(batch: BatchJob) -> str:
    return "; ".join(each for each in (batch.reason, batch.container_reason) if each) or "Batch gives no reason"
