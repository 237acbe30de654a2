"""academyctl as a child process of academyctl: what it is sent, what it says and how it ends pass through."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

PASSED_ON = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def command_line(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "academyctl", *words]


def run_through(words: Sequence[str], env: Mapping[str, str]) -> int:
    """Runs one command on our own stdin, stdout and stderr; its return code (negative: the signal that ended it)."""
    with _passing_on() as signals, subprocess.Popen(command_line(words), env=env) as child:
        signals.lead_to(child)
        return child.wait()


class _Signals:
    """Hands signals to the child; those that come before there is one are kept for it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def receive(self, number: int, frame: FrameType | None) -> None:
        if self._child is None:
            self._early.append(number)
        elif number != signal.SIGINT or not _is_typed():
            self._child.send_signal(number)

    def lead_to(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child
        for number in self._early:
            child.send_signal(number)


@contextmanager
def _passing_on() -> Iterator[_Signals]:
    signals = _Signals()
    before = {number: signal.signal(number, signals.receive) for number in PASSED_ON}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_typed() -> bool:
    """Ctrl-C on the terminal that we are in front of reaches the child by itself; twice would cut its ending short."""
    if not hasattr(os, "tcgetpgrp"):
        return True
    for stream in range(3):
        try:
            return os.tcgetpgrp(stream) == os.getpgrp()
        except OSError:
            continue
    return False


def run_captured(words: Sequence[str], env: Mapping[str, str], cwd: Path, stdin: str) -> tuple[int, str]:
    """Runs one command in a folder; its return code, and its stdout and stderr in the order they came."""
    done = subprocess.run(
        command_line(words),
        env=env,
        cwd=cwd,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout


def run_shown(words: Sequence[str], env: Mapping[str, str], cwd: Path) -> int:
    """Runs one command in a folder on our own stdout and stderr; its return code."""
    return subprocess.run(command_line(words), env=env, cwd=cwd, stdin=subprocess.DEVNULL).returncode
