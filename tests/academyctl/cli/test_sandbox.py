"""Real processes: `sandbox up` beside a second academyctl, `run` round one, and the tour."""

import fcntl
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.cli import ROOT, Cli
from tests.support.envs import API, LEGACY, text

PRODUCTION = "809466760795"
EXPORTS = [
    f"export {name}" for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ACADEMYCTL_STACK")
]


@dataclass
class Served:
    """A `sandbox up` that serves: its process, and what it said on stdout until then."""

    process: "subprocess.Popen[bytes]"
    said: str
    stderr: Path

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        """Sends the signal; (exit code, the rest of stdout, all of stderr)."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=20)
        return self.process.returncode, rest.decode(), self.stderr.read_text()


@contextmanager
def up(cli: Cli, *words: str, last: str) -> Iterator[Served]:
    """Started, and read until the line that holds `last`."""
    stderr = cli.cwd / "up.stderr"
    with stderr.open("wb") as file:
        process = cli.start("sandbox", "up", *words, stdout=subprocess.PIPE, stderr=file)
    try:
        assert process.stdout is not None
        yield Served(process, _until(process.stdout, last), stderr)
    finally:
        process.kill()
        process.communicate()


def _until(stream: IO[bytes], last: str) -> str:
    said = ""
    for line in stream:
        said += line.decode()
        if last in line.decode():
            return said
    raise AssertionError(f"it ended after: {said!r}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_leads_a_second_process_there_and_ends_well_when_asked_to(cli: Cli, number: signal.Signals) -> None:
    with up(cli, last="ACADEMYCTL_STACK") as served:
        (cli.cwd / "exports.sh").write_text(served.said)
        script = 'eval "$(cat exports.sh)" && exec "$1" -m academyctl env validate --ssm -q'
        second = subprocess.run(["sh", "-c", script, "sh", sys.executable], cwd=cli.cwd, env=cli.env, timeout=60)
        code, rest, errors = served.end(number)
    assert [line.partition("=")[0] for line in served.said.splitlines()] == EXPORTS
    assert second.returncode == 0
    assert (code, rest) == (0, "")
    assert "Traceback" not in errors
    assert "HTTP/1" not in errors


def test_up_with_json_prints_one_object_once_it_serves(cli: Cli) -> None:
    with up(cli, "-o", "json", "--stack", "production", last="}") as served:
        told = json.loads(served.said)
        second = cli.run("ssm", "verify", "--role", "all", env=told["data"]["env"])
        code, rest, _ = served.end(signal.SIGTERM)
    assert second.code == 0
    assert (code, rest) == (told["exit_code"], "")
    assert (told["status"], told["error"], told["stack"]) == ("ok", None, "production")
    assert told["data"]["account"] == PRODUCTION
    assert told["data"]["endpoint"] == told["data"]["env"]["AWS_ENDPOINT_URL"]


def test_up_unsets_what_would_lead_the_shell_elsewhere(cli: Cli) -> None:
    cli.env |= {"AWS_PROFILE": "nobody", "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:1", "AWS_REGION": "eu-west-1"}
    with up(cli, last="ACADEMYCTL_STACK") as served:
        assert served.said.splitlines()[0] == "unset AWS_ENDPOINT_URL_SSM AWS_PROFILE"


def test_up_serves_on_the_port_that_is_named(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with up(cli, "--port", str(port), "--empty", last="ACADEMYCTL_STACK") as served:
        assert f"export AWS_ENDPOINT_URL=http://127.0.0.1:{port}\n" in served.said


def test_a_port_in_use_is_an_error_without_a_traceback(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = cli.run("sandbox", "up", "--port", port, "-o", "json")
    assert result.code == 1
    assert result.json["error"]["code"] == "sandbox.port"
    assert port in result.json["error"]["message"]
    assert "Traceback" not in result.err


def test_run_passes_stdin_stdout_and_exit_code_through(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "--empty", "--", "env", "validate", "--stdin", "-o", "json", stdin=text(API))
    assert result.code == 4
    assert result.json["command"] == "env validate"
    assert result.json["data"]["roles"]["api"]["SECRET_KEY"] == "SET"
    assert "worker:API_BASE_URL" in [finding["subject"] for finding in result.json["findings"]]


def test_run_takes_a_command_with_its_first_word(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "-q", "--", "academyctl", "ssm", "verify", "--role", "all")
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("ok\n")


def test_run_gives_shared_options_before_the_dashes_to_the_command(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "-o", "json", "--", "env", "template", "--role", "api")
    assert (result.code, result.json["command"]) == (0, "env template")


def test_run_without_a_command_is_a_usage_error(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (2, "usage")


def test_run_as_production_passes_the_account_guard(cli: Cli) -> None:
    words = ("ssm", "set", "--role", "api", "REDIS_HOST", "--yes", "-o", "json")
    result = cli.run("sandbox", "run", "--stack", "production", "--", *words, stdin="redis.internal")
    assert (result.code, result.json["status"], result.json["stack"]) == (0, "changed", "production")
    assert result.json["data"]["account"] == PRODUCTION


def test_run_empty_rehearses_a_first_push(cli: Cli) -> None:
    (cli.cwd / ".env").write_text(LEGACY)
    result = cli.run("sandbox", "run", "--empty", "--", "ssm", "push", "--role", "all", "--yes", "-o", "json")
    assert result.code == 0
    assert [change["action"] for change in result.json["changes"]] == ["create", "create"]


def test_run_goes_past_everybodys_aws_settings(cli: Cli) -> None:
    astray = {
        "AWS_PROFILE": "nobody",
        "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:1",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "http_proxy": "http://127.0.0.1:1",
    }
    assert cli.run("sandbox", "run", "--", "env", "validate", "--ssm", env=astray).code == 0


def test_run_uses_the_profiles_it_was_given(cli: Cli) -> None:
    folder = cli.cwd / "mine"
    shutil.copytree(ROOT / "env_profiles", folder)
    stack = folder / "stacks" / "sandbox.yaml"
    stack.write_text(stack.read_text().replace("/academy/api/env", "/elsewhere/api"))
    result = cli.run("sandbox", "run", "--profiles", "mine", "--", "ssm", "show", "--role", "api", "-o", "json")
    assert (result.code, result.json["data"]["parameter"]) == (0, "/elsewhere/api")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_command_and_its_exit_code_comes_back(cli: Cli, number: signal.Signals) -> None:
    pipe = subprocess.PIPE
    words = ("ssm", "set", "--role", "api", "REDIS_HOST", "--yes", "-o", "json")
    process = cli.start("sandbox", "run", "--", *words, stdin=pipe, stdout=pipe, stderr=pipe)
    assert process.stderr is not None
    _until(process.stderr, "reading /academy/api/env")
    process.send_signal(number)
    # Its stdin stays open: an end of input could overtake the signal.
    assert process.wait(timeout=20) == 130
    told = json.loads(process.communicate()[0])
    assert (told["status"], told["command"]) == ("interrupted", "ssm set")


def test_ctrl_c_on_a_terminal_ends_the_command_as_if_it_ran_alone(cli: Cli) -> None:
    """The terminal sends it to both processes; a second one would cut the command's own ending short."""
    ours, theirs = pty.openpty()
    words = ("sandbox", "run", "--", "ssm", "set", "--role", "api", "REDIS_HOST")
    terminal_of_its_own: dict[str, Any] = {"start_new_session": True, "preexec_fn": _take_the_terminal}
    process = cli.start(*words, stdin=theirs, stdout=theirs, stderr=theirs, **terminal_of_its_own)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        _read_terminal(terminal, b"value of REDIS_HOST")
        os.write(ours, b"\x03")
        said = _read_terminal(terminal, b"")
    assert process.wait(timeout=20) == 130
    assert said.count(b"error: ") == said.count(b"error: interrupted") == 1
    assert b"Traceback" not in said


def _take_the_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read_terminal(terminal: IO[bytes], last: bytes) -> bytes:
    """What is said until `last`, or until nobody holds the terminal's other side any more."""
    said = b""
    while not last or last not in said:
        try:
            part = terminal.read(1024)
        except OSError:
            return said
        if not part:
            return said
        said += part
    return said


def test_the_tour_tells_each_command_and_how_it_ended(cli: Cli) -> None:
    temporary = cli.cwd / "tmp"
    temporary.mkdir()
    result = cli.run("sandbox", "demo", env={"TMPDIR": str(temporary)}, timeout=120)
    assert (result.code, result.err) == (0, "starting the embedded AWS\n")
    typed = [line.strip() for line in result.out.splitlines() if line.startswith("  $ ")]
    assert "$ academyctl env validate --ssm --role api" in typed
    assert "$ academyctl ssm push --role all --file .env --dry-run" in typed
    assert "$ printf %s old-redis.internal | academyctl ssm set --role api REDIS_HOST --yes -q" in typed
    assert result.out.count("→ exit ") == result.out.count(", as it should be") == len(typed)
    assert "--prune" not in result.out
    assert list(temporary.iterdir()) == []


def test_the_tour_ends_at_the_step_that_went_otherwise_in_one_object(cli: Cli) -> None:
    folder = cli.cwd / "mine"
    shutil.copytree(ROOT / "env_profiles", folder)
    role = folder / "roles" / "api.yaml"
    declared = "REDIS_HOST:\n    required: true\n    type: "
    role.write_text(role.read_text().replace(f"{declared}host", f"{declared}regex:redis\\..*"))
    result = cli.run("sandbox", "demo", "-o", "json", "--profiles", "mine", timeout=120)
    assert result.code == 1
    assert result.json["error"]["code"] == "demo.step"
    steps = result.json["data"]["steps"]
    last = steps[-1]
    assert set(last) == {"title", "command", "exit_code", "expected"}
    assert f" {last['title']}\n" in result.err
    assert all(step["exit_code"] == step["expected"] for step in steps[:-1])
    assert last["title"] in result.json["error"]["message"]
    assert (last["exit_code"], last["expected"]) == (4, 0)


@pytest.fixture
def without_moto(cli: Cli) -> Cli:
    """academyctl on a machine where moto is not installed."""
    blocked = cli.cwd / "blocked"
    blocked.mkdir()
    (blocked / "moto.py").write_text("raise ModuleNotFoundError(\"No module named 'moto'\", name='moto')\n")
    cli.env["PYTHONPATH"] = f"{blocked}:{ROOT}"
    return cli


@pytest.mark.parametrize("words", [("up",), ("run", "--", "profile", "check"), ("demo",)], ids=lambda words: words[0])
def test_without_moto_the_sandbox_says_how_to_get_it(without_moto: Cli, words: tuple[str, ...]) -> None:
    result = without_moto.run("sandbox", *words)
    assert (result.code, result.out) == (2, "")
    assert "no module moto" in result.err
    assert "hint: pip install 'academyctl[sandbox]'" in result.err


def test_without_moto_everything_else_works(without_moto: Cli) -> None:
    assert without_moto.run("profile", "check").code == 0
    assert without_moto.run("sandbox", "--help").code == 0
