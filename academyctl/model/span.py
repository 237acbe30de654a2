"""Spans of time in words: one spelling for every screen."""

MINUTE, HOUR, DAY = 60, 3600, 86400


def spell(seconds: float) -> str:
    """The two largest units: `12 s`, `3 m 12 s`, `2 h 5 m`, `4 d 2 h`. What is negative is no time at all."""
    whole = max(int(seconds), 0)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} m {whole % MINUTE} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} m"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"
