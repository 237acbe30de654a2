"""The job's row, as the worker sees it: whether this run is wanted, and what is written when it ends.

Every write goes through `api.videos.jobs`. The connection is closed after each use: an idle one does not outlive hours
of encoding. Django must be set up before this module is imported.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
    connection,
)

from api.videos import jobs
from api.videos.models import Video, VideoTranscodeJob
from api.videos.states import State, VideoStatus
from worker.errors import AttemptFailed, Lost, Permanent, Transient
from worker.processor import Order, Output

PATIENCE = 300.0
"""Seconds for which a database that does not answer is asked again."""
AT_FIRST = 30.0
"""The same before anything was done, when giving up costs nothing."""
PROGRESS_SECONDS = 5.0
FINAL = (ProgrammingError, DataError, IntegrityError, NotSupportedError)
"""What asking again cannot change."""
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One executor's go at one attempt of one job."""

    job_id: UUID
    attempt: int
    executor_id: str

    def start(self, output_prefix: str) -> bool:
        return database(lambda: jobs.job_start(self.job_id, self.attempt, self.executor_id, output_prefix))

    def complete(self, output: Output) -> bool:
        path, seconds = output.hls_path, output.duration
        return database(
            lambda: jobs.job_complete(self.job_id, self.attempt, self.executor_id, hls_path=path, duration=seconds)
        )

    def record(self, failure: AttemptFailed, patience: float) -> bool:
        """DEAD for what is permanent, else FAILED."""
        write = jobs.job_mark_dead if isinstance(failure, Permanent) else jobs.job_fail
        said = {"code": failure.code, "detail": failure.detail}
        return database(lambda: write(self.job_id, self.attempt, self.executor_id, **said), patience)


def database(action: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `action` returns. A database that is away is asked again; Transient("DATABASE") when patience is spent."""
    end, pause = time.monotonic() + patience, 0.5
    while True:
        try:
            return action()
        except (DatabaseError, InterfaceError) as failure:
            if time.monotonic() + pause > end or isinstance(failure, FINAL):
                raise Transient("DATABASE", f"the database does not answer: {type(failure).__name__}") from failure
            log.warning("the database does not answer (%s); asking again", type(failure).__name__)
        finally:
            connection.close()
        time.sleep(pause * random.uniform(0.5, 1))
        pause = min(pause * 2, 30)


def wanted(run: Run) -> VideoTranscodeJob:
    """The row with its video, when this run may go on with it. Lost says why not."""
    rows = VideoTranscodeJob.objects.select_related("video").filter(pk=run.job_id)
    job: VideoTranscodeJob | None = database(rows.first, AT_FIRST)
    if job is None:
        raise Lost("there is no such job")
    if job.state not in (State.QUEUED, State.RUNNING):
        raise Lost(f"the job is {job.state}")
    if job.attempt != run.attempt:
        raise Lost(f"the job is at attempt {job.attempt}")
    if job.executor_id not in ("", run.executor_id):
        raise Lost(f"the attempt is run by {job.executor_id}")
    if job.video.current_job_id not in (None, job.pk):
        raise Lost("the video has another job by now")
    return job


def finished_before(video: Video) -> Output | None:
    """The output of a video that is READY already: its completion was recorded, or an operator did."""
    if video.status != VideoStatus.READY or not video.hls_path:
        return None
    return Output(hls_path=video.hls_path, duration=video.duration or 0.0)


def order_of(job: VideoTranscodeJob, prefix: str) -> Order:
    video = job.video
    etag = (job.source_etag or video.source_etag).strip('"')
    if not video.file_key or not etag or video.source_size <= 0:
        raise Permanent("SOURCE_MISSING", "the video has no upload")
    return Order(key=video.file_key, etag=etag, size=video.source_size, prefix=prefix)


def is_discardable(run: Run, output: Output) -> bool:
    """Nobody shows the output, and nobody can adopt it: the job is over, with another result."""
    rows = VideoTranscodeJob.objects.select_related("video").filter(pk=run.job_id)
    job = database(rows.first)
    if job is None:
        return True
    return job.state in (State.SUCCEEDED, State.DEAD, State.CANCELLED) and job.video.hls_path != output.hls_path


class ProgressReport:
    """Percent into the row, every few seconds. Lost when the row says that the run is over: cancelled, or replaced."""

    def __init__(self, run: Run, every: float = PROGRESS_SECONDS) -> None:
        self._run, self._every, self._next = run, every, 0.0

    def __call__(self, percent: int) -> None:
        if time.monotonic() < self._next:
            return
        run = self._run
        try:
            is_ours = jobs.job_progress(run.job_id, run.attempt, run.executor_id, percent)
        except (DatabaseError, InterfaceError) as failure:
            log.warning("progress was not recorded: %s", type(failure).__name__)
            is_ours = True
        finally:
            connection.close()
        self._next = time.monotonic() + self._every
        if not is_ours:
            raise Lost("the attempt is no longer this executor's")
