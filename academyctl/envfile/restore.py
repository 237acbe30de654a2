"""One env file replaced, as it was seen when the plan was shown: backup first, then all of it at once.

Killed at any point it leaves the old file or the new one; of a write in place, what is lost is in the backup.
"""

import errno
import os
import time
from contextlib import suppress
from glob import escape
from io import FileIO
from pathlib import Path

from academyctl.envfile.backup import back_up, drop_oldest
from academyctl.envfile.store import cannot_write, replace_file
from academyctl.envfile.target import Target, look_at
from academyctl.model.errors import AcademyError, Conflict

STALE = 60.0
"""Seconds after which a temporary file has no writer any more: to write one takes milliseconds."""


def restore_file(seen: Target, data: bytes, *, in_place: bool = False) -> Path | None:
    """The backup; None where there was nothing else to lose. Conflict when the file is not as it was seen any more."""
    old = look_at(seen.path, in_place=in_place)
    if old != seen:
        raise Conflict(
            f"{seen.path} changed since the plan was made; it was not written",
            code="file.changed",
            hint="run it again and read the new plan",
        )
    _sweep(old.real)
    backup = _kept(old, data)
    try:
        if in_place and old.data is not None:
            _overwrite(old, old.data, data, backup)
        else:
            replace_file(old.real, data, mode=old.private_mode, uid=old.uid, gid=old.gid)
    except OSError as refused:
        raise _failed(old, refused) from None
    drop_oldest(old.real)
    return backup


def _kept(old: Target, data: bytes) -> Path | None:
    """The backup of what would be lost."""
    if old.data is None or old.data == data:
        return None
    try:
        return back_up(old)
    except OSError as refused:
        raise cannot_write(old.path, f"no backup can be made: {refused.strerror}") from None


def _overwrite(old: Target, before: bytes, data: bytes, backup: Path | None) -> None:
    """Writes into the file that is there: its inode stays, which a bind mount shows. Not atomic.

    OSError where the old text is back: a full disk has room for what it held. `file.torn` where neither is whole.
    """
    handle = os.open(old.real, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "wb", buffering=0) as file:
        os.fchmod(handle, old.private_mode)
        try:
            _fill(file, data)
        except OSError as refused:
            try:
                _fill(file, before)
            except OSError:
                message = f"{old.path} may be written in part: {refused.strerror}"
                hint = f"what stood there is in {backup}" if backup else ""
                raise AcademyError(message, code="file.torn", hint=hint) from None
            raise


def _fill(file: FileIO, data: bytes) -> None:
    file.seek(0)
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
    file.truncate(len(data))
    os.fsync(file.fileno())


def _sweep(real: Path) -> None:
    """Temporary files of runs that were killed: ours by their name, and too old to have a writer."""
    for left in real.parent.glob(f".{escape(real.name)}.????????.tmp"):
        with suppress(OSError):
            if time.time() - left.lstat().st_mtime > STALE:
                left.unlink()


def _failed(old: Target, refused: OSError) -> AcademyError:
    if refused.errno == errno.EBUSY:
        return cannot_write(
            old.path, "it is a mount point, which nothing can be renamed onto (--in-place writes into it)"
        )
    return cannot_write(old.path, refused.strerror)
