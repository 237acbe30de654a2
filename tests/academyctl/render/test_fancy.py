"""Tables on a terminal: no word of a wide one is broken, whatever the terminal's width."""

import io

import pytest

from academyctl.model.outcome import Table
from academyctl.render.fancy import console, picture, write_fancy
from academyctl.render.line import Block, Line

JOB, NAME, WHERE = "9fc52ef9-1fdd-4c69-9742-3a0079eb6354", "vt-00000000-0000-4000-8000-000000000015-a1", "video-ce-v3"
WIDE = Table(
    title="the jobs",
    columns=("job", "name", "status", "exit", "environment", "reason"),
    rows=(
        (JOB, NAME, "FAILED", "-", WHERE, "Essential container in task exited"),
        ("second", "b", "RUNNING", *"-" * 3),
    ),
    styles=("bad", ""),
)
PROSE = Table(columns=("key", "why"), rows=(("R2_ENDPOINT_OF_THE_BUCKET", "it is missing, and everything needs it"),))


def drawn(monkeypatch: pytest.MonkeyPatch, width: int, *blocks: Block) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    write_fancy(blocks, stream, color=False)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 130, 140, 160, 200])
def test_an_id_can_be_copied_from_a_terminal_of_any_width(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    text = "\n".join(drawn(monkeypatch, width, WIDE))
    for word in (JOB, NAME, WHERE, "Essential", "FAILED", "RUNNING", "the jobs"):
        assert word in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_row_below_the_other_keeps_to_the_width(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    assert max(map(len, drawn(monkeypatch, width, WIDE))) <= width


def test_a_row_by_itself_says_what_each_cell_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 80, WIDE) == [
        "the jobs",
        "",
        f"{JOB}  {NAME}",
        f"    status FAILED    environment {WHERE}",
        "    reason Essential container in task exited",
        "",
        "second  b",
        "    status RUNNING",
        "",
    ]


def test_a_table_that_fits_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = drawn(monkeypatch, 200, WIDE)
    assert next(row for row in rows if JOB in row).split()[:4] == [JOB, NAME, "FAILED", "-"]


@pytest.mark.parametrize("width", [30, 45])
def test_a_table_of_few_columns_folds_its_prose(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    rows = drawn(monkeypatch, width, PROSE)
    assert max(map(len, rows)) <= width
    assert any(row.split() == ["key", "why"] for row in rows)


def test_a_name_is_data_in_a_row_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "[red]x[/]\x1b[2J"
    table = Table(columns=tuple("abcde"), rows=((hostile,) * 5,))
    text = "\n".join(drawn(monkeypatch, 20, table))
    assert text.count("[red]x[/]\\x1b[2J") == 5


def test_the_live_picture_is_drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    stream = io.StringIO()
    console(stream, color=False).print(picture((Line("above"), WIDE)))
    rows = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert rows == ["above", *drawn(monkeypatch, 80, WIDE)]
