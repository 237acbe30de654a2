"""`batch ce-rollout` where AWS does what it is asked, in every account that the command may meet."""

from collections import Counter
from typing import Any

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.ends import BLUE, CANARY_DEFINITION, CANARY_QUEUE, GREEN
from tests.support.rollouts import World
from tests.support.strict import QUEUE, STEM

stories = Stories()

FORWARD = [
    ("CreateComputeEnvironment", GREEN),
    ("CreateJobQueue", CANARY_QUEUE),
    ("RegisterJobDefinition", CANARY_DEFINITION),
    ("SubmitJob", CANARY_QUEUE),
    ("TagResource", GREEN),
    ("UpdateJobQueue", CANARY_QUEUE),
    ("DeleteJobQueue", CANARY_QUEUE),
    ("DeregisterJobDefinition", f"{CANARY_DEFINITION}:1"),
    ("UpdateJobQueue", QUEUE),
    ("TagResource", GREEN),
    ("TagResource", BLUE),
    ("UpdateComputeEnvironment", BLUE),
    ("TagResource", BLUE),
    ("TagResource", BLUE),
    ("TagResource", GREEN),
]
"""Every write of a rollout, in order: one a phase."""


@stories
def a_rollout_writes_once_a_phase_and_keeps_blue_for_the_way_back(world: World) -> None:
    world.stand()
    result = world.rollout()
    assert result.code == 0, result
    assert world.writes == FORWARD
    world.assert_done()


@stories
def a_running_encode_outlives_the_rollout(world: World) -> None:
    """It is waited for, and what comes in meanwhile runs on green."""
    world.stand()
    film = world.encode()
    more: list[str] = []
    world.after("UpdateComputeEnvironment", lambda: more.append(world.strict.submit("sequel")), name=BLUE, looks=4)
    world.after("UpdateComputeEnvironment", lambda: world.watch.finish("film"), name=BLUE, looks=10)
    assert world.rollout().code == 0
    world.assert_done()
    world.let_go()
    assert [world.job(number)["status"] for number in (film, *more)] == ["SUCCEEDED", "SUCCEEDED"]
    assert STEM + "-v4_Batch" in world.job(more[0])["container"]["taskArn"]


@stories
def the_envelope_tells_every_change(world: World) -> None:
    world.stand()
    told = world.rollout().json
    assert (told["command"], told["status"], told["exit_code"]) == ("batch ce-rollout", "changed", 0)
    assert [(one["action"], one["target"], one["state"]) for one in told["changes"]] == [
        ("create", GREEN, "done"),
        ("create", CANARY_QUEUE, "done"),
        ("create", CANARY_DEFINITION, "done"),
        ("update", QUEUE, "done"),
        ("update", BLUE, "done"),
    ]
    assert (told["data"]["green"], told["data"]["blue"], told["data"]["ami"]) == (GREEN, BLUE, world.new)
    assert told["error"] is None
    assert told["findings"] == []


@stories
def the_phases_are_told_to_a_person(world: World) -> None:
    world.stand()
    result = world.rollout(json=False)
    said = [line.partition(":")[0] for line in result.err.splitlines()]
    order = ["create green", "green VALID", "canary proof", "attach green", "disable blue", "drain blue", "close"]
    assert [one for one in dict.fromkeys(said) if one in order] == order
    assert f"+ [done] {GREEN}" in result.out


@stories
def a_second_run_finds_nothing_to_do(world: World) -> None:
    world.stand()
    assert world.rollout().code == 0
    world.watch.calls.clear()
    result = world.rollout()
    assert (result.code, result.json["status"], result.json["changes"]) == (0, "unchanged", [])
    assert world.writes == []
    world.assert_done()


@stories
def nothing_is_done_for_a_maximum_that_differs(world: World) -> None:
    """It changes in place (ce-ensure)."""
    world.stand(maxvCpus=64)
    assert world.rollout("--ami", world.old).json["status"] == "unchanged"
    world.assert_untouched()


@stories.each("change", ["types", "minimum"])
def another_declared_value_is_rolled_out_on_the_same_ami(world: World, change: str) -> None:
    changes: dict[str, dict[str, Any]] = {"types": {"instanceTypes": ["c7g.xlarge"]}, "minimum": {"minvCpus": 4}}
    world.stand(**changes[change])
    world.new = world.old
    result = world.rollout("--ami", world.old)
    assert result.code == 0, result
    world.assert_done()
    assert world.environment(GREEN)["computeResources"]["minvCpus"] == 0


@stories
def blue_is_deleted_on_demand_once_its_job_has_ended(world: World) -> None:
    world.stand()
    film = world.encode()
    assert world.rollout("--delete-blue", "--drain-timeout", "0.3").code == 75
    assert world.environment(BLUE)["state"] == "DISABLED"
    world.watch.finish("film")
    assert world.rollout("--delete-blue").code == 0
    world.assert_done(deleted=True)
    assert world.job(film)["status"] == "SUCCEEDED"


@stories
def without_a_canary_none_of_its_things_is_made(world: World) -> None:
    world.stand()
    assert world.rollout("--no-canary").code == 0
    assert world.writes == [FORWARD[0], *FORWARD[8:]]
    world.assert_done()


@stories.each("state", ["fresh", "open", "done"])
def showing_the_plan_writes_nothing(world: World, state: str) -> None:
    world.stand()
    if state == "open":
        world.on("UpdateJobQueue", world.watch.kill, name=QUEUE)
        assert world.rollout().code == -9
        world.watch.hooks.clear()
    elif state == "done":
        assert world.rollout().code == 0
    world.watch.calls.clear()
    is_done = state == "done"
    for words in (("ce-rollout",), ("ce-rollout", "--abort"), ("ce-rollback",)):
        dry, check = (world.run(*words, mode, yes=False) for mode in ("--dry-run", "--check"))
        something = (words == ("ce-rollback",)) if is_done else (state == "open" or words == ("ce-rollout",))
        status, code = ("pending", 5) if something else ("unchanged", 0)
        assert (dry.json["status"], dry.code, check.code) == (status, 0, code), (words, dry)
    assert world.writes == []


@stories
def without_a_terminal_and_without_yes_nothing_is_done(world: World) -> None:
    world.stand()
    assert world.run("ce-rollout", yes=False).code == 2
    world.assert_untouched()


@stories
def the_calls_of_a_rollout_are_counted(world: World) -> None:
    """Two reads a look, and beside them what a phase asks for. Every wait takes one look here, or two."""
    world.stand()
    assert world.rollout().code == 0
    count = world.count()
    most = {
        "GetCallerIdentity": 1,
        "GetParameters": 1,
        "DescribeImages": 1,
        "DescribeInstanceTypes": 1,
        "DescribeComputeEnvironments": 28,
        "DescribeJobQueues": 28,
        "DescribeJobDefinitions": 8,
        "ListJobs": 13,
        "DescribeJobs": 7,
        "DescribeContainerInstances": 1,
        "DescribeInstances": 1,
        "DescribeClusters": 6,
        "ListTasks": 6,
        **Counter(operation for operation, _ in FORWARD),
    }
    assert {name: number for name, number in count.items() if number > most.get(name, 0)} == {}


@stories
def nothing_is_described_one_by_one(world: World) -> None:
    """However many environments, queues and jobs there are."""
    world.valid("gpu")
    world.stand()
    for number in range(8):
        world.queue("gpu", name=f"previews-{number}")
        world.strict.submit(f"trailer-{number}", queue=f"previews-{number}")
    world.strict.until_running()
    world.begin()
    assert world.rollout("--no-canary").code == 0
    count = world.count()
    assert count["DescribeJobs"] <= 2, count
    assert count["DescribeComputeEnvironments"] <= 15, count


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_rollout(story: Story, telling: Telling) -> None:
    telling.end(story)
