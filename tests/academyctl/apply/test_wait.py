"""The clock that every wait goes by."""

from tests.support.fake_ssm import FakeTime


def test_the_first_tick_comes_at_once_and_is_zero() -> None:
    assert next(FakeTime().clock.ticks(every=1, within=5)) == 0


def test_ticks_end_before_the_time_is_over() -> None:
    time = FakeTime()
    assert list(time.clock.ticks(every=2, within=5)) == [0, 2, 4]
    assert time.seconds == 4


def test_one_tick_is_given_even_where_there_is_no_time() -> None:
    assert list(FakeTime().clock.ticks(every=1, within=0)) == [0]


def test_slow_work_between_ticks_counts() -> None:
    time = FakeTime()
    seen = []
    for waited in time.clock.ticks(every=1, within=5):
        seen.append(waited)
        time.sleep(2)
    assert seen == [0, 3]
