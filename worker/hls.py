"""What ffmpeg made, judged, and the master playlist of it.

A rendition counts only when its playlist is closed, every segment that it lists is there and not empty, and their
times add up to the source's. The master is written from the measured bytes: ffmpeg 5.1 writes the same BANDWIDTH for
every rung, or no rung at all.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from worker.encode import PLAYLIST
from worker.errors import Permanent
from worker.ladder import Rung

MASTER = "master.m3u8"
SEGMENT_NAME = re.compile(r"seg_\d{5,}\.ts")


class Broken(Exception):
    """A rendition is not whole. The message says how; why (a full disk, a cut upload) is for the caller to find."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    name: str
    seconds: float
    size: int


@dataclass(frozen=True, kw_only=True)
class Rendition:
    rung: Rung
    segments: tuple[Segment, ...]
    codecs: str = ""

    @property
    def seconds(self) -> float:
        return math.fsum(segment.seconds for segment in self.segments)


def read_playlist(text: str) -> tuple[tuple[str, float], ...]:
    """The segments of a media playlist, (name, seconds). Broken: not closed, or not of the form that is asked for."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U":
        raise Broken("the playlist does not begin with #EXTM3U")
    if lines[-1] != "#EXT-X-ENDLIST":
        raise Broken("the playlist has no #EXT-X-ENDLIST")
    times = [_extinf(line) for line in lines if line.startswith("#EXTINF:")]
    names = [line for line in lines if not line.startswith("#")]
    if not names or len(names) != len(times):
        raise Broken(f"the playlist has {len(names)} segments and {len(times)} times")
    if odd := [name for name in names if not SEGMENT_NAME.fullmatch(name)]:
        raise Broken(f"the playlist names {odd[0][:80]!r}")
    return tuple(zip(names, times, strict=True))


def _extinf(line: str) -> float:
    try:
        seconds = float(line.removeprefix("#EXTINF:").partition(",")[0])
    except ValueError:
        raise Broken("a segment's time is not a number") from None
    if not 0 <= seconds < math.inf:
        raise Broken("a segment's time is not a time")
    return seconds


def read_rendition(folder: Path, rung: Rung) -> Rendition:
    """From the files of one rung. Broken: a segment is missing or empty."""
    try:
        listed = read_playlist((folder / PLAYLIST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Broken(f"{rung.name}: there is no playlist") from None
    except Broken as broken:
        raise Broken(f"{rung.name}: {broken}") from None
    segments = [Segment(name=name, seconds=seconds, size=_size(folder / name)) for name, seconds in listed]
    if empty := [segment.name for segment in segments if not segment.size]:
        raise Broken(f"{rung.name}: {len(empty)} segments are missing or empty, the first is {empty[0]}")
    return Rendition(rung=rung, segments=tuple(segments))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def tolerance(duration: float) -> float:
    """How far, in seconds, the segments' sum may be from the source's duration."""
    return max(2.0, 0.02 * duration)


def check_length(renditions: Sequence[Rendition], duration: float) -> None:
    """Permanent("TRUNCATED"): the source holds less than it says; "LENGTH": more. 0: the duration is not known."""
    for rendition in renditions:
        gap = rendition.seconds - duration
        if duration > 0 and abs(gap) > tolerance(duration):
            found = f"{rendition.rung.name} is {rendition.seconds:.1f} s long, the upload says {duration:.1f} s"
            raise Permanent("TRUNCATED" if gap < 0 else "LENGTH", found)


def master(renditions: Sequence[Rendition]) -> str:
    """Largest first. BANDWIDTH is the fastest segment's rate, AVERAGE-BANDWIDTH that of all, in bit/s."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rendition in renditions:
        rung = rendition.rung
        rates = f"BANDWIDTH={peak(rendition)},AVERAGE-BANDWIDTH={average(rendition)}"
        codecs = f',CODECS="{rendition.codecs}"' if rendition.codecs else ""
        lines.append(f"#EXT-X-STREAM-INF:{rates},RESOLUTION={rung.width}x{rung.height}{codecs}")
        lines.append(f"{rung.name}/{PLAYLIST}")
    return "\n".join(lines) + "\n"


def peak(rendition: Rendition) -> int:
    """A last segment of some milliseconds has no rate of its own: it counts over half a second at least."""
    return max(_rate(segment.size, max(segment.seconds, 0.5)) for segment in rendition.segments)


def average(rendition: Rendition) -> int:
    size = sum(segment.size for segment in rendition.segments)
    return min(peak(rendition), _rate(size, max(rendition.seconds, 0.5)))


def _rate(size: int, seconds: float) -> int:
    return math.ceil(size * 8 / seconds)
