"""The ladder, for any picture."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.ladder import STEPS, ladder

FULL = [("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480), ("360p", 640, 360), ("240p", 426, 240)]
SIDES = st.integers(2, 16000)


def sizes(width: int, height: int) -> list[tuple[str, int, int]]:
    return [(rung.name, rung.width, rung.height) for rung in ladder(width, height)]


@pytest.mark.parametrize(
    ("width", "height", "rungs"),
    [
        (1920, 1080, FULL),
        (1080, 1920, [(name, height, width) for name, width, height in FULL]),
        (3840, 2160, FULL),
        (640, 480, [("480p", 640, 480), ("360p", 480, 360), ("240p", 320, 240)]),
        (1279, 719, [("480p", 854, 480), ("360p", 640, 360), ("240p", 426, 240)]),
        (500, 500, [("480p", 480, 480), ("360p", 360, 360), ("240p", 240, 240)]),
        (426, 240, [("240p", 426, 240)]),
        (320, 239, [("238p", 318, 238)]),
        (101, 61, [("60p", 100, 60)]),
        (2, 2, [("2p", 2, 2)]),
    ],
)
def test_the_rungs_of_usual_and_unusual_pictures(width: int, height: int, rungs: list[tuple[str, int, int]]) -> None:
    assert sizes(width, height) == rungs


@given(SIDES, SIDES)
def test_sizes_are_even_and_never_above_the_source(width: int, height: int) -> None:
    for rung in ladder(width, height):
        assert rung.width % 2 == rung.height % 2 == 0
        assert 0 < rung.width <= width
        assert 0 < rung.height <= height


@given(SIDES, SIDES)
def test_there_is_a_rung_and_they_shrink_from_the_first(width: int, height: int) -> None:
    rungs = ladder(width, height)
    assert rungs
    assert all(one.width >= two.width and one.height >= two.height for one, two in pairwise(rungs))
    assert len({rung.name for rung in rungs}) == len(rungs) <= len(STEPS)


@given(SIDES, SIDES)
def test_the_proportions_stay_within_a_pixel_pair(width: int, height: int) -> None:
    for rung in ladder(width, height):
        scale = min(rung.width, rung.height) / min(width, height)
        assert abs(rung.width - width * scale) <= max(2, width * scale * 0.5 / min(rung.width, rung.height) * 2)
        assert abs(rung.height - height * scale) <= max(2, height * scale * 0.5 / min(rung.width, rung.height) * 2)


@given(SIDES, SIDES)
def test_a_picture_turned_has_the_ladder_turned(width: int, height: int) -> None:
    assert sizes(width, height) == [(name, wide, high) for name, high, wide in sizes(height, width)]
