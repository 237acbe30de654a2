"""Writing an env to disk: complete or not at all, and readable by its owner only from the first byte."""

import os
import subprocess
import tempfile
from pathlib import Path

from academyctl.model.errors import UsageError


def write_private(path: Path, text: str) -> None:
    """Replaces `path` (a symlink's target) atomically, mode 0600.

    UsageError when the folder refuses, or where `path` is no regular file: a device would become one.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise _refused(path, "it is no regular file")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    except OSError as refused:
        raise _refused(path, refused.strerror) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            _own(Path(name))
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except OSError as refused:
        raise _refused(path, refused.strerror) from None
    finally:
        Path(name).unlink(missing_ok=True)


def _refused(path: Path, reason: str | None) -> UsageError:
    return UsageError(f"cannot write {path}: {reason}", code="usage.file")


def _own(path: Path) -> None:
    """Owner only. mkstemp makes 0600; on Windows an access list of one entry stands for it."""
    if os.name == "nt":
        owner = f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}"
        command = ["icacls", str(path), "/inheritance:r", "/grant:r", f"{owner}:F"]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise OSError(0, "icacls could not make it readable by its owner only")
