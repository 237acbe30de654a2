"""Green breaks, the canary does not prove it, or something lasts for ever: blue serves, or the next run ends it."""

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.ends import BLUE, CANARY_QUEUE, GREEN
from tests.support.rollout_ways import with_a_canary_that_fails
from tests.support.rollouts import EARLIER, World
from tests.support.strict import QUEUE
from tests.support.watch import TICK, state_of

stories = Stories()
CANARY_SHORT = ("--canary-timeout", "1.5", "--poll", "0.1")
SHORT = ("--valid-timeout", "1.5", "--poll", "0.1")
"""Long enough for every wait that ends by itself, on a machine that has much to do."""


# Green


@stories
def a_green_that_is_invalid_at_once_is_deleted_with_the_reason_told(world: World) -> None:
    world.stand()
    world.watch.invalidate_next(GREEN, "CLIENT_ERROR - the role is gone")
    world.assert_rolled_back(world.rollout(), "CLIENT_ERROR - the role is gone")


@stories.each("operation", ["CreateJobQueue", "SubmitJob", "DeleteJobQueue"])
def a_green_that_breaks_while_it_is_proven_is_deleted(world: World, operation: str) -> None:
    world.stand()
    world.on(operation, lambda: world.watch.invalidate(GREEN, "INTERNAL_ERROR - it broke"))
    world.assert_rolled_back(world.rollout(), "it broke")


@stories
def a_green_that_breaks_while_blue_drains_gives_way_and_no_job_is_lost(world: World) -> None:
    world.stand(minvCpus=4)
    film = world.encode()
    world.watch.may_stop_serving = True
    world.on("UpdateComputeEnvironment", lambda: world.watch.invalidate(GREEN, "it broke", after=4 * TICK), name=BLUE)
    world.assert_rolled_back(world.rollout(), "it broke")
    assert world.job(film)["status"] == "RUNNING"


@stories
def a_green_that_somebody_disables_during_the_soak_gives_way(world: World) -> None:
    world.stand()
    world.after("UpdateJobQueue", lambda: world.rewrite(GREEN, state="DISABLED"), name=QUEUE, looks=3)
    world.assert_rolled_back(world.rollout("--soak", "600"), "was disabled")


@stories
def a_green_that_somebody_deletes_is_a_conflict_that_names_the_way_out(world: World) -> None:
    world.stand()
    world.on("SubmitJob", lambda: world.watch.seen.forget_environment(GREEN))
    result = world.rollout()
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    assert "gone" in result.json["error"]["message"]
    assert state_of(world.environment(BLUE)) == "ENABLED VALID"


@stories
def a_green_that_a_list_leaves_out_for_a_moment_is_not_made_twice(world: World) -> None:
    world.stand()
    world.on("CreateJobQueue", lambda: world.watch.seen.hide(GREEN))
    world.after("CreateJobQueue", lambda: world.watch.seen.show(GREEN), looks=2)
    assert world.rollout().code == 0
    assert world.count()["CreateComputeEnvironment"] == 1
    world.assert_done()


# Something lasts for ever


@stories
def a_green_that_is_created_for_ever_turns_back_and_is_deleted_when_it_can_be(world: World) -> None:
    world.stand()
    world.watch.hold(GREEN, "CREATING")
    first = world.rollout(*SHORT)
    assert first.code == 75, first
    assert state_of(world.environment(BLUE)) == "ENABLED VALID"
    world.on("DescribeComputeEnvironments", lambda: world.watch.release(GREEN, "CREATING"), nth=3)
    world.assert_rolled_back(world.rollout(), EARLIER)


@stories
def a_production_queue_that_updates_for_ever_is_put_back_when_it_can_be(world: World) -> None:
    world.stand()
    world.watch.hold(QUEUE, "UPDATING")
    first = world.rollout(*SHORT)
    assert first.code == 75, first
    world.on("DescribeComputeEnvironments", lambda: world.watch.release(QUEUE, "UPDATING"), nth=3)
    again = world.rollout()
    assert again.code in (0, 7), again
    (world.assert_done if again.code == 0 else world.assert_back)()


@stories.each("what", [(CANARY_QUEUE, "UPDATING"), (CANARY_QUEUE, "DELETING"), (BLUE, "UPDATING")])
def what_lasts_for_ever_is_waited_for_by_the_next_run(world: World, what: tuple[str, str]) -> None:
    world.stand()
    world.watch.hold(*what)
    first = world.rollout(*SHORT)
    world.watch.release(*what)
    world.assert_finished_by_the_next(first)


@stories
def a_canary_queue_that_is_created_for_ever_turns_back(world: World) -> None:
    world.stand()
    world.watch.hold(CANARY_QUEUE, "CREATING")
    first = world.rollout(*SHORT, *CANARY_SHORT)
    assert first.code == 75, first
    world.on("DescribeComputeEnvironments", lambda: world.watch.release(CANARY_QUEUE, "CREATING"), nth=3)
    world.assert_rolled_back(world.rollout(), EARLIER)


@stories
def a_green_that_is_deleted_for_ever_is_waited_for_by_the_next_run(world: World) -> None:
    with_a_canary_that_fails(world)
    world.watch.hold(GREEN, "DELETING")
    first = world.rollout(*SHORT)
    assert first.code == 75, first
    assert f"(job {first.json['data']['canary_job']})" in first.err
    assert state_of(world.environment(BLUE)) == "ENABLED VALID"
    world.on("DescribeComputeEnvironments", lambda: world.watch.release(GREEN, "DELETING"), nth=3)
    world.assert_rolled_back(world.rollout(), EARLIER)


# The canary


@stories.each(
    "reason", ["CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none left", "MISCONFIGURATION:JOB_RESOURCE - large"]
)
def a_canary_that_waits_for_ever_is_put_away_with_what_batch_says(world: World, reason: str) -> None:
    world.stand()
    world.watch.next_job("academyctl-canary*", times=-1, stuck="RUNNABLE", status_reason=reason)
    world.assert_rolled_back(world.rollout(*CANARY_SHORT), reason)


@stories.each("status", ["SUBMITTED", "STARTING", "RUNNING"])
def a_canary_that_stays_is_put_away(world: World, status: str) -> None:
    world.stand()
    world.watch.next_job("academyctl-canary*", times=-1, stuck=status)
    world.assert_rolled_back(world.rollout(*CANARY_SHORT), status)


@stories
def a_canary_without_capacity_is_put_away(world: World) -> None:
    world.stand()
    world.watch.without_capacity(GREEN)
    world.assert_rolled_back(world.rollout(*CANARY_SHORT), "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")


@stories
def a_canary_that_fails_is_told_with_its_exit_code_and_the_way_to_its_log(world: World) -> None:
    """The job outlives its queue; its log may be gone, or never have been written."""
    with_a_canary_that_fails(world)
    result = world.rollout()
    world.assert_rolled_back(result, "exit code 1")
    job, failed = result.json["data"]["canary_job"], result.json["error"]
    assert world.job(job)["jobName"].startswith("academyctl-canary-")
    assert f"(job {job}); blue serves as before" in failed["message"]
    assert failed["hint"] == f"academyctl batch logs {job}; then run the same command again"
    shown = world.cli.run("batch", "logs", job)
    assert (shown.code, "worker.selfcheck" in shown.out) == (0, True), shown
    stream = {"logStreamName": world.job(job)["container"]["logStreamName"]}
    world.strict.client("logs").delete_log_stream(logGroupName=world.stack.job_definition.log_group, **stream)
    lost = world.cli.run("batch", "logs", job)
    assert (lost.code, "there is no log stream" in lost.err) == (1, True), lost


@stories
def a_canary_that_never_ran_is_explained_where_it_has_no_log(world: World) -> None:
    world.stand()
    world.watch.next_job("academyctl-canary*", times=-1, stuck="RUNNABLE", status_reason="CAPACITY:none left")
    result = world.rollout(*CANARY_SHORT)
    job = result.json["data"]["canary_job"]
    assert result.json["error"]["hint"] == f"academyctl batch why --job {job}; then run the same command again"
    shown = world.cli.run("batch", "why", "--job", job)
    assert (shown.code, job in shown.out + shown.err) == (4, True), shown


@stories
def a_green_that_breaks_under_its_canary_is_not_the_canary_s_fault(world: World) -> None:
    world.stand()
    world.watch.next_job("academyctl-canary*", times=-1, stuck="RUNNING")
    world.after("SubmitJob", lambda: world.watch.invalidate(GREEN, "INTERNAL_ERROR - it broke"), looks=3)
    result = world.rollout()
    assert (result.code, "canary_job" in result.json["data"]) == (7, False), result
    assert result.json["error"]["hint"].startswith("academyctl batch why; ")


@stories
def a_canary_on_another_image_proves_nothing(world: World) -> None:
    world.stand()
    world.watch.run_ami(GREEN, world.old)
    result = world.rollout()
    world.assert_rolled_back(result, f"ran on {world.old}")
    assert "canary_job" not in result.json["data"]


@stories
def a_canary_whose_instance_nobody_saw_proves_nothing(world: World) -> None:
    world.stand()
    world.watch.set_pace(idle=0)
    world.watch.next_job("academyctl-canary*", times=-1, running=0, hides_instance=True)
    result = world.rollout(*CANARY_SHORT)
    assert result.code == 7, result
    world.assert_back()


@stories
def a_canary_whose_instance_is_seen_the_second_time_is_enough(world: World) -> None:
    world.stand()
    world.watch.set_pace(idle=0)
    world.watch.next_job("academyctl-canary*", running=0, hides_instance=True)
    assert world.rollout().code == 0
    assert world.count()["SubmitJob"] == 2
    world.assert_done()


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_break(story: Story, telling: Telling) -> None:
    telling.end(story)
