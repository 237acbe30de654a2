"""The worker's words with the database: asked again while it is away, and never left open."""

from collections.abc import Callable

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from worker.errors import Transient
from worker.job import database


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now, self.pauses = 1000.0, [0.0]

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("worker.job.time", made)
    return made


def failing(times: int, failure: Exception) -> Callable[[], str]:
    left = iter(range(times))

    def act() -> str:
        if next(left, None) is not None:
            raise failure
        return "done"

    return act


@pytest.mark.parametrize("failure", [OperationalError("away"), InterfaceError("closed")])
def test_a_database_that_comes_back_is_asked_again(failure: Exception, clock: Clock) -> None:
    assert database(failing(6, failure)) == "done"
    assert clock.pauses[1:] == [pause for pause in clock.pauses[1:] if 0 < pause <= 30]
    assert len(clock.pauses) == 7


def test_patience_ends(clock: Clock) -> None:
    with pytest.raises(Transient, match="OperationalError"):
        database(failing(10**6, OperationalError("away with a-password")), 300)
    assert 240 <= clock.now - 1000 <= 300


def test_what_asking_again_cannot_change_is_not_asked_again(clock: Clock) -> None:
    with pytest.raises(Transient, match="ProgrammingError"):
        database(failing(1, ProgrammingError("no such table")))
    assert clock.pauses == [0.0]


def test_the_connection_is_closed_after_each_use() -> None:
    from tests.support.django_site import database as fresh

    with fresh("postgresql"):
        assert database(lambda: connection.cursor().execute("SELECT 1")) is not None
        assert connection.connection is None
