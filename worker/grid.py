"""Whether the source's own picture may stand as the top rung: judged from its packets before anything is encoded.

One pass over the file, nothing is decoded. ffmpeg lists every packet of the picture, those of them that hold an IDR
picture, and the parameter sets inside them. A segment is cut at the first keyframe from each multiple of its length
on; a keyframe that is no IDR picture (an open group of pictures) cannot start one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from threading import Timer

from worker.child import reading, running
from worker.encode import KEYFRAME_SECONDS, SEGMENT_SECONDS
from worker.errors import Doubt
from worker.ladder import Rung
from worker.probe import Source
from worker.stop import Stop, kill_group

SCAN_SECONDS = 120
LATE = KEYFRAME_SECONDS + 0.1
"""Seconds by which a keyframe may come after the time it is wanted at."""
EDGE = 0.05
"""Seconds before that time in which none may be: rounding would decide which segment it begins."""
MAX_KEYFRAMES = 20_000
MAX_RATE = 61
"""Pictures a second."""
EARLIEST = -0.9
"""Seconds: the first decoding time that the offset of `encode` still makes positive."""
LATEST = 0.2
"""Seconds: a sound that begins earlier would move the cuts, in some rungs more than in others."""
KEY, CORRUPT, DISCARD = 1, 2, 4
PICTURE, IDR, SETS = 0, 1, 2
"""The streams of the list."""


@dataclass(frozen=True, slots=True)
class Packet:
    """Times in seconds. `tick` is the unit they are counted in; `mark` tells one content from another."""

    stream: int
    dts: float
    pts: float
    seconds: float
    size: int
    mark: str
    flags: int
    tick: float


def check_copyable(source: Source, rungs: Sequence[Rung], stop: Stop) -> None:
    """Doubt says what is against it. A rung that is encoded is needed beside it, to compare with and to decode it."""
    top = rungs[0]
    if not source.is_plain_h264:
        raise Doubt("the source is not plain H.264 in an MP4")
    if (source.width, source.height) != (top.width, top.height) or len(rungs) == 1:
        raise Doubt("the source is not of a rung's size, or there is no other rung")
    grid = Grid(top)
    for packet in packets(source.path, source.video, stop):
        grid.take(packet)
    grid.close(source.duration)


def packets(path: Path, video: int, stop: Stop, within: float = SCAN_SECONDS) -> Iterator[Packet]:
    """Doubt: ffmpeg complains, fails, or is not done `within` seconds."""
    words = ["ffmpeg", "-hide_banner", "-nostdin", "-v", "error", "-copyts", *reading(path)]
    words += [*("-map", f"0:{video}") * 3, "-c", "copy", f"-bsf:v:{IDR}", "filter_units=pass_types=5"]
    words += [f"-bsf:v:{SETS}", "filter_units=pass_types=7-8", "-f", "framecrc", "pipe:1"]
    with running(words, stop) as process, _deadline(process, within):
        assert process.stdout is not None
        assert process.stderr is not None
        yield from _parsed(process.stdout)
        if process.wait() or process.stderr.read(1):
            raise Doubt("the packets cannot be read without a complaint, or not in time")


@contextmanager
def _deadline(process: "Popen[bytes]", seconds: float) -> Iterator[None]:
    """No thread is left after it."""
    timer = Timer(seconds, kill_group, (process.pid,))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _parsed(lines: Iterator[bytes]) -> Iterator[Packet]:
    """`0, dts, pts, duration, size, checksum[, F=flags]`; flags are left out for a keyframe without any other."""
    tick = 0.0
    for line in lines:
        text = line.decode(errors="replace").strip()
        if text.startswith("#tb 0:"):
            over, _, under = text.partition(":")[2].partition("/")
            tick = int(over) / int(under)
        if not text.startswith("#"):
            yield _packet(text, tick)


def _packet(line: str, tick: float) -> Packet:
    try:
        stream, dts, pts, duration, size, mark, *more = (part.strip() for part in line.split(","))
        flags = next((int(part[2:], 16) for part in more if part.startswith("F=")), KEY)
        times = (int(dts) * tick, int(pts) * tick, int(duration) * tick)
        return Packet(int(stream), *times, int(size), mark, flags, tick)
    except ValueError:
        raise Doubt("a packet has no time") from None


class Grid:
    """Fed with every packet, in the file's order."""

    def __init__(self, rung: Rung) -> None:
        self._kbps = rung.max_kbps
        self._first: Packet | None = None
        self._last: Packet | None = None
        self._step = 0.0
        self._keys: list[float] = []
        self._idrs: list[float] = []
        self._sets: tuple[int, str] | None = None
        self._end = 0.0
        self._cuts = [0.0]
        self._bits = 0

    def take(self, packet: Packet) -> None:
        if packet.stream == IDR:
            self._idrs.append(packet.pts)
        elif packet.stream == SETS:
            self._settle(packet)
        else:
            self._picture(packet)

    def close(self, duration: float) -> None:
        """Doubt also when the packets end before the source says that it ends."""
        if self._keys != self._idrs:
            raise Doubt("not every keyframe is an IDR picture")
        if self._end > len(self._cuts) * SEGMENT_SECONDS + LATE:
            raise Doubt(f"no keyframe at {len(self._cuts) * SEGMENT_SECONDS} s")
        if not self._keys or abs(self._end - duration) > 1:
            raise Doubt(f"the pictures end at {self._end:.1f} s, the source at {duration:.1f} s")
        self._fits(self._end)

    def _settle(self, packet: Packet) -> None:
        self._sets = self._sets or (packet.size, packet.mark)
        if self._sets != (packet.size, packet.mark):
            raise Doubt("the picture's parameters change")

    def _picture(self, packet: Packet) -> None:
        self._first = first = self._first or packet
        if packet is first and not (packet.flags & KEY and packet.dts >= EARLIEST and packet.pts <= LATEST):
            raise Doubt("the first picture is no keyframe, comes late, or is decoded long before it is shown")
        if packet.flags & (CORRUPT | DISCARD) or packet.pts < first.pts:
            raise Doubt("some pictures are not to be shown")
        self._even(packet)
        at = packet.pts - first.pts
        if packet.flags & KEY:
            self._keyframe(packet.pts, at)
        self._bits += 8 * packet.size
        self._end = max(self._end, at + packet.seconds)

    def _even(self, packet: Packet) -> None:
        """By the decoding times: ffmpeg tells the usual duration of every picture, whatever it really is."""
        if self._last:
            step = packet.dts - self._last.dts
            self._step = self._step or step
            if abs(step - self._step) > 1.5 * packet.tick or step < 1 / MAX_RATE:
                raise Doubt("the frame rate varies, or is too high")
        self._last = packet

    def _keyframe(self, pts: float, at: float) -> None:
        self._keys.append(pts)
        wanted = len(self._cuts) * SEGMENT_SECONDS
        if wanted - EDGE <= at < wanted or at > wanted + LATE or len(self._keys) > MAX_KEYFRAMES:
            raise Doubt(f"the keyframes are not those of a segment at {wanted} s")
        if at >= wanted:
            self._fits(at)
            self._cuts.append(at)
            self._bits = 0

    def _fits(self, end: float) -> None:
        """The rung's own encoder may fill its buffer, which holds two seconds of the highest rate."""
        seconds = end - self._cuts[-1]
        if self._bits > 1000 * self._kbps * (seconds + 2):
            raise Doubt(f"{self._bits / 1000 / max(seconds, 0.1):.0f} kbit/s are more than the rung's {self._kbps}")
