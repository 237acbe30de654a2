"""Two operators, or two terminals of one, at once: one rollout comes of it; nobody undoes what is not theirs."""

from collections.abc import Mapping
from threading import Event

import pytest

from academyctl.plan.job_definition import desired_definition
from tests.support.beside import Stories, Story, Telling
from tests.support.cli import Result
from tests.support.ends import BLUE, CANARY_DEFINITION, GREEN
from tests.support.operators import ROLE, conflict, killed
from tests.support.proxy import Fault
from tests.support.rollouts import QUICK, World
from tests.support.watch import tag_of

stories = Stories()


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


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_at_once(story: Story, telling: Telling) -> None:
    telling.end(story)
