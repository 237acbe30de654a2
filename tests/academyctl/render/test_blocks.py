"""What a person is shown, in which order, as plain text."""

import io

import pytest

from academyctl.model.exit import STATUS_OF, ExitCode, Status
from academyctl.model.finding import Location, error, info, warning
from academyctl.model.outcome import ErrorView, Outcome, Table, checked, compared
from academyctl.model.plan import Action, Change, State
from academyctl.render.blocks import error_blocks, finding_blocks, head_blocks, outcome_blocks, summary
from academyctl.render.changes import change_blocks
from academyctl.render.plain import printable, write_plain

HOSTILE = ["[red]", "[/]", "[bold]x[/bold]", ":key:", ":smile:", "한글키", "D😀", "%s", "{x}", "\\n", "é"]
MISSING = error("env.missing", "api:R2_ENDPOINT", "is required and not set", "set R2_ENDPOINT")
OLD = warning("env.alias", "REDIS_URL", "is read as REDIS_HOST", at=Location(path=".env", line=7))
NOTE = info("env.foreign", "api:WORKER_ID", "belongs to worker, not to api")


def shown(outcome: Outcome, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    write_plain(outcome_blocks(outcome, verbose=verbose), stream)
    return stream.getvalue()


def said(outcome: Outcome, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    write_plain(error_blocks(outcome, verbose=verbose), stream)
    return stream.getvalue()


def a_change(action: Action = Action.UPDATE, *detail: str, why: str = "", state: State = State.PLANNED) -> Change:
    return Change(action=action, kind="ssm.parameter", target="/academy/api/env", detail=detail, why=why, state=state)


def changed(*changes: Change) -> str:
    stream = io.StringIO()
    write_plain(change_blocks(changes), stream)
    return stream.getvalue()


# --- whole outcomes -------------------------------------------------------------------------------------------------


def test_a_check_shows_its_table_its_findings_errors_first_and_the_count() -> None:
    table = Table(title="api · .env", columns=("key", "state"), rows=(("R2_ENDPOINT", "MISSING"), ("DEBUG", "SET")))
    assert shown(checked((NOTE, OLD, MISSING), data={}, view=(table, "a line"))) == (
        "api · .env\n"
        "KEY          STATE\n"
        "R2_ENDPOINT  MISSING\n"
        "DEBUG        SET\n"
        "\n"
        "a line\n"
        "error: api:R2_ENDPOINT is required and not set [env.missing]\n"
        "    hint: set R2_ENDPOINT\n"
        "warning: .env:7: REDIS_URL is read as REDIS_HOST [env.alias]\n"
        "1 note not shown (--verbose)\n"
        "findings: 1 error, 1 warning\n"
    )


def test_notes_are_counted_and_listed_on_demand() -> None:
    outcome = checked((NOTE, NOTE), data={})
    assert shown(outcome) == "2 notes not shown (--verbose)\nok\n"
    assert shown(outcome, verbose=True) == (
        "info: api:WORKER_ID belongs to worker, not to api [env.foreign]\n" * 2 + "ok\n"
    )


def test_a_plan_names_keys_by_sign_and_counts_its_changes() -> None:
    changes = (
        a_change(Action.CREATE, "+ A", "+ B", why="new parameter"),
        a_change(Action.UPDATE, "+ C", "~ D", "- E", why="replaces version 3"),
        a_change(Action.DELETE),
        a_change(Action.NONE, why="version 3 holds the same keys and values", state=State.DONE),
    )
    outcome = Outcome(status=Status.PENDING, exit_code=ExitCode.PENDING, changes=changes)
    assert shown(outcome) == (
        "+ /academy/api/env  (new parameter)\n"
        "    + A  B\n"
        "~ /academy/api/env  (replaces version 3)\n"
        "    + C\n"
        "    ~ D\n"
        "    - E\n"
        "- /academy/api/env\n"
        "= /academy/api/env  (version 3 holds the same keys and values)\n"
        "pending: 3 changes\n"
    )


def test_what_is_more_than_a_name_has_a_row_of_its_own() -> None:
    change = a_change(Action.UPDATE, "~ A", "~ memory 128 → 256", "~ environment B", "~ C", "~ D")
    rows = shown(Outcome(status=Status.PENDING, exit_code=ExitCode.PENDING, changes=(change,))).splitlines()
    assert rows[1:-1] == ["    ~ A", "    ~ memory 128 → 256", "    ~ environment B", "    ~ C  D"]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (State.PLANNED, "~ /academy/api/env\n    + A\n"),
        (State.DONE, "~ [done] /academy/api/env\n"),
        (State.FAILED, "~ [failed] /academy/api/env\n    + A\n"),
        (State.NOT_STARTED, "~ [not_started] /academy/api/env\n"),
        (State.UNDONE, "~ [undone] /academy/api/env\n"),
    ],
)
def test_how_far_a_change_came_is_a_word(state: State, line: str) -> None:
    assert changed(a_change(Action.UPDATE, "+ A", state=state)) == line


def test_findings_that_stood_with_the_plan_are_not_repeated() -> None:
    outcome = Outcome(status=Status.CHANGED, findings=(OLD,), findings_shown=True)
    assert shown(outcome) == "changed: 1 warning\n"


def test_a_failure_is_told_apart_from_the_result() -> None:
    outcome = Outcome(
        status=Status.FAILED,
        exit_code=ExitCode.USAGE,
        changes=(a_change(state=State.NOT_STARTED),),
        findings=(MISSING, NOTE),
        error=ErrorView(code="usage", message="what happened", hint="do this"),
    )
    assert shown(outcome) == "~ [not_started] /academy/api/env\n"
    assert said(outcome) == (
        "error: api:R2_ENDPOINT is required and not set [env.missing]\n"
        "    hint: set R2_ENDPOINT\n"
        "1 note not shown (--verbose)\n"
        "error: what happened\n"
        "hint: do this\n"
    )
    assert "info: api:WORKER_ID" in said(outcome, verbose=True)
    assert "not shown" not in said(outcome, verbose=True)


def test_an_error_without_a_hint_has_no_empty_line_for_it() -> None:
    outcome = Outcome(status=Status.FAILED, exit_code=ExitCode.BUG, error=ErrorView(code="bug", message="m"))
    assert said(outcome) == "error: m\n"


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (Outcome(), "ok"),
        (compared(True, data={}), "pending"),
        (checked((MISSING, MISSING, OLD, OLD), data={}), "findings: 2 errors, 2 warnings"),
        (checked((OLD,), data={}), "ok: 1 warning"),
        (Outcome(status=Status.UNCHANGED), "unchanged"),
        (
            Outcome(status=Status.FINDINGS, changes=(a_change(),), findings=(MISSING,)),
            "findings: 1 error, nothing was changed",
        ),
        (Outcome(status=Status.PENDING, changes=(a_change(),)), "pending: 1 change"),
    ],
)
def test_the_last_line_is_the_status_and_its_counts(outcome: Outcome, line: str) -> None:
    assert summary(outcome) == line


@pytest.mark.parametrize("status", [*STATUS_OF.values(), Status.OK, Status.CHANGED, Status.UNCHANGED])
def test_the_status_stands_in_the_text_and_not_in_its_colour_alone(status: Status) -> None:
    assert shown(Outcome(status=status)).startswith(str(status))


def test_the_head_of_a_plan_is_one_line() -> None:
    stream = io.StringIO()
    write_plain([*head_blocks({"account": "123456789012", "region": "ap-northeast-2"}), *head_blocks({})], stream)
    assert stream.getvalue() == "account 123456789012  region ap-northeast-2\n"


# --- names are data -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_prints_as_it_is_everywhere(name: str) -> None:
    outcome = Outcome(
        status=Status.FINDINGS,
        changes=(a_change(Action.UPDATE, f"+ {name}", why=f"why {name}"),),
        findings=(error("env.unknown", name, f"message {name}", f"hint {name}", Location(path=f"p{name}", line=1)),),
        view=(Table(title=f"title {name}", columns=("key", "why"), rows=((name, f"cell {name}"),)), f"line {name}"),
    )
    text = shown(outcome)
    for wanted in (f"    + {name}\n", f"(why {name})", f"message {name}", f"hint {name}", f"p{name}:1", f"line {name}"):
        assert wanted in text
    assert f"title {name}\n" in text
    assert f"{name}  cell {name}\n" in text.replace(name.ljust(3), name)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb", "a\\x0ab"),
        ("a\rb", "a\\x0db"),
        ("a\tb", "a\\x09b"),
        ("a\x00b", "a\\x00b"),
        ("a\x7fb", "a\\x7fb"),
        ("a\x9bb", "a\\x9bb"),
        ("a\ud800b", "a\\xd800b"),
    ],
)
def test_a_control_character_is_shown_and_not_obeyed(name: str, printed: str) -> None:
    assert printable(name) == printed
    text = shown(
        Outcome(view=(Table(columns=("key",), rows=((name,),)),), findings=(warning("env.alias", name, name),))
    )
    assert text.count(printed) == 3
    assert changed(a_change(Action.UPDATE, f"+ {name}")) == f"~ /academy/api/env\n    + {printed}\n"


def test_many_names_are_wrapped_and_none_is_broken_or_lost() -> None:
    names = [f"KEY_{i}" + "_LONG" * (i % 5) for i in range(60)]
    rows = changed(a_change(Action.UPDATE, *(f"+ {name}" for name in names))).splitlines()[1:]
    assert [name for row in rows for name in row.removeprefix("    + ").split("  ")] == names
    assert all(len(row) <= 100 for row in rows)
    assert len(rows) > 5


@pytest.mark.parametrize("name", ["K" * 300, "A B  C", "A\u00a0B", "A-B-" * 60])
def test_a_name_is_never_broken_by_wrapping(name: str) -> None:
    detail = [f"+ {other}" for other in ("X" * 90, name, "Y" * 90)]
    assert f"    + {name}\n" in changed(a_change(Action.UPDATE, *detail))


def test_a_long_name_makes_its_column_wide_and_nothing_is_cut() -> None:
    name = "K" * 300
    lines = shown(Outcome(view=(Table(columns=("key", "state"), rows=((name, "SET"), ("A", "BAD"))),))).splitlines()
    assert lines[1] == f"{name}  SET"
    assert lines[2] == f"A{' ' * 299}  BAD"


def test_an_empty_table_has_its_head() -> None:
    assert shown(Outcome(view=(Table(columns=("key", "is"), rows=()),))) == "KEY  IS\n\nok\n"


def test_findings_of_one_level_keep_their_order() -> None:
    found = [error("env.missing", f"api:K{i}", "m") for i in range(5)]
    stream = io.StringIO()
    write_plain(finding_blocks(found, verbose=False), stream)
    assert [line.split()[1] for line in stream.getvalue().splitlines()] == [f"api:K{i}" for i in range(5)]
