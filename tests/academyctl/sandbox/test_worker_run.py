"""Jobs of the worker's are processes here. The worker itself is a stand-in of a few lines, known by its name."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from academyctl.sandbox import worker_run
from academyctl.sandbox.control import Control
from academyctl.sandbox.server import running
from academyctl.sandbox.worker_run import WorkerRuns, is_worker
from tests.support.strict import FAST, Strict

NAME, GROUP = "encoder-v1", "/aws/batch/academy-video-worker"
TELLS = """
import json, os, sys
print(json.dumps({"argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}), flush=True)
print("and this on stderr", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""
WAITS = """
import pathlib, signal, sys, time
def leave(*_):
    print("asked to stop", flush=True)
    while not pathlib.Path(sys.argv[1]).exists():
        time.sleep(0.01)
    sys.exit(143)
signal.signal(signal.SIGTERM, leave)
print("waiting", flush=True)
time.sleep(600)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[WorkerRuns]:
    package = tmp_path / "code" / "worker"
    package.mkdir(parents=True)
    for name, text in {"__init__": "", "tells": TELLS, "waits": WAITS, "deaf": DEAF}.items():
        (package / f"{name}.py").write_text(text)
    runs = WorkerRuns(folder=tmp_path / "jobs", code=tmp_path / "code", env={"GIVEN": "to all", "OWN": "outweighed"})
    yield runs
    runs.close()


@pytest.fixture
def own(strict: Strict, runs: WorkerRuns) -> Iterator[Strict]:
    """A door to the account behind which the worker's jobs are processes."""
    control = Control(pace=FAST)
    with running(strict.stack.account, control=control, runner=runs) as url:
        own = Strict(url=url, control=control, stack=strict.stack)
        own.valid(NAME)
        own.queue(NAME)
        yield own
        control.forget()


def submitted(own: Strict, module: str, *words: str, **more: Any) -> str:
    logs = {"logDriver": "awslogs", "options": {"awslogs-group": GROUP}}
    environment = [{"name": "OWN", "value": "the definition's"}]
    container = {"command": ["python", "-m", module, *words], "logConfiguration": logs, "environment": environment}
    own.register(containerProperties=container, parameters={"code": "0"})
    number = own.submit(**more)
    own.until_running()
    return number


def until(own: Strict, number: str, *statuses: str) -> dict[str, Any]:
    end = time.monotonic() + 20
    while (job := own.job(number))["status"] not in statuses:
        assert time.monotonic() < end, job
        time.sleep(0.01)
    return job


def log(own: Strict, job: dict[str, Any]) -> list[str]:
    stream = job["container"]["logStreamName"]
    events = own.client("logs").get_log_events(logGroupName=GROUP, logStreamName=stream)["events"]
    return [event["message"] for event in events]


def until_said(own: Strict, number: str, text: str) -> None:
    end = time.monotonic() + 20
    while text not in log(own, until(own, number, "RUNNING")):
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(("code", "status"), [(0, "SUCCEEDED"), (3, "FAILED")])
def test_the_exit_code_of_the_process_is_the_jobs(own: Strict, code: int, status: str) -> None:
    number = submitted(own, "worker.tells", "Ref::code", parameters={"code": str(code)})
    job = until(own, number, "SUCCEEDED", "FAILED")
    assert (job["status"], job["container"]["exitCode"]) == (status, code)
    assert job["statusReason"] == "Essential container in task exited"


def test_a_process_has_what_a_container_would_have_and_nothing_of_ours(
    own: Strict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODYS_SECRET", "not for it")
    number = submitted(own, "worker.tells", "0", "--attempt", "Ref::code", parameters={"code": "7"})
    job = until(own, number, "SUCCEEDED")
    first, second = log(own, job)
    told = json.loads(first)
    assert (told["argv"], second) == (["0", "--attempt", "7"], "and this on stderr")
    env = told["env"]
    assert (env["AWS_BATCH_JOB_ID"], env["AWS_BATCH_JOB_ATTEMPT"], env["AWS_BATCH_CE_NAME"]) == (number, "1", NAME)
    assert (env["GIVEN"], env["OWN"], env["PATH"]) == ("to all", "the definition's", os.environ["PATH"])
    assert env["HOME"] == told["cwd"] != str(Path.home())
    assert "SOMEBODYS_SECRET" not in env


def test_a_terminated_job_is_over_once_its_process_is(own: Strict, tmp_path: Path) -> None:
    """AWS tells FAILED only then, and with what the process said last."""
    number = submitted(own, "worker.waits", str(tmp_path / "leave"))
    until_said(own, number, "waiting")
    own.batch.terminate_job(jobId=number, reason="not needed")
    until_said(own, number, "asked to stop")
    own.control.advance(10)
    assert own.job(number)["status"] == "RUNNING"
    (tmp_path / "leave").touch()
    job = until(own, number, "FAILED")
    assert (job["statusReason"], job["container"]["exitCode"], job["isTerminated"]) == ("not needed", 143, True)


def test_a_process_that_does_not_listen_is_killed(own: Strict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_run, "KILL_AFTER", 0.05)
    number = submitted(own, "worker.deaf")
    until_said(own, number, "deaf")
    own.batch.terminate_job(jobId=number, reason="not needed")
    assert until(own, number, "FAILED")["container"]["exitCode"] == 137


def test_a_process_past_its_time_is_ended(own: Strict, tmp_path: Path) -> None:
    (tmp_path / "leave").touch()
    number = submitted(own, "worker.waits", str(tmp_path / "leave"), timeout={"attemptDurationSeconds": 60})
    until_said(own, number, "waiting")
    own.control.advance(61)
    job = until(own, number, "FAILED")
    assert (job["statusReason"], job["container"]["exitCode"]) == ("Job attempt duration exceeded timeout", 143)


def test_what_is_scripted_is_simulated(own: Strict) -> None:
    own.control.next_job("job", exit_code=9, running=0)
    job = until(own, submitted(own, "worker.tells", "0"), "FAILED")
    assert (job["container"]["exitCode"], log(own, job)[0]) == (9, "simulated run of job")


def test_what_is_left_ends_with_the_sandbox(own: Strict, runs: WorkerRuns) -> None:
    number = submitted(own, "worker.deaf")
    until_said(own, number, "deaf")
    runs.close()
    assert until(own, number, "FAILED")["container"]["exitCode"] == 137


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m worker.batch_main --job-id 7", True),
        ("python -m worker.selfcheck", True),
        ("python -m worker", False),
        ("python -m workers.selfcheck", False),
        ("python -c print(7)", False),
        ("sh -c worker.selfcheck", False),
        ("true", False),
        ("", False),
    ],
)
def test_only_the_workers_modules_become_processes(command: str, expected: bool) -> None:
    assert is_worker(command.split()) is expected
