"""academyctl on a real terminal (a pseudo-terminal of its own)."""

import os
import pty
from contextlib import suppress
from dataclasses import dataclass

from tests.support.cli import Cli


@dataclass(frozen=True)
class Session:
    """`screen` is everything that the terminal was sent, escape sequences included."""

    code: int
    screen: str


def on_terminal(cli: Cli, *words: str, typed: str = "", columns: int = 100) -> Session:
    """Runs one command line with all three streams on a terminal; `typed` waits in the keyboard's buffer."""
    ours, theirs = pty.openpty()
    env = {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "50"}
    process = cli.start(*words, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        os.write(ours, typed.encode())
        screen = _all_of(ours)
        return Session(code=process.wait(timeout=60), screen=screen.decode().replace("\r\n", "\n"))
    finally:
        process.kill()
        os.close(ours)


def _all_of(handle: int) -> bytes:
    """What is sent until the other side closes; Linux says so with EIO."""
    parts: list[bytes] = []
    with suppress(OSError):
        while part := os.read(handle, 65536):
            parts.append(part)
    return b"".join(parts)
