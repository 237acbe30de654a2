"""Pruning on the Batch in memory: what others do meanwhile."""

from contextlib import suppress

import pytest

from academyctl.model.batch import CeState, ComputeEnvironmentDetail
from academyctl.model.errors import Conflict, Incomplete, Refusal
from academyctl.model.plan import State
from tests.batch_builders import environment, queue, tags
from tests.support.batch_jobs import Wish
from tests.support.batch_line import Fate
from tests.support.prune_site import GPU, QUEUE, V1, V2, V3, Site, held


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
