"""One registration of a job definition, sent once and read back.

RegisterJobDefinition has no token: sent twice it makes two revisions. So a lost answer is settled by reading, and
never by sending again.
"""

from collections.abc import Callable

from academyctl.apply.ports import Batch, Progress
from academyctl.apply.wait import Poll
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.batch_write import RegisterJobDefinition
from academyctl.model.errors import AnswerLost, AwsError, Conflict, Incomplete, Interrupted

SHOWS_WITHIN = 30.0
"""Seconds in which a new revision is to be seen; reads of Batch lag behind its writes for a moment."""


def check_base(batch: Batch, name: str, base: int) -> None:
    """Conflict unless the newest ACTIVE revision still is the one that the plan was made from; 0: there was none."""
    newest = _newest(batch, name)
    now = newest.revision if newest else 0
    if now != base:
        raise Conflict(
            f"{name} is at revision {now}, the plan was made from {base}; nothing was registered",
            code="conflict.revision",
            hint="run it again: the new plan starts from what stands now",
        )


def register_proven(
    batch: Batch,
    write: RegisterJobDefinition,
    *,
    base: int,
    is_desired: Callable[[JobDefinitionDetail], bool],
    poll: Poll,
    progress: Progress,
) -> JobDefinitionDetail:
    """Registers `write` and returns the new revision, once it is the newest ACTIVE one and `is_desired`.

    `base` is the newest ACTIVE revision before. Conflict when somebody else registered right after; AwsError when the
    answer was lost and nothing shows; Incomplete, Interrupted when it was sent and is not seen yet. Refusals of AWS
    pass through.
    """
    progress(write.doing)
    least, lost = base + 1, None
    try:
        least = int(batch.write(write).rpartition(":")[2])
    except AnswerLost as failure:
        lost = failure
    progress(f"reading {write.name} back")
    found = _seen(batch, write.name, least, poll)
    if found is None:
        raise _unseen(write, lost, poll)
    if is_desired(found):
        return found
    raise Conflict(
        f"{found.label} is the newest ACTIVE revision and not what was registered: somebody else registered too",
        code="conflict.revision",
        hint="look at it: academyctl batch jobdef-verify; then run this again",
    )


def _seen(batch: Batch, name: str, least: int, poll: Poll) -> JobDefinitionDetail | None:
    """The newest ACTIVE revision, once it is `least` or more."""
    for _ in poll.ticks(SHOWS_WITHIN):
        newest = _newest(batch, name)
        if newest and newest.revision >= least:
            return newest
    return None


def _newest(batch: Batch, name: str) -> JobDefinitionDetail | None:
    return next(iter(batch.read_job_definitions(name)), None)


def _unseen(write: RegisterJobDefinition, lost: AnswerLost | None, poll: Poll) -> Interrupted | AwsError | Incomplete:
    if poll.stop():
        return Interrupted(f"interrupted while {write.doing}: it was sent; academyctl batch jobdef-verify tells")
    if lost:
        message = f"{lost.message}; after {SHOWS_WITHIN:g} s no new revision shows, so it was not applied"
        return AwsError(message, code=lost.code, hint="run the same command again: it registers only what differs")
    return Incomplete(
        f"{write.doing}: the new revision does not show after {SHOWS_WITHIN:g} s",
        hint="run the same command again: it registers only what differs",
    )
