"""A refresh that must not be, or does not go well, on a real engine: the former container serves."""

import os
import socket
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from tests.support.cli import Result
from tests.support.engine import IMAGE, STAYS
from tests.support.engine_proxy import Fault
from tests.support.refreshing import FORMER, KEPT, NAME, NEW, OLD, SECRET, STORED, RefreshSite

STAYS_ONCE = ("sh", "-c", f'test "$DB_PORT" = 5432 || exit 3; {STAYS}')
"""Runs with the former env, and ends with code 3 in the new one."""


@pytest.fixture
def site(refreshing: RefreshSite) -> RefreshSite:
    refreshing.store()
    return refreshing


def is_back(site: RefreshSite, result: Result, cause: str, policy: str = "no") -> bool:
    """Exit 7 with the cause, and the former container serves alone, with its restart policy."""
    assert (result.code, result.json["status"]) == (7, "rolled_back"), result
    assert [change["state"] for change in result.json["changes"]] == ["undone"]
    assert cause in result.json["error"]["message"]
    assert site.stands() == {NAME: "running"}
    return bool(site.inspect()["Id"] == site.ids[-1]) and site.policy() == policy


def test_a_container_that_exits_at_once_gives_way_to_the_former_one(site: RefreshSite) -> None:
    site.serve(command=STAYS_ONCE)
    result = site.refresh()
    assert result.json["error"]["code"] == "container.failed"
    assert is_back(site, result, "it exited with code 3")
    assert result.json["error"]["hint"] == f"academyctl env diff container:{NAME} ssm: --role api"
    assert result.json["data"]["env"]["changed"] == ["DB_PORT", "SECRET_KEY"]


def test_a_container_that_restarts_gives_way_to_the_former_one(site: RefreshSite) -> None:
    site.serve("--restart", "always", command=STAYS_ONCE)
    assert is_back(site, site.refresh("--settle", "5"), "code 3", policy="always")


def test_an_unhealthy_container_gives_way_to_the_former_one(site: RefreshSite) -> None:
    health = ("--health-cmd", 'test "$DB_PORT" = 5432', "--health-interval", "100ms", "--health-retries", "1")
    site.serve(*health, "--restart", "unless-stopped")
    assert is_back(site, site.refresh(), "unhealthy", policy="unless-stopped")


def test_a_container_that_is_not_healthy_in_time_gives_way_to_the_former_one(site: RefreshSite) -> None:
    site.serve("--health-cmd", "true", "--health-interval", "60s")
    assert is_back(site, site.refresh("--timeout", "0.3"), "not well after 0.3 s")


def test_a_port_that_somebody_takes_meanwhile_brings_the_former_one_back(site: RefreshSite) -> None:
    """The new container cannot listen. When it has given up, the port is free again."""
    holder = socket.create_server(("127.0.0.1", 0))
    port = holder.getsockname()[1]
    holder.close()
    site.serve("--network", "host", "--init", command=("httpd", "-f", "-p", f"127.0.0.1:{port}"))
    taken: list[socket.socket] = []
    site.fault(4, Fault(before=lambda: taken.append(socket.create_server(("127.0.0.1", port)))))
    site.fault(6, Fault(before=lambda: taken[0].close()))  # create, stop, rename, rename, start, rename
    assert is_back(site, site.refresh("--settle", "2"), "it exited with code 1")


def test_a_stderr_that_is_lost_neither_stops_a_refresh_nor_its_way_back(site: RefreshSite) -> None:
    """A terminal that was closed, a reader that went away, a full disk."""
    site.serve("--restart", "always", command=STAYS_ONCE)
    assert is_back(site, site.refresh(err=Path("/dev/full")), "exited with code 3", policy="always")
    site.engine.docker("rm", "-f", NAME)
    site.serve()
    assert site.refresh(err=Path("/dev/full")).json["status"] == "changed"
    assert site.stands() == {NAME: "running"}


def test_a_start_that_the_engine_refuses_brings_the_former_one_back(site: RefreshSite) -> None:
    site.serve()
    site.fault(5, Fault(refused=(500, f"port is already allocated (was told {SECRET})")))
    assert is_back(site, site.refresh(), "quoting the env")
    site.fault(len(site.proxy.writes) + 5, Fault(refused=(500, "driver failed: port is already allocated")))
    assert is_back(site, site.refresh(), "port is already allocated")


def test_a_copy_that_cannot_be_made_or_is_not_alike_leaves_everything(site: RefreshSite) -> None:
    former = site.serve("--memory", "64m")
    site.fault(1, Fault(refused=(400, "no such runtime")))
    result = site.refresh()
    assert (result.code, result.json["changes"][0]["state"]) == (1, "failed"), result
    assert site.stands() == {NAME: "running"}
    assert site.proxy.writes == ["create"]
    site.proxy.reset()
    site.fault(1, Fault(after=lambda: site.engine.docker("update", "--memory", "32m", NEW)))
    result = site.refresh()
    assert (result.code, result.codes("error")) == (4, ["container.copy"]), result
    assert "HostConfig.Memory" in result.json["findings"][0]["message"]
    assert site.proxy.writes == ["create", "remove"]
    assert site.stands() == {NAME: "running"}
    assert site.inspect()["Id"] == former


def test_a_name_that_is_somebody_elses_is_left_alone(site: RefreshSite) -> None:
    site.serve()
    site.engine.run(NEW, "-l", "mine=1")
    for name, words in ((NEW, ()), (NEW, ("--rollback",)), (OLD, ("--dry-run",)), (OLD, ("--rollback",))):
        if name not in site.stands():
            site.engine.docker("rename", NEW, name)
        result = site.refresh(*words)
        assert (result.code, result.json["error"]["code"]) == (6, "container.name"), result
        assert name in result.json["error"]["message"]
        assert site.stands() == {NAME: "running", name: "running"}
    assert site.proxy.writes == []


def test_two_at_once_are_one_and_a_conflict(site: RefreshSite) -> None:
    """By the engine's own refusal of a second container of one name, and by the lock of this host."""
    site.serve()
    site.fault(1, Fault(before=lambda: site.engine.run(NEW)))
    result = site.refresh()
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    assert site.stands() == {NAME: "running", NEW: "running"}
    site.engine.docker("rm", "-f", NEW)
    site.proxy.reset()
    seen: list[Result] = []
    words = ("env", "refresh", "--container", NAME, "--role", "api", "--yes", "-o", "json")
    site.fault(2, Fault(before=lambda: seen.append(site.cli.run(*words))))
    assert site.refresh().code == 0
    assert (seen[0].code, seen[0].json["error"]["code"]) == (6, "conflict.refresh"), seen
    assert site.stands() == {NAME: "running"}


def test_one_that_ends_while_its_policy_is_changed_is_refreshed_all_the_same(site: RefreshSite) -> None:
    """The engine's answer to that; and the whole race, with a process that is gone when the update arrives."""
    site.serve("--restart", "always")
    site.fault(2, Fault(refused=(500, "Cannot update container 1a: cannot update a stopped container: unknown")))
    assert site.refresh().code == 0
    assert site.proxy.writes == ["create", "update", "update", "stop", "rename", "rename", "start", "remove"]
    site.engine.docker("rm", "-f", NAME)
    site.serve("--restart", "always")
    site.fault(2, Fault(before=lambda: os.kill(site.inspect()["State"]["Pid"], SIGKILL)))
    assert site.refresh().code == 0
    assert site.stands() == {NAME: "running"}
    assert site.policy() == "always"


def test_a_copy_that_somebody_removes_brings_the_former_one_back(site: RefreshSite) -> None:
    site.serve("--restart", "always")
    site.fault(3, Fault(before=lambda: site.engine.docker("rm", "-f", NEW)))  # create, update, stop
    assert is_back(site, site.refresh(), "No such container", policy="always")


def test_who_goes_on_with_it_from_another_machine_is_not_disturbed(site: RefreshSite) -> None:
    """Nothing more is written here, not even a way back."""

    def takes_over() -> None:
        site.engine.docker("rm", "-f", NEW)
        site.engine.docker("create", "--pull", "never", "--name", NEW, IMAGE)

    site.serve()
    site.fault(2, Fault(before=takes_over))
    result = site.refresh()
    assert (result.code, result.json["error"]["code"]) == (6, "container.replaced"), result
    assert site.proxy.writes == ["create", "stop"]


def test_a_container_that_changed_since_the_plan_is_a_conflict(site: RefreshSite) -> None:
    former = site.serve()

    def replaces() -> None:
        site.engine.docker("rm", "-f", NAME)
        site.engine.run(NAME)

    site.proxy.looks.append(replaces)
    result = site.refresh()
    assert result.code == 6, result
    assert site.proxy.writes == []
    assert site.inspect()["Id"] != former


def test_an_unfinished_refresh_whose_container_fails_later_goes_back(site: RefreshSite) -> None:
    former = site.serve(command=("sh", "-c", f'test "$DB_PORT" = 5432 || {{ sleep 1.2; exit 4; }}; {STAYS}'))
    site.fault(5, Fault(after=site.signal(SIGKILL), drop=True))
    assert site.refresh("--settle", "4").code == -SIGKILL
    site.proxy.reset()
    result = site.refresh("--settle", "4")
    assert result.code == 7, result
    assert "code 4" in result.json["error"]["message"]
    assert site.stands() == {NAME: "running"}
    assert site.inspect()["Id"] == former


def test_a_former_container_that_cannot_start_is_told_and_rollback_repairs_it(site: RefreshSite) -> None:
    site.serve("--restart", "always", command=STAYS_ONCE)
    # create, update, stop, rename, rename, start; stop, rename, rename, update, start: the former one's
    site.fault(11, Fault(refused=(500, "port is already allocated")))
    result = site.refresh("--settle", "5")
    assert (result.code, result.json["error"]["code"]) == (1, "container.not-restored"), result
    assert "NOT back" in result.json["error"]["message"]
    assert "--rollback" in result.json["error"]["hint"]
    site.proxy.reset()
    assert site.rollback().code == 0
    assert site.stands() == {NAME: "running"}
    assert site.policy() == "always"


def refuse(site: RefreshSite, code: str, *words: str) -> dict[str, Any]:
    """Exit 4 with this finding, and no write."""
    result = site.refresh(*words)
    assert (result.code, result.json["status"]) == (4, "findings"), result
    assert site.proxy.writes == []
    return next(found for found in result.json["findings"] if (found["level"], found["code"]) == ("error", code))


def test_what_cannot_be_refreshed_is_refused_before_anything(site: RefreshSite) -> None:
    docker = site.engine.docker
    site.serve("--rm")
    refuse(site, "container.auto-remove")
    docker("rm", "-f", NAME)
    site.serve()
    site.engine.run("sidecar", "--network", f"container:{NAME}")
    assert "sidecar" in refuse(site, "container.shared")["message"]
    docker("rename", NAME, "proxy")
    docker("rename", "sidecar", NAME)
    docker("kill", "proxy")
    assert refuse(site, "container.not-running")["subject"] == "proxy", "without it nothing could be started again"
    docker("rm", "-f", NAME)
    docker("rename", "proxy", NAME)
    docker("start", NAME)
    docker("pause", NAME)
    assert refuse(site, "container.not-running")["hint"] == f"docker unpause {NAME}"
    docker("unpause", NAME)
    docker("stop", NAME)
    assert refuse(site, "container.not-running", "--dry-run")["hint"] == f"docker start {NAME}"


def test_a_blob_that_is_not_sound_is_not_applied(site: RefreshSite) -> None:
    site.serve()
    site.store(SECRET_KEY=None)
    assert refuse(site, "env.missing")["subject"] == "api:SECRET_KEY"
    site.store(WORKER_ID="1")
    refuse(site, "env.foreign")
    site.store()
    site.engine.docker("rm", "-f", NAME)
    site.serve(env={**FORMER, "DEBUG": "perhaps"})
    assert refuse(site, "env.type")["subject"] == "api:DEBUG", "a key that SSM lacks is kept, and judged"
    assert SECRET in STORED.values()


def test_what_an_operator_should_know_is_told_with_the_plan(site: RefreshSite) -> None:
    health = ("--health-cmd", "true", "--health-interval", "5m")
    site.serve("-l", "com.docker.compose.project=academy", "-v", "/data", *health)
    site.engine.docker("exec", NAME, "sh", "-c", "mkdir /media; echo 1 > /media/a.mp4; echo 1 > /data/b")
    site.engine.run("reader", "--volumes-from", NAME)
    planned = site.refresh("--dry-run")
    assert planned.code == 0, planned
    told = {one["code"]: one["message"] for one in planned.json["findings"] if one["level"] == "warning"}
    assert [*told] == ["container.compose", "container.health-late", "container.shared", "container.layer"]
    assert "wrote 1 outside its volumes (/media/a.mp4)" in told["container.layer"]


def test_usage_and_absence_are_told_apart(site: RefreshSite) -> None:
    assert site.refresh().json["error"]["code"] == "container.not-found"
    id = site.serve()
    assert site.rollback().json["status"] == "unchanged"
    base = ("env", "refresh", "--role", "api", "-o", "json")
    words = {
        (*base, "--container", OLD): 2,
        (*base, "--container", NAME, "--settle", "9", "--timeout", "3"): 2,
        (*base, "--container", NAME, "--rollback", "--prune"): 2,
        (*base, "--container", NAME): 2,  # it would write, and nobody answers
        (*base, "--container", id[:12], "--dry-run"): 0,
        (*base, "--container", NAME, "--timeout", "3", "--dry-run"): 0,  # nobody asked for a longer --settle
    }
    codes = [site.forks.run(*each, env=site.cli.env, cwd=site.cli.cwd).code for each in words]
    assert codes == list(words.values())
    assert site.stands() == {NAME: "running"}
    assert KEPT not in site.stands()
