"""The states of an encoding job, and the one table of moves between them that API, worker and scan obey.

Pure: no Django here. `jobs` turns a row of the table into one compare-and-set UPDATE; nothing else writes a state.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """FAILED and RETRY_WAIT are on their way: the scan decides between another attempt and DEAD."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    RETRY_WAIT = "RETRY_WAIT"
    DEAD = "DEAD"
    CANCELLED = "CANCELLED"


class VideoStatus(StrEnum):
    """What a viewer may expect. A video whose retry is pending stays PROCESSING."""

    UPLOADED = "UPLOADED"
    PROCESSING = "PROCESSING"
    READY = "READY"
    FAILED = "FAILED"


class By(StrEnum):
    API = "api"
    WORKER = "worker"
    SCAN = "scan"


class Guard(StrEnum):
    """What stands in the WHERE beside job, attempt and state. With any of them false the move is lost."""

    CURRENT = "the job is the video's current_job, or the video has none"
    EXECUTOR = "executor_id is empty or the caller's"
    NO_BATCH_JOB = "aws_batch_job_id is empty"
    AS_SEEN = "executor_id and aws_batch_job_id are still those that the caller read"
    ATTEMPTS_LEFT = "attempt < MAX_ATTEMPTS"
    ATTEMPTS_SPENT = "attempt >= MAX_ATTEMPTS"
    DUE = "next_retry_at has come"


@dataclass(frozen=True, kw_only=True)
class Move:
    """One row: from any of `sources` (none: the row is new) to `target`; `video`: what the video becomes with it."""

    sources: tuple[State, ...] = ()
    target: State
    by: tuple[By, ...]
    guards: tuple[Guard, ...] = ()
    video: tuple[VideoStatus, ...] = ()


ACTIVE = (State.QUEUED, State.RUNNING, State.FAILED, State.RETRY_WAIT)
"""A video has at most one job in these (a partial unique index)."""
UNFINISHED = (State.QUEUED, State.RUNNING)
TERMINAL = (State.SUCCEEDED, State.DEAD, State.CANCELLED)
MAX_ATTEMPTS = 3
LOCAL = "local-"
"""How the executor_id of a worker begins that runs outside Batch."""

CREATE = Move(target=State.QUEUED, by=(By.API,), video=(VideoStatus.PROCESSING,))
SUBMITTED = Move(sources=(State.QUEUED,), target=State.QUEUED, by=(By.API, By.SCAN), guards=(Guard.NO_BATCH_JOB,))
START = Move(sources=UNFINISHED, target=State.RUNNING, by=(By.WORKER,), guards=(Guard.EXECUTOR, Guard.CURRENT))
"""RUNNING is a source for the executor that runs it: its start may be said twice."""
COMPLETE = Move(
    sources=UNFINISHED,
    target=State.SUCCEEDED,
    by=(By.WORKER, By.SCAN),
    guards=(Guard.EXECUTOR, Guard.CURRENT),
    video=(VideoStatus.READY,),
)
FAIL = Move(sources=UNFINISHED, target=State.FAILED, by=(By.WORKER,), guards=(Guard.EXECUTOR,))
FAIL_SEEN = Move(sources=UNFINISHED, target=State.FAILED, by=(By.SCAN,), guards=(Guard.AS_SEEN,))
MARK_DEAD = Move(
    sources=UNFINISHED,
    target=State.DEAD,
    by=(By.WORKER,),
    guards=(Guard.EXECUTOR, Guard.CURRENT),
    video=(VideoStatus.FAILED,),
)
RETRY_LATER = Move(sources=(State.FAILED,), target=State.RETRY_WAIT, by=(By.SCAN,), guards=(Guard.ATTEMPTS_LEFT,))
GIVE_UP = Move(
    sources=(State.FAILED,),
    target=State.DEAD,
    by=(By.SCAN,),
    guards=(Guard.ATTEMPTS_SPENT, Guard.CURRENT),
    video=(VideoStatus.FAILED,),
)
REQUEUE = Move(sources=(State.RETRY_WAIT,), target=State.QUEUED, by=(By.SCAN,), guards=(Guard.DUE,))
"""The attempt counts up; what the last one left of ids and times is cleared."""
CANCEL = Move(
    sources=ACTIVE,
    target=State.CANCELLED,
    by=(By.API, By.SCAN),
    guards=(Guard.CURRENT,),
    video=(VideoStatus.READY, VideoStatus.UPLOADED),
)

MOVES = {
    "create": CREATE,
    "submitted": SUBMITTED,
    "start": START,
    "complete": COMPLETE,
    "fail": FAIL,
    "fail_seen": FAIL_SEEN,
    "mark_dead": MARK_DEAD,
    "retry_later": RETRY_LATER,
    "give_up": GIVE_UP,
    "requeue": REQUEUE,
    "cancel": CANCEL,
}
