"""SIGTERM: Batch gives 30 seconds from it to SIGKILL, at a timeout, a termination and on a lost host.

The first signal raises Stopped in the main thread, kills every child's group and stops uploads in flight. Later ones
change nothing. A container whose first process is Python ignores SIGTERM unless a handler is installed.
"""

import io
import os
import signal
import threading
from types import FrameType
from typing import Any

from worker.errors import Stopped

RECORD_SECONDS = 20
"""From the signal to the end, whatever hangs."""


class Stop:
    def __init__(self) -> None:
        self._asked = threading.Event()
        self._signum = 0
        self._groups: set[int] = set()

    def install(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    @property
    def is_asked(self) -> bool:
        return self._asked.is_set()

    def raise_if_asked(self) -> None:
        """What fails after the signal fails because of it: a child was killed, a request was broken off, and the error
        of that may have taken the place of Stopped on its way up."""
        if self.is_asked:
            raise Stopped(self._signum)

    def watch(self, group: int) -> None:
        """A child's process group, to be killed with us. One started after the signal is killed at once."""
        self._groups.add(group)
        if self.is_asked:
            kill_group(group)

    def forget(self, group: int) -> None:
        self._groups.discard(group)

    def open(self, path: Any, mode: str = "rb") -> "StoppableFile":
        """For uploading: reading fails once a stop was asked, which breaks the request off."""
        return StoppableFile(path, self)

    def _on_signal(self, signum: int, _frame: FrameType | None) -> None:
        if self.is_asked:
            return
        self._signum = signum
        self._asked.set()
        signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + signum))
        signal.alarm(RECORD_SECONDS)
        for group in tuple(self._groups):
            kill_group(group)
        raise Stopped(signum)


class StoppableFile(io.FileIO):
    def __init__(self, path: Any, stop: Stop) -> None:
        super().__init__(path, "rb")
        self._stop = stop

    def read(self, size: int | None = -1, /) -> bytes:
        if self._stop.is_asked:
            raise InterruptedError("a stop was asked")
        return super().read(-1 if size is None else size) or b""


def kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
