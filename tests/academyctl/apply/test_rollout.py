"""The driver of a rollout on the Batch in memory: what it brings, and each phase's failure."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from academyctl.apply.rollout_stay import Budgets
from academyctl.model.batch import CeState
from academyctl.model.batch_write import CreateComputeEnvironment, DeleteComputeEnvironment
from academyctl.model.errors import Incomplete
from tests.batch_builders import STEM, environment, tags
from tests.support.batch_jobs import Wish
from tests.support.rollout_site import (
    BLUE,
    GREEN,
    NEW_AMI,
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


def test_green_takes_over_and_the_jobs_of_blue_finish() -> None:
    at = site(jobs=(Wish(seconds=2000), Wish(seconds=2000, hides=True)))
    ran = at.roll()
    assert ran.end is End.DONE
    check_held(ran, at)
    check_done(at)
    assert {job.status for job in at.world.jobs.values()} == {"SUCCEEDED"}
    assert at.world.seconds > 2000


def test_green_is_made_for_the_wanted_ami_and_never_with_the_capacity_of_blue() -> None:
    at = site()
    at.world.put(environment(BLUE, resources={"desiredvCpus": 48}))
    at.roll()
    made = at.world.truth[0]
    assert isinstance(made, CreateComputeEnvironment)
    assert made.resources["desiredvCpus"] == made.resources["minvCpus"] == 0
    assert made.resources["ec2Configuration"] == [{"imageType": "ECS_AL2023", "imageIdOverride": NEW_AMI}]


def test_a_second_run_has_nothing_to_do() -> None:
    at = site()
    at.roll()
    written = len(at.world.truth)
    assert at.roll().end is End.NOTHING
    assert len(at.world.truth) == written


def test_blue_is_deleted_where_that_was_asked_and_only_when_nothing_runs_there() -> None:
    at = site(jobs=(Wish(seconds=2000, hides=True),), delete_blue=True)
    ran = at.roll()
    assert ran.end is End.DONE
    check_held(ran, at)
    assert order(at) == ["v4"]
    assert BLUE not in at.world.environments
    deletions = [write for write in at.world.truth if isinstance(write, DeleteComputeEnvironment)]
    assert [write.name for write in deletions] == [BLUE]


def test_blue_keeps_its_min_vcpus_for_the_way_back() -> None:
    at = site()
    at.world.put(environment(BLUE, resources={"minvCpus": 4}))
    at.roll()
    assert at.world.environments[BLUE].min_vcpus == 0
    ran = at.abort(only_open=False)
    assert ran.end is End.DONE
    assert at.world.environments[BLUE].min_vcpus == 4
    assert order(at) == ["v3", "v4"]


def test_a_min_vcpus_set_after_the_way_back_is_the_operators() -> None:
    at = site()
    at.world.put(environment(BLUE, resources={"minvCpus": 4}))
    at.roll()
    at.abort(only_open=False)
    found = at.world.environments[BLUE]
    at.world.put(replace(found, resources={**found.resources, "minvCpus": 8}))
    assert at.abort(only_open=False).end is End.DONE
    assert at.world.environments[BLUE].min_vcpus == 8


def test_a_job_of_the_restored_blue_is_no_reason_to_disable_it_again() -> None:
    at = site()
    at.roll()
    at.abort(only_open=False)
    job = at.world.put_job(QUEUE, Wish())
    assert [one.id for one in at.world.on(BLUE)] == [job]


def test_foreign_environments_keep_their_places() -> None:
    at = site("mine", after=("theirs",), canary=False)
    assert at.roll().end is End.REFUSED, "three are the most that a queue takes"
    at = site("mine", canary=False)
    ran = at.roll()
    assert at.world.queues[QUEUE].environments == ("mine", GREEN, BLUE)
    check_held(ran, at)
    at.abort(only_open=False)
    assert at.world.queues[QUEUE].environments == ("mine", BLUE, GREEN)


@pytest.mark.parametrize(
    ("breaks", "end", "after"),
    [(False, End.DONE, ["v4", "v3", "theirs"]), (True, End.ROLLED_BACK, ["v3", "v2", "theirs"])],
)
def test_a_retained_one_makes_room_and_comes_back_when_the_rollout_fails(
    breaks: bool, end: End, after: list[str]
) -> None:
    old = f"{STEM}-v2"
    at = site(after=(old, "theirs"), canary=False)
    at.world.put(environment(old, state="DISABLED", tags=tags(stack="sandbox", role="blue")))
    if breaks:
        break_green(at, 90)
    ran = at.roll()
    assert ran.end is end
    assert order(at) == after
    check_held(ran, at)


def test_a_retained_one_that_turned_invalid_does_not_block_the_way_back() -> None:
    old = f"{STEM}-v2"
    at = site(after=(old, "theirs"), canary=False)
    at.world.put(environment(old, state="DISABLED", tags=tags(stack="sandbox", role="blue")))
    at.world.later(85, lambda: at.world.break_environment(old, "role gone"))
    at.world.later(90, lambda: at.world.break_environment(GREEN, "role gone"))
    assert at.roll().end is End.ROLLED_BACK
    assert order(at) == ["v3", "theirs"]


# What goes wrong, phase by phase


def _broken_at(seconds: float) -> Callable[[Site], None]:
    return lambda at: break_green(at, seconds)


def _invalid(at: Site) -> None:
    at.world.broken[GREEN] = "no such role"


def _never_valid(at: Site) -> None:
    at.world.stuck.add((GREEN, "CREATING"))


def _canary(wish: Wish) -> Callable[[Site], None]:
    def happens(at: Site) -> None:
        at.world.canary = wish

    return happens


def _wrong_ami(at: Site) -> None:
    at.world.canary_ami = "ami-0000000000000dead"


def _no_capacity(at: Site) -> None:
    at.world.full.add(GREEN)


def _job_hit_at(seconds: float) -> Callable[[Site], None]:
    wish = Wish(seconds=5, reason="Host EC2 (instance i-1) terminated.")
    return lambda at: at.world.later(seconds, lambda: at.world.put_job(QUEUE, wish))


def _disabled_at(seconds: float) -> Callable[[Site], None]:
    return lambda at: at.world.later(seconds, lambda: at.world.set_state(GREEN, CeState.DISABLED))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (_invalid, "is INVALID: no such role"),
        (_broken_at(75), "is INVALID: no such role"),
        (_canary(Wish(exit_code=3)), "the canary failed: exit code 3"),
        (_canary(Wish(reason="CannotPullContainerError: no arm64")), "the canary failed: CannotPullContainerError"),
        (_wrong_ami, "green was made for"),
        (_no_capacity, "canary proof: the canary is RUNNABLE after 900 s"),
        (_canary(Wish(seconds=5000)), "canary proof: the canary is RUNNING after 900 s"),
        (_broken_at(270), "is INVALID: no such role"),
        (_job_hit_at(320), "failed on green: Host EC2"),
        (_disabled_at(300), "was disabled"),
    ],
)
def test_a_rollout_that_fails_goes_back_and_leaves_nothing(happens: Callable[[Site], None], said: str) -> None:
    at = site(soak=200)
    happens(at)
    ran = at.roll()
    assert ran.end is End.ROLLED_BACK
    assert said in str(ran.error)
    check_held(ran, at)
    assert order(at) == ["v3"]
    assert state(at, BLUE) == ("ENABLED", "VALID")
    assert set(at.world.environments) == {BLUE}
    assert list(at.world.queues) == [QUEUE]
    assert at.world.active("academy-video-batch-jobdef-canary") == ()


@pytest.mark.parametrize("seconds", range(150, 1200, 70))
def test_a_green_that_breaks_at_any_time_never_costs_a_job(seconds: int) -> None:
    at = site(jobs=(Wish(seconds=900), Wish(seconds=900, hides=True)))
    _broken_at(seconds)(at)
    ran = at.roll()
    assert ran.end in (End.ROLLED_BACK, End.DONE)
    check_held(ran, at)
    assert at.world.queues[QUEUE].is_valid
    if ran.end is End.ROLLED_BACK:
        assert state(at, BLUE) == ("ENABLED", "VALID")
        assert GREEN not in at.world.environments


def test_a_green_that_is_never_valid_stands_until_it_can_be_deleted() -> None:
    """CREATING for ever: it cannot be disabled, so the way back cannot be finished; nothing has changed for blue."""
    at = site()
    _never_valid(at)
    assert at.roll().end is End.INCOMPLETE
    again = at.roll()
    assert again.end is End.INCOMPLETE
    assert at.world.environments[GREEN].tag("phase") == "rollback"
    at.world.put(replace(at.world.environments[GREEN], status="VALID"))
    assert at.roll().end is End.ROLLED_BACK
    assert order(at) == ["v3"]


def test_green_still_busy_at_the_deadline_ends_as_incomplete_and_goes_on_back() -> None:
    at = site(canary=False, soak=400, budgets=Budgets(drain=300))
    at.world.later(120, lambda: at.world.put_job(QUEUE, Wish(seconds=3000)))
    _job_hit_at(130)(at)
    ran = at.roll()
    assert ran.end is End.INCOMPLETE
    assert "still runs 1 task" in str(ran.error)
    assert order(at) == ["v3"]
    at.budgets = Budgets()
    again = at.roll()
    assert again.end is End.ROLLED_BACK
    check_held(again, at)
    assert GREEN not in at.world.environments


def test_blue_that_does_not_drain_in_time_ends_as_incomplete_and_is_finished_by_running_again() -> None:
    at = site(jobs=(Wish(seconds=4000),), budgets=Budgets(drain=600))
    ran = at.roll()
    assert ran.end is End.INCOMPLETE
    assert isinstance(ran.error, Incomplete)
    assert "--drain-timeout" in str(ran.error)
    at.budgets = Budgets()
    assert at.roll().end is End.DONE
    check_done(at)
    assert at.world.lost == []


def test_blue_that_is_invalid_cannot_be_gone_back_to() -> None:
    at = site(canary=False)
    at.world.later(100, lambda: at.world.break_environment(BLUE, "role gone"))
    at.world.later(110, lambda: at.world.break_environment(GREEN, "role gone"))
    ran = at.roll()
    assert ran.end is End.INCOMPLETE
    assert f"{BLUE} is INVALID" in str(ran.error)
    assert order(at) == ["v4", "v3"], "the order is never put on something that does not serve"
