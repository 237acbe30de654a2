"""What shows late, comes back, or is undone by somebody else: the order of the queue, blue, and the jobs on both."""

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.ends import BLUE, GREEN
from tests.support.rollouts import World
from tests.support.strict import QUEUE
from tests.support.watch import TICK, state_of

stories = Stories()
SHORT = ("--valid-timeout", "1.5", "--poll", "0.1")
"""Long enough for every wait that ends by itself, on a machine that has much to do."""


# The order


@stories
def an_order_that_shows_late_is_not_fought_over(world: World) -> None:
    world.stand()
    world.on("UpdateJobQueue", lambda: world.watch.stale_order(QUEUE, times=2), name=QUEUE)
    assert world.rollout().code == 0
    assert [name for operation, name in world.writes if operation == "UpdateJobQueue"].count(QUEUE) == 1
    world.assert_done()


def rewritten(world: World, times: int) -> None:
    """Somebody's terraform puts the order back that it knows."""
    former = world.watch.seen.order_of(QUEUE)
    left = [None] * times

    def put_back() -> None:
        if left:
            left.pop()
            world.watch.seen.reorder(QUEUE, former)

    world.on("UpdateJobQueue", put_back, name=QUEUE, nth=0)


@stories
def an_order_that_somebody_puts_back_once_is_set_again(world: World) -> None:
    world.stand()
    rewritten(world, 1)
    assert world.rollout().code == 0
    world.assert_done()


@stories
def an_order_that_somebody_puts_back_every_time_is_a_conflict(world: World) -> None:
    world.stand()
    rewritten(world, 99)
    result = world.rollout()
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    assert "terraform" in result.json["error"]["hint"]
    world.assert_kept()
    assert world.order() == ["v3"]


@stories.each("way", ["forward", "back"])
def an_environment_that_somebody_adds_meanwhile_stays(world: World, way: str) -> None:
    world.valid("gpu")
    world.stand()
    world.on("TagResource", lambda: world.watch.seen.append(QUEUE, "gpu"), name=GREEN, nth=2)
    if way == "back":
        world.after("TagResource", lambda: world.watch.invalidate(GREEN, "it broke"), name=GREEN, looks=14)
    result = world.rollout("--soak", "600" if way == "back" else "0")
    assert result.code == (7 if way == "back" else 0), result
    assert world.order() == (["v3", "gpu"] if way == "back" else ["v4", "v3", "gpu"])


@stories
def a_green_that_may_not_be_attached_yet_is_attached_later(world: World) -> None:
    world.stand()
    world.watch.not_yet_valid(GREEN, times=3)
    assert world.rollout().code == 0
    world.assert_done()


# Blue


@stories
def a_blue_that_breaks_is_still_taken_over_from(world: World) -> None:
    world.stand()
    world.on("SubmitJob", lambda: world.watch.invalidate(BLUE, "INTERNAL_ERROR"))
    world.watch.may_stop_serving = True
    assert world.rollout().code == 0
    assert world.order() == ["v4", "v3"]
    assert state_of(world.environment(GREEN)) == "ENABLED VALID"
    world.assert_no_canary()


@stories
def a_relationship_that_lingers_delays_the_deletion(world: World) -> None:
    world.stand()
    world.watch.related(BLUE, times=5)
    assert world.rollout("--delete-blue").code == 0
    world.assert_done(deleted=True)


@stories
def a_deletion_that_is_refused_for_ever_is_finished_by_the_next_run(world: World) -> None:
    world.stand()
    world.watch.related(BLUE, times=-1)
    first = world.rollout("--delete-blue", *SHORT)
    assert first.code == 75, first
    world.watch.clear()
    assert world.rollout("--delete-blue").code == 0
    world.assert_done(deleted=True)


@stories
def a_task_that_appears_after_it_seemed_drained_is_waited_for(world: World) -> None:
    world.stand()
    late: list[str] = []

    def dispatch() -> None:
        world.watch.next_job("late", running=1e9, stuck="RUNNABLE")
        late.append(world.strict.submit("late"))
        world.watch.advance(TICK)
        world.watch.place("late", BLUE)

    world.after("UpdateComputeEnvironment", dispatch, name=BLUE, looks=5)
    first = world.rollout("--delete-blue", "--stable-reads", "4", "--drain-timeout", "2", "--poll", "0.1")
    assert first.code == 75, first
    assert "1 task" in first.json["error"]["message"]
    world.watch.finish("late")
    assert world.rollout("--delete-blue").code == 0
    world.assert_done(deleted=True)
    assert world.job(late[0])["status"] == "SUCCEEDED"


@stories
def a_job_that_the_instance_failed_during_the_soak_turns_back(world: World) -> None:
    world.stand()

    def fail() -> None:
        world.watch.advance(5)
        world.watch.next_job("film", exit_code=1, running=0, reason="CannotPullContainerError: no such image")
        world.strict.submit("film")

    world.after("UpdateJobQueue", fail, name=QUEUE, looks=3)
    world.assert_rolled_back(world.rollout("--soak", "600"), "CannotPullContainerError")


@stories
def a_job_that_the_encoder_failed_during_the_soak_is_the_encoder_s(world: World) -> None:
    world.stand()

    def fail() -> None:
        world.watch.advance(5)
        world.watch.next_job("film", exit_code=1, running=0)
        world.strict.submit("film")

    world.after("UpdateJobQueue", fail, name=QUEUE, looks=3)
    assert world.rollout("--soak", "2").code == 0
    world.assert_done()


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_late(story: Story, telling: Telling) -> None:
    telling.end(story)
