"""`env validate --container` on containers that do not serve: stopped, restarting, unhealthy, left by a refresh."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.support.cli import Cli
from tests.support.engine import IMAGE, Engine
from tests.support.envs import API
from tests.support.refreshing import NAME, OLD, options
from tests.support.validate import of_container

T = TypeVar("T")


def test_a_container_that_does_not_run_is_judged_and_is_a_finding(engine: Engine, cli: Cli) -> None:
    engine.run(NAME, *options({**API, "DB_PORT": "x"}), command=("/bin/sh", "-c", "exit 7"))
    engine.docker("wait", NAME)
    stopped = of_container(cli)
    assert (stopped.code, stopped.json["status"]) == (4, "findings")
    assert stopped.json["findings"][0]["message"] == "is stopped (exit code 7)"
    assert stopped.codes("error") == ["container.not-running", "env.type"]


def test_what_a_refresh_left_that_was_cut_off_is_to_be_gone_on_with(engine: Engine, cli: Cli) -> None:
    """The copy that took the name is not proven: nobody is told to start it."""
    create = ("create", "--network", "none", "--name")
    engine.docker(*create, NAME, *options(API), IMAGE)
    alone = of_container(cli)
    assert alone.json["findings"][0]["hint"] == f"docker start {NAME}"
    engine.docker(*create, OLD, *options(API), IMAGE)
    refresh = f"academyctl env refresh --container {NAME} --role api"
    for name, role in ((NAME, "api"), (NAME, "worker"), (OLD, "api")):
        found = of_container(cli, "--role", role, name=name)
        assert (found.code, found.json["findings"][0]["hint"]) == (4, refresh)
    engine.docker("rm", NAME)
    gone = of_container(cli)
    assert (gone.code, gone.json["error"]["hint"]) == (1, refresh)


def test_a_container_that_restarts_again_and_again_is_told_so(engine: Engine, cli: Cli) -> None:
    engine.run(NAME, "--restart", "always", *options(API), command=("/bin/sh", "-c", "exit 3"))
    # Between two starts it waits, each time twice as long; at other moments it runs.
    result = until(lambda: of_container(cli), lambda told: "restarting" in told.out.split('"data"')[1])
    assert (result.code, result.codes("error")) == (4, ["container.restarting"])
    assert "last exit code 3" in result.json["findings"][0]["message"]
    assert result.json["data"]["container"]["state"] == "restarting"


def test_an_unhealthy_container_is_a_warning(engine: Engine, cli: Cli) -> None:
    probe = ("--health-cmd", "false", "--health-interval", "200ms", "--health-retries", "1")
    engine.run(NAME, *probe, *options(API))
    health = ("inspect", "-f", "{{.State.Health.Status}}", NAME)
    until(lambda: engine.docker(*health), lambda told: told == "unhealthy")
    result = of_container(cli)
    assert (result.code, result.codes("warning")) == (0, ["container.unhealthy"])
    assert result.json["data"]["container"]["health"] == "unhealthy"


def until(read: Callable[[], T], is_so: Callable[[T], bool]) -> T:
    end = time.monotonic() + 20
    while not is_so(told := read()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return told
