"""The stages of something long on a terminal: ticked off, cut short, and never a word lost on a narrow one."""

import os
import pty
from collections.abc import Callable
from contextlib import suppress

import pytest
from rich.text import Text

from academyctl.render.board import Board

STAGES = ("create green", "drain blue", "finish")
LONG = "academy-video-batch-ce-v3 still runs 8 tasks"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a terminal of so many columns is sent by `play`."""

    def draw(play: Callable[[Board], None], columns: int = 60) -> str:
        for name, value in {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "25"}.items():
            monkeypatch.setenv(name, value)
        ours, theirs = pty.openpty()
        with os.fdopen(theirs, "w", encoding="utf-8") as stream:
            play(Board(stream, color=False))
        parts = []
        with suppress(OSError):
            while part := os.read(ours, 65536):
                parts.append(part)
        os.close(ours)
        sent = b"".join(parts).decode()
        assert sent.rindex("\x1b[?25h") > sent.rindex("\x1b[?25l"), "the cursor stays hidden"
        return sent.replace("\r\n", "\n")

    return draw


def _last(sent: str) -> list[str]:
    """The picture that stays, line by line."""
    _, _, picture = sent.rpartition("\x1b[2K")
    return [line.rstrip() for line in Text.from_ansi(picture).plain.splitlines()]


def _drains(board: Board, *, is_over: bool) -> None:
    board.show(STAGES, 1, LONG)
    board.stop(is_over=is_over)


def test_what_is_over_is_ticked_off_to_the_end(drawn: Callable[..., str]) -> None:
    lines = _last(drawn(lambda board: _drains(board, is_over=True)))
    assert lines[:3] == ["✓ create green", "✓ drain blue", "✓ finish"]


def test_what_is_cut_short_says_where_and_keeps_no_spinner(drawn: Callable[..., str]) -> None:
    lines = _last(drawn(lambda board: _drains(board, is_over=False), columns=120))
    assert lines[:3] == ["✓ create green", f"… drain blue   {LONG}  0 s", "· finish"]


def test_on_a_narrow_terminal_a_text_is_folded_with_its_clock(drawn: Callable[..., str]) -> None:
    lines = _last(drawn(lambda board: _drains(board, is_over=False), columns=40))
    folded = " ".join(line.removeprefix("… drain blue").strip() for line in lines[1:-1])
    assert " ".join(folded.split()).startswith(f"{LONG} 0 s")
    assert max(map(len, lines)) <= 40


def test_a_line_stands_above_the_picture(drawn: Callable[..., str]) -> None:
    def play(board: Board) -> None:
        board.show(STAGES, 1, LONG)
        board.say("batch:ListJobs: 3 ms [red]")
        board.stop()

    sent = drawn(play, columns=120)
    assert sent.count("batch:ListJobs: 3 ms [red]") == 1
    assert "✓ create green" in sent.partition("batch:ListJobs: 3 ms [red]")[2]
