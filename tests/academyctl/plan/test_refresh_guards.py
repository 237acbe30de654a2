"""What refuses a refresh, and what is said with its plan."""

from typing import Any

import pytest

from academyctl.model.container import Container, Mount, RestartPolicy, State
from academyctl.model.refresh import NewEnv, Sharer, Waits
from academyctl.plan.refresh_guards import (
    guard_copy,
    guard_files,
    guard_health,
    guard_missed,
    guard_role,
    guard_sharers,
    guard_state,
    told_kept,
    told_policy,
)
from tests.builders import a_role, said
from tests.support.fake_containers import NAMES, NO, a_container, standing

STOPPED = (State.EXITED, State.DEAD, State.CREATED, State.PAUSED, State.REMOVING)


@pytest.mark.parametrize("state", State)
def test_only_what_runs_or_tries_to_is_refreshed(state: State) -> None:
    found = said(guard_state(a_container(state=state), comes_back=False))
    assert found == ([("error", "container.not-running", "api")] if state in STOPPED else [])
    assert said(guard_state(a_container(state=state), comes_back=True)) == []


def test_a_container_takes_the_env_of_its_own_role_only() -> None:
    api, worker, other = (
        a_role(name)._replace(container=container) for name, container in (("api", "api"), ("worker", ""), ("x", "y"))
    )
    container = a_container()
    assert said(guard_role(container, worker, (api, worker, other))) == [("error", "container.role", "api")]
    assert said(guard_role(container, api, (api, worker, other))) == []
    assert said(guard_role(container, worker, (worker, other))) == []


@pytest.mark.parametrize(
    ("host", "config", "found"),
    [
        ({}, {}, []),
        ({"AutoRemove": True}, {}, [("error", "container.auto-remove", "api")]),
        ({"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}, {}, []),
        ({"PortBindings": {"80/tcp": [{"HostPort": ""}]}}, {}, [("warning", "container.random-port", "api")]),
        ({"PublishAllPorts": True}, {"ExposedPorts": {"9/tcp": {}}}, [("warning", "container.random-port", "api")]),
    ],
)
def test_what_stands_against_a_copy_or_differs_by_itself(
    host: dict[str, Any], config: dict[str, Any], found: list[tuple[str, str, str]]
) -> None:
    assert said(guard_copy(a_container(host=host, config=config))) == found


def test_who_lives_off_the_container_is_named() -> None:
    sharers = (
        Sharer("sidecar", "network"),
        Sharer("debug", "pid"),
        Sharer("nginx", "link"),
        Sharer("reader", "volumes"),
    )
    found = tuple(guard_sharers(a_container(), sharers))
    assert [str(one.level) for one in found] == ["error", "error", "error", "warning"]
    assert all(sharer.name in one.message for sharer, one in zip(sharers, found, strict=True))


def test_a_kept_key_is_named() -> None:
    env = NewEnv(lines=(), values={}, kept=("A", "B"))
    assert said(told_kept(a_container(), "api", env)) == [("info", "env.kept", "api:A"), ("info", "env.kept", "api:B")]


def test_whom_it_cannot_be_started_without_is_named() -> None:
    found = tuple(guard_missed(a_container(), (Sharer("proxy", "network"), Sharer("db", "link"))))
    assert said(found) == [("error", "container.not-running", "proxy"), ("error", "container.not-running", "db")]
    assert "network namespace of proxy" in found[0].message
    assert "is linked to db" in found[1].message


@pytest.mark.parametrize(
    ("check", "is_late"),
    [
        ({}, False),
        ({"Test": ["NONE"], "Interval": 300}, False),
        ({"Test": ["CMD", "true"]}, False),
        ({"Test": ["CMD", "true"], "Interval": 300}, True),
        ({"Test": ["CMD", "true"], "Interval": 119}, False),
        ({"Test": ["CMD", "true"], "Interval": 300, "StartPeriod": 60}, False),
        ({"Test": ["CMD", "true"], "Interval": 300, "StartPeriod": 600, "StartInterval": 120}, True),
    ],
)
def test_a_healthcheck_that_cannot_come_in_time_is_told(check: dict[str, Any], is_late: bool) -> None:
    config = {"Healthcheck": {key: value if key == "Test" else value * 10**9 for key, value in check.items()}}
    found = said(guard_health(a_container(config=config), Waits(timeout=120)))
    assert found == ([("warning", "container.health-late", "api")] if is_late else [])


def test_what_was_written_into_the_container_itself_is_told() -> None:
    container = Container(
        id="a" * 64,
        name="api",
        state=State.RUNNING,
        mounts=(Mount("volume", "v", "/data/deep"), Mount("bind", "/etc/x.conf", "/x.conf")),
        raw={"HostConfig": {"Tmpfs": {"/scratch": ""}, "Mounts": [{"Target": "/by-mount"}]}},
    )
    mounted = ["/data", "/data/deep", "/x.conf", "/scratch", "/by-mount"]
    noise = [
        *("/tmp", "/tmp/x", "/run/app.pid"),
        *("/etc", "/etc/hosts", "/sbin", "/sbin/docker-init"),
        *("/app", "/app/__pycache__", "/app/__pycache__/a.pyc"),
    ]
    assert said(guard_files(container, [*mounted, *noise])) == []
    (found,) = guard_files(container, [*mounted, *noise, "/app/db.sqlite3", "/app/media", "/app/media/[red].mp4"])
    assert said([found]) == [("warning", "container.layer", "api")]
    assert "wrote 2 outside its volumes (/app/db.sqlite3, /app/media/[red].mp4)" in found.message
    (unknown,) = guard_files(container, None)
    assert "cannot be told" in unknown.message


def test_a_restart_policy_that_is_lost_is_told() -> None:
    parked = a_container(NAMES.old, state=State.EXITED, policy=NO)
    assert said(told_policy(standing(parked))) == [("warning", "container.restart-policy", "api")]
    copy = a_container("api", id="c" * 64)
    assert said(told_policy(standing(parked, copy))) == [], "its copy holds it"
    podmans = a_container(NAMES.old, state=State.EXITED, policy=RestartPolicy("always"))
    assert said(told_policy(standing(podmans))) == []
    assert said(told_policy(standing(a_container("api", policy=NO)))) == []
