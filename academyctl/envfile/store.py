"""Writing an env to disk: complete or not at all, and readable by its owner only from the first byte."""

import os
import subprocess
import tempfile
from pathlib import Path

from academyctl.model.errors import UsageError


def write_private(path: Path, text: str) -> None:
    """Replaces `path` (a symlink's target) atomically, mode 0600; UsageError when the folder refuses."""
    target = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    except OSError as refused:
        raise UsageError(f"cannot write {path}: {refused.strerror}", code="usage.file") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            _own(Path(name))
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except OSError as refused:
        raise UsageError(f"cannot write {path}: {refused.strerror}", code="usage.file") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _own(path: Path) -> None:
    """Owner only. mkstemp makes 0600; on Windows an access list of one entry stands for it."""
    if os.name == "nt":
        owner = f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}"
        subprocess.run(
            ["icacls", str(path), "/inheritance:r", "/grant:r", f"{owner}:F"], check=True, capture_output=True
        )
