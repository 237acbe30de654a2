"""SIGKILL, SIGINT and SIGTERM at any moment of a rollout and of each way back, and an AWS that answers no more:

the same command goes on to the end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from signal import SIGINT, SIGKILL, SIGTERM, Signals

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.ends import BLUE, CANARY_QUEUE, GREEN
from tests.support.proxy import refuse
from tests.support.rollout_ways import CANARY, PROVEN, ROLLOUT, WAYS, Way, with_a_canary_that_fails
from tests.support.rollouts import World

stories = Stories()


@stories
def throttling_that_does_not_end_in_the_middle_is_given_up_and_resumed(world: World) -> None:
    world.stand()
    fault = refuse("TooManyRequestsException", 429, "Too Many Requests")
    world.proxy.on("DescribeComputeEnvironments", fault, nth=tuple(range(12, 12 + 5 * 6)))
    world.assert_finished_by_the_next(world.rollout())


@dataclass(frozen=True)
class Death:
    """`number` counts the writes, or the looks, of a run from 1. AWS has done it, and we have not heard it yet."""

    way: Way
    number: int
    at_look: bool = False

    def __str__(self) -> str:
        if self.at_look:
            return f"{self.way} look {self.number}"
        operation, name = self.way.writes[self.number - 1]
        return f"{self.way} write {self.number} {operation} {name.rpartition('batch-')[2]}"

    def arm(self, world: World) -> None:
        if self.at_look:
            world.on("DescribeComputeEnvironments", world.watch.kill, nth=self.number)
        else:
            world.on_write(self.number, world.watch.kill)


SHARED = {"back from the soak": len(PROVEN), "back from a canary": len(CANARY)}
"""Writes that another way has in common and dies after."""
WRITES = [
    Death(way, number)
    for way in WAYS
    for number in range(SHARED.get(way.name, 0) + 1, len(way.writes) + 1, 1 if way is WAYS[0] else 2)
]
"""Every write of the way forward, every other one of the ways back."""
LOOKS = [Death(way, number, at_look=True) for way in WAYS[:1] for number in way.looks]
"""The driver's own tests die at every call of every way."""


@stories.each("way", WAYS)
def makes_these_writes_and_comes_to_this_end(world: World, way: Way) -> None:
    way.prepare(world)
    result = world.run(*way.words)
    assert result.code == way.code, result
    assert tuple((name, of if name != "TerminateJob" else "") for name, of in world.writes) == way.writes
    way.end(world)


@stories.each("death", [*WRITES, *LOOKS])
def killed_and_run_again_comes_to_the_same_end(world: World, death: Death) -> None:
    way = death.way
    way.prepare(world)
    death.arm(world)
    assert world.run(*way.words).code == -SIGKILL
    assert world.watch.broken == []
    world.spare()
    again = world.run(*way.words)
    assert again.code == way.code, again
    way.end(world)


@stories.each("way", [way for way in WAYS if way.words == ROLLOUT])
def killed_at_every_other_write_it_still_comes_to_its_end(world: World, way: Way) -> None:
    """Every run of the command writes twice, and dies."""
    way.prepare(world)
    codes: list[int] = []
    while len(codes) < 12 and codes[-1:] != [way.code]:
        world.on_write(2, world.watch.kill)
        codes.append(world.run(*way.words).code)
        world.spare()
    assert codes == [*[-SIGKILL] * (len(codes) - 1), way.code]
    assert len(codes) >= len(way.writes) // 2
    way.end(world)


# Ctrl-C, and a SIGTERM, while it waits


@dataclass(frozen=True)
class Wait:
    """`hold` makes a wait that does not end by itself, `release` ends it."""

    phase: str
    hold: Callable[[World], object]
    release: Callable[[World], object]
    looks: int

    def __str__(self) -> str:
        return self.phase


WAITS = (
    Wait(
        "green VALID",
        lambda world: world.watch.hold(GREEN, "CREATING"),
        lambda world: world.watch.release(GREEN, "CREATING"),
        4,
    ),
    Wait(
        "canary proof",
        lambda world: world.watch.next_job("academyctl-canary*", running=1e9),
        lambda world: world.watch.finish("academyctl-canary*"),
        12,
    ),
    Wait(
        "delete canary queue",
        lambda world: world.watch.hold(CANARY_QUEUE, "DELETING"),
        lambda world: world.watch.release(CANARY_QUEUE, "DELETING"),
        20,
    ),
    Wait(
        "disable blue",
        lambda world: world.watch.hold(BLUE, "UPDATING"),
        lambda world: world.watch.release(BLUE, "UPDATING"),
        24,
    ),
    Wait("drain blue", lambda world: world.encode(), lambda world: world.watch.finish("film"), 28),
)


@stories.each("wait", WAITS)
def ctrl_c_while_it_waits_ends_it_with_the_phase_and_the_same_command_goes_on(world: World, wait: Wait) -> None:
    interrupted(world, wait, SIGINT)


@stories.each("wait", [WAITS[1], WAITS[4]])
def a_sigterm_while_it_waits_ends_it_with_the_phase(world: World, wait: Wait) -> None:
    interrupted(world, wait, SIGTERM)


def interrupted(world: World, wait: Wait, number: Signals) -> None:
    world.stand()
    wait.hold(world)
    world.on("DescribeComputeEnvironments", lambda: world.watch.kill(number), nth=wait.looks)
    result = world.rollout()
    told = result.json
    assert (result.code, told["status"], told["error"]["code"]) == (130, "interrupted", "interrupted"), result
    assert told["data"]["phase"] == wait.phase
    assert wait.phase in told["error"]["message"]
    assert world.watch.broken == []
    wait.release(world)
    again = world.rollout()
    assert again.code == 0, again
    world.assert_done()


@stories
def ctrl_c_during_the_soak_ends_it_and_the_soak_goes_on_from_where_it_was(world: World) -> None:
    world.stand()
    world.on("DescribeComputeEnvironments", lambda: world.watch.kill(SIGINT), nth=24)
    result = world.rollout("--soak", "600")
    assert (result.code, result.json["data"]["phase"]) == (130, "soak"), result
    assert world.order() == ["v4", "v3"]
    assert world.rollout("--soak", "0").code == 0
    world.assert_done()


@stories
def ctrl_c_before_anything_is_written_leaves_nothing(world: World) -> None:
    world.stand()
    world.on("GetParameters", lambda: world.watch.kill(SIGINT))
    assert world.rollout().code == 130
    world.assert_untouched()


@stories
def ctrl_c_on_the_way_back_ends_it_and_the_same_command_goes_on_back(world: World) -> None:
    with_a_canary_that_fails(world)
    world.watch.hold(GREEN, "UPDATING")
    world.on("UpdateComputeEnvironment", lambda: world.watch.kill(SIGINT), name=GREEN)
    result = world.rollout()
    assert (result.code, result.json["data"]["direction"]) == (130, "rollback"), result
    world.watch.release(GREEN, "UPDATING")
    assert world.rollout().code == 7
    world.assert_back()


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_kill(story: Story, telling: Telling) -> None:
    telling.end(story)
