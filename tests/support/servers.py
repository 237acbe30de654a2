"""What the throw-away servers of the tests have in common: a folder, free loopback ports, and an end with the process.

A server is started by the first test that needs it, serves all later ones of the same process, and ends with it.
"""

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

UNPRIVILEGED = "nobody"


def free_ports(count: int = 1) -> int:
    """The first of so many free loopback ports in a row, below those that outgoing connections take by themselves."""
    for _ in range(100):
        first = 10_000 + secrets.randbelow(22_000 - count)
        if all(_is_free(first + each) for each in range(count)):
            return first
    raise RuntimeError(f"no {count} free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def new_folder(name: str) -> Path:
    """A folder that goes with the process. An unprivileged server may work in it."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def start(
    command: list[str],
    folder: Path,
    is_ready: Callable[[], bool],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    within: float = 60,
) -> "subprocess.Popen[bytes]":
    """The running server, once `is_ready`; its output is in `folder`/log. It is killed when this process ends."""
    log = folder / "log"
    own = user if os.geteuid() == 0 else None
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd or folder,
            env=env,
            user=own,
            extra_groups=[] if own else None,
        )
    atexit.register(stop, process)
    end = time.monotonic() + within
    while not is_ready():
        if process.poll() is not None or time.monotonic() > end:
            stop(process)
            raise RuntimeError(f"{command[0]} did not come up:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.02)
    return process


def stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
    process.wait(10)


def answers(port: int) -> bool:
    """Something listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
