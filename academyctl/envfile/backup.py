"""Backups of an env file, beside it: `.env.20260301T120000.123456Z.bak`, 0600, of the file's owner, the newest few."""

import os
import re
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from academyctl.envfile.store import complete_file, sync_folder
from academyctl.envfile.target import OWNER_ONLY, Target

KEPT = 5
_STAMP = r"\d{8}T\d{6}\.\d{6}Z"


def back_up(old: Target) -> Path:
    """A complete copy of what stands; where the newest backup is one already, that one. OSError when it cannot be made.

    The copy gets its name by a link, which is never made over a file that is there.
    """
    if old.data is None:
        raise FileNotFoundError(old.real)
    newest = backups_of(old.real)[-1:]
    if newest and _is_copy(newest[0], old.data):
        return newest[0]
    with complete_file(old.real, old.data, mode=OWNER_ONLY, uid=old.uid, gid=old.gid) as copy:
        backup = old.real.with_name(f"{old.real.name}.{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.bak")
        backup.hardlink_to(copy)
    sync_folder(backup.parent)
    return backup


def backups_of(real: Path) -> list[Path]:
    """Oldest first. What does not have exactly such a name, or is no regular file, is none."""
    name = re.compile(rf"{re.escape(real.name)}\.{_STAMP}\.bak")
    with os.scandir(real.parent) as found:
        ours = [each.name for each in found if name.fullmatch(each.name) and each.is_file(follow_symlinks=False)]
    return [real.with_name(each) for each in sorted(ours)]


def drop_oldest(real: Path) -> None:
    """Leaves the newest `KEPT`. What cannot be deleted is left for the next run."""
    with suppress(OSError):
        for backup in backups_of(real)[:-KEPT]:
            backup.unlink()


def _is_copy(backup: Path, data: bytes) -> bool:
    try:
        return stat.S_IMODE(backup.lstat().st_mode) == OWNER_ONLY and backup.read_bytes() == data
    except OSError:
        return False
