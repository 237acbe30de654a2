"""Programs that serve on loopback beside the embedded AWS, as long as a context lasts."""

import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from academyctl.model.errors import AcademyError

HOST = "127.0.0.1"
LOW, HIGH = 12000, 32000
"""Below the range that systems take outgoing ports from: none of those gets in between."""
PATIENCE = 3.0
"""Seconds between SIGTERM and SIGKILL."""


def free_ports(count: int = 1) -> int:
    """The first of so many free loopback ports in a row."""
    for _ in range(200):
        first = random.randrange(LOW, HIGH - count)
        if all(is_free(first + each) for each in range(count)):
            return first
    raise AcademyError(f"no {count} free ports in a row on {HOST}", code="sandbox.port")


def is_free(port: int) -> bool:
    """Nobody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def program(
    name: str, command: Sequence[str], folder: Path, env: Mapping[str, str], *, gently: bool = True
) -> "Iterator[subprocess.Popen[bytes]]":
    """Running in `folder`, its output in `folder`/<name>.log; ended on the way out (not `gently`: killed at once).

    In a session of its own: a Ctrl-C on the terminal is for us, and we end it.
    """
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process, gently=gently)


def _end(process: "subprocess.Popen[bytes]", *, gently: bool) -> None:
    if gently and process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until_ready(
    name: str,
    process: "subprocess.Popen[bytes]",
    folder: Path,
    is_ready: Callable[[], bool],
    *,
    within: float = 60,
) -> None:
    """Returns once it serves. AcademyError with the end of its log when it ends before, or does not in time."""
    end = time.monotonic() + within
    while not is_ready():
        if process.poll() is not None or time.monotonic() > end:
            raise AcademyError(
                f"{name} did not come up", code="sandbox.program", hint=_last_line(folder / f"{name}.log")
            )
        time.sleep(0.05)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"its last words: {lines[-1][:200]}" if lines else "it said nothing"


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        with direct().open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def direct() -> urllib.request.OpenerDirector:
    """Past any proxy: everything asked for is on loopback."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
