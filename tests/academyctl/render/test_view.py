"""How blocks are drawn: rich on a terminal, plain text elsewhere; the same words in both."""

import io
import re
import sys

import pytest

from academyctl.model.exit import Status
from academyctl.model.finding import error, info, warning
from academyctl.model.outcome import ErrorView, Outcome, Table
from academyctl.model.plan import Action, Change
from academyctl.render.blocks import outcome_blocks
from academyctl.render.draw import write
from academyctl.render.line import Line
from academyctl.render.plain import printable
from academyctl.render.talk import Talk
from academyctl.render.view import show_error, show_result

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-9]|9[0-9])(?:;[0-9;]*)?m")
HOSTILE = ["[red]", "[/]", "[bold]x[/bold]", ":key:", ":smile:", "한글키", "D😀", "a\x1b[31mb", "a\nb"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _a_wide_terminal_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")


def drawn(outcome: Outcome, *, color: bool = True) -> str:
    stream = Terminal()
    write(outcome_blocks(outcome, verbose=True), stream, color=color)
    return stream.getvalue()


def words(text: str) -> list[str]:
    """What stands there, without colour, lines of boxes and the space between cells."""
    return re.sub(r"[─━ ]+", " ", ESCAPE.sub("", text)).split()


NAMED = 13
"""How often `an_outcome` names its name."""


def an_outcome(name: str) -> Outcome:
    return Outcome(
        status=Status.FINDINGS,
        changes=(Change(action=Action.UPDATE, kind="k", target=name, detail=(f"+ {name}",), why=name),),
        findings=(
            error("env.unknown", name, name, name),
            warning("env.alias", name, name),
            info("env.foreign", "n", name),
        ),
        view=(
            Table(title=name, columns=("key", "is"), rows=((name, "SET"), ("A", name)), styles=("bad",)),
            f"l {name}",
        ),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_prints_as_it_is_on_a_terminal(name: str) -> None:
    assert ESCAPE.sub("", drawn(an_outcome(name))).count(printable(name)) == NAMED


def test_a_name_wider_than_the_terminal_is_folded_in_its_cell_and_nothing_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    name = "".join(f"{i:03}" for i in range(100))
    text = ESCAPE.sub("", drawn(Outcome(view=(Table(columns=("key", "is"), rows=((name, "SET"),)),))))
    cells = "".join(word for word in words(text) if word.isdigit())
    assert cells == name
    assert max(map(len, text.splitlines())) <= 60


def test_a_line_is_never_wrapped_by_us() -> None:
    assert ("x" * 500 + "\n") in ESCAPE.sub("", drawn(Outcome(view=("x" * 500,))))


def test_wide_characters_keep_the_columns_straight() -> None:
    rows = (("한글키", "SET"), ("A", "BAD"))
    lines = ESCAPE.sub("", drawn(Outcome(view=(Table(columns=("key", "is"), rows=rows),)))).splitlines()
    wide, narrow = (next(line for line in lines if word in line) for word in ("SET", "BAD"))
    assert wide.index("SET") + len("한글키") == narrow.index("BAD")


def test_the_same_words_stand_on_a_terminal_with_and_without_colour_and_in_a_pipe() -> None:
    outcome = an_outcome("KEY_NAME")
    pipe = io.StringIO()
    write(outcome_blocks(outcome, verbose=True), pipe, color=True)
    plain = [word.lower() for word in words(pipe.getvalue())]
    assert [word.lower() for word in words(drawn(outcome))] == plain
    assert [word.lower() for word in words(drawn(outcome, color=False))] == plain
    assert ESCAPE.search(pipe.getvalue()) is None


def test_a_terminal_gets_colour() -> None:
    assert COLOR.search(drawn(an_outcome("A")))


def test_no_color_is_no_colour() -> None:
    assert COLOR.search(drawn(an_outcome("A"), color=False)) is None


@pytest.mark.parametrize(("setting", "colour"), [("1", False), ("0", False), ("", True)])
def test_no_color_in_the_environment_counts_when_it_is_not_empty(
    monkeypatch: pytest.MonkeyPatch, setting: str, colour: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", setting)
    assert bool(COLOR.search(drawn(an_outcome("A")))) is colour


def test_a_dumb_terminal_gets_no_escape_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert COLOR.search(drawn(an_outcome("A"))) is None


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1", "utf-8"])
def test_a_character_that_the_stream_cannot_carry_is_shown_by_its_number(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    write([Line("KEY_\U0001f600_é")], stream, color=True)
    stream.flush()
    carried = "KEY_\U0001f600_é".encode(encoding, "backslashreplace")
    assert raw.getvalue() == carried + b"\n"


# --- stdout and stderr ----------------------------------------------------------------------------------------------


def test_the_result_goes_to_stdout_and_what_went_wrong_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    failed = Outcome(
        status=Status.FAILED,
        findings=(error("env.parse", ".env", "m"),),
        view=("a line",),
        error=ErrorView(code="c", message="what happened", hint="do this"),
    )
    show_result(failed, Talk())
    show_error(failed, Talk())
    told = capsys.readouterr()
    assert told.out == "a line\n"
    assert told.err == "error: .env m [env.parse]\nerror: what happened\nhint: do this\n"


def test_a_text_is_the_whole_result_byte_for_byte(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    show_result(Outcome(text="A=1\nB=[red]한\r\nC=\x1b", view=("never shown",)), Talk())
    told = capfdbinary.readouterr()
    assert (told.out, told.err) == ("A=1\nB=[red]한\r\nC=\x1b".encode(), b"")


# --- talk -----------------------------------------------------------------------------------------------------------


def stderr_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_off_a_terminal_each_step_is_one_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk()
    talk.step("reading [red]")
    talk.step("writing a\x1b[31mb")
    talk.hint("region")
    talk.detail("only with --verbose")
    assert capsys.readouterr() == ("", "reading [red]\nwriting a\\x1b[31mb\nnote: region\n")


def test_details_are_told_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    Talk(verbose=True).detail("GetParameters: 3 ms")
    assert capsys.readouterr() == ("", "GetParameters: 3 ms\n")


def test_quiet_says_nothing_while_working(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk(quiet=True)
    talk.step("reading")
    talk.hint("region")
    talk.plan([], {"account": "1"}, [], asks=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["[red]", "[/]", ":key:", "한글", "a\x1b[31mb"])
def test_a_spinner_shows_its_text_as_it_is(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    terminal, talk = stderr_terminal(monkeypatch), Talk()
    talk.step(f"reading {name}")
    talk.step(f"waiting for {name}")
    talk.close()
    assert f"waiting for {printable(name)}" in ESCAPE.sub("", terminal.getvalue())


@pytest.mark.parametrize(("setting", "colour"), [("1", False), ("", True)])
def test_a_spinner_has_colour_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, setting: str, colour: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", setting)
    terminal, talk = stderr_terminal(monkeypatch), Talk()
    talk.step("reading")
    talk.close()
    assert bool(COLOR.search(terminal.getvalue())) is colour


@pytest.mark.parametrize("step", ["_enable_redirect_io", "set_live"])
def test_a_ctrl_c_while_a_spinner_starts_is_no_second_failure(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    from rich.console import Console
    from rich.live import Live

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    terminal, talk = stderr_terminal(monkeypatch), Talk()
    monkeypatch.setattr(Console if step == "set_live" else Live, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        talk.step("reading")
    talk.close()
    talk.close()
    assert terminal.getvalue().endswith("\x1b[?25h"), "the cursor stays hidden"


def test_a_plan_is_shown_with_its_head_changes_and_findings(capsys: pytest.CaptureFixture[str]) -> None:
    change = Change(action=Action.CREATE, kind="k", target="t", detail=("+ A",))
    Talk().plan([change], {"account": "1"}, [warning("env.alias", "B", "m")], asks=True)
    assert capsys.readouterr() == ("", "account 1\n+ t\n    + A\nwarning: B m [env.alias]\n")


def test_nobody_is_asked_about_what_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Talk(quiet=True).plan([Change(action=Action.DELETE, kind="k", target="t")], {}, [], asks=True)
    assert capsys.readouterr().err == "- t\n"


@pytest.mark.parametrize(
    ("answer", "yes"),
    [("y", True), ("Y", True), ("yes", True), (" YES ", True), ("", False), ("n", False), ("yep", False)],
)
def test_only_y_and_yes_are_yes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str, yes: bool
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    assert Talk().ask("apply this?") is yes
    assert capsys.readouterr() == ("", "apply this? [y/N] ")


def test_the_end_of_input_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert not Talk().ask("apply this?")
