"""Two operators at once: one proceeds; the other is told who, and may take over. Nobody undoes what is not theirs."""

from signal import SIGKILL

import pytest

from academyctl.plan.rollout_terms import owner
from tests.support.beside import Stories, Story, Telling
from tests.support.ends import BLUE, GREEN
from tests.support.operators import ROLE, conflict, killed
from tests.support.proxy import Fault
from tests.support.rollouts import World
from tests.support.strict import QUEUE
from tests.support.watch import tag_of

stories = Stories()
WAY_BACK = (("ce-rollout", "--abort"), ("ce-rollback",))


# Somebody else's rollout stands open


@stories.each("words", [("ce-rollout",), ("ce-rollout", "--dry-run"), *WAY_BACK])
def another_caller_is_told_whose_it_is_and_writes_nothing(world: World, words: tuple[str, ...]) -> None:
    alice, bob = world.as_("alice"), world.as_("bob")
    killed(world, alice)
    since = tag_of(world.environment(GREEN), "at")
    result = world.run(*words, yes="--dry-run" not in words, env=bob)
    conflict(result, f"{ROLE}/alice", since, GREEN, "--take-over")
    assert world.writes == []


@stories
def taking_over_goes_on_with_it(world: World) -> None:
    killed(world, world.as_("alice"))
    bob = world.as_("bob")
    assert world.rollout("--take-over", env=bob).code == 0
    assert world.writes[0] == ("TagResource", GREEN)
    assert tag_of(world.environment(GREEN), "by") == f"{ROLE}/bob"
    world.assert_done()


@stories.each("words", WAY_BACK)
def taking_over_goes_back(world: World, words: tuple[str, ...]) -> None:
    killed(world, world.as_("alice"))
    result = world.run(*words, "--take-over", env=world.as_("bob"))
    assert (result.code, result.json["status"]) == (0, "changed"), result
    world.assert_aborted()


@stories
def once_taken_over_it_is_no_longer_the_first_one_s(world: World) -> None:
    alice, bob = world.as_("alice"), world.as_("bob")
    killed(world, alice)
    world.on("TagResource", world.watch.kill, name=GREEN, nth=1)
    assert world.rollout("--take-over", env=bob).code == -SIGKILL
    world.spare()
    conflict(world.rollout(env=alice), f"{ROLE}/bob")
    assert world.rollout(env=bob).code == 0
    world.assert_done()


@stories
def a_rollback_of_a_finished_rollout_is_anybody_s(world: World) -> None:
    world.stand()
    assert world.rollout("--no-canary", env=world.as_("alice")).code == 0
    assert world.rollback(env=world.as_("bob")).code == 0
    world.assert_aborted()


# One's own


@stories
def one_s_own_rollout_goes_on_at_once_whatever_the_options_of_this_run(world: World) -> None:
    alice = world.as_("alice")
    killed(world, alice)
    result = world.rollout("--delete-blue", "--no-canary", "--drain-timeout", "60", env=alice)
    assert result.code == 0, result
    world.assert_done(deleted=True)


@stories
def a_session_that_botocore_named_is_its_role(world: World) -> None:
    """Its name is another one in every process."""
    killed(world, world.as_("botocore-session-1700000001"))
    assert tag_of(world.environment(GREEN), "by").endswith(":role/academy-video-batch-job-role")
    assert world.rollout(env=world.as_("botocore-session-1700000002")).code == 0
    world.assert_done()


@stories
def a_name_with_characters_that_tags_refuse_is_still_the_owner(world: World) -> None:
    alice = world.as_("alice,o=academy@example.org")
    killed(world, alice)
    assert tag_of(world.environment(GREEN), "by") == owner(f"{ROLE}/alice,o=academy@example.org")
    assert "," not in tag_of(world.environment(GREEN), "by")
    assert world.rollout(env=alice).code == 0
    world.assert_done()


@stories
def asked_for_another_image_it_is_another_rollout(world: World) -> None:
    killed(world, world.as_("alice"))
    conflict(world.rollout("--ami", world.new, env=world.as_("alice")), "asked for another AMI", "--abort")
    assert world.writes == []


@stories
def with_another_stack_file_it_is_another_rollout(world: World) -> None:
    killed(world, world.as_("alice"))
    world.declare(("max_vcpus: 32", "max_vcpus: 64"))
    conflict(world.rollout(env=world.as_("alice")), "another stack file")
    assert world.rollout("--take-over", env=world.as_("alice")).code == 0
    assert world.environment(GREEN)["computeResources"]["maxvCpus"] == 32, "as it was begun"
    world.assert_done()


@stories
def a_newer_image_does_not_change_a_rollout_that_is_open(world: World) -> None:
    """latest stays what it was when green was made; the next rollout takes the newer one."""
    alice = world.as_("alice")
    killed(world, alice, at=("CreateComputeEnvironment", GREEN, 1))
    world.proxy.on("GetParameters", Fault(before=lambda: pytest.fail("the image is green's")), nth=())
    assert world.rollout(env=alice).code == 0
    world.assert_done()


# At the same moment


# An abort that was cut short


@stories.each("nth", [1, 2])
def a_half_finished_abort_is_finished_before_anything_new_begins(world: World, nth: int) -> None:
    """Killed after its intent, and after the order."""
    alice = world.as_("alice")
    killed(world, alice)
    world.on_write(nth, world.watch.kill)
    assert world.abort(env=alice).code == -SIGKILL
    world.spare()
    world.watch.calls.clear()
    conflict(world.rollout(env=alice), "ce-rollback")
    assert world.writes == []
    assert world.rollback(env=alice).code == 0
    world.assert_aborted()
    assert world.rollout(env=alice).code == 0
    assert world.order() == ["v5", "v3", "v4"]


@stories
def an_abort_puts_back_a_blue_that_was_disabled_already(world: World) -> None:
    alice = world.as_("alice")
    world.stand(minvCpus=4)
    film = world.encode()
    world.on("UpdateComputeEnvironment", world.watch.kill, name=BLUE)
    assert world.rollout(env=alice).code == -SIGKILL
    world.spare()
    assert world.abort(env=alice).code == 0
    world.assert_aborted()
    assert [world.order(), world.job(film)["status"]] == [["v3", "v4"], "RUNNING"]
    assert world.writes[-1] == ("UpdateComputeEnvironment", GREEN)
    assert (world.count()["DeleteComputeEnvironment"], QUEUE in world.watch.queues()) == (0, True)


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_operators(story: Story, telling: Telling) -> None:
    telling.end(story)
