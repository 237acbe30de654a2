"""One write to Batch, carried to the point where reading shows it.

Batch acknowledges a write before it holds, refuses another while the first goes on, and has no token by which a
re-send could be told from a second request. So a write is sent, and then read for; it is sent again only while it does
not show. Not for RegisterJobDefinition and SubmitJob: sent twice they are done twice.
"""

from collections.abc import Callable

from academyctl.apply.ports import Batch, Progress
from academyctl.apply.wait import Poll
from academyctl.model.batch_write import BatchWrite, DeleteComputeEnvironment, DeleteJobQueue
from academyctl.model.errors import AnswerLost, Busy, Incomplete, Interrupted, NotFound

RESEND_AFTER = 3
"""Looks after which a write that does not show is sent again."""


def write_proven(
    batch: Batch,
    write: BatchWrite,
    is_proven: Callable[[], bool],
    *,
    poll: Poll,
    within: float,
    progress: Progress,
) -> None:
    """Sends `write` unless it shows already, and returns when it shows.

    `is_proven` reads, and raises what ends the wait for good. Incomplete after `within` seconds, Interrupted when the
    poll is stopped; what was sent stands in both cases. Refusals of AWS pass through.
    """
    progress(write.doing)
    looks = 0
    for _ in poll.ticks(within):
        if is_proven():
            return
        if looks == 0:
            looks = RESEND_AFTER if is_sent(batch, write) else 1
        looks -= 1
    if poll.stop():
        raise Interrupted(f"interrupted while {write.doing}; run the same command to go on")
    raise Incomplete(f"{write.doing}: it does not show after {within:g} s", hint="run the same command again to go on")


def is_sent(batch: Batch, write: BatchWrite) -> bool:
    """False where the same request is to be sent again at the next look."""
    try:
        batch.write(write)
    except Busy:
        return False
    except AnswerLost:
        return True
    except NotFound:
        # What was deleted before went away between the look and this request.
        if not isinstance(write, DeleteComputeEnvironment | DeleteJobQueue):
            raise
    return True
