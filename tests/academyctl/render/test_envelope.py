"""The JSON object: its keys, their types, and that it is one line of plain ASCII."""

import json

import pytest

from academyctl.model.exit import STATUS_OF, ExitCode, Status
from academyctl.model.finding import Location, error, info
from academyctl.model.outcome import ErrorView, Outcome, Table
from academyctl.model.plan import Action, Change, State
from academyctl.render.envelope import as_object, envelope

KEYS = ["version", "command", "stack", "status", "exit_code", "changes", "findings", "data", "error"]
FULL = Outcome(
    status=Status.CHANGED,
    changes=(
        Change(
            action=Action.UPDATE,
            kind="ssm.parameter",
            target="/academy/api/env",
            detail=("+ R2_ENDPOINT", "~ SECRET_KEY", "- OLD"),
            why="is version 4, read back",
            state=State.DONE,
        ),
    ),
    findings=(
        error("env.missing", "api:R2_ENDPOINT", "m", "h", Location(path=".env", line=3)),
        info("env.foreign", "api:X", "m"),
    ),
    data={"a": 1},
    view=(Table(columns=("key",), rows=(("A",),)), "line"),
)


def told(outcome: Outcome) -> dict[str, object]:
    loaded = json.loads(envelope("ssm push", "production", outcome))
    assert isinstance(loaded, dict)
    return loaded


def test_an_empty_outcome_has_every_key() -> None:
    assert told(Outcome()) == {
        "version": 1,
        "command": "ssm push",
        "stack": "production",
        "status": "ok",
        "exit_code": 0,
        "changes": [],
        "findings": [],
        "data": {},
        "error": None,
    }


def test_the_keys_stand_in_their_documented_order() -> None:
    assert list(told(FULL)) == KEYS
    assert list(as_object("c", "s", Outcome())) == KEYS


def test_a_change_and_a_finding_are_told_in_full() -> None:
    loaded = told(FULL)
    assert loaded["changes"] == [
        {
            "action": "update",
            "kind": "ssm.parameter",
            "target": "/academy/api/env",
            "detail": ["+ R2_ENDPOINT", "~ SECRET_KEY", "- OLD"],
            "why": "is version 4, read back",
            "state": "done",
        }
    ]
    assert loaded["findings"] == [
        {
            "level": "error",
            "code": "env.missing",
            "subject": "api:R2_ENDPOINT",
            "message": "m",
            "hint": "h",
            "location": {"path": ".env", "line": 3},
        },
        {"level": "info", "code": "env.foreign", "subject": "api:X", "message": "m", "hint": "", "location": None},
    ]


def test_what_only_people_see_is_not_told() -> None:
    assert told(FULL)["data"] == {"a": 1}


@pytest.mark.parametrize("code", list(STATUS_OF))
def test_an_error_is_told_with_code_message_and_hint(code: ExitCode) -> None:
    view = ErrorView(code="c", message="m", hint="h")
    loaded = told(Outcome(status=STATUS_OF[code], exit_code=code, error=view))
    assert loaded["error"] == {"code": "c", "message": "m", "hint": "h"}
    assert (loaded["exit_code"], loaded["status"]) == (int(code), str(STATUS_OF[code]))


def test_every_word_is_a_plain_string_and_the_exit_code_a_number() -> None:
    told_now = as_object("c", "s", FULL)
    assert type(told_now["status"]) is str
    assert type(told_now["exit_code"]) is int
    assert {type(value) for value in told_now["changes"][0].values()} == {str, list}


@pytest.mark.parametrize("name", ["[red]", "[/]", ":key:", "한글", "a\nb", "\x1b[31m", "\ud800", "\u2028", '"', "D😀"])
def test_any_name_makes_one_line_of_ascii_that_reads_back(name: str) -> None:
    outcome = Outcome(findings=(error("env.unknown", name, name),), data={name: name})
    line = envelope("env validate", "sandbox", outcome)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    loaded = json.loads(line)
    assert loaded["findings"][0]["subject"] == name
    assert loaded["data"] == {name: name}
