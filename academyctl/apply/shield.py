"""Signals during writes: noted, not obeyed, so that a write is never cut in half and an undo always runs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Shield:
    """Callable as a `Stop`: True once a signal came."""

    def __init__(self) -> None:
        self.name = ""

    def __call__(self) -> bool:
        return bool(self.name)

    def note(self, number: int, frame: FrameType | None) -> None:
        self.name = signal.Signals(number).name


@contextmanager
def shielded() -> Iterator[Shield]:
    """Within it SIGINT, SIGTERM and SIGHUP only raise the flag. Outside the main thread it does nothing."""
    shield = Shield()
    if threading.current_thread() is not threading.main_thread():
        yield shield
        return
    before = {number: signal.signal(number, shield.note) for number in SIGNALS}
    try:
        yield shield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
