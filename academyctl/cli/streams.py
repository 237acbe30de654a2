"""The three standard streams, made fit for a command that writes: no closed terminal and no full disk stops it."""

import io
import os
import sys
from typing import Any, TextIO


def open_streams() -> None:
    """A stream that the caller closed (>&-) takes what is written and forgets it; so does a stderr that is lost later.

    With PYTHONUNBUFFERED a write to stdout may be cut short without an error: it gets its buffer back.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    sys.stderr = _never_failing(sys.stderr)
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, io.RawIOBase):
        sys.stdout = _text(io.BufferedWriter(raw), like=sys.stdout)


def forget_stdout() -> None:
    """What is still to be written goes nowhere: Python flushes stdout once more at its end, and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Unfailing(io.RawIOBase):
    """Writes to a file descriptor; what it does not take is forgotten.

    Progress is told in the middle of writes: were a reader that goes away (`2>&1 | head`, a closed ssh) an error, it
    would end a command between two of them, and its way back too.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any, /) -> int:
        left = memoryview(data).cast("B")
        size = len(left)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            pass
        return size


def _never_failing(stream: TextIO) -> TextIO:
    try:
        descriptor = stream.fileno()
    except OSError:
        return stream  # not one of the system's: a test's
    if isinstance(getattr(stream, "buffer", None), Unfailing):
        return stream
    return _text(Unfailing(descriptor), like=stream)


def _text(binary: Any, *, like: TextIO) -> TextIO:
    """Over a raw stream each write goes out at once, as Python's own -u has it."""
    is_raw = isinstance(binary, io.RawIOBase)
    return io.TextIOWrapper(
        binary, encoding=like.encoding, errors=like.errors, line_buffering=True, write_through=is_raw
    )
