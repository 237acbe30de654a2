"""Waiting: the one place with a clock and a sleep, both injected."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

SLICE = 0.25
"""Seconds after which a sleeper looks whether it shall stop."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Seconds. Tests give it a list instead of the machine's."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def ticks(self, *, every: float, within: float) -> Iterator[float]:
        """Yields the seconds waited so far, at once and then `every` seconds, while they are not over `within`."""
        start, waited = self.monotonic(), 0.0
        while True:
            yield waited
            if self.monotonic() - start + every > within:
                return
            self.sleep(every)
            waited = self.monotonic() - start


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Poll:
    """How something slow is waited for: a look every `every` seconds, up to a tenth later at random, so that many
    pollers do not stay in step (DescribeJobs is throttled by the account). `stop` ends the wait early."""

    every: float = 15.0
    clock: Clock = field(default_factory=Clock)
    stop: Callable[[], bool] = _never
    jitter: Callable[[], float] = random.random

    def ticks(self, within: float) -> Iterator[float]:
        """Yields the seconds waited so far, at once and after each pause, until `within` is over or `stop` says so.

        The last look is at the very end: what comes true in the last second is still seen.
        """
        start = self.clock.monotonic()
        while True:
            waited = self.clock.monotonic() - start
            yield waited
            if self.stop() or waited >= within:
                return
            self.pause(within - (self.clock.monotonic() - start))

    def pause(self, at_most: float) -> None:
        """Sleeps until the next look is due, in slices, so that Ctrl-C is obeyed within a quarter of a second."""
        pause = min(self.every * (1 + self.jitter() / 10), max(at_most, 0.0))
        end = self.clock.monotonic() + pause
        while (left := end - self.clock.monotonic()) > 0 and not self.stop():
            self.clock.sleep(min(SLICE, left))
