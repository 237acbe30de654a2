"""Uploads that could be shown as they are, and others that only look so; made once in a process."""

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.worker.clips import AAC, made, picture, tone

SMALL = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "32", "-pix_fmt", "yuv420p", "-sc_threshold", "0")
GRID = ("-g", "50", "-keyint_min", "50")
"""At 25 pictures a second, a keyframe every two seconds."""


@cache
def fit() -> Path:
    """640x360, 14 s, B-frames, keyframes every two seconds."""
    return made("fit.mp4", *picture("640x360", 14), *tone(14), *SMALL, *GRID, "-bf", "3", *AAC)


@cache
def baseline() -> Path:
    """No B-frames, 29.97 pictures a second, a keyframe every two and a half; its sound is encoded anew."""
    shape = ("-profile:v", "baseline", "-g", "75", "-keyint_min", "75")
    return made("baseline.mp4", *picture("640x360", 20, "30000/1001"), *tone(20), *SMALL, *shape, "-c:a", "mp3")


@cache
def repeated_sets() -> Path:
    """Its parameter sets stand before every keyframe too: it was a transport stream once."""
    stream = made("repeated.ts", "-i", str(fit()), "-c", "copy")
    return made("repeated.mp4", "-i", str(stream), "-c", "copy")


@cache
def off_grid() -> Path:
    """A keyframe every 4.48 seconds: none from 6 to 8.1."""
    return made("off.mp4", *picture("640x360", 14), *SMALL, "-g", "112", "-keyint_min", "112")


@cache
def sparse() -> Path:
    """One keyframe, at its start."""
    return made("sparse.mp4", *picture("640x360", 14), *SMALL, "-g", "999")


@cache
def near_grid() -> Path:
    """A keyframe 40 ms before the end of the first segment."""
    return made("near.mp4", *picture("640x360", 14), *SMALL, "-g", "149", "-keyint_min", "149")


@cache
def open_groups() -> Path:
    """Keyframes on the grid, but of open groups of pictures."""
    shape = ("-x264-params", "open-gop=1:keyint=50:min-keyint=25:bframes=3")
    return made("open.mp4", *picture("640x360", 14), *SMALL, *shape)


@cache
def edited() -> Path:
    """Cut without being encoded: an edit list hides its first pictures, the first one shown is no keyframe."""
    return made("edited.mp4", "-ss", "1", "-i", str(fit()), "-c", "copy")


@cache
def late_picture() -> Path:
    """Its sound begins half a second before its picture."""
    return made(
        "late.mp4", "-itsoffset", "0.5", "-i", str(fit()), "-i", str(fit()), "-map", "0:v", "-map", "1:a", "-c", "copy"
    )


@cache
def uneven() -> Path:
    """A frame rate that varies: every third picture of the first half is missing."""
    drop = "select='gt(t,7)+mod(n,3)',setpts=PTS"
    return made("uneven.mp4", *picture("640x360", 14), "-vf", drop, "-fps_mode", "vfr", *SMALL, *_every_two_seconds())


@cache
def too_fast() -> Path:
    """More bytes than the rung may have."""
    return made("fast.mp4", *picture("640x360", 14), *SMALL[:4], "-qp", "8", *SMALL[6:], *GRID)


@cache
def other_size() -> Path:
    """Between 360p and 480p."""
    return made("other.mp4", *picture("720x406", 7), *SMALL, *GRID)


@cache
def over_the_top() -> Path:
    """Larger than the top rung."""
    return made("over.mp4", *picture("2560x1440", 2), *SMALL, *GRID)


@cache
def turned() -> Path:
    return made("turned.mp4", "-i", str(fit()), "-c", "copy", "-metadata:s:v", "rotate=180")


@cache
def interlaced() -> Path:
    return made("interlaced.mp4", *picture("640x360", 7), *SMALL, *GRID, "-flags", "+ilme+ildct", "-x264opts", "tff=1")


@cache
def full_chroma() -> Path:
    return made("chroma.mp4", *picture("640x360", 7), *SMALL, *GRID, "-pix_fmt", "yuv444p")


@cache
def in_matroska() -> Path:
    return made("fit.mkv", "-i", str(fit()), "-c", "copy")


@cache
def only_rung() -> Path:
    return made("only.mp4", *picture("426x240", 7), *SMALL, *GRID)


@cache
def cut_short() -> Path:
    """Its index promises more than the file holds."""
    whole = made("whole-fit.mp4", "-i", str(fit()), "-c", "copy", "-movflags", "+faststart")
    path = whole.with_name("cut-fit.mp4")
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 4])
    return path


@cache
def spoilt() -> Path:
    """400 bytes in the middle of its fourth keyframe are something else: only who decodes it sees that."""
    words = ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pos,flags", "-of", "csv=p=0"]
    told = subprocess.run(["ffprobe", *words, str(fit())], capture_output=True, text=True, check=True).stdout
    at = [int(line.split(",")[0]) for line in told.splitlines() if ",K" in line][3] + 2000
    data = bytearray(fit().read_bytes())
    data[at : at + 400] = bytes(400)
    path = fit().with_name("spoilt.mp4")
    path.write_bytes(data)
    return path


def _every_two_seconds() -> tuple[str, ...]:
    return ("-force_key_frames", "expr:gte(t,n_forced*2)")


FIT: dict[str, Callable[[], Path]] = {"B-frames": fit, "29.97 baseline": baseline, "repeated sets": repeated_sets}
UNFIT: dict[str, tuple[Callable[[], Path], str]] = {
    "keyframes off the grid": (off_grid, "keyframes are not"),
    "one keyframe": (sparse, "no keyframe at 6 s"),
    "a keyframe just before the cut": (near_grid, "keyframes are not"),
    "open groups": (open_groups, "IDR"),
    "an edit list": (edited, "first picture|not to be shown"),
    "the sound before the picture": (late_picture, "first picture"),
    "a frame rate that varies": (uneven, "frame rate"),
    "too many bytes": (too_fast, "kbit/s"),
    "between two rungs": (other_size, "of a rung's size"),
    "larger than the top rung": (over_the_top, "of a rung's size|not plain"),
    "upside down": (turned, "not plain"),
    "interlaced": (interlaced, "not plain"),
    "4:4:4": (full_chroma, "not plain"),
    "Matroska": (in_matroska, "not plain"),
    "no rung beside it": (only_rung, "no other rung"),
    "cut short": (cut_short, "not to be shown"),
}
