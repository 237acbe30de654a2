"""`env matrix`: a picture of file, SSM and container, whatever of them can be read."""

from pathlib import Path

import pytest

from tests.support.aws import API, Aws
from tests.support.cli import Cli
from tests.support.engine import Engine
from tests.support.envs import API as API_ENV
from tests.support.envs import text


def test_file_ssm_and_container_stand_side_by_side(ops: Cli, aws: Aws, engine: Engine, tmp_path: Path) -> None:
    ops.env["DOCKER_HOST"] = engine.host
    (tmp_path / ".env").write_text(text(API_ENV, DB_PORT="none", SECRET_KEY=None))
    aws.put(API, text(API_ENV, WORKER_ID="w"))
    engine.run("academy-api", "-e", "SECRET_KEY=s")
    found = ops.run("env", "matrix", "--role", "api", "-o", "json")
    assert found.code == 0, found
    keys = found.json["data"]["roles"]["api"]
    assert keys["SECRET_KEY"] == {"file": "MISSING", "SSM": "SET", "container": "SET"}
    assert keys["DB_PORT"] == {"file": "BAD", "SSM": "SET", "container": "MISSING"}
    assert keys["WORKER_ID"] == {"SSM": "FOREIGN"}
    table = ops.run("env", "matrix", "--role", "api")
    assert "KEY                         FILE     SSM      CONTAINER" in table.out
    assert "WORKER_ID                            FOREIGN" in table.out


def test_a_place_that_cannot_be_read_is_left_out_with_a_note(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text(API_ENV))
    cli.env["DOCKER_HOST"] = "unix:///nowhere.sock"
    shown = cli.run("env", "matrix", "--role", "api")
    assert shown.code == 0, shown
    assert "SSM is left out: " in shown.err
    assert "container academy-api is left out: " in shown.err
    assert shown.out.splitlines()[1].split() == ["KEY", "FILE"]


def test_a_value_of_the_file_that_no_push_can_write_is_bad(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text(API_ENV, SECRET_KEY="'two\nlines'"))
    cli.env["DOCKER_HOST"] = "unix:///nowhere.sock"
    roles = cli.run("env", "matrix", "--role", "api", "-o", "json").json["data"]["roles"]
    assert (roles["api"]["SECRET_KEY"], roles["api"]["DB_NAME"]) == ({"file": "BAD"}, {"file": "SET"})


def test_a_picture_is_written_to_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text(API_ENV))
    shown = cli.run("env", "matrix", "--offline", "--format", "svg", "--out", "m.svg")
    assert shown.out.startswith("47 keys of 2 roles; written to m.svg")
    assert (tmp_path / "m.svg").read_text().startswith("<svg ")
    assert cli.run("env", "matrix", "--offline", "--format", "html").out.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--file", "no.env"), "no.env"),
        (("--out", "no/m.svg"), "no is no folder"),
        (("--format", "svg", "-o", "json"), "both want stdout"),
        (("--role", "apo"), "unknown role"),
    ],
)
def test_what_cannot_be_asked_for(cli: Cli, words: tuple[str, ...], said: str) -> None:
    result = cli.run("env", "matrix", "--offline", *words)
    assert result.code == 2
    assert said in result.out + result.err
