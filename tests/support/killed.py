"""Kills a process at every line of some source files, one child for each line.

Run as `python -m tests.support.killed FOLDER PATH TEXT`: restores TEXT to PATH again and again, each time killed one
line of academyctl/envfile later, until it is not killed any more; prints what was left behind each time.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from academyctl.envfile.restore import restore_file
from academyctl.envfile.target import look_at

SOURCES = "/academyctl/envfile/"


def killed_at(line: int, body: Callable[[], object]) -> bool:
    """Runs `body` in a child that is killed when it comes to its nth line; False where it ended before."""
    if pid := os.fork():
        return os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if SOURCES not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    body()
    os._exit(0)


def left_in(folder: Path) -> dict[str, tuple[str, int]]:
    """Name → content and mode."""
    return {path.name: (path.read_text(), path.stat().st_mode & 0o7777) for path in sorted(folder.iterdir())}


def main(folder: Path, name: str, text: str) -> None:
    told = []
    line = 0
    killed = True
    while killed:
        line += 1
        place = folder.with_name(f"{folder.name}-{line}")
        shutil.copytree(folder, place)
        seen = look_at(place / name)
        killed = killed_at(line, partial(restore_file, seen, text.encode()))
        told.append(left_in(place))
        shutil.rmtree(place)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
