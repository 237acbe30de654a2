"""Writing an env to disk: complete or not at all, and readable by its owner only from the first byte."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from academyctl.envfile.target import OWNER_ONLY
from academyctl.model.errors import UsageError


def write_private(path: Path, text: str) -> None:
    """Replaces `path` (a symlink's target) atomically, mode 0600.

    UsageError when the folder refuses, or where `path` is no regular file: a device would become one.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise cannot_write(path, "it is no regular file")
    try:
        replace_file(target, text.encode())
    except OSError as refused:
        raise cannot_write(path, refused.strerror) from None


def replace_file(target: Path, data: bytes, *, mode: int = OWNER_ONLY, uid: int = -1, gid: int = -1) -> None:
    """Renames a complete file, on the disk already, onto `target`; OSError leaves what was there."""
    with complete_file(target, data, mode=mode, uid=uid, gid=gid) as new:
        new.replace(target)
    sync_folder(target.parent)


@contextmanager
def complete_file(target: Path, data: bytes, *, mode: int, uid: int, gid: int) -> Iterator[Path]:
    """A temporary file beside `target` that holds `data` and is on the disk; it is gone after the block.

    It has owner and mode before it has its first byte: nobody else ever opens it.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            _own(Path(name), handle, mode, uid, gid)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """The names in a folder outlive a power cut too, where the system has such a call and lets us open the folder."""
    if os.name == "nt":
        return
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cannot_write(path: Path, reason: str | None) -> UsageError:
    return UsageError(f"cannot write {path}: {reason}", code="usage.file")


def _own(path: Path, handle: int, mode: int, uid: int, gid: int) -> None:
    """Owner only. mkstemp makes 0600; on Windows an access list of one entry stands for it."""
    if os.name == "nt":
        _own_on_windows(path)
        return
    if (uid, gid) != (-1, -1):
        give_to(handle, uid, gid)
    os.fchmod(handle, mode)


def give_to(handle: int, uid: int, gid: int) -> None:
    """The owner must be kept. A group that we are no member of need not: no mode that we write lets it in."""
    os.fchown(handle, uid, -1)
    try:
        os.fchown(handle, -1, gid)
    except PermissionError:
        return


def _own_on_windows(path: Path) -> None:
    owner = f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}"
    command = ["icacls", str(path), "/inheritance:r", "/grant:r", f"{owner}:F"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise OSError(0, "icacls could not make it readable by its owner only")
