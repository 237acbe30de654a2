"""AWS fails, throttles, lags, or does otherwise than it was asked, at every phase.

Each ends in one of three ways: done, with green serving; rolled back (7), with blue serving as before; or incomplete
(75), and finished by the same command.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.proxy import Dropped, Fault, Proxy, Silence, denied, lose, refuse
from tests.support.rollout_ways import WAYS, Way
from tests.support.rollouts import World

stories = Stories()
WRITES = (
    "CreateComputeEnvironment",
    "UpdateComputeEnvironment",
    "DeleteComputeEnvironment",
    "CreateJobQueue",
    "UpdateJobQueue",
    "DeleteJobQueue",
    "RegisterJobDefinition",
    "DeregisterJobDefinition",
    "SubmitJob",
    "TerminateJob",
    "TagResource",
)
READS = (
    "DescribeComputeEnvironments",
    "DescribeJobQueues",
    "DescribeJobDefinitions",
    "ListJobs",
    "DescribeJobs",
    "DescribeClusters",
    "ListTasks",
)


# Throttled, failed, lost: for ever, after which the way back would not work either


@stories
def throttling_that_does_not_end_before_anything_is_made_fails(world: World) -> None:
    world.stand()
    world.proxy.on("DescribeJobQueues", refuse("TooManyRequestsException", 429, "Too Many Requests"), nth=())
    result = world.rollout()
    assert result.code == 1, result
    assert "throttles" in result.json["error"]["message"]
    world.assert_untouched()


@stories.each("operation", ["CreateComputeEnvironment", "UpdateJobQueue"])
def a_write_that_is_never_answered_is_looked_for(world: World, operation: str) -> None:
    """Three and a half seconds of silence, though it was applied."""
    world.stand()
    world.proxy.on(operation, lose(Silence(), applied=True), nth=1)
    assert world.rollout().code == 0
    world.assert_done()


@stories
def a_read_that_is_never_answered_is_asked_again(world: World) -> None:
    world.stand()
    world.proxy.on("DescribeComputeEnvironments", lose(Silence(), applied=False), nth=9)
    assert world.rollout().code == 0
    world.assert_done()


@stories
def an_endpoint_that_refuses_connections_fails_before_anything_is_made(world: World) -> None:
    world.stand()
    result = world.run("ce-rollout", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert result.code == 1, result
    world.assert_untouched()


@stories
def credentials_that_expire_in_the_middle_are_renewed_and_the_same_command_goes_on(world: World) -> None:
    world.stand()
    fault = refuse("ExpiredTokenException", 403, "The security token included in the request is expired")
    world.proxy.on("DescribeJobQueues", fault, nth=tuple(range(10, 15)))
    world.assert_finished_by_the_next(world.rollout())


# Once, at each call of each way


@dataclass(frozen=True)
class Trouble:
    """Something that happens to every write, or to every call, of a way."""

    name: str
    script: Callable[[Proxy], object]
    ways: tuple[str, ...] = ("forward", "back from the soak")

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Troubled:
    trouble: Trouble
    way: Way

    def __str__(self) -> str:
        return f"{self.way}: {self.trouble}"


def to_each(operations: Iterable[str], fault: Fault, nth: tuple[int, ...] | int) -> Callable[[Proxy], None]:
    def script(proxy: Proxy) -> None:
        for operation in operations:
            proxy.on(operation, fault, nth=nth)

    return script


EVERY = tuple(way.name for way in WAYS if way.name != "rollback")
TROUBLES = (
    Trouble("every write is applied and its answer lost", to_each(WRITES, lose(Dropped(), applied=True), ()), EVERY),
    Trouble("every write is lost once", to_each(WRITES, lose(Dropped(), applied=False), 1), EVERY),
    Trouble("every write fails once", to_each(WRITES, refuse("ServerException", 500), 1)),
    Trouble("every write is throttled once", to_each(WRITES, refuse("TooManyRequestsException", 429), 1)),
    Trouble("every read fails once", to_each(READS, refuse("ServerException", 503), 3)),
    Trouble(
        "every write finds it being modified",
        to_each(WRITES, refuse("ClientException", 400, "Cannot update, resource is being modified"), (1, 2)),
        EVERY,
    ),
)


@stories.each("case", [Troubled(trouble, way) for trouble in TROUBLES for way in WAYS if way.name in trouble.ways])
def whatever_the_trouble_the_way_is_gone_to_its_end(world: World, case: Troubled) -> None:
    way = case.way
    way.prepare(world)
    case.trouble.script(world.proxy)
    result = world.run(*way.words)
    assert result.code == way.code, result
    way.end(world)


# Not allowed


@stories.each(
    "operation", ["CreateJobQueue", "RegisterJobDefinition", "SubmitJob", "TagResource", "UpdateComputeEnvironment"]
)
def what_is_denied_in_the_middle_names_its_action_and_is_finished_once_allowed(world: World, operation: str) -> None:
    world.stand()
    proxy = world.proxy
    proxy.on(operation, Fault(forwarded=False, answer=denied(f"batch:{operation}")), nth=())
    first = world.rollout()
    assert f"batch:{operation}" in first.json["error"]["message"] + first.json["error"]["hint"], first
    proxy.clear()
    if first.code == 7:
        world.assert_back()
    else:
        world.assert_finished_by_the_next(first)


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_fault(story: Story, telling: Telling) -> None:
    telling.end(story)
