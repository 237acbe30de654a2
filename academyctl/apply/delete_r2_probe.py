"""A trial of delete-r2: puts the marked object, sends its message, and waits until the object is gone.

However it ends, the object is not left behind. It and nothing else is ever deleted here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from academyctl.apply.ports import Progress
from academyctl.apply.wait import Poll
from academyctl.model.delete_r2_probe import Mark, Trial
from academyctl.model.errors import AcademyError, AnswerLost, AwsError, Interrupted
from academyctl.model.legacy import Messages
from academyctl.model.plan import Change, State

SENDINGS = 3
"""A message whose answer was lost is sent again: twice deleted is deleted."""


class Store(Protocol):
    def put(self, key: str, body: bytes) -> None: ...
    def is_there(self, key: str) -> bool: ...
    def delete(self, key: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Ports:
    """`count` tells the messages of the queue and of the dead-letter queue. `changes` are the two that are planned: the
    object and the message."""

    store: Store
    send: Callable[[str], None]
    count: Callable[[], tuple[Messages, Messages]]
    changes: tuple[Change, ...]


def apply_probe(ports: Ports, mark: Mark, *, poll: Poll, within: float, progress: Progress) -> Trial:
    """Interrupted, and what AWS or the store say, after the object was taken away again. An error carries the two
    changes as they became. What the store refused was never written: there is nothing to take away."""
    states = [State.FAILED, State.NOT_STARTED]
    try:
        progress(f"writing {mark.key}")
        ports.store.put(mark.key, f"{mark.word}\n".encode())
        states[:] = State.UNDONE, State.FAILED
        progress("sending the message that asks for its deletion")
        _send(ports, mark)
        states[1] = State.DONE
        return _followed(ports, mark, poll, within, progress)
    except AcademyError as failure:
        if states[0] is State.UNDONE or isinstance(failure, AnswerLost):
            _clear(ports, mark, failure)
        failure.changes = tuple(change.to(state) for change, state in zip(ports.changes, states, strict=True))
        raise


def _send(ports: Ports, mark: Mark) -> None:
    for left in reversed(range(SENDINGS)):
        try:
            ports.send(mark.body)
            return
        except AnswerLost:
            if not left:
                raise


def _followed(ports: Ports, mark: Mark, poll: Poll, within: float, progress: Progress) -> Trial:
    start = poll.clock.monotonic()
    progress(f"waiting until the function deletes it, {within:g} s at most")
    is_there = True
    for _ in poll.ticks(within):
        is_there = ports.store.is_there(mark.key)
        if not is_there:
            break
    if is_there and poll.stop():
        raise Interrupted("interrupted; the marked object was removed, its message may still be under way")
    seconds = poll.clock.monotonic() - start
    queue, dead_letters = ports.count()
    if is_there:
        progress("removing the marked object")
        ports.store.delete(mark.key)
    written, sent = ports.changes
    changes = written.to(State.UNDONE if is_there else State.DONE), sent.to(State.DONE)
    return Trial(is_deleted=not is_there, seconds=seconds, queue=queue, dead_letters=dead_letters, changes=changes)


def _clear(ports: Ports, mark: Mark, failure: AcademyError) -> None:
    """The failure is what is told; of a second one only what it leaves."""
    try:
        ports.store.delete(mark.key)
    except AwsError:
        failure.message += f"; {mark.key} could not be removed and may be left in the bucket"
