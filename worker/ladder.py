"""Which sizes a video is encoded to. Pure.

Rungs are named by the shorter side, so that a portrait video gets the same steps as a landscape one. Nothing is made
larger than the source. Sizes are even, as 4:2:0 sampling needs, and have square pixels.
"""

from dataclasses import dataclass

STEPS = ((1080, 5000), (720, 2800), (480, 1400), (360, 800), (240, 400))
"""Shorter side in pixels, and the video's highest rate in kbit/s."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    name: str
    width: int
    height: int
    max_kbps: int
    is_copied: bool = False
    """The source's own picture, not encoded again; only ever the top rung."""


def even(size: float) -> int:
    """The nearest even number, and at least 2."""
    return max(2, round(size / 2) * 2)


def ladder(width: int, height: int) -> tuple[Rung, ...]:
    """The rungs of a picture as it is shown (turned, with square pixels), largest first; at least one."""
    short = min(width, height)
    steps = [step for step in STEPS if step[0] <= short]
    if not steps:
        return (_rung(width, height, min(even(short), short - short % 2 or 2), STEPS[-1][1]),)
    return tuple(_rung(width, height, side, rate) for side, rate in steps)


def _rung(width: int, height: int, side: int, rate: int) -> Rung:
    scale = side / min(width, height)
    if width <= height:
        return Rung(name=f"{side}p", width=side, height=_long(height, scale), max_kbps=rate)
    return Rung(name=f"{side}p", width=_long(width, scale), height=side, max_kbps=rate)


def _long(size: int, scale: float) -> int:
    """Never above the source's own even size."""
    return min(even(size * scale), max(2, size - size % 2))
