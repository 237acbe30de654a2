"""Ctrl-C at a command that reads many things at once: nobody waits for what is under way."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.support.cli import Cli
from tests.support.healthy import Healthy, healthy_world
from tests.support.proxy import Fault, Silence, proxied
from tests.support.strict import Strict


@pytest.fixture(scope="module")
def world(_strict_server: Strict) -> Iterator[Healthy]:
    with healthy_world(_strict_server) as healthy:
        yield healthy


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        ("preflight", "DescribeJobQueues"),
        ("doctor", "GetCallerIdentity"),
        ("batch status", "DescribeJobQueues"),
        ("batch ce-check", "DescribeJobQueues"),
        ("batch setup --dry-run", "GetRole"),
        ("delete-r2 status", "GetQueueUrl"),
    ],
)
def test_ctrl_c_does_not_wait_for_what_is_under_way(world: Healthy, cli: Cli, command: str, operation: str) -> None:
    """A call that is silent is retried for half a minute."""
    with proxied(world.strict.url) as proxy:
        silent = threading.Event()
        proxy.on(operation, Fault(after=silent.set, forwarded=False, answer=Silence()), nth=())
        env = cli.env | world.strict.env | {"AWS_ENDPOINT_URL": proxy.url}
        words = [sys.executable, "-m", "academyctl", *command.split(), "-o", "json", "-q"]
        with subprocess.Popen(words, cwd=cli.cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            assert silent.wait(20)
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=20)
        assert (run.returncode, json.loads(out)["status"], err) == (130, "interrupted", b"")
        assert {call.nth for call in proxy.calls if call.operation == operation} == {1}, "no retry"
