"""Waiting: the one place with a clock and a sleep, both injected."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


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
