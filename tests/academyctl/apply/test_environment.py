"""Making an environment in the place of one that is INVALID: only what never ran anything is deleted for it."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.apply.environment import Waiting, make_environment
from academyctl.apply.wait import Poll
from academyctl.model.batch import ComputeEnvironmentDetail
from academyctl.model.batch_write import CreateComputeEnvironment
from academyctl.model.errors import Conflict, Refusal
from academyctl.model.setup import MakeEnvironment
from tests.batch_builders import STEM, environment, queue, tags
from tests.support.batch_jobs import Wish
from tests.support.batch_line import Line
from tests.support.batch_model import World

QUEUE, V3 = "academy-video-batch-queue", f"{STEM}-v3"
OURS, OTHERS = tags(stack="sandbox"), tags(stack="other")


def waiting(world: World) -> Waiting:
    line = Line(world=world, queue=QUEUE, ours={V3})
    poll = Poll(every=15.0, clock=world.clock, jitter=lambda: 0.0)
    return Waiting(batch=line, clusters=line, poll=poll, within=300.0, progress=lambda text: None)


def wanted() -> MakeEnvironment:
    create = CreateComputeEnvironment(name=V3, resources=dict(environment(V3).resources), tags=OURS, service_role="")
    return MakeEnvironment(create=create, replaces=V3)


def invalid(**changes: Any) -> ComputeEnvironmentDetail:
    return replace(environment(V3, status="INVALID", tags=OURS), **changes)


def written(world: World) -> list[str]:
    return [type(write).__name__ for write in world.truth]


def test_one_that_never_ran_anything_gives_way() -> None:
    world = World()
    world.put(invalid())
    make_environment(waiting(world), wanted())
    assert written(world) == ["UpdateComputeEnvironment", "DeleteComputeEnvironment", "CreateComputeEnvironment"]
    assert world.environments[V3].is_serving


def run_a_job(world: World) -> None:
    """It began before the environment turned INVALID."""
    world.put(environment(V3, tags=OURS))
    world.put_queue(queue(V3))
    world.put_job(QUEUE, Wish(seconds=5000))
    world.sleep(100)
    world.queues.clear()
    world.break_environment(V3, "the role is gone")


def test_one_on_which_a_task_runs_is_not_deleted() -> None:
    world = World()
    run_a_job(world)
    with pytest.raises(Refusal, match="tasks on it: 1"):
        make_environment(waiting(world), wanted())
    assert (written(world), world.lost) == ([], [])


@pytest.mark.parametrize(
    ("stands", "why"),
    [
        (environment(V3, tags=OURS), "it is VALID"),
        (invalid(tags=OTHERS), "somebody else's"),
        (invalid(tags={}), "somebody else's"),
    ],
)
def test_one_that_is_repaired_or_somebody_elses_is_not_deleted(stands: ComputeEnvironmentDetail, why: str) -> None:
    world = World()
    world.put(stands)
    with pytest.raises(Refusal, match=why):
        make_environment(waiting(world), wanted())
    assert written(world) == []


def test_one_that_a_queue_has_is_not_deleted() -> None:
    world = World()
    world.put(invalid())
    world.put_queue(queue(V3))
    with pytest.raises(Refusal, match=f"{QUEUE} has it in its order"):
        make_environment(waiting(world), wanted())
    assert written(world) == []


def test_one_of_that_name_that_somebody_else_made_at_this_moment_is_left() -> None:
    world = World()
    line = Line(world=world, queue=QUEUE, hooks={2: lambda: world.put(environment(V3, tags=OTHERS))})
    with pytest.raises(Conflict, match="somebody else created"):
        make_environment(replace(waiting(world), batch=line), replace(wanted(), replaces=""))
    assert written(world) == []
