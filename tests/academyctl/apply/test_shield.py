"""Signals while writes run: noted, and obeyed again afterwards."""

import signal
from threading import Thread

import pytest

from academyctl.apply.shield import SIGNALS, Shield


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_under_the_shield_is_only_noted(number: signal.Signals) -> None:
    shield = Shield()
    shield.up()
    try:
        assert not shield()
        signal.raise_signal(number)
        assert shield()
        assert shield.name == number.name
    finally:
        shield.down()


def test_the_former_handlers_are_back_when_it_is_down() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    shield = Shield()
    shield.up()
    shield.up()
    assert [signal.getsignal(number) for number in SIGNALS] != before
    shield.down()
    shield.down()
    assert [signal.getsignal(number) for number in SIGNALS] == before
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_outside_the_main_thread_it_does_nothing() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    shield = Shield()
    thread = Thread(target=shield.up)
    thread.start()
    thread.join()
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert not shield()
