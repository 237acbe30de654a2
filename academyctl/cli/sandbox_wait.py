"""How a command that serves is ended: by Ctrl-C or SIGTERM, which then are no interruption."""

import signal
from collections.abc import Callable
from queue import SimpleQueue
from types import FrameType


def until_stopped() -> Callable[[], int]:
    """Waits for Ctrl-C or SIGTERM. From here to the end of the process they are the ordinary end, no interruption."""
    # A handler may run in the middle of get(): of the standard queues only this one may then be put to.
    asked: SimpleQueue[int] = SimpleQueue()

    def note(number: int, frame: FrameType | None) -> None:
        asked.put(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    return asked.get
