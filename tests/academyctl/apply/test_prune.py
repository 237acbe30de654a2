"""Pruning on the Batch in memory: what proves one drained, what others do meanwhile, kills and lost answers."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from academyctl.apply.prune import Prune
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.model.batch import CeState, ComputeEnvironmentDetail
from academyctl.model.errors import AcademyError, AwsError, Conflict, Incomplete, Interrupted, Refusal
from academyctl.model.plan import State
from academyctl.plan.rollout_terms import open_terms
from tests.batch_builders import STEM, environment, queue, sandbox_stack, tags
from tests.support.batch_jobs import Pace, Wish
from tests.support.batch_line import Fate, Killed, Line
from tests.support.batch_model import World

QUEUE = "academy-video-batch-queue"
V1, V2, V3, GPU = f"{STEM}-v1", f"{STEM}-v2", f"{STEM}-v3", "gpu-v1"
MARKS = tags(stack="sandbox", rollout="r-1", role="blue", phase="retained", disabled_at="2026-11-22T11:00:00+00:00")


def nothing(environments: tuple[ComputeEnvironmentDetail, ...]) -> None:
    return


@dataclass
class Site:
    """v3 serves, v2 and v1 are retained behind it; the queue has all three of them."""

    world: World = field(default_factory=lambda: World(pace=Pace(updating=5.0, deleting=5.0, lingering=40.0)))
    states: dict[str, State] = field(default_factory=dict)
    guard: Callable[[tuple[ComputeEnvironmentDetail, ...]], None] = nothing
    stop: Callable[[], bool] = lambda: False
    within: float = 300.0

    def __post_init__(self) -> None:
        self.world.put(environment(V3), *(environment(one, state="DISABLED", tags=MARKS) for one in (V1, V2)))
        self.world.put_queue(queue(V3, V2, V1))

    def line(self, **faults: Any) -> Line:
        return Line(world=self.world, queue=QUEUE, ours={V1, V2}, **faults)

    def prune(self, line: Line | None = None, *names: str) -> Line:
        line = line or self.line()
        terms = open_terms(sandbox_stack(), ComputeEnvironmentDetail(name=""), "")
        work = Prune(
            batch=line,
            sights=Sights(line, line, terms),
            queue=QUEUE,
            poll=Poll(every=15.0, clock=self.world.clock, stop=self.stop, jitter=lambda: 0.0),
            within=self.within,
            stable_reads=3,
            progress=lambda text: None,
            guard=self.guard,
        )
        standing = [self.world.environments[one] for one in names or (V1, V2) if one in self.world.environments]
        work.run(standing, self.states.__setitem__)
        return line

    @property
    def order(self) -> tuple[str, ...]:
        return self.world.queues[QUEUE].environments


def held(site: Site, line: Line) -> None:
    assert line.wrong == []
    assert site.world.lost == []


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


@pytest.mark.parametrize("call", range(1, 60, 2))
def test_one_that_is_enabled_meanwhile_stays(call: int) -> None:
    site = Site()
    line = site.line(hooks={call: lambda: site.world.set_state(V2, CeState.ENABLED)})
    with suppress(Conflict, Refusal):
        site.prune(line)
    kept = site.world.environments.get(V2)
    assert kept is None or kept.is_enabled or kept.is_going
    held(site, line)


def back_to_v2(site: Site) -> None:
    """What a rollback does: v2 takes the jobs again, v3 none."""
    site.world.set_state(V2, CeState.ENABLED)
    site.world.set_state(V3, CeState.DISABLED)


@pytest.mark.parametrize("call", range(1, 60, 3))
def test_a_queue_is_never_left_without_an_environment_that_serves(call: int) -> None:
    site = Site()
    line = site.line(hooks={call: lambda: back_to_v2(site)})
    with suppress(Conflict, Refusal):
        site.prune(line)
    held(site, line)


def test_the_last_one_that_takes_jobs_gone_ends_it() -> None:
    site = Site()
    site.world.environments[V3] = environment(V3, status="INVALID")
    with pytest.raises(Conflict, match="would have no environment that takes jobs"):
        site.prune()
    assert (site.world.truth, site.states) == ([], {V1: State.FAILED})


@pytest.mark.parametrize("busy", [1, 2, 4])
def test_what_somebody_attached_while_the_queue_was_busy_is_carried_along(busy: int) -> None:
    site = Site()
    site.world.put(environment(GPU))
    site.world.put_queue(queue(V3, V2))
    line = site.line()
    sent = 0

    def fate(call: str) -> Fate:
        nonlocal sent
        sent += call == "UpdateJobQueue"
        if call == "UpdateJobQueue" and sent <= busy:
            site.world.reorder(QUEUE, V3, GPU, V2)
            return Fate.BUSY
        return Fate.OK

    line.always = fate
    site.prune(line, V2)
    held(site, line)
    assert site.order == (V3, GPU)


def test_a_rollout_that_begins_meanwhile_ends_it_before_the_next_write() -> None:
    site = Site()

    def refuse(environments: tuple[ComputeEnvironmentDetail, ...]) -> None:
        if V1 not in {one.name for one in environments}:
            raise Conflict("the rollout of v4 is open")

    site.guard = refuse
    with pytest.raises(Conflict, match="v4 is open"):
        site.prune()
    assert site.states == {V1: State.DONE, V2: State.FAILED}
    assert site.order == (V3, V2)


def test_what_begins_to_run_after_the_proof_is_not_deleted() -> None:
    site = Site()
    site.world.environments[V2] = environment(V2, state="DISABLED", tags=tags(stack="sandbox", role="blue"))
    line = site.line()

    def begins(call: str) -> Fate:
        if call == "DeleteComputeEnvironment" and not site.world.jobs:
            site.world.put_job(QUEUE, Wish(seconds=5000, hides=True))
        return Fate.OK

    line.always = begins
    with pytest.raises(Incomplete, match=f"{V2} runs 1 job again; it stays, detached"):
        site.prune(line)
    held(site, line)
    assert V2 in site.world.environments


def test_one_that_is_enabled_while_its_deletion_waits_is_told() -> None:
    """Batch refuses the deletion for a while after the detaching."""
    site = Site()
    line = site.line()
    sent = 0

    def enables(call: str) -> Fate:
        nonlocal sent
        sent += call == "DeleteComputeEnvironment"
        if sent == 1 and call == "read_environments":
            site.world.set_state(V2, CeState.ENABLED)
        return Fate.OK

    line.always = enables
    with pytest.raises(Conflict, match=f"{V2} was enabled meanwhile"):
        site.prune(line, V2)
    held(site, line)


def test_one_that_somebody_else_deleted_is_done() -> None:
    site = Site()
    gone = site.world.environments[V1]
    line = site.line(hooks={5: lambda: site.world.environments.pop(V1, None)})
    site.world.put_queue(queue(V3, V2))
    site.prune(line)
    assert gone.name not in site.world.environments
    assert site.states[V1] is State.DONE


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
