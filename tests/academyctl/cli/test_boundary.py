"""Where a command line ends: usage errors, streams that are closed or full, and one JSON object whatever happens."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.envs import LEGACY

KEYS = {"version", "command", "stack", "status", "exit_code", "changes", "findings", "data", "error"}


@pytest.mark.parametrize(
    ("line", "command", "said"),
    [
        ("ssm push -o json", "ssm push", "--role"),
        ("env validate --nope -o json", "env validate", "--nope"),
        ("env validate --version x --ssm --output=json", "env validate", "x"),
        ("nope -o json", "", "nope"),
        ("ssm nope --output json", "ssm", "nope"),
        ("env validate -o json --stack nope", "env validate", "unknown stack 'nope'"),
        ("env validate --role nope -ojson", "env validate", "unknown role 'nope'"),
    ],
)
def test_a_bad_command_line_answers_with_the_object_too(cli: Cli, line: str, command: str, said: str) -> None:
    result = cli.run(*line.split())
    found = result.json
    assert (result.code, found["exit_code"], found["status"]) == (2, 2, "failed")
    assert set(found) == KEYS
    assert found["command"] == command
    assert said in found["error"]["message"] + found["error"]["hint"]


def test_a_bad_command_line_is_two_lines_on_stderr(cli: Cli) -> None:
    result = cli.run("ssm", "pusch")
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0].startswith("error: No such command 'pusch'")
    assert result.err.splitlines()[1] == "hint: did you mean academyctl ssm push? (academyctl ssm --help)"


def test_json_behind_a_double_dash_is_another_commands(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "--nope", "--", "env", "validate", "-o", "json")
    assert (result.code, result.out) == (2, "")


@pytest.mark.parametrize("line", ["", "env", "ssm"])
def test_a_group_alone_shows_its_help(cli: Cli, line: str) -> None:
    result = cli.run(*line.split())
    assert result.code == 2
    assert "Usage: academyctl" in result.err


def test_an_unknown_stack_is_a_usage_error_of_commands_that_never_read_it(cli: Cli) -> None:
    for line in ("env template", "profile check", "profile schema role", "env split", "sandbox demo"):
        result = cli.run(*line.split(), "--stack", "nope", "-o", "json")
        assert (result.code, result.json["error"]["code"]) == (2, "usage.stack"), line


def shell(cli: Cli, words: str, before: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
    """A command line with the shell's own redirections."""
    return subprocess.run(
        ["bash", "-c", f"{before} {sys.executable} -m academyctl {words}"],
        cwd=cli.cwd,
        env=cli.env | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", ["env template", "env validate -o json", "--help", "profile schema role"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_in_one_line(cli: Cli, tmp_path: Path, words: str, unbuffered: str) -> None:
    (tmp_path / ".env").write_text(LEGACY)
    done = shell(cli, f"{words} > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    assert done.stderr == "error: the result cannot be written to stdout: No space left on device\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_fills_up_in_the_middle_is_no_success(cli: Cli, tmp_path: Path, unbuffered: str) -> None:
    """By the shell's own limit on a file; with PYTHONUNBUFFERED Python takes a short write for a whole one."""
    (tmp_path / ".env").write_text(LEGACY)
    done = shell(cli, "profile schema role > out", before="ulimit -f 1; trap '' XFSZ;", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, (tmp_path / "out").stat().st_size) == (1, 1024)
    assert done.stderr == "error: the result cannot be written to stdout: File too large\n"


def test_a_full_disk_under_stderr_costs_the_notes_only(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(LEGACY)
    done = shell(cli, "env split --out o --yes -o json 2> /dev/full")
    assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "changed")


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&-"])
def test_closed_streams_change_no_exit_code(cli: Cli, tmp_path: Path, closed: str) -> None:
    (tmp_path / ".env").write_text(LEGACY)
    done = shell(cli, f"env validate {closed}")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_goes_away_leaves_no_traceback(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("".join(f"SOLAPI_{i}={i}\n" for i in range(9000)))
    done = shell(cli, "env validate | head -n 1")
    assert "Traceback" not in done.stderr
    assert done.stdout == "api · .env\n"


@pytest.mark.parametrize(("words", "code"), [("env validate --file missing.env", 2), ("env validate", 0)])
@pytest.mark.parametrize("output", ["table", "json"])
def test_a_reader_that_goes_away_changes_no_exit_code(
    cli: Cli, tmp_path: Path, words: str, code: int, output: str
) -> None:
    (tmp_path / ".env").write_text(LEGACY)
    reader, writer = os.pipe()
    os.close(reader)
    process = cli.start(*words.split(), "-o", output, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert (b"error: missing.env" in err) == (code == 2 and output == "table")
    assert b"Traceback" not in err


def test_quiet_leaves_stderr_empty_and_the_result_whole(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(LEGACY)
    loud, quiet = (cli.run("env", "split", "--out", "o", "--yes", *more) for more in ((), ("-q",)))
    assert loud.err != ""
    assert (quiet.code, quiet.err) == (0, "")
    assert quiet.out.splitlines()[-1] == "unchanged: 8 warnings"


def test_version_is_printed(cli: Cli) -> None:
    assert cli.run("--version").out.startswith("academyctl 0.")


def test_one_object_is_one_line(cli: Cli) -> None:
    out = cli.run("env", "validate", "--file", "missing.env", "-o", "json").out
    assert out.count("\n") == 1
    assert json.loads(out)["error"]["code"] == "env.parse"
