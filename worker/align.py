"""Whether rungs can be switched between: every segment of a copied rung against the same one of the encoded rungs.

Read from the segments' own bytes. A player joins rungs by the presentation times in them, and starts each segment with
a picture that needs no other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from worker.hls import Broken, Rendition

PACKET = 188
"""Bytes of a packet of MPEG-TS."""
HEAD = 700 * PACKET
"""Bytes that are read of a segment: its first picture's headers are among them."""
CLOCK = 90_000
SLICE, IDR, SPS, PPS = 1, 5, 7, 8
"""Kinds of NAL units of H.264."""
NEAR = 0.01
"""Seconds, less than a frame."""
LAST = 0.5
"""Seconds by which the last segments may differ: a muxer guesses how long the last picture is shown."""


@dataclass(frozen=True)
class Start:
    """Of a segment: the time of its first picture in seconds, and the parameter sets before it."""

    seconds: float
    sets: tuple[bytes, ...]


def check_aligned(renditions: Sequence[Rendition], folder: Path) -> None:
    """Broken: the first rung's segments are not cut where those of the others are."""
    top, *others = renditions
    starts = _starts(top, folder)
    if len({start.sets for start in starts}) != 1:
        raise Broken(f"{top.rung.name}: its parameters change between segments")
    for other in others:
        if len(other.segments) != len(top.segments):
            raise Broken(f"{other.rung.name} has {len(other.segments)} segments, not {len(top.segments)}")
        gaps = [abs(one.seconds - two.seconds) for one, two in zip(starts, _starts(other, folder), strict=True)]
        times = [abs(one.seconds - two.seconds) for one, two in zip(top.segments, other.segments, strict=True)]
        if max(chain(gaps, times[:-1])) > NEAR or times[-1] > LAST:
            raise Broken(f"{other.rung.name} is not cut where {top.rung.name} is")


def _starts(rendition: Rendition, folder: Path) -> list[Start]:
    return [read_start(folder / rendition.rung.name / segment.name) for segment in rendition.segments]


def read_start(path: Path) -> Start:
    """Broken: it does not start with an IDR picture and its parameter sets."""
    with path.open("rb") as file:
        data = file.read(HEAD)
    pes = first_picture(data)
    if len(pes) < 14 or not pes[7] & 0x80:
        raise Broken(f"{path.name} has no picture with a time at its start")
    sets = []
    for unit in re.split(rb"\x00\x00\x01", pes[9 + pes[8] :])[1:]:
        kind = unit[0] & 31 if unit else 0
        if kind in (SPS, PPS):
            sets.append(unit.rstrip(b"\0"))
        if kind in (SLICE, IDR):
            break
    else:
        raise Broken(f"{path.name} has no picture at its start")
    if kind != IDR or {unit[0] & 31 for unit in sets} != {SPS, PPS}:
        raise Broken(f"{path.name} does not start with a picture that needs no other")
    return Start(seconds=_time(pes[9:14]), sets=tuple(sets))


def first_picture(data: bytes) -> bytes:
    """The first PES packet of the picture's stream, as far as it is within `data`; empty where there is none."""
    found, wanted = bytearray(), -1
    for pid, is_start, payload in _payloads(data):
        is_picture = is_start and payload[:3] == b"\0\0\1" and payload[3:4] and 0xE0 <= payload[3] <= 0xEF
        if is_picture and wanted == -1:
            wanted = pid
        elif is_start and pid == wanted:
            break
        if pid == wanted:
            found += payload
    return bytes(found)


def _payloads(data: bytes) -> Iterator[tuple[int, bool, bytes]]:
    for at in range(0, len(data) - PACKET + 1, PACKET):
        packet = data[at : at + PACKET]
        if packet[0] != 0x47:
            raise Broken("a segment is not MPEG-TS")
        skipped = 5 + packet[4] if packet[3] & 0x20 else 4
        if packet[3] & 0x10:
            yield (packet[1] & 0x1F) << 8 | packet[2], bool(packet[1] & 0x40), packet[skipped:]


def _time(field: bytes) -> float:
    """33 bits in five bytes."""
    high, middle, low = (
        field[0] >> 1 & 7,
        int.from_bytes(field[1:3], "big") >> 1,
        int.from_bytes(field[3:5], "big") >> 1,
    )
    return (high << 30 | middle << 15 | low) / CLOCK
