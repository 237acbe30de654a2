"""`batch ce-prune` as a process against the strict sandbox: what goes, what stays, and whoever kills it in between."""

from signal import SIGINT, SIGKILL

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.proxy import Dropped, lose
from tests.support.rollouts import World
from tests.support.strict import QUEUE, STEM
from tests.support.watch import state_of

stories = Stories()
SERVING = f"{STEM}-v6"
PRUNED = [("UpdateJobQueue", QUEUE), ("DeleteComputeEnvironment", f"{STEM}-v4")]


def generations(world: World, *more: str) -> None:
    """v6 serves; v5 and v4 were retained by rollouts, attached; v3 was made by hand; `more` stand in the queue, too."""
    for name in ("v3", "v4", "v5"):
        tags = {"stack": "sandbox", "role": "blue", "phase": "retained", "rollout": name} if name != "v3" else {}
        named = {f"academyctl:{key}": value for key, value in tags.items()}
        world.valid(f"{STEM}-{name}", resources=world.resources(), tags=named)
    for name in (SERVING, *more):
        world.valid(name, resources=world.resources())
    retained = (f"{STEM}-v5",) if more else (f"{STEM}-v5", f"{STEM}-v4")
    world.queue(SERVING, *more, *retained)
    for name in ("v3", "v4", "v5"):
        world.rewrite(f"{STEM}-{name}", state="DISABLED")
    world.strict.register(retryStrategy={"attempts": 1})
    world.begin(SERVING)


def standing(world: World) -> list[str]:
    return sorted(name.removeprefix(f"{STEM}-") for name in world.watch.environments())


@stories
def the_oldest_goes_and_one_stays_for_the_way_back(world: World) -> None:
    generations(world)
    result = world.run("ce-prune")
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert list(dict.fromkeys(world.writes)) == PRUNED
    assert (standing(world), world.order()) == (["v3", "v5", "v6"], ["v6", "v5"])
    assert world.watch.broken == []


@stories
def none_is_kept_on_demand_and_what_was_made_by_hand_stays(world: World) -> None:
    generations(world)
    result = world.run("ce-prune", "--keep", "0")
    assert result.code == 0, result
    assert (standing(world), world.order()) == (["v3", "v6"], ["v6"])
    assert any(one["subject"] == f"{STEM}-v3" for one in result.json["findings"])


@stories
def what_was_made_by_hand_goes_on_demand(world: World) -> None:
    generations(world)
    assert world.run("ce-prune", "--keep", "0", "--include-untagged").code == 0
    assert (standing(world), world.order()) == (["v6"], ["v6"])


@stories
def foreign_environments_keep_their_places(world: World) -> None:
    generations(world, "gpu")
    assert world.run("ce-prune", "--keep", "0").code == 0
    assert (standing(world), world.order()) == (["gpu", "v3", "v6"], ["v6", "gpu"])


@stories
def what_still_encodes_stays_and_no_job_is_lost(world: World) -> None:
    generations(world)
    states = {SERVING: "DISABLED", f"{STEM}-v4": "ENABLED"}
    for name, state in states.items():
        world.rewrite(name, state=state)
    film = world.encode()
    world.rewrite(SERVING, state="ENABLED")
    world.rewrite(f"{STEM}-v4", state="DISABLED")
    result = world.run("ce-prune", "--keep", "0")
    assert result.code == 0, result
    assert (standing(world), world.job(film)["status"]) == (["v3", "v4", "v6"], "RUNNING")
    world.watch.finish("film")
    assert world.run("ce-prune", "--keep", "0").code == 0
    assert (standing(world), world.job(film)["status"]) == (["v3", "v6"], "SUCCEEDED")
    assert world.watch.lost() == []


@stories
def a_second_run_finds_nothing_to_do(world: World) -> None:
    generations(world)
    assert world.run("ce-prune").code == 0
    world.watch.calls.clear()
    result = world.run("ce-prune")
    assert (result.code, result.json["status"]) == (0, "unchanged"), result
    assert world.writes == []


@stories
def showing_the_plan_writes_nothing(world: World) -> None:
    generations(world)
    codes = [world.run("ce-prune", mode, yes=False).code for mode in ("--dry-run", "--check")]
    assert codes == [0, 5]
    world.assert_untouched()


@stories
def an_open_rollout_is_not_disturbed(world: World) -> None:
    generations(world, "gpu")
    world.on("CreateComputeEnvironment", world.watch.kill)
    world.rewrite(SERVING, resources=world.resources(instanceTypes=["c7g.xlarge"]))
    assert world.rollout("--ami", world.old).code == -SIGKILL
    world.spare()
    world.watch.calls.clear()
    result = world.run("ce-prune", "--keep", "0")
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    assert world.writes == []


@stories.each("nth", [1, 2, 3, 4])
def killed_after_any_write_the_next_run_finishes_it(world: World, nth: int) -> None:
    generations(world)
    world.on_write(nth, world.watch.kill)
    assert world.run("ce-prune", "--keep", "0").code == -SIGKILL
    world.spare()
    assert world.run("ce-prune", "--keep", "0").code == 0
    assert (standing(world), world.order()) == (["v3", "v6"], ["v6"])
    assert world.watch.broken == []


@stories.each("applied", [True, False])
def a_lost_answer_is_looked_up(world: World, applied: bool) -> None:
    generations(world)
    for operation, _ in PRUNED:
        world.proxy.on(operation, lose(Dropped(), applied=applied))
    assert world.run("ce-prune").code == 0
    assert (standing(world), world.order()) == (["v3", "v5", "v6"], ["v6", "v5"])


@stories
def a_relationship_that_lingers_delays_it(world: World) -> None:
    generations(world)
    world.watch.related(f"{STEM}-v4", times=4)
    world.watch.being_modified(QUEUE, times=2)
    assert world.run("ce-prune").code == 0
    assert standing(world) == ["v3", "v5", "v6"]


@stories
def a_deletion_that_lasts_for_ever_is_finished_by_the_next_run(world: World) -> None:
    generations(world)
    world.watch.hold(f"{STEM}-v4", "DELETING")
    first = world.run("ce-prune", "--valid-timeout", "1.5", "--poll", "0.1")
    assert (first.code, first.json["status"]) == (75, "incomplete"), first
    world.watch.release(f"{STEM}-v4", "DELETING")
    assert world.run("ce-prune").code == 0
    assert standing(world) == ["v3", "v5", "v6"]


@stories
def ctrl_c_ends_it_and_the_same_command_goes_on(world: World) -> None:
    generations(world)
    world.on("UpdateJobQueue", lambda: world.watch.kill(SIGINT))
    result = world.run("ce-prune")
    assert (result.code, result.json["status"]) == (130, "interrupted"), result
    assert state_of(world.environment(f"{STEM}-v4")) == "DISABLED VALID"
    assert world.run("ce-prune").code == 0
    assert standing(world) == ["v3", "v5", "v6"]


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_prune(story: Story, telling: Telling) -> None:
    telling.end(story)
