"""SIGTERM: what fails after it fails because of it."""

import signal
from collections.abc import Iterator

import pytest

from worker import batch_main
from worker.errors import Stopped, Transient
from worker.stop import Stop


@pytest.fixture
def stopped() -> Iterator[Stop]:
    """A stop was asked, and its Stopped was lost on the way up."""
    stop, before = Stop(), signal.getsignal(signal.SIGALRM)
    with pytest.raises(Stopped):
        stop._on_signal(signal.SIGTERM, None)
    yield stop
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("failure", [Transient("ENCODE", "ffmpeg was killed"), OSError("a request was broken off")])
def test_a_failure_after_the_signal_is_told_as_the_signal(
    stopped: Stop, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise failure

    monkeypatch.setattr(batch_main, "_encoded", fails)
    with pytest.raises(Stopped) as told:
        batch_main._recorded(None, None, stopped)  # type: ignore[arg-type]  # neither is looked at
    assert told.value.signum == signal.SIGTERM


def test_nothing_is_raised_before_the_signal() -> None:
    Stop().raise_if_asked()
