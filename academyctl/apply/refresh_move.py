"""One write of a refresh: whether it has happened, and what becomes of one that is refused for a moment or whose
answer is lost."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from academyctl.apply.ports import Containers
from academyctl.apply.wait import Poll
from academyctl.model.errors import EngineAnswerLost, EngineError
from academyctl.model.refresh import Act, Move
from academyctl.plan.refresh import started_at

SETTLES = 30.0
"""Seconds in which a write shows whose answer was lost."""
ENDS = 3.0
"""Seconds in which the engine notices that a container's process has ended."""


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


def carry_out(containers: Containers, poll: Poll, move: Move, is_so: Callable[[], bool]) -> None:
    """The move. A restart policy that the engine refuses is put again.

    Docker hands the update of a running container to its runtime, which refuses it once the process has ended (500,
    "cannot update a stopped container"; in a crash loop one update in twenty). The refused container stays ended; of
    one that it knows to be ended, Docker takes every policy.
    """
    write = partial(containers.write, move)
    if move.act is not Act.POLICY:
        return settled(poll, write, is_so)
    refused: EngineError | None = None
    for _ in replace(poll, stop=lambda: False).ticks(ENDS):
        try:
            return settled(poll, write, is_so)
        except EngineError as failure:
            if type(failure) is not EngineError:
                raise
            refused = failure
    assert refused is not None
    raise refused


def settled(poll: Poll, write: Callable[[], None], is_so: Callable[[], bool]) -> None:
    """The write; one whose answer is lost is looked for, and only then a failure. No Ctrl-C ends the looking."""
    try:
        write()
    except EngineAnswerLost:
        for _ in replace(poll, stop=lambda: False).ticks(SETTLES):
            if is_so():
                return
        raise
