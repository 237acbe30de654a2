"""What a command loads is counted, not timed: heavy packages come in only where the command needs them."""

import json
import subprocess
import sys
from importlib import import_module

import pytest

from academyctl.cli.app import GROUPS, PARTS
from tests.support.cli import Cli
from tests.support.engine import Engine
from tests.support.envs import LEGACY

HEAVY = {"boto3", "botocore", "django", "docker", "dotenv", "moto", "pydantic", "rich", "urllib3", "werkzeug", "yaml"}
# The real entry point; when it ends, the names of loaded modules go to a file of their own.
RUNNER = """
import atexit, json, pathlib, sys
from academyctl.__main__ import main
into = pathlib.Path(sys.argv.pop(1))
atexit.register(lambda: into.write_text(json.dumps(sorted(sys.modules))))
main()
"""


def loaded(cli: Cli, *words: str, code: int = 0, whole: bool = False) -> set[str]:
    """The top-level packages in sys.modules when the command has ended, off a terminal; `whole`: every module."""
    into = cli.cwd / "loaded.json"
    command = [sys.executable, "-c", RUNNER, str(into), *words]
    done = subprocess.run(command, cwd=cli.cwd, env=cli.env, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == code, done.stderr.decode()
    modules = set(json.loads(into.read_text()))
    packages = {name.partition(".")[0] for name in modules}
    assert "typer" in packages
    return modules if whole else packages


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_the_root_command_loads_nothing_heavy(cli: Cli, word: str) -> None:
    assert loaded(cli, word) & HEAVY == set()


@pytest.mark.parametrize("words", [*((group,) for group in GROUPS), ("ssm", "push")])
def test_the_help_of_a_group_loads_nothing_heavier_than_yaml(cli: Cli, words: tuple[str, ...]) -> None:
    assert loaded(cli, *words, "--help") & HEAVY <= {"yaml"}


def test_a_command_is_where_its_group_has_it() -> None:
    """`PARTS` says where a command of a group is, so that the others are not imported."""
    for group in {line.partition(" ")[0] for line in PARTS}:
        known = import_module(GROUPS[group][0]).app.registered_commands
        assert {f"{group} {command.name}" for command in known} == {one for one in PARTS if one.startswith(group)}
        for command in known:
            assert command in import_module(PARTS[f"{group} {command.name}"]).app.registered_commands


def test_a_command_in_a_part_comes_without_the_other_parts(cli: Cli) -> None:
    modules = loaded(cli, "batch", "ce-check", "--help", whole=True)
    assert "academyctl.cli.batch_ce" in modules
    assert modules & {"academyctl.cli.batch_setup", "academyctl.cli.batch_rollout", "academyctl.apply.rollout"} == set()


@pytest.mark.parametrize("output", ["table", "json"])
def test_validating_a_file_loads_yaml_and_nothing_else_heavy(cli: Cli, output: str) -> None:
    (cli.cwd / ".env").write_text(LEGACY)
    assert loaded(cli, "env", "validate", "-o", output) & HEAVY == {"yaml"}


def test_validating_a_container_loads_no_sdk(cli: Cli, engine: Engine) -> None:
    """One read over the local socket: the SDK comes in where that fails, and for writes."""
    engine.run("academy-api")
    assert loaded(cli, "env", "validate", "--container", "academy-api", "--offline", code=4) & HEAVY == {"yaml"}


def test_a_push_loads_botocore_but_not_boto3_nor_rich(ops: Cli) -> None:
    (ops.cwd / ".env").write_text(LEGACY)
    packages = loaded(ops, "ssm", "push", "--role", "all", "--yes")
    assert "botocore" in packages
    assert packages & {"boto3", "django", "docker", "moto", "pydantic", "requests", "rich", "werkzeug"} == set()


@pytest.mark.parametrize("typed", ["academyctl ", "academyctl batch ce-", "academyctl ssm push --role "])
def test_completing_a_line_loads_nothing_heavier_than_yaml(cli: Cli, typed: str) -> None:
    cli.env |= {"_ACADEMYCTL_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": typed}
    assert loaded(cli) & HEAVY <= {"yaml", "rich"}, "rich stands there as not installed"
