"""One write of a refresh: whether it has happened, and what becomes of one whose answer is lost."""

from collections.abc import Callable
from dataclasses import replace

from academyctl.apply.ports import Containers
from academyctl.apply.wait import Poll
from academyctl.model.errors import EngineAnswerLost
from academyctl.model.refresh import Act, Move
from academyctl.plan.refresh import started_at

SETTLES = 30.0
"""Seconds in which a write shows whose answer was lost."""


def is_done(containers: Containers, move: Move) -> bool:
    """What the move was to bring about is so, whoever did it."""
    now = containers.read(move.container.id)
    match move.act:
        case Act.REMOVE:
            return now is None
        case Act.RENAME:
            return now is not None and now.name == move.name
        case Act.STOP:
            return now is None or not now.is_running
        case Act.START:
            return now is not None and started_at(now) != started_at(move.container)
        case Act.POLICY:
            return now is not None and now.restart_policy == move.policy


def settled(poll: Poll, write: Callable[[], None], is_so: Callable[[], bool]) -> None:
    """The write; one whose answer is lost is looked for, and only then a failure. No Ctrl-C ends the looking."""
    try:
        write()
    except EngineAnswerLost:
        for _ in replace(poll, stop=lambda: False).ticks(SETTLES):
            if is_so():
                return
        raise
