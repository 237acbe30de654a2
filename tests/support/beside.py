"""Tests that mostly wait, told side by side: each in a world of its own, and all at the same time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from tests.support.rollouts import World, world_beside
from tests.support.strict import Strict

Tell = Callable[..., None]


@dataclass(frozen=True)
class Story:
    """A test that is told beside others: in a world of its own, at the same time."""

    name: str
    tell: Tell
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return "-".join([self.name, *(str(value).replace(" ", "-") for _, value in self.values)])


@dataclass
class Stories:
    """The stories of one file, by decorator."""

    all: list[Story] = field(default_factory=list)

    def __call__(self, tell: Tell) -> Tell:
        self.all.append(Story(tell.__name__, tell))
        return tell

    def each(self, name: str, values: Iterable[Any]) -> Callable[[Tell], Tell]:
        """One for every value of a parameter."""

        def noted(tell: Tell) -> Tell:
            self.all += [Story(tell.__name__, tell, ((name, value),)) for value in values]
            return tell

        return noted


AT_ONCE = 4
"""Worlds. More than processors: a story waits now and then."""


AHEAD = 6
"""Stories that are begun before their turn. Not all of a file: another test process may have the rest of it."""


@dataclass
class Telling:
    """The stories of a file, a few of them under way. `end` gives back what became of one."""

    worlds: "SimpleQueue[World]"
    executor: ThreadPoolExecutor
    order: "list[Story]"
    ends: "dict[str, Future[None]]" = field(default_factory=dict)

    def tell(self, story: Story) -> None:
        world = self.worlds.get()
        try:
            world.empty()
            story.tell(world, **dict(story.values))
        finally:
            self.worlds.put(world)

    def end(self, story: Story) -> None:
        """Raises what the story raised."""
        at = [str(one) for one in self.order].index(str(story))
        for one in self.order[at : at + AHEAD]:
            if str(one) not in self.ends:
                self.ends[str(one)] = self.executor.submit(self.tell, one)
        self.ends[str(story)].result()


@contextmanager
def told_beside(base: Strict, wanted: Iterable[Story], homes: Callable[[], Path]) -> Iterator[Telling]:
    base.reset()
    with ExitStack() as stack:
        worlds: SimpleQueue[World] = SimpleQueue()
        for _ in range(AT_ONCE):
            world = stack.enter_context(world_beside(base, homes()))
            stack.callback(base.control.touched.update, world.watch.touched)
            worlds.put(world)
        executor = ThreadPoolExecutor(AT_ONCE)
        stack.callback(executor.shutdown, cancel_futures=True)
        yield Telling(worlds, executor, list(wanted))


def asked_for(request: pytest.FixtureRequest) -> list[Story]:
    """The stories of this file that this run of pytest is about."""
    items = (item for item in request.session.items if item.path == request.path)
    params = (item.callspec.params for item in items if hasattr(item, "callspec"))
    return [one["story"] for one in params if "story" in one]
