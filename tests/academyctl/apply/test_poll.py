"""How something slow is waited for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academyctl.apply.wait import SLICE, Clock, Poll
from tests.support.fake_ssm import FakeTime


def _poll(time: FakeTime, *, every: float = 15.0, jitter: float = 0.0, stop_at: float = 1e9) -> Poll:
    return Poll(every=every, clock=time.clock, stop=lambda: time.seconds >= stop_at, jitter=lambda: jitter)


def test_the_first_look_is_at_once_and_the_last_at_the_very_end() -> None:
    time = FakeTime()
    assert list(_poll(time).ticks(40)) == [0, 15, 30, 40]
    assert time.seconds == 40


def test_there_is_one_look_even_where_there_is_no_time() -> None:
    assert list(_poll(FakeTime()).ticks(0)) == [0]


def test_a_wait_shorter_than_a_pause_looks_at_its_end() -> None:
    assert list(_poll(FakeTime()).ticks(4)) == [0, 4]


def test_work_between_two_looks_counts() -> None:
    time, seen = FakeTime(), list[float]()
    for waited in _poll(time, every=10).ticks(25):
        seen.append(waited)
        time.sleep(5)
    assert seen == [0, 15, 25]


@pytest.mark.parametrize(("jitter", "pause"), [(0.0, 15.0), (0.5, 15.75), (1.0, 16.5)])
def test_a_pause_is_up_to_a_tenth_longer(jitter: float, pause: float) -> None:
    time = FakeTime()
    _poll(time, jitter=jitter).pause(100)
    assert time.seconds == pytest.approx(pause)


@pytest.mark.parametrize(("at_most", "pause"), [(4.0, 4.0), (0.0, 0.0), (-3.0, 0.0), (float("inf"), 15.0)])
def test_a_pause_is_never_longer_than_what_is_left(at_most: float, pause: float) -> None:
    time = FakeTime()
    _poll(time).pause(at_most)
    assert time.seconds == pause


def test_a_stop_ends_a_pause_within_a_quarter_of_a_second() -> None:
    time = FakeTime()
    _poll(time, every=3600, stop_at=7.1).pause(float("inf"))
    assert 7.1 <= time.seconds <= 7.1 + SLICE


def test_a_stop_gives_no_further_look() -> None:
    time = FakeTime()
    assert list(_poll(time, stop_at=20).ticks(100)) == [0, 15, 20]
    assert list(_poll(time, stop_at=0).ticks(100)) == [0]


def test_sleeps_are_slices() -> None:
    slept: list[float] = []
    time = FakeTime()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    Poll(every=1, clock=Clock(monotonic=lambda: time.seconds, sleep=sleep), jitter=lambda: 0.0).pause(10)
    assert slept == [SLICE] * 4


@given(st.floats(0.01, 60), st.floats(0, 300), st.floats(0, 1))
def test_looks_are_never_closer_than_every_but_for_the_last(every: float, within: float, jitter: float) -> None:
    looks = list(_poll(FakeTime(), every=max(every, within / 200), jitter=jitter).ticks(within))
    gaps = [after - before for before, after in pairwise(looks)]
    assert all(gap >= every - 1e-6 for gap in gaps[:-1])
    assert looks[-1] == pytest.approx(within)
