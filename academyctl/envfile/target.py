"""The place an env is written to, as it stands: what could not be written is refused before anything else is done.

Nothing is written here, and nothing but the file itself is opened.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from academyctl.envfile.mounts import is_mount_point
from academyctl.envfile.read import bytes_of
from academyctl.model.errors import UsageError

OWNER_ONLY = 0o600


@dataclass(frozen=True, kw_only=True)
class Target:
    """`path` is the name that was given, `real` where its symlinks lead. `data` is None where there is no file yet;
    `mode` has the permission bits alone. Two are equal when nothing changed in between."""

    path: Path
    real: Path
    data: bytes | None = field(default=None, repr=False)
    inode: int = 0
    mode: int = OWNER_ONLY
    uid: int = -1
    gid: int = -1
    links: int = 1
    is_mount_point: bool = False

    @property
    def private_mode(self) -> int:
        """What it has of its owner's rights to read and write; nothing for anybody else."""
        return self.mode & OWNER_ONLY

    @property
    def is_private(self) -> bool:
        return self.mode == self.private_mode


def look_at(path: Path, *, in_place: bool = False) -> Target:
    """UsageError where `path` cannot be written: a folder, a device, a read-only place, somebody else's file."""
    refuse_no_folder(path)
    refuse_no_file(path)
    real = Path(os.path.realpath(path))
    try:
        status = real.lstat()
        data = bytes_of(real)
    except FileNotFoundError:
        _refuse_folder(real.parent)
        return Target(path=path, real=real)
    except OSError as refused:
        hint = "run it with sudo" if isinstance(refused, PermissionError) else ""
        raise _refused(path, refused.strerror or "it cannot be opened", hint) from None
    _refuse_folder(real.parent)
    _refuse_file(path, status, in_place=in_place)
    return Target(
        path=path,
        real=real,
        data=data,
        inode=status.st_ino,
        mode=stat.S_IMODE(status.st_mode),
        uid=status.st_uid,
        gid=status.st_gid,
        links=status.st_nlink,
        is_mount_point=is_mount_point(real),
    )


def refuse_no_folder(path: Path) -> None:
    """UsageError where the folder of `path`, or of what it is a link to, is not there."""
    for folder in (path.parent, Path(os.path.realpath(path)).parent):
        if not os.path.isdir(folder):  # noqa: PTH112  # Path.is_dir raises where we may not look
            raise UsageError(f"{folder} is no folder", code="usage.file", hint=f"mkdir -p {quote(str(folder))}")


def refuse_no_file(path: Path) -> None:
    """UsageError for what is there and is no file."""
    if os.path.isdir(path):  # noqa: PTH112  # as above
        raise UsageError(f"{path} is a folder", code="usage.file")
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113  # as above
        raise UsageError(f"{path} is no regular file", code="usage.file")


def _refuse_folder(folder: Path) -> None:
    """A temporary file and a backup are made there, and older backups looked for. access(2) also tells a read-only or
    an immutable one, to root too."""
    if not _may(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _refused(folder, "the folder may not be written", "choose another folder, or run it with sudo")


def _refuse_file(path: Path, status: os.stat_result, *, in_place: bool) -> None:
    """What a rename would meet only after the question was answered."""
    if os.geteuid() not in (0, status.st_uid):
        raise _refused(path, f"it belongs to uid {status.st_uid}, and only root can keep that", "run it with sudo")
    if (in_place or os.geteuid() == 0) and not _may(path, os.W_OK):
        raise _refused(path, "it is read-only (its mode, a read-only mount, or chattr +i)")


def _may(path: Path, what: int) -> bool:
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _refused(path: Path, reason: str, hint: str = "") -> UsageError:
    return UsageError(f"cannot write {path}: {reason}", code="usage.file", hint=hint)
