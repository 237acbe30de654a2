"""A screen that is shown again and again: on a file one block below the other, on a terminal in place."""

import io
import os
import pty
from collections.abc import Callable
from contextlib import suppress

import pytest

from academyctl.model.outcome import Table
from academyctl.render.line import Block, Line
from academyctl.render.lines import write_lines
from academyctl.render.live import live_screen, screen_blocks


def test_off_a_terminal_pictures_follow_one_another() -> None:
    stream = io.StringIO()
    with live_screen(stream, color=True) as show:
        show([Line("one", "bad")])
        show(screen_blocks(("two", Table(columns=("a",), rows=(("b\x1b",),)))))
    assert stream.getvalue() == "one\n\ntwo\nA\nb\\x1b\n\n\n"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a terminal of 80 columns is sent for these pictures."""
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "25"}.items():
        monkeypatch.setenv(name, value)

    def draw(*pictures: list[Block]) -> str:
        ours, theirs = pty.openpty()
        with os.fdopen(theirs, "w", encoding="utf-8") as stream, live_screen(stream, color=False) as show:
            for picture in pictures:
                show(picture)
        parts = []
        with suppress(OSError):
            while part := os.read(ours, 65536):
                parts.append(part)
        os.close(ours)
        return b"".join(parts).decode()

    return draw


def test_on_a_terminal_the_next_picture_takes_the_place_of_the_last(drawn: Callable[..., str]) -> None:
    sent = drawn([Line("one [red]"), Line("below")], [Line("two"), Line("below")])
    assert sent.index("one [red]") < sent.index("\x1b[1A") < sent.index("two")
    assert sent.rindex("\x1b[?25h") > sent.rindex("\x1b[?25l"), "the cursor stays hidden"


def test_a_long_line_is_folded_and_all_its_rows_are_taken_back(drawn: Callable[..., str]) -> None:
    sent = drawn([Line("x" * 200)], [Line("y")])
    assert "x" * 81 not in sent
    assert sent.partition("y")[0].count("\x1b[1A") == 2


def test_lines_of_somebody_elses_text_are_printed_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    write_lines(["a\nb\r", "\x1b[2J", ""])
    assert capsys.readouterr().out == "a\nb\n\\x1b[2J\n\n"
