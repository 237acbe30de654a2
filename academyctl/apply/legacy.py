"""Carries out a cleanup: one deletion after the other, each safe to repeat, stopped between two of them."""

from typing import Protocol

from academyctl.apply.ports import Progress, Stop
from academyctl.model.errors import AcademyError, AnswerLost, Conflict, Interrupted, NotFound, Refusal
from academyctl.model.legacy import DeleteQueue, LegacyWrite, Messages
from academyctl.model.plan import Change, Plan, State

TRIES = 2
"""How often a deletion is sent whose answer was lost."""


class Legacy(Protocol):
    """Reads raise AwsError; `delete` also AnswerLost, and Refusal or NotFound for what is gone already."""

    def delete(self, write: LegacyWrite) -> None: ...
    def stands(self, write: LegacyWrite) -> bool: ...
    def read_messages(self, url: str) -> Messages: ...


def apply_cleanup(legacy: Legacy, plan: Plan[LegacyWrite], *, stop: Stop, progress: Progress) -> tuple[Change, ...]:
    """The changes as they became. What was gone already counts as done.

    Raises with `changes`: Interrupted, Conflict where a queue got messages meanwhile, or what AWS answered.
    """
    changes: list[Change] = []
    for step in plan.steps:
        if step.write is None:
            changes.append(step.change)
            continue
        try:
            if stop():
                raise Interrupted("interrupted between two deletions; run the same command to go on")
            progress(step.write.doing)
            _delete(legacy, step.write)
        except AcademyError as failure:
            state = State.NOT_STARTED if isinstance(failure, Interrupted) else State.FAILED
            failure.changes = (*changes, step.change.to(state), *_rest(plan, len(changes) + 1))
            raise
        changes.append(step.change.to(State.DONE))
    return tuple(changes)


def _rest(plan: Plan[LegacyWrite], start: int) -> tuple[Change, ...]:
    return tuple(step.change.to(State.NOT_STARTED) if step.write else step.change for step in plan.steps[start:])


def _delete(legacy: Legacy, write: LegacyWrite) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            if isinstance(write, DeleteQueue):
                _hold_if_used(legacy, write)
            legacy.delete(write)
        except NotFound:
            return
        except AnswerLost:
            if attempt == TRIES and legacy.stands(write):
                raise
        except Refusal:
            if legacy.stands(write):
                raise
            return
        else:
            return


def _hold_if_used(legacy: Legacy, queue: DeleteQueue) -> None:
    """The last look, just before."""
    messages = legacy.read_messages(queue.url)
    if not messages.is_empty:
        message = f"{queue.name} got messages since the plan ({messages}); it is kept"
        raise Conflict(message, code="legacy.queue-not-empty", hint="see who still sends to it, then run this again")
