"""What AWS does to the calls of a rollout, and kills at any of them: the same command comes to the same end."""

from collections import Counter

import pytest

from academyctl.apply.rollout import PATIENCE
from academyctl.apply.rollout_stay import Budgets
from tests.support.batch_jobs import Wish
from tests.support.batch_line import Fate
from tests.support.rollout_site import (
    BLUE,
    GREEN,
    QUEUE,
    End,
    Site,
    break_green,
    check_done,
    check_held,
    order,
    site,
    state,
)

WRITES = (
    "CreateComputeEnvironment",
    "CreateJobQueue",
    "RegisterJobDefinition",
    "SubmitJob",
    "TagResource",
    "UpdateJobQueue",
    "DeleteJobQueue",
    "DeregisterJobDefinition",
    "UpdateComputeEnvironment",
)
"""The writes of a plain rollout, in the order in which each comes first."""


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("fate", [Fate.LOST_APPLIED, Fate.LOST, Fate.BUSY, Fate.THROTTLED, Fate.FAILED])
def test_a_write_that_fails_once_is_made_good(write: str, fate: Fate) -> None:
    at = site()
    met = Counter[str]()

    def once(call: str) -> Fate:
        met[call] += 1
        return fate if call == write and met[call] == 1 else Fate.OK

    ran = at.roll(at.line(always=once))
    if ran.end is End.FAILED:  # nothing stood yet
        assert write == "CreateComputeEnvironment"
        ran = at.roll()
    assert ran.end is End.DONE
    check_held(ran, at)
    check_done(at)


@pytest.mark.parametrize("write", WRITES[1:])
@pytest.mark.parametrize("fate", [Fate.LOST, Fate.THROTTLED, Fate.FAILED, Fate.DENIED])
def test_a_write_that_always_fails_ends_the_run_and_is_made_good_by_the_next(write: str, fate: Fate) -> None:
    at = site()
    ran = at.roll(at.line(always=lambda call: fate if call == write else Fate.OK))
    assert ran.end is End.INCOMPLETE
    assert ran.line.calls.count(write) <= PATIENCE * 5
    assert "the rollout of" in str(ran.error)
    assert at.roll().end is End.DONE
    check_done(at)


@pytest.mark.parametrize("fate", [Fate.THROTTLED, Fate.FAILED])
def test_reads_that_fail_for_ever_end_the_run(fate: Fate) -> None:
    at = site()
    ran = at.roll(at.line(fates=dict.fromkeys(range(30, 5000), fate)))
    assert ran.end is End.INCOMPLETE
    assert len(ran.line.calls) == 30 + PATIENCE - 1
    assert at.roll().end is End.DONE


def test_reads_that_fail_for_a_while_are_borne() -> None:
    at = site()
    ran = at.roll(at.line(fates=dict.fromkeys(range(30, 30 + PATIENCE - 1), Fate.FAILED)))
    assert ran.end is End.DONE


def test_a_list_that_misses_green_once_does_not_end_the_way_back() -> None:
    """The list is as it was before green was created, at every other look at a green that is INVALID."""
    at = site()
    at.world.broken[GREEN] = "no such role"
    line = at.line()

    def lags(call: str) -> Fate:
        is_invalid = GREEN in at.world.environments and at.world.environments[GREEN].is_invalid
        odd = line.calls.count("read_environments") % 2
        return (
            Fate.STALE if call == "read_environments" and is_invalid and odd and len(at.world.truth) == 1 else Fate.OK
        )

    line.always = lags
    assert at.roll(line).end is End.ROLLED_BACK
    assert GREEN not in at.world.environments


@pytest.mark.parametrize("fate", [Fate.KILLED_BEFORE, Fate.KILLED_AFTER])
def test_killed_at_any_call_the_same_command_comes_to_the_same_end(fate: Fate) -> None:
    calls = len(site(jobs=(Wish(seconds=300),)).roll().line.calls)
    for call in range(1, calls + 1):
        at = site(jobs=(Wish(seconds=300),))
        ran = at.roll(at.line(fates={call: fate}))
        if ran.end is End.KILLED:
            check_held(ran, at)
            ran = at.roll()
        assert ran.end in (End.DONE, End.NOTHING), (call, ran.error)
        check_held(ran, at)
        check_done(at)


@pytest.mark.parametrize("fate", [Fate.KILLED_BEFORE, Fate.KILLED_AFTER])
def test_a_way_back_killed_at_any_call_comes_to_the_same_end(fate: Fate) -> None:
    def failing() -> Site:
        at = site(canary=False, jobs=(Wish(seconds=300),))
        break_green(at, 230)
        return at

    calls = len(failing().roll().line.calls)
    for call in range(30, calls + 1):
        at = failing()
        ran = at.roll(at.line(fates={call: fate}))
        assert ran.line.wrong == []
        again = at.roll() if ran.end is End.KILLED else ran
        assert again.end in (End.ROLLED_BACK, End.DONE), (call, again.error)  # done: killed when green was gone
        check_held(again, at)
        assert list(at.world.queues) == [QUEUE]


def test_an_abort_killed_at_any_call_is_finished_by_a_rollback() -> None:
    def rolled() -> Site:
        at = site(canary=False)
        at.roll()
        return at

    calls = len(rolled().abort(only_open=False).line.calls)
    for call in range(2, calls + 1):
        at = rolled()
        ran = at.abort(at.line(fates={call: Fate.KILLED_AFTER}), only_open=False)
        assert ran.line.wrong == []
        assert at.abort(only_open=False).end is End.DONE
        assert order(at) == ["v3", "v4"]
        assert (state(at, BLUE)[0], state(at, GREEN)[0]) == ("ENABLED", "DISABLED")


@pytest.mark.parametrize(
    ("what", "status", "phase"),
    [
        (f"{QUEUE}-canary", "CREATING", "disable canary queue"),
        (f"{QUEUE}-canary", "UPDATING", "disable canary queue"),
        (QUEUE, "UPDATING", "note blue"),
        (BLUE, "UPDATING", "disable blue"),
        (BLUE, "DELETING", "delete blue"),
    ],
)
def test_what_never_settles_ends_as_incomplete_within_its_budget(what: str, status: str, phase: str) -> None:
    at = site(delete_blue=True)
    at.world.stuck.add((what, status))
    ran = at.roll()
    assert ran.end is End.INCOMPLETE
    assert str(ran.error).startswith(f"{phase}: ")
    assert "--valid-timeout" in str(ran.error)
    assert at.world.seconds < 2500
    check_held(ran, at)
    serving = [at.world.environments[name] for name in at.world.queues[QUEUE].environments]
    assert any(one.is_serving for one in serving)


@pytest.mark.parametrize(
    ("budgets", "phase"), [(Budgets(valid=30), "green VALID: "), (Budgets(canary=60), "canary proof: ")]
)
def test_a_green_that_is_too_slow_is_taken_back(budgets: Budgets, phase: str) -> None:
    at = site(budgets=budgets)
    ran = at.roll()
    assert ran.end in (End.ROLLED_BACK, End.INCOMPLETE)
    assert ran.rollout is not None
    assert ran.rollout.failure.startswith(phase)
    at.budgets = Budgets()
    assert at.roll().end in (End.ROLLED_BACK, End.DONE)
    check_held(ran, at)
