"""`scan_stuck_video_jobs` as cron and as a container run it: exit codes, JSON, and the loop's end."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.api.rows import again, ago, job
from tests.api.world import World
from tests.support.cli import ROOT
from tests.support.proxy import proxied, refuse

COMMAND = [sys.executable, "-m", "api.manage", "scan_stuck_video_jobs"]


@pytest.fixture
def env(pg: dict[str, str], world: World) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "SECRET_KEY": "x", "AWS_REGION": "ap-northeast-2"}
    return {**os.environ, **pg, **world.strict.env, **own}


def run(env: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *words], env=env, capture_output=True, text=True, timeout=60)


def test_one_pass_tells_what_it_did(env: dict[str, str], world: World) -> None:
    row = job("FAILED", error_code="OOM")
    planned = run(env, "--dry-run")
    assert planned.returncode == 0
    assert f"{row.pk} a1 FAILED: retry_later planned (attempt 1: OOM)" in planned.stdout
    assert again(row).state == "FAILED"
    told = run(env, "--json")
    assert told.returncode == 0
    report = json.loads(told.stdout)
    assert (report["checked"], report["backlog"], report["error"]) == (1, 1, "")
    assert report["steps"] == [
        {
            "job": str(row.pk),
            "attempt": 1,
            "state": "FAILED",
            "do": "retry_later",
            "result": "done",
            "why": "attempt 1: OOM",
            "batch": "",
            "code": "",
        }
    ]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_batch_that_cannot_be_asked_is_exit_1(env: dict[str, str], world: World, words: tuple[str, ...]) -> None:
    row = job("RUNNING")
    with proxied(world.strict.url) as proxy:
        proxy.on("DescribeJobs", refuse("AccessDeniedException", 403), nth=())
        told = run(env | {"AWS_ENDPOINT_URL": proxy.url}, *words)
    assert told.returncode == 1
    assert "DescribeJobs: AccessDeniedException" in told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    if words:
        assert json.loads(told.stdout)["error"] == "DescribeJobs: AccessDeniedException"
    assert again(row).missing_since is None


@pytest.mark.parametrize("seconds", ["0", "-1", "x"])
def test_a_loop_has_a_length(env: dict[str, str], seconds: str) -> None:
    assert run(env, "--loop", seconds).returncode == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_goes_on_after_a_failure_and_ends_when_asked(
    env: dict[str, str], world: World, number: signal.Signals
) -> None:
    job(updated_at=ago(200))
    with proxied(world.strict.url) as proxy:
        proxy.on("ListJobs", refuse("AccessDeniedException", 403), nth=(1,))
        process = subprocess.Popen(
            [*COMMAND, "--json", "--loop", "0.05"],
            env=env | {"AWS_ENDPOINT_URL": proxy.url},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        first, second = (json.loads(process.stdout.readline()) for _ in range(2))
        process.send_signal(number)
        rest: Any = process.communicate(timeout=20)
    assert process.returncode == 0, rest
    assert [step["result"] for step in first["steps"]] == ["failed"]
    assert second["steps"] == [], "the claim is waited out"
