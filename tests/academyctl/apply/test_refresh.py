"""A refresh in memory: killed at any write, then at any write of what comes after, it ends with one that serves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from academyctl.apply.refresh import Moved, Refresh
from academyctl.apply.wait import Clock, Poll
from academyctl.model.container import Container, State
from academyctl.model.errors import Conflict, EngineError, Interrupted, RolledBack
from academyctl.model.refresh import Act, Move, Waits, Way
from academyctl.plan.refresh import find_way
from tests.support.fake_containers import (
    ALWAYS,
    IMAGE,
    NAMES,
    NO,
    FakeContainers,
    Killed,
    a_container,
    a_new_env,
)

OLD_ENV, NEW_ENV = ("DB_PORT=1",), a_new_env(DB_PORT="2")
FORWARD = ["create", "policy", "stop", "rename", "rename", "start", "remove"]


class Time:
    """A clock that a sleep moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def a_refresh(containers: FakeContainers, *, keep: bool = False, stop_at: int = 0) -> Refresh:
    """`stop_at`: the signal comes with this write."""
    time = Time()
    refresh = Refresh(
        containers=containers,
        names=NAMES,
        waits=Waits(settle=1, timeout=5),
        poll=Poll(
            every=0.5,
            clock=Clock(monotonic=lambda: time.now, sleep=time.sleep),
            stop=lambda: bool(stop_at) and len(containers.writes) >= stop_at,
            jitter=lambda: 0,
        ),
        progress=lambda text: None,
        keep=keep,
    )
    refresh.begin(containers.read_standing(NAMES))
    return refresh


def an_engine(**options: Any) -> FakeContainers:
    containers = FakeContainers(**options)
    containers.add(a_container("api", *OLD_ENV))
    return containers


def settle(containers: FakeContainers, *, rollback: bool = False) -> None:
    """What a next run does before its own refresh."""
    refresh = a_refresh(containers)
    match find_way(containers.read_standing(NAMES)):
        case Way.NONE:
            return
        case Way.FINISH if not rollback:
            refresh.finish()
        case _:
            refresh.take_back()


def rerun(containers: FakeContainers) -> None:
    """The same command once more: what is open is settled, then the env comes in where it is not yet."""
    settle(containers)
    serving = containers.read_standing(NAMES).serving
    assert serving is not None
    if serving.values != NEW_ENV.values:
        a_refresh(containers).recreate(IMAGE, NEW_ENV)


def is_one(containers: FakeContainers) -> bool:
    (only,) = containers.by_id.values()
    return (only.name, only.state, only.restart_policy) == ("api", State.RUNNING, ALWAYS)


def killed(containers: FakeContainers, run: Callable[[FakeContainers], object]) -> bool:
    try:
        run(containers)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("first", range(1, len(FORWARD) + 1))
@pytest.mark.parametrize("second", range(14))
@pytest.mark.parametrize("way", ["rerun", "rollback"])
def test_two_kills_anywhere_and_one_container_serves(first: int, second: int, way: str) -> None:
    def goes_on(containers: FakeContainers) -> None:
        rerun(containers) if way == "rerun" else settle(containers, rollback=True)

    containers = an_engine(dies_at=first)
    assert killed(containers, rerun)
    containers.revive(dies_in=second)
    if killed(containers, goes_on):
        containers.revive()
        goes_on(containers)
    assert is_one(containers)
    value = next(iter(containers.by_id.values())).values
    assert (value == NEW_ENV.values) == (way == "rerun" or first == len(FORWARD))


def test_the_writes_of_a_refresh_are_these_and_no_others() -> None:
    containers = an_engine()
    a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert containers.writes == FORWARD
    assert is_one(containers)


@pytest.mark.parametrize("at", range(1, 7))
def test_a_signal_at_any_write_brings_the_former_one_back(at: int) -> None:
    containers = an_engine()
    with pytest.raises(Interrupted):
        a_refresh(containers, stop_at=at).recreate(IMAGE, NEW_ENV)
    assert is_one(containers)
    assert containers.by_id.keys() == {"a" * 64}


def ended(container: Container) -> Container:
    """Of the new env it ends at once; of the old one it runs."""
    is_new = container.values == NEW_ENV.values
    return replace(container, state=State.EXITED, exit_code=9) if is_new else container


def test_a_failure_brings_the_former_one_back_with_its_policy_and_the_cause() -> None:
    containers = an_engine(becomes=ended)
    refresh = a_refresh(containers)
    with pytest.raises(RolledBack, match="exited with code 9; the former container serves again"):
        refresh.recreate(IMAGE, NEW_ENV)
    assert is_one(containers)
    assert refresh.is_undone


def test_what_does_not_become_well_in_time_goes_back() -> None:
    containers = an_engine(becomes=lambda one: replace(one, state=State.PAUSED) if one.id[0] == "0" else one)
    with pytest.raises(RolledBack, match="not well after 5 s"):
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert is_one(containers)


def test_a_kept_one_takes_the_place_of_the_one_kept_before() -> None:
    containers = an_engine()
    containers.add(a_container(NAMES.kept, id="k" * 64, state=State.EXITED, policy=NO))
    a_refresh(containers, keep=True).recreate(IMAGE, NEW_ENV)
    assert containers.stands == {"api": "running", NAMES.kept: "exited"}
    assert "k" * 64 not in containers.by_id
    a_refresh(containers).take_back()
    assert is_one(containers)
    assert containers.by_id.keys() == {"a" * 64}


def test_a_name_taken_in_between_is_a_conflict_and_nothing_is_done() -> None:
    containers = an_engine()
    refresh = a_refresh(containers)
    theirs = a_container(NAMES.new, id="f" * 64)
    containers.add(theirs)
    with pytest.raises(Moved):
        refresh.recreate(IMAGE, NEW_ENV)
    assert containers.writes == []


def test_what_changed_since_the_plan_is_a_conflict() -> None:
    containers = an_engine()
    planned = containers.read_standing(NAMES)
    containers.by_id.clear()
    containers.add(a_container("api", id="b" * 64))
    with pytest.raises(Conflict, match="changed since the plan"):
        a_refresh(containers).begin(planned)


def test_a_bug_in_the_middle_brings_the_former_one_back_too() -> None:
    def breaks(container: Container) -> Container:
        if container.values == NEW_ENV.values:
            raise ZeroDivisionError
        return container

    containers = an_engine(becomes=breaks)
    with pytest.raises(ZeroDivisionError):
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert is_one(containers)


@pytest.mark.parametrize("write", range(1, 7))
def test_an_engine_that_is_restarted_is_waited_for_on_the_way_back(write: int) -> None:
    """Some 20 s, at two looks a second."""
    containers = an_engine(goes_at=write, away=40)
    with pytest.raises(RolledBack, match="does not answer; the former container serves again"):
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert is_one(containers)
    assert containers.by_id.keys() == {"a" * 64}


def test_an_engine_that_goes_in_the_middle_of_the_way_back_is_waited_for_too() -> None:
    containers = an_engine(becomes=ended, goes_at=8, away=40)
    with pytest.raises(RolledBack, match="exited with code 9"):
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert is_one(containers)


def test_an_engine_that_stays_away_ends_with_the_command_that_repairs() -> None:
    containers = an_engine(goes_at=3, away=10_000)
    with pytest.raises(EngineError, match="api is NOT back") as told:
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert "--rollback" in told.value.hint


@pytest.mark.parametrize("state", [State.EXITED, State.PAUSED])
def test_one_that_was_stopped_since_the_plan_is_not_started(state: State) -> None:
    containers = an_engine()
    planned = containers.read_standing(NAMES)
    containers.add(replace(containers.by_id["a" * 64], state=state))
    with pytest.raises(Conflict, match="changed since the plan"):
        a_refresh(containers).begin(planned)
    containers.add(replace(containers.by_id["a" * 64], state=State.RESTARTING))
    a_refresh(containers).begin(planned)


class Ending(FakeContainers):
    """Each policy is refused `times` times before it is taken, as of a container that ends just then."""

    times = 0

    def write(self, move: Move) -> None:
        if move.act is Act.POLICY and self.times:
            self.times -= 1
            raise EngineError("cannot update a stopped container")
        super().write(move)


def test_a_policy_refused_for_a_moment_is_put_again() -> None:
    containers = Ending()
    containers.add(a_container("api", *OLD_ENV, state=State.RESTARTING))
    containers.times = 3
    a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert containers.writes == FORWARD
    assert is_one(containers)


def test_a_policy_refused_for_a_moment_on_the_way_back_is_put_again() -> None:
    containers = Ending(becomes=lambda one: start_refusals(containers, ended(one)))
    containers.add(a_container("api", *OLD_ENV))
    with pytest.raises(RolledBack, match="the former container serves again"):
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert containers.times == 0
    assert is_one(containers)


def start_refusals(containers: Ending, container: Container) -> Container:
    containers.times = 3 if container.state is State.EXITED else 0
    return container


def test_a_policy_that_is_refused_for_good_takes_nothing_down() -> None:
    containers = Ending()
    containers.add(a_container("api", *OLD_ENV))
    containers.times = 10_000
    with pytest.raises(RolledBack, match="cannot update"):
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert containers.writes == ["create", "remove"]
    assert is_one(containers)


class Stuck(FakeContainers):
    """Nothing can be removed."""

    def write(self, move: Move) -> None:
        if move.act is Act.REMOVE:
            raise EngineError("device busy")
        super().write(move)


def test_a_former_one_that_cannot_be_removed_is_no_failure_of_the_new_one() -> None:
    containers = Stuck()
    containers.add(a_container("api", *OLD_ENV))
    with pytest.raises(EngineError) as told:
        a_refresh(containers).recreate(IMAGE, NEW_ENV)
    assert told.value.message == "api serves with its new env; but device busy"
    assert "again" in told.value.hint
    assert containers.stands == {NAMES.old: "exited", "api": "running"}
