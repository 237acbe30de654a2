"""ffmpeg and ffprobe as child processes: a group of their own, no shell, no stdin.

Both are given local files only, and both are told which formats and protocols they may open: a file that calls itself
.mp4 may be a playlist that names other files or addresses.
"""

import ctypes
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from worker.errors import Transient
from worker.stop import Stop, kill_group

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
"""Demuxers of single files. Not hls, concat, dash, image2: those open what a file names."""
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def reading(path: Path, formats: str = FORMATS) -> list[str]:
    """The words before and with the input file, for ffmpeg and ffprobe alike."""
    return ["-protocol_whitelist", "file", "-format_whitelist", formats, "-i", f"file:{path}"]


@contextmanager
def running(words: Sequence[str], stop: Stop, *, is_long: bool = False) -> Iterator["subprocess.Popen[bytes]"]:
    """The process; its whole group is killed on the way out, however that is. Transient("PROGRAM"): not to be had.

    A long one also dies when the worker is killed. It must be started while there are no other threads.
    """
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    try:
        process = subprocess.Popen(
            words, start_new_session=True, preexec_fn=_die_with_parent if is_long else None, **pipes
        )
    except OSError as failure:
        raise Transient("PROGRAM", f"{words[0]} cannot be started: {failure.strerror}") from failure
    try:
        stop.watch(process.pid)
        yield process
    finally:
        kill_group(process.pid)
        process.wait()
        stop.forget(process.pid)
        _close(process)


def run(words: Sequence[str], stop: Stop, timeout: float) -> "subprocess.CompletedProcess[bytes]":
    """To its end. Transient("TIMEOUT") when it takes longer than `timeout` seconds."""
    with running(words, stop) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Transient("TIMEOUT", f"{words[0]} did not end within {timeout:.0f} s") from None
    return subprocess.CompletedProcess(list(words), process.returncode, out, err)


def killed_by(code: int) -> str:
    """The name of the signal that ended a process, or an empty string."""
    return signal.Signals(-code).name if code < 0 else ""


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _close(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdout, process.stderr):
        if stream:
            with suppress(OSError):
                stream.close()
