"""What refuses a refresh, and what is said with its plan."""

from typing import Any

import pytest

from academyctl.model.container import State
from academyctl.model.refresh import NewEnv, Sharer
from academyctl.plan.refresh_guards import guard_copy, guard_sharers, guard_state, told_kept
from tests.builders import said
from tests.support.fake_containers import a_container

STOPPED = (State.EXITED, State.DEAD, State.CREATED, State.PAUSED, State.REMOVING)


@pytest.mark.parametrize("state", State)
def test_only_what_runs_or_tries_to_is_refreshed(state: State) -> None:
    found = said(guard_state(a_container(state=state), comes_back=False))
    assert found == ([("error", "container.not-running", "api")] if state in STOPPED else [])
    assert said(guard_state(a_container(state=state), comes_back=True)) == []


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
    sharers = (Sharer("sidecar", "network"), Sharer("debug", "pid"), Sharer("reader", "volumes"))
    found = tuple(guard_sharers(a_container(), sharers))
    assert [str(one.level) for one in found] == ["error", "error", "warning"]
    assert all(sharer.name in one.message for sharer, one in zip(sharers, found, strict=True))


def test_a_kept_key_is_named() -> None:
    env = NewEnv(lines=(), values={}, kept=("A", "B"))
    assert said(told_kept(a_container(), "api", env)) == [("info", "env.kept", "api:A"), ("info", "env.kept", "api:B")]
