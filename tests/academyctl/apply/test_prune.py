"""Pruning on the Batch in memory: what proves one drained, kills and lost answers."""

import pytest

from academyctl.model.errors import AcademyError, AwsError, Incomplete, Interrupted
from academyctl.model.plan import State
from tests.batch_builders import environment, queue, tags
from tests.support.batch_jobs import Wish
from tests.support.batch_line import Fate, Killed
from tests.support.prune_site import GPU, QUEUE, V1, V2, V3, Site, held


def test_each_is_detached_then_deleted_and_the_rest_of_the_order_stays() -> None:
    site = Site()
    site.world.put(environment(GPU))
    site.world.put_queue(queue(V2, GPU, V3))
    line = site.prune()
    held(site, line)
    assert site.order == (GPU, V3)
    assert set(site.world.environments) == {GPU, V3}
    assert site.states == {V1: State.DONE, V2: State.DONE}
    written = [type(write).__name__ for write in site.world.truth]
    assert written == ["DeleteComputeEnvironment", "UpdateJobQueue", "DeleteComputeEnvironment"]


def test_one_reading_that_finds_nothing_is_no_proof() -> None:
    site = Site(within=15.0)
    with pytest.raises(Incomplete, match=f"{V2} was seen empty too few times"):
        site.prune()
    assert site.world.truth == []
    assert site.states == {}


def test_a_job_that_starts_where_it_cannot_be_told_is_waited_for() -> None:
    """It names no instance yet and was created before the environment was seen DISABLED."""
    site = Site(within=60.0)
    site.world.environments[V2] = environment(V2, state="DISABLED", tags=tags(stack="sandbox", role="blue"))
    site.world.put_job(QUEUE, Wish(seconds=5000, hides=True))
    with pytest.raises(Incomplete, match=f"{V2} runs 1 job"):
        site.prune()
    assert site.world.truth == []


def test_it_goes_on_when_what_ran_there_is_over() -> None:
    site = Site()
    site.world.put_job(QUEUE, Wish(seconds=100))
    ours = next(iter(site.world.jobs))
    site.world._on[ours] = V2  # it was placed there before the environment was retired
    held(site, site.prune())
    assert site.world.jobs[ours].status == "SUCCEEDED"
    assert set(site.world.environments) == {V3}


def test_a_deletion_that_fails_says_why() -> None:
    site = Site()
    line = site.line()
    looks = 0

    def breaks(call: str) -> Fate:
        nonlocal looks
        going = [one for one in site.world.environments.values() if one.status == "DELETING"]
        looks += bool(going and call == "read_environments")
        if looks == 2:
            site.world.break_environment(V1, "the role is gone")
        return Fate.OK

    site.world.stuck.add((V1, "DELETING"))
    line.always = breaks
    with pytest.raises(AwsError, match=f"{V1} could not be deleted: the role is gone") as failure:
        site.prune(line)
    assert "batch setup" in failure.value.hint
    assert site.states == {V1: State.FAILED}


@pytest.mark.parametrize("call", range(1, 75, 2))
@pytest.mark.parametrize("fate", [Fate.KILLED_BEFORE, Fate.KILLED_AFTER])
def test_killed_and_run_again_it_comes_to_the_same_end(call: int, fate: Fate) -> None:
    site = Site()
    line = site.line(fates={call: fate})
    try:
        site.prune(line)
    except Killed:
        held(site, line)
        line = site.prune()
    held(site, line)
    assert set(site.world.environments) == {V3}
    assert site.order == (V3,)


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.LOST_APPLIED, Fate.BUSY])
@pytest.mark.parametrize("operation", ["UpdateJobQueue", "DeleteComputeEnvironment"])
def test_a_write_that_was_lost_or_refused_once_is_resolved_by_reading(operation: str, fate: Fate) -> None:
    site = Site()
    line = site.line()
    left = 1

    def once(call: str) -> Fate:
        nonlocal left
        meets = call == operation and left > 0
        left -= meets
        return fate if meets else Fate.OK

    line.always = once
    site.prune(line)
    held(site, line)
    assert left == 0
    assert set(site.world.environments) == {V3}


@pytest.mark.parametrize("operation", ["UpdateJobQueue", "DeleteComputeEnvironment"])
def test_one_that_may_not_is_failed_and_those_behind_it_not_started(operation: str) -> None:
    site = Site()
    line = site.line(always=lambda call: Fate.DENIED if call == operation else Fate.OK)
    with pytest.raises(AcademyError, match=operation):
        site.prune(line)
    assert site.states == {V1: State.FAILED}
    assert set(site.world.environments) == {V1, V2, V3}


def test_a_wish_to_stop_is_met_between_two_writes() -> None:
    site = Site()
    site.stop = lambda: bool(site.world.truth)
    with pytest.raises(Interrupted):
        site.prune()
    assert [type(write).__name__ for write in site.world.truth] == ["UpdateJobQueue"]
    assert site.states == {V1: State.FAILED}
