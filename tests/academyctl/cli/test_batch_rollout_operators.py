"""Two operators at once: one proceeds; the other is told who, and may take over. Nobody undoes what is not theirs."""

from collections.abc import Mapping
from signal import SIGKILL
from threading import Event

import pytest

from academyctl.plan.job_definition import desired_definition
from academyctl.plan.rollout_terms import owner
from tests.support.beside import Stories, Story, Telling
from tests.support.cli import Result
from tests.support.ends import BLUE, CANARY_DEFINITION, GREEN
from tests.support.proxy import Fault
from tests.support.rollouts import QUICK, World
from tests.support.strict import QUEUE
from tests.support.watch import tag_of

stories = Stories()
ROLE = "arn:aws:sts::123456789012:assumed-role/academy-video-batch-job-role"
WAY_BACK = (("ce-rollout", "--abort"), ("ce-rollback",))


def killed(world: World, env: Mapping[str, str], *, at: tuple[str, str, int] = ("TagResource", GREEN, 2)) -> None:
    """That operator's rollout stands open, and nobody works at it. By default green takes the traffic."""
    operation, name, nth = at
    world.stand()
    world.on(operation, world.watch.kill, name=name, nth=nth)
    assert world.rollout("--soak", "600", env=env).code == -SIGKILL
    world.spare()
    world.watch.calls.clear()


def conflict(result: Result, *said: str) -> None:
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    error = result.json["error"]
    for part in said:
        assert part in f"{error['message']} {error['hint']}", error


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


@stories
def two_who_begin_at_once_make_one_green(world: World) -> None:
    world.stand()
    runs = [world.start("ce-rollout", "--soak", "0", env=world.as_(name)) for name in ("alice", "bob")]
    results = [world.ended(run) for run in runs]
    assert sorted(result.code for result in results) == [0, 6], results
    loser = next(result for result in results if result.code == 6)
    winner = tag_of(world.environment(GREEN), "by").rpartition("/")[2]
    assert winner in loser.json["error"]["message"] or "somebody else" in loser.json["error"]["message"]
    world.assert_done()


@stories
def two_of_one_caller_who_begin_at_once_are_one_rollout(world: World) -> None:
    world.stand()
    alice = world.as_("alice")
    runs = [world.start("ce-rollout", "--soak", "0", env=alice) for _ in range(2)]
    assert [world.ended(run).code for run in runs] == [0, 0]
    assert tag_of(world.environment(GREEN), "rollout")
    world.assert_done()


def bob_creates(world: World) -> None:
    tags = {"stack": "sandbox", "rollout": "bob-s", "role": "green", "phase": "open", "from": BLUE}
    tags |= {"by": f"{ROLE}/bob", "at": "2026-11-22T07:00:00+00:00", "ami": world.new, "spec": "another"}
    named = {f"academyctl:{name}": value for name, value in tags.items()}
    world.strict.create(GREEN, resources=world.resources(), tags=named)


@stories
def who_begins_while_somebody_elses_canary_is_on_its_way_is_told_whose_it_is(world: World) -> None:
    """The environments were read before bob's green was there, the canary's definition after."""
    world.stand()
    wanted = desired_definition(world.stack)

    def bob_begins() -> None:
        if world.environment(GREEN):
            return
        bob_creates(world)
        world.strict.batch.register_job_definition(jobDefinitionName=CANARY_DEFINITION, **wanted.properties)

    world.proxy.on("DescribeJobDefinitions", Fault(before=bob_begins))
    conflict(world.rollout(env=world.as_("alice")), "bob")
    assert tag_of(world.environment(GREEN), "rollout") == "bob-s"
    assert world.order() == ["v3"]


@stories
def who_creates_second_is_told_and_leaves_everything(world: World) -> None:
    """Between the look and the create somebody else's green appears."""
    world.stand()
    world.proxy.on("CreateComputeEnvironment", Fault(before=lambda: bob_creates(world)))
    conflict(world.rollout(env=world.as_("alice")), "bob")
    assert [name for name, _ in world.writes] == ["CreateComputeEnvironment"] * 2, "bob's, and the refused one"
    assert tag_of(world.environment(GREEN), "rollout") == "bob-s"
    assert world.order() == ["v3"]


@stories
def two_who_go_on_at_once_come_to_one_end(world: World) -> None:
    alice = world.as_("alice")
    killed(world, alice)
    runs = [world.start("ce-rollout", "--soak", "0", env=alice) for _ in range(2)]
    assert [world.ended(run).code for run in runs] == [0, 0]
    world.assert_done()


# While it runs


def soaking(world: World, env: Mapping[str, str], *words: str) -> tuple[Result, Result]:
    """A run that soaks for ever, and a second one with these words: what became of both."""
    world.stand()
    begun = Event()
    world.on("TagResource", begun.set, name=GREEN, nth=2)
    first = world.start("ce-rollout", "--soak", "600", env=world.as_("alice"))
    assert begun.wait(60)
    second = world.run(*words, env=env)
    return world.ended(first), second


@stories
def a_run_that_is_taken_over_stops_and_undoes_nothing(world: World) -> None:
    first, second = soaking(world, world.as_("bob"), "ce-rollout", "--soak", "0", "--take-over")
    assert second.code == 0, second
    conflict(first, f"{ROLE}/bob")
    world.assert_done()


@stories.each("who", ["alice", "bob"])
def a_run_whose_rollout_is_aborted_stops_and_undoes_nothing(world: World, who: str) -> None:
    take_over = ("--take-over",) if who == "bob" else ()
    first, second = soaking(world, world.as_(who), "ce-rollout", "--abort", *take_over)
    assert second.code == 0, second
    conflict(first)
    world.assert_aborted()
    assert world.order() == ["v3", "v4"]


@stories
def a_run_is_not_disturbed_by_somebody_who_only_asks(world: World) -> None:
    world.stand()
    seen: list[int] = []
    world.on("TagResource", lambda: seen.append(1), name=GREEN, nth=2)
    first = world.start("ce-rollout", "--soak", "1", env=world.as_("alice"))
    asked = world.cli.run("batch", "ce-rollout", *QUICK, "--dry-run", "-o", "json", env=world.as_("bob"))
    assert world.ended(first).code == 0
    assert asked.code in (0, 6)
    world.assert_done()


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
