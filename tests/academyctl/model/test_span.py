"""Spans of time in words."""

import pytest

from academyctl.model.span import spell


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 m 0 s"),
        (192, "3 m 12 s"),
        (3599, "59 m 59 s"),
        (3600, "1 h 0 m"),
        (7530, "2 h 5 m"),
        (86399, "23 h 59 m"),
        (86400, "1 d 0 h"),
        (4 * 86400 + 7300, "4 d 2 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert spell(seconds) == said
