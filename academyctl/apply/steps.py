"""Carries a plan out step by step, each a row of writes. Nothing is undone: the same command goes on from there."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from academyctl.apply.ports import Stop
from academyctl.model.errors import AcademyError, Interrupted
from academyctl.model.plan import Action, Change, State, Step

One = TypeVar("One")


def carry_steps(steps: Sequence[Step[tuple[One, ...]]], carry: Callable[[One], None], stop: Stop) -> tuple[Change, ...]:
    """The changes as they became; an error carries them too."""
    states = {place: State.NOT_STARTED for place, step in enumerate(steps) if step.write}
    try:
        for place in states:
            for write in steps[place].write or ():
                heed(stop)
                states[place] = State.FAILED
                carry(write)
            states[place] = State.DONE
    except AcademyError as failure:
        failure.changes = _told(steps, states)
        raise
    return _told(steps, states)


def _told(steps: Sequence[Step[tuple[One, ...]]], states: dict[int, State]) -> tuple[Change, ...]:
    return tuple(
        step.change if step.change.action is Action.NONE else step.change.to(states.get(place, step.change.state))
        for place, step in enumerate(steps)
    )


def heed(stop: Stop) -> None:
    """Interrupted once the operator wants to stop."""
    if stop():
        raise Interrupted("interrupted between two writes", hint="run the same command to go on")
