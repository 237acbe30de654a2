"""`env run`: the command is a real process in our place, with the role's env and nothing else of ours."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from tests.support.aws import API, WORKER, Aws
from tests.support.cli import Cli, Result
from tests.support.envs import API as API_ENV
from tests.support.envs import WORKER as WORKER_ENV
from tests.support.envs import text

TELLING = """
import json, os, sys
block = open("/proc/self/environ", "rb").read().split(b"\\0")[:-1]
env = dict(each.decode("utf-8", "surrogateescape").split("=", 1) for each in block)
files = sorted(int(name) for name in os.listdir("/proc/self/fd"))
told = {"pid": os.getpid(), "argv": sys.argv[1:], "env": env, "files": files, "stdin": sys.stdin.read()}
print(json.dumps(told))
sys.stderr.write("its own words\\n")
sys.exit(42)
"""


def run(cli: Cli, *words: str, role: str = "api", **more: Any) -> Result:
    return cli.run("env", "run", "--role", role, *words, **more)


@pytest.fixture
def put(aws: Aws) -> None:
    aws.put(API, text(API_ENV, SITE_URL="https://학원.example"))
    aws.put(WORKER, text(WORKER_ENV, SECRET_KEY="'a $b #c'"))


def status_of(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = dict(line.split(":\t", 1) for line in lines if line.startswith("Sig") and ":\t" in line)
    return {name: int(found[name], 16) for name in ("SigBlk", "SigIgn", "SigCgt")}


def bit(number: signal.Signals) -> int:
    return 1 << (number - 1)


@pytest.mark.usefixtures("put")
def test_the_command_is_this_process_with_the_roles_env_over_the_inherited_one(ops: Cli) -> None:
    line = [*("env", "run", "--role", "api", "-o", "json", "--"), sys.executable, "-c", TELLING]
    process = ops.start(*line, "--help", "-o", "x", "--", "-y", env={"LC_ALL": "C", "DB_HOST": "old"}, **pipes())
    out, err = process.communicate(b"typed", timeout=60)
    told = json.loads(out)
    assert (process.returncode, told["pid"], told["stdin"]) == (42, process.pid, "typed")
    assert told["argv"] == ["--help", "-o", "x", "--", "-y"]
    assert told["env"] == ops.env | {"LC_ALL": "C"} | API_ENV | {"SITE_URL": "https://학원.example"}
    assert told["files"] == [0, 1, 2, 3], "3 is the folder that it lists"
    assert err.decode().splitlines()[-1] == "its own words"
    assert not [value for key, value in API_ENV.items() if "SECRET" in key and value in err.decode()]


def pipes() -> dict[str, Any]:
    return {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}


@pytest.mark.usefixtures("put")
def test_only_declared_leaves_a_few_names_and_a_dotenv_role_is_read_as_its_worker_reads_it(ops: Cli) -> None:
    around = {"LC_TIME": "C", "TZ": "UTC", "USER": "ops", "MINE": "x", "SITE_URL": "x"}
    line = ("--only-declared", "--", sys.executable, "-c", TELLING)
    told = json.loads(run(ops, *line, role="worker", env=around).out)
    everybodys = ("PATH", "HOME", "USER", "LANG", "LC_TIME", "TZ", "TERM")
    stays = {name: value for name, value in {**ops.env, **around}.items() if name in everybodys}
    assert told["env"] == stays | WORKER_ENV | {"SECRET_KEY": "a $b #c"}


@pytest.mark.usefixtures("put")
@pytest.mark.parametrize(
    ("command", "number", "code"),
    [
        (("cat",), signal.SIGTERM, -signal.SIGTERM),
        (("sh", "-c", "trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done"), signal.SIGTERM, 7),
    ],
)
def test_signals_meet_the_command_as_if_we_had_never_been_there(
    ops: Cli, command: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    process = ops.start("env", "run", "--role", "api", "--", *command, **pipes())
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"up\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"up\n"
        if command == ("cat",):
            # It waits for more, and sets no signal of its own.
            signals = status_of(process.pid)
            assert (signals["SigBlk"], signals["SigCgt"]) == (0, 0)
            assert signals["SigIgn"] & (bit(signal.SIGPIPE) | bit(signal.SIGXFSZ)) == 0
        process.send_signal(number)
        assert process.wait(10) == code
    finally:
        process.kill()
        process.communicate()


@pytest.mark.usefixtures("put")
def test_what_the_caller_ignores_stays_ignored(ops: Cli) -> None:
    inner = [
        sys.executable,
        "-m",
        "academyctl",
        "env",
        "run",
        "--role",
        "api",
        "--",
        "grep",
        "SigIgn",
        "/proc/self/status",
    ]
    done = subprocess.run(
        ["sh", "-c", "trap '' TERM INT HUP; exec \"$@\"", "sh", *inner], cwd=ops.cwd, env=ops.env, capture_output=True
    )
    ignored = int(done.stdout.split(b":")[1], 16)
    trapped = bit(signal.SIGTERM) | bit(signal.SIGINT) | bit(signal.SIGHUP)
    assert (ignored & trapped, ignored & bit(signal.SIGPIPE)) == (trapped, 0), done


@pytest.mark.usefixtures("put")
def test_a_command_that_is_not_there_or_cannot_be_run(ops: Cli) -> None:
    (ops.cwd / "text").write_text("no program")
    missing = run(ops, "-o", "json", "--", "no-such-command", "x")
    assert (missing.code, missing.json["status"], missing.json["error"]["code"]) == (127, "failed", "run.not-found")
    empty = run(ops, "-o", "json", "--", "")
    assert (empty.code, empty.json["error"]["message"]) == (127, "the command is empty")
    (ops.cwd / "script").write_bytes(b"#!/bin/sh\r\necho up\r\n")
    (ops.cwd / "script").chmod(0o755)
    windows = run(ops, "--", "./script")
    assert (windows.code, windows.out) == (127, "")
    assert "./script cannot be run: the interpreter that its first line names is not there" in windows.err
    refused = run(ops, "--", "./text")
    assert (refused.code, refused.out) == (126, "")
    assert "./text cannot be run: Permission denied" in refused.err


def test_nothing_runs_with_an_env_that_has_errors(ops: Cli, aws: Aws) -> None:
    mark = ("--", "touch", "ran")
    absent = run(ops, "-o", "json", *mark)
    assert (absent.code, absent.json["error"]["code"]) == (1, "ssm.absent")
    for blob, code in (
        (text(API_ENV, DB_PASSWORD=None, DB_PORT="x"), ["env.missing", "env.type"]),
        ("A=1\x00\n", ["ssm.parse"]),
    ):
        aws.put(API, blob)
        refused = run(ops, "-o", "json", *mark)
        assert (refused.code, refused.json["status"], sorted(refused.codes("error"))) == (4, "findings", code)
    assert not (ops.cwd / "ran").exists()
