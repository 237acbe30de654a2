"""Which paths are mount points. `os.path.ismount` knows no file that is bind-mounted from its own filesystem."""

import os
import re
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(rb"\\([0-7]{3})")


def is_mount_point(path: Path, table: Path = TABLE) -> bool:
    """`path` has no symlinks in it. False where the system has no such table: a rename then fails with EBUSY."""
    try:
        return os.fsencode(path) in mount_points(table.read_bytes())
    except OSError:
        return False


def mount_points(table: bytes) -> frozenset[bytes]:
    """The fifth field of each line, in which space, tab, newline and backslash are octal (proc(5))."""
    fields = (line.split(b" ") for line in table.splitlines())
    return frozenset(_ESCAPE.sub(lambda found: bytes([int(found[1], 8)]), each[4]) for each in fields if len(each) > 4)
