"""On a terminal a write asks first, and a secret is typed unseen."""

import os
import pty
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT
from subprocess import PIPE

import pytest

from tests.support.aws import API
from tests.support.envs import API as API_ENV
from tests.support.site import Site, as_keys


class Terminal:
    """stdin and stderr of one process, as a person has them; stdout is apart."""

    def __init__(self, site: Site, *words: str) -> None:
        self._master, slave = pty.openpty()
        self._process = site.cli.start(*words, stdin=slave, stdout=PIPE, stderr=slave, start_new_session=True)
        os.close(slave)
        self.screen = ""

    def until(self, text: str) -> None:
        end = time.monotonic() + 30
        while text not in self.screen and time.monotonic() < end and self._more(0.2):
            continue
        assert text in self.screen, self.screen

    def _more(self, wait: float) -> bool:
        """Reads on; False at the end."""
        if not select.select([self._master], [], [], wait)[0]:
            return True
        try:
            read = os.read(self._master, 65536)
        except OSError:
            return False
        self.screen += read.decode()
        return bool(read)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        self._process.send_signal(SIGINT)

    def end(self) -> int:
        out, _ = self._process.communicate(timeout=30)
        while select.select([self._master], [], [], 0)[0] and self._more(0):
            continue
        self.screen += out.decode()
        return self._process.returncode

    def close(self) -> None:
        self._process.kill()
        os.close(self._master)


@contextmanager
def terminal(site: Site, *words: str) -> Iterator[Terminal]:
    shown = Terminal(site, *words)
    try:
        yield shown
    finally:
        shown.close()


@pytest.mark.parametrize("answer", ["y", "yes", "Y"])
def test_a_push_shows_its_plan_asks_and_writes_on_yes(stored: Site, answer: str) -> None:
    with terminal(stored, "ssm", "push", "--role", "all") as person:
        person.until("apply this? [y/N]")
        assert "account 123456789012" in person.screen
        assert "DB_PORT" in person.screen
        assert stored.proxy.writes == []
        person.type(f"{answer}\n")
        assert person.end() == 0
    assert stored.both() == ("new", "new")


@pytest.mark.parametrize("answer", ["n", "", "no", "yess", "j"])
def test_anything_but_yes_changes_nothing(stored: Site, answer: str) -> None:
    with terminal(stored, "ssm", "push", "--role", "all") as person:
        person.until("apply this? [y/N]")
        person.type(f"{answer}\n")
        assert person.end() == 1
        assert "nothing was changed" in person.screen
    assert stored.proxy.writes == []


def test_ctrl_c_at_the_question_changes_nothing(stored: Site) -> None:
    with terminal(stored, "ssm", "push", "--role", "all") as person:
        person.until("apply this? [y/N]")
        person.interrupt()
        assert person.end() == 130
    assert stored.proxy.writes == []


def test_the_end_of_input_at_the_question_changes_nothing(stored: Site) -> None:
    with terminal(stored, "ssm", "push", "--role", "all") as person:
        person.until("apply this? [y/N]")
        person.type("\x04")
        assert person.end() == 1
    assert stored.proxy.writes == []


def test_an_empty_plan_asks_nothing(stored: Site) -> None:
    assert stored.push().code == 0
    with terminal(stored, "ssm", "push", "--role", "all") as person:
        assert person.end() == 0
        assert "apply this?" not in person.screen


def test_set_asks_for_the_value_unseen_and_then_for_the_write(stored: Site) -> None:
    with terminal(stored, "ssm", "set", "--role", "api", "SECRET_KEY") as person:
        person.until("value of SECRET_KEY: ")
        person.type("typed-unseen\n")
        person.until("apply this? [y/N]")
        person.type("y\n")
        assert person.end() == 0
        assert "typed-unseen" not in person.screen
    assert as_keys(str(stored.value(API))) == {**API_ENV, "SECRET_KEY": "typed-unseen"}


def test_ctrl_c_at_the_hidden_prompt_changes_nothing(stored: Site) -> None:
    with terminal(stored, "ssm", "set", "--role", "api", "SECRET_KEY") as person:
        person.until("value of SECRET_KEY: ")
        person.interrupt()
        assert person.end() == 130
    assert stored.proxy.writes == []
