"""The folder of one run. It is gone when the run ends; what a killed run left is taken away by the next one here.

A run holds a lock on its folder, so that a folder without one has no owner. In a container there is never another.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from worker.errors import Transient

PREFIX = "academy-video-"
ROOM = 2.5
"""Times the source's size that must be free: the source itself, and every rung of it."""


@contextmanager
def workspace(root: Path | None = None) -> Iterator[Path]:
    """An empty folder under `root`, or the system's temporary folder. Transient("DISK") when it cannot be made."""
    root = root or Path(tempfile.gettempdir())
    sweep(root)
    try:
        folder, lock = _held(root)
    except OSError as failure:
        raise Transient("DISK", f"no work folder can be made: {failure.strerror}") from failure
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _held(root: Path) -> tuple[Path, int]:
    """A new folder and its lock. One that a sweep took before it was locked is made again."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, lock
        os.close(lock)


def sweep(root: Path) -> None:
    """Removes the folders that nobody holds."""
    for folder in root.glob(f"{PREFIX}*"):
        with suppress(OSError):
            _remove_unheld(folder)


def _remove_unheld(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def require_room(folder: Path, source_size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < source_size * ROOM:
        raise Transient("DISK", f"{free} bytes are free, {int(source_size * ROOM)} are needed")


def is_full(folder: Path) -> bool:
    """Too little is left for a segment, so one may have been cut."""
    return shutil.disk_usage(folder).free < 16 * 1024**2
