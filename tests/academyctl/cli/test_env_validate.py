"""`env validate` of files, as people and scripts run it."""

import re

import pytest

from tests.support.cli import Cli
from tests.support.envs import API, LEGACY, WORKER, text
from tests.support.terminal import on_terminal
from tests.support.validate import CANARY, states, subjects, validate, write

# --- files ----------------------------------------------------------------------------------------------------------


def test_a_complete_env_passes_for_both_roles(cli: Cli) -> None:
    write(cli, text(WORKER))
    result = validate(cli)
    assert (result.code, result.json["status"], result.json["stack"]) == (0, "ok", "production")
    assert result.codes("error") == result.codes("warning") == []
    assert result.json["data"]["source"] == ".env"
    assert states(result, "api")["DB_PORT"] == states(result, "worker")["WORKER_ID"] == "SET"
    assert states(result, "api")["REDIS_PORT"] == "MISSING"


def test_the_legacy_env_passes_with_warnings(cli: Cli) -> None:
    write(cli, LEGACY)
    result = validate(cli)
    assert result.code == 0
    assert set(result.codes("warning")) == {"env.alias", "env.reader"}
    assert set(result.codes("info")) == {"env.foreign"}
    assert states(result, "api")["R2_ENDPOINT"] == states(result, "worker")["REDIS_PASSWORD"] == "SET"


def test_every_problem_is_found_at_once_with_its_line(cli: Cli) -> None:
    lines = text(WORKER, R2_ENDPOINT="changeme", DB_PORT="70000", SECRET_KEY="", DB_NAME=None, R2_BUCKET="other")
    write(cli, f"{lines}R2_ENDPIONT=x\nDB_USER=again\nAWS_ACCESS_KEY_ID=a\nREDIS_URL=rediss://h\n")
    result = validate(cli)
    assert (result.code, result.json["status"]) == (4, "findings")
    assert set(result.codes("error")) == {
        "env.type",
        "env.empty",
        "env.missing",
        "env.one-of",
        "env.unknown",
        "env.duplicate",
        "env.pair",
        "env.placeholder",
    }
    assert set(subjects(result, "env.type")) == {"REDIS_URL"} | {
        f"{role}:{key}" for role in ("api", "worker") for key in ("R2_ENDPOINT", "DB_PORT")
    }
    (unknown,) = (finding for finding in result.json["findings"] if finding["code"] == "env.unknown")
    assert unknown["location"] == {"path": ".env", "line": len(lines.splitlines()) + 1}
    assert "did you mean R2_ENDPOINT?" in unknown["message"]


def test_one_role_is_judged_alone(cli: Cli) -> None:
    write(cli, text(API))
    assert validate(cli, "--role", "api").code == 0
    result = validate(cli, "--role", "worker")
    assert result.code == 4
    assert set(subjects(result, "env.missing")) == {f"worker:{key}" for key in WORKER.keys() - API.keys()}
    assert result.json["data"]["roles"].keys() == {"worker"}
    assert validate(cli).code == 4


def test_another_file_is_named_by_its_path(cli: Cli) -> None:
    write(cli, text(WORKER, DB_PORT="x"), "other.env")
    result = validate(cli, "--file", "other.env")
    assert result.json["data"]["source"] == "other.env"
    assert {finding["location"]["path"] for finding in result.json["findings"]} == {"other.env"}


@pytest.mark.parametrize(
    "content",
    [
        text(WORKER).encode("utf-8-sig"),
        text(WORKER).replace("\n", "\r\n").encode(),
        "".join(f"export {line}\n" for line in text(WORKER).splitlines()).encode(),
        "".join(f"# c\n\n{line} # c\n" for line in text(WORKER).splitlines()).encode(),
        f"# academyctl: docker-env-file\n{text(WORKER)}".encode(),
    ],
    ids=["bom", "crlf", "export", "comments", "docker's"],
)
def test_an_env_is_read_in_every_usual_form(cli: Cli, content: bytes) -> None:
    write(cli, content)
    assert validate(cli).code == 0


def test_docker_reads_differently_is_said_for_the_role_that_docker_reads(cli: Cli) -> None:
    write(cli, text(WORKER, SECRET_KEY="'quoted'"))
    assert subjects(validate(cli), "env.reader") == ["api:SECRET_KEY"]


@pytest.mark.parametrize("source", ["file", "stdin"])
def test_a_value_that_no_push_can_write_is_an_error_and_no_push_is_promised(cli: Cli, source: str) -> None:
    """The worker's reader takes the line break."""
    content = text(WORKER, SECRET_KEY="'two\nlines'")
    write(cli, content)
    result = validate(cli, "--stdin", stdin=content) if source == "stdin" else validate(cli)
    assert (result.code, result.codes("error"), result.codes("warning")) == (4, ["env.reader"], [])
    (found,) = (finding for finding in result.json["findings"] if finding["code"] == "env.reader")
    assert found["subject"] == "api:SECRET_KEY"
    assert found["message"] == "holds a line break that docker --env-file does not read back"
    assert found["location"] == {"path": "stdin" if source == "stdin" else ".env", "line": 13}
    assert (states(result, "api")["SECRET_KEY"], states(result, "worker")["SECRET_KEY"]) == ("BAD", "SET")


# --- sources that cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (f"DB_NAME=d\nSECRET_KEY='{CANARY}\n".encode(), 2, "quote"),
        (f"DB_NAME=d\n{CANARY}\n".encode(), 2, "no ="),
        (f"={CANARY}\n".encode(), 1, "no name"),
        (f'SECRET_KEY="x"{CANARY}\n'.encode(), 1, "after the closing quote"),
        (f"DB_NAME=d\nSECRET_KEY={CANARY}\xe9\n".encode("latin-1"), 2, "not UTF-8"),
        (f"SECRET_KEY={CANARY}\n".encode("utf-16"), 1, "UTF-16"),
        (f"SECRET_KEY={CANARY}\n".encode("utf-16-le"), 1, "UTF-16"),
        (f"SECRET_KEY={CANARY}\n".encode("utf-16-be"), 1, "UTF-16"),
        (f"DB_NAME=d\nSECRET_KEY={CANARY}\0\n".encode(), 2, "NUL"),
    ],
)
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_an_env_that_cannot_be_read_is_refused_whole_and_never_quoted(
    cli: Cli, source: str, content: bytes, line: int, told: str
) -> None:
    write(cli, content)
    result = validate(cli, "--stdin", stdin=content) if source == "stdin" else validate(cli)
    assert (result.code, result.json["status"]) == (2, "failed")
    assert result.json["error"]["code"] == "env.parse"
    (found,) = result.json["findings"]
    assert (found["code"], found["level"]) == ("env.parse", "error")
    assert found["location"] == {"path": "stdin" if source == "stdin" else ".env", "line": line}
    assert told in found["message"]
    assert CANARY not in result.out + result.err


def test_every_line_that_cannot_be_read_is_named(cli: Cli) -> None:
    write(cli, "A\nDB_NAME=d\n=x\nB\n")
    result = validate(cli)
    assert [finding["location"]["line"] for finding in result.json["findings"]] == [1, 3, 4]


def test_utf16_is_named_with_the_remedy(cli: Cli) -> None:
    write(cli, text(WORKER).encode("utf-16"))
    result = cli.run("env", "validate")
    assert (result.code, result.out) == (2, "")
    assert "UTF-16" in result.err
    assert "hint: PowerShell" in result.err


def test_a_missing_file_is_told_with_the_command_that_makes_one(cli: Cli) -> None:
    result = validate(cli, "--file", "no.env")
    assert result.code == 2
    assert "no.env" in result.json["error"]["message"]
    assert result.json["error"]["hint"] == "academyctl env template --role all > no.env"
    assert result.codes() == ["env.parse"]


def test_a_folder_is_no_file(cli: Cli) -> None:
    result = validate(cli, "--file", ".")
    assert (result.code, result.codes()) == (2, ["env.parse"])


def test_an_endless_device_is_refused(cli: Cli) -> None:
    result = validate(cli, "--file", "/dev/zero")
    assert (result.code, result.codes()) == (2, ["env.parse"])


# --- the command line -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("--file", ".env", "--ssm"),
        ("--file", ".env", "--stdin"),
        ("--file", ".env", "--process"),
        ("--ssm", "--process"),
        ("--ssm", "--stdin"),
        ("--process", "--stdin"),
        ("--version", "3"),
        ("--file", ".env", "--version", "3"),
        ("--ssm", "--version", "0"),
        ("--ssm", "--version", "x"),
        ("--role", "nobody"),
        ("--no-such-option",),
    ],
)
def test_a_command_line_that_contradicts_itself_is_a_usage_error(cli: Cli, words: tuple[str, ...]) -> None:
    write(cli, text(WORKER))
    result = validate(cli, *words)
    assert (result.code, result.json["status"]) == (2, "failed")
    assert result.json["error"]["message"]


def test_an_unknown_role_is_told_with_those_that_are_known(cli: Cli) -> None:
    result = validate(cli, "--role", "nobody")
    assert result.json["error"]["code"] == "usage.role"
    assert "api, worker, all" in result.json["error"]["hint"]


def test_an_unknown_stack_is_a_usage_error_also_where_no_stack_is_needed(cli: Cli) -> None:
    write(cli, text(WORKER))
    assert validate(cli, "--stack", "nowhere").json["error"]["code"] == "usage.stack"


# --- tables ---------------------------------------------------------------------------------------------------------


def test_people_see_a_row_for_each_key_then_each_problem_then_the_verdict(cli: Cli) -> None:
    write(cli, text(API, DB_PORT="x", SECRET_KEY="", DB_NAME=None, SOLAPI_KEY="s"))
    result = cli.run("env", "validate", "--role", "api")
    assert result.code == 4
    rows = re.sub(r" {2,}", " | ", result.out).splitlines()
    assert rows[:2] == ["api · .env", "KEY | STATE | WHY"]
    for row in (
        "R2_ENDPOINT | SET",
        "DB_PORT | BAD | is not a port (1 to 65535)",
        "SECRET_KEY | EMPTY | required",
        "DB_NAME | MISSING | required",
        "REDIS_PORT | MISSING | optional, default 6379",
        "SOLAPI_KEY | SET | passthrough",
        "error: api:DB_NAME is required and not set [env.missing]",
        "error: .env:12: api:SECRET_KEY is required and empty [env.empty]",
    ):
        assert row in rows
    assert rows[-1] == "findings: 3 errors"
    assert result.err == ""


def test_notes_are_counted_and_listed_with_verbose(cli: Cli) -> None:
    write(cli, text(WORKER))
    short, long = cli.run("env", "validate"), cli.run("env", "validate", "-v")
    assert re.search(r"^\d+ notes not shown \(--verbose\)$", short.out, re.MULTILINE)
    assert "info:" not in short.out
    assert "info: .env:14: api:API_BASE_URL belongs to worker, not to api [env.foreign]" in long.out


def test_a_hostile_name_prints_as_it_is_in_a_pipe_and_on_a_terminal(cli: Cli) -> None:
    names = ["[red]", "[/]", ":key:", "한글키", "K" * 120]
    write(cli, text(WORKER) + "".join(f"{name}=v\n" for name in names))
    piped = cli.run("env", "validate", "--role", "api")
    shown = on_terminal(cli, "env", "validate", "--role", "api")
    assert (piped.code, shown.code) == (4, 4)
    for name in names:
        assert f" {name} is declared nowhere" in piped.out
        assert f" {name} is declared nowhere" in shown.screen
