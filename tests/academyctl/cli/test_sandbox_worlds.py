"""`--world`: what the account of a sandbox holds."""

import json
import signal
import subprocess
import urllib.request

import pytest

from tests.support.cli import Cli

STATUS = ("batch", "status", "-o", "json")


def test_the_live_world_has_a_batch_at_work(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "--world", "live", "--", *STATUS)
    assert (result.code, result.json["command"]) == (0, "batch status"), result.err
    assert "academy-video-batch-ce-v3" in result.out


def test_the_live_world_is_there_for_production_too(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "--world", "live", "--stack", "production", "--", *STATUS)
    assert (result.code, result.json["stack"]) == (0, "production"), result.err


def test_the_live_world_has_parameters(cli: Cli) -> None:
    assert cli.run("sandbox", "run", "--world", "live", "--", "ssm", "verify", "--role", "all").code == 0


def test_the_empty_world_has_none(cli: Cli) -> None:
    result = cli.run("sandbox", "run", "--world", "empty", "--", "ssm", "verify", "--role", "api", "-o", "json")
    assert (result.code, result.codes("error")) == (4, ["ssm.absent"])


def test_a_second_process_scripts_what_up_serves(cli: Cli) -> None:
    process = cli.start("sandbox", "up", "--world", "live", "-o", "json", stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())["data"]
        script = json.dumps({"do": "invalidate", "pattern": "*-v3", "reason": "CLIENT_ERROR - scripted"}).encode()
        urllib.request.urlopen(urllib.request.Request(told["control"], data=script), timeout=10).read()
        result = cli.run(*STATUS, env=told["env"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert "CLIENT_ERROR - scripted" in result.out


@pytest.mark.parametrize("world", ["live", "seeded"])
def test_another_world_than_the_empty_one_is_not_empty(cli: Cli, world: str) -> None:
    words = ("sandbox", "run", "--empty", "--world", world, "-o", "json", "--", "profile", "check")
    result = cli.run(*words)
    assert (result.code, result.json["error"]["code"]) == (2, "usage")
    assert f"--world {world}" in result.json["error"]["message"]
