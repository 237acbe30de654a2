"""A rollout in every account that it may meet: whose environments stand there, what they are called, what blue is."""

from typing import Any

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.ends import BLUE, GREEN
from tests.support.rollouts import World
from tests.support.strict import DEFINITION, QUEUE, STEM
from tests.support.watch import tag_of

stories = Stories()


# Whose environments these are


@stories.each("order", ["first", "last", "both"])
def foreign_environments_keep_their_places(world: World, order: str) -> None:
    names = {"first": ("spot-v9", BLUE), "last": (BLUE, "spot-v9"), "both": ("spot-v9", BLUE, "gpu")}[order]
    world.stand(*names[:2])
    result = world.rollout()
    assert result.code == 0, result
    world.assert_done()


@stories
def a_queue_without_a_slot_refuses_before_anything_is_made(world: World) -> None:
    world.stand("spot-v9", BLUE, "gpu")
    result = world.rollout()
    assert (result.code, result.codes("error")) == (4, ["queue.slots"]), result
    assert "ce-prune --keep 0" in result.json["findings"][0]["hint"]
    world.assert_untouched()


def third(world: World) -> None:
    """Rolled out once before, and a foreign one: no slot is left."""
    world.stand("spot-v9", BLUE)
    assert world.rollout().code == 0
    assert world.order() == ["spot-v9", "v4", "v3"]
    world.rewrite(GREEN, resources=world.environment(GREEN)["computeResources"] | pinned(world.old))
    world.begin(GREEN)


def pinned(ami: str) -> dict[str, Any]:
    return {"ec2Configuration": [{"imageType": "ECS_AL2023", "imageIdOverride": ami}]}


@stories
def the_oldest_retained_one_makes_room_and_is_not_deleted(world: World) -> None:
    third(world)
    assert world.rollout().code == 0
    assert world.order() == ["spot-v9", "v5", "v4"]
    assert (world.environment(BLUE)["state"], world.phase(BLUE)) == ("DISABLED", "retained")
    assert world.watch.broken == []


@stories
def what_made_room_is_back_after_a_failed_rollout(world: World) -> None:
    third(world)
    world.on("UpdateJobQueue", lambda: world.watch.invalidate(f"{STEM}-v5", "it broke"), name=QUEUE)
    result = world.rollout("--soak", "600")
    assert result.code == 7, result
    world.assert_back(GREEN, f"{STEM}-v5")
    assert world.order() == ["spot-v9", "v4", "v3"]


@stories
def a_retained_one_that_still_encodes_makes_no_room(world: World) -> None:
    third(world)
    states = {"spot-v9": "ENABLED", GREEN: "ENABLED", BLUE: "DISABLED"}
    for name in states:
        world.rewrite(name, state="ENABLED" if name == BLUE else "DISABLED")
    world.encode()
    for name, state in states.items():
        world.rewrite(name, state=state)
    result = world.rollout()
    assert (result.code, result.codes("error")) == (4, ["queue.slots"]), result
    assert world.writes == []


@stories
def words_that_nobody_knows_are_no_obstacle(world: World) -> None:
    world.stand("spot-v9", BLUE)
    world.rewrite("spot-v9", status="HIBERNATING", state="PAUSED", type="QUANTUM")
    world.begin()
    assert world.rollout().code == 0
    world.assert_done()


@stories
def an_environment_made_by_hand_is_never_touched(world: World) -> None:
    """v7 stands beside the queue: its number is taken, and nothing else of it is of interest."""
    world.valid(f"{STEM}-v7")
    world.stand()
    assert world.rollout().code == 0
    world.assert_done(green=f"{STEM}-v8")


@stories
def a_number_is_taken_while_its_environment_is_being_deleted(world: World) -> None:
    world.valid(GREEN)
    world.stand()
    world.watch.hold(GREEN, "DELETING")
    world.strict.batch.update_compute_environment(computeEnvironment=GREEN, state="DISABLED")
    world.let_go()
    world.strict.batch.delete_compute_environment(computeEnvironment=GREEN)
    world.begin()
    assert world.rollout().code == 0
    world.assert_done(green=f"{STEM}-v5")


@stories.each("names", [("-v9", "-v10"), ("", "-v2"), ("-v09", "-v10")])
def the_next_number_is_counted_not_spelled(world: World, names: tuple[str, str]) -> None:
    blue, green = (STEM + name for name in names)
    world.stand(blue=blue)
    result = world.rollout()
    assert result.code == 0, result
    world.assert_done(blue, green)


@stories
def names_of_128_characters_are_rolled_out(world: World) -> None:
    """The canary's are shortened and keep a hash."""
    stem, queue, definition = "c" * 125, "q" * 128, "d" * 128
    texts = (f"name: {BLUE}", f"name: {stem}-v3"), (f"name: {QUEUE}", f"name: {queue}")
    world.declare(*texts, (f"name: {DEFINITION}", f"name: {definition}"))
    world.valid(f"{stem}-v3", resources=world.resources())
    world.queue(f"{stem}-v3", name=queue)
    world.strict.register(definition, retryStrategy={"attempts": 1})
    world.begin(f"{stem}-v3")
    result = world.rollout()
    assert result.code == 0, result
    names = {call.name for call in world.watch.calls if call.operation in ("CreateJobQueue", "RegisterJobDefinition")}
    assert all(len(name) <= 128 and name.endswith("-canary") for name in names)
    assert len(names) == 2
    assert world.phase(f"{stem}-v4") == "done"


@stories
def a_name_that_cannot_grow_is_refused(world: World) -> None:
    stem = "c" * 125
    world.declare((f"name: {BLUE}", f"name: {stem}-v9"))
    world.stand(blue=f"{stem}-v9")
    result = world.rollout()
    assert (result.code, result.codes("error")) == (4, ["ce.name"]), result
    world.assert_untouched()


# What blue may be


@stories
def an_amazon_linux_2_blue_is_followed_by_amazon_linux_2023(world: World) -> None:
    world.stand()
    world.rewrite(BLUE, resources=world.resources() | {"ec2Configuration": [{"imageType": "ECS_AL2"}]})
    world.begin()
    assert world.rollout().code == 0
    world.assert_done()
    assert world.environment(GREEN)["computeResources"]["ec2Configuration"][0]["imageType"] == "ECS_AL2023"


@stories
def a_blue_with_a_custom_service_role_is_followed_by_the_service_linked_one(world: World) -> None:
    world.stand(serviceRole=world.stack.iam.job_role)
    result = world.rollout()
    assert result.code == 0, result
    assert any("service_role" in one for one in result.json["data"]["differs"])
    world.assert_done()
    assert "AWSServiceRoleForBatch" in world.environment(GREEN)["serviceRole"]


@stories
def a_best_fit_blue_is_followed_by_the_declared_strategy(world: World) -> None:
    world.stand(allocationStrategy="BEST_FIT")
    result = world.rollout()
    assert result.code == 0, result
    assert "~ allocationStrategy BEST_FIT → BEST_FIT_PROGRESSIVE" in result.json["changes"][0]["detail"]
    world.assert_done()
    assert world.environment(GREEN)["computeResources"]["allocationStrategy"] == "BEST_FIT_PROGRESSIVE"


@stories
def a_busy_blue_does_not_make_green_boot(world: World) -> None:
    world.stand()
    world.encode()
    assert world.environment(BLUE)["computeResources"]["desiredvCpus"] > 0
    seen: list[int] = []
    world.on(
        "CreateComputeEnvironment",
        lambda: seen.append(world.environment(GREEN)["computeResources"]["desiredvCpus"]),
    )
    world.after("UpdateComputeEnvironment", lambda: world.watch.finish("film"), looks=3)
    assert world.rollout("--no-canary").code == 0
    assert seen == [0]
    world.assert_done()


@stories
def instances_that_blue_kept_up_are_let_go_and_come_back_with_it(world: World) -> None:
    world.stand(minvCpus=8)
    assert world.rollout().code == 0
    world.assert_done()
    assert tag_of(world.environment(BLUE), "min-vcpus") == "8"
    assert world.rollback().code == 0
    assert world.environment(BLUE)["computeResources"]["minvCpus"] == 8
    world.assert_aborted()


@stories
def blue_s_update_policy_is_green_s(world: World) -> None:
    """Create takes none."""
    world.stand()
    world.strict.batch.update_compute_environment(
        computeEnvironment=BLUE, updatePolicy={"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 300}
    )
    world.let_go()
    world.begin()
    assert world.rollout().code == 0
    assert world.environment(GREEN)["updatePolicy"]["jobExecutionTimeoutMinutes"] == 300
    assert world.count()["UpdateComputeEnvironment"] == 2
    world.assert_done()


@stories
def an_order_with_gaps_is_read_as_it_is_meant(world: World) -> None:
    world.stand("gpu", BLUE)
    order = [{"order": 9, "computeEnvironment": "gpu"}, {"order": 5, "computeEnvironment": BLUE}]
    world.strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order)
    world.let_go()
    world.begin()
    assert world.rollout().code == 0
    world.assert_done()


@stories
def another_queue_on_blue_is_named(world: World) -> None:
    world.valid("gpu")
    world.stand()
    world.queue(BLUE, "gpu", name="previews")
    world.begin()
    result = world.rollout()
    assert (result.code, result.codes()) == (0, ["queue.shared"]), result
    world.assert_done()


@stories
def another_queue_that_would_starve_is_refused(world: World) -> None:
    world.stand()
    world.queue(BLUE, name="previews")
    world.begin()
    result = world.rollout()
    assert (result.code, result.codes("error")) == (4, ["queue.shared"]), result
    world.assert_untouched()


@stories
def a_job_of_another_queue_on_blue_is_waited_for(world: World) -> None:
    world.valid("gpu")
    world.stand()
    world.queue(BLUE, "gpu", name="previews")
    world.watch.next_job("trailer", running=1e9)
    trailer = world.strict.submit("trailer", queue="previews")
    world.strict.until_running()
    world.begin()
    assert world.rollout("--drain-timeout", "0.3").code == 75
    world.watch.finish("trailer")
    assert world.rollout().code == 0
    world.assert_done()
    assert world.job(trailer)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_account(story: Story, telling: Telling) -> None:
    telling.end(story)
