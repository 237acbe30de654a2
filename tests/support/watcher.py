"""A process that looks at a file and the folder round it as often as it can, while others write there.

Run as `python -m tests.support.watcher PATH`: it says `ready`, looks until its stdin ends, and prints what it saw.
"""

import hashlib
import json
import os
import select
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.cli import ROOT


@dataclass
class Seen:
    """`texts` counts what was read (as digests, or how the reading failed), `modes` what it was open to;
    `beside` are the modes of all other names in its folder."""

    texts: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)

    @property
    def looks(self) -> int:
        return sum(self.texts.values())


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


@contextmanager
def watched(path: Path) -> Iterator[Seen]:
    """What a process of its own saw of `path` during the block; filled at its end."""
    seen, pipe = Seen(), subprocess.PIPE
    command = [sys.executable, "-m", "tests.support.watcher", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield seen
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    for name, counts in json.loads(out).items():
        getattr(seen, name).update(counts)


def look(path: Path, seen: Seen) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as failure:
        seen.texts[type(failure).__name__] += 1
        return
    with os.fdopen(handle, "rb") as file:
        seen.modes[oct(stat.S_IMODE(os.fstat(handle).st_mode))] += 1
        seen.texts[digest(file.read())] += 1


def look_beside(path: Path, seen: Seen) -> None:
    with os.scandir(path.parent) as found:
        for entry in found:
            if entry.name != path.name:
                try:
                    seen.beside[oct(stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode))] += 1
                except FileNotFoundError:
                    continue


def main(path: Path) -> None:
    seen = Seen()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not select.select([sys.stdin], [], [], 0)[0]:
        look(path, seen)
        look_beside(path, seen)
    sys.stdout.write(json.dumps(vars(seen)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
