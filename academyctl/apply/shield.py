"""Signals during writes: noted, not obeyed, so that a write is never cut in half, an undo always runs and is told."""

import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Shield:
    """While it is up, SIGINT, SIGTERM and SIGHUP only give it a `name`. Callable as a `Stop`: True once one came.

    It goes up before the first write and down when the result is on stdout. Outside the main thread it does nothing.
    """

    def __init__(self) -> None:
        self.name = ""
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        return bool(self.name)

    def up(self) -> None:
        if self._before or threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._note)

    def down(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.name = signal.Signals(number).name
