"""`batch ce-rollback` and `ce-rollout --abort`: the way back, and what is told where there is none."""

import pytest

from tests.support.beside import Stories, Story, Telling
from tests.support.cli import Result
from tests.support.ends import BLUE, GREEN
from tests.support.rollout_ways import BACK
from tests.support.rollouts import World

stories = Stories()


def whys(result: Result) -> list[tuple[str, str]]:
    """What stays as it is, and why."""
    return [(one["target"], one["why"]) for one in result.json["changes"] if one["action"] == "none"]


@stories
def the_way_back_is_one_command_and_waits_for_no_job(world: World) -> None:
    world.stand(minvCpus=4)
    assert world.rollout().code == 0
    film = world.encode()
    result = world.rollback()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert world.writes == list(BACK)
    world.assert_aborted()
    assert world.order() == ["v3", "v4"]
    world.watch.finish("film")
    world.let_go()
    assert world.job(film)["status"] == "SUCCEEDED"


@stories
def a_second_way_back_finds_nothing_to_do(world: World) -> None:
    world.stand()
    assert [world.rollout().code, world.rollback().code] == [0, 0]
    world.watch.calls.clear()
    for result in (world.rollback(), world.abort()):
        assert (result.code, result.json["status"], result.json["data"]["serving"]) == (0, "unchanged", BLUE)
        assert whys(result) == [(BLUE, f"the rollout of {GREEN} was gone back from already; {BLUE} serves")]
    assert world.writes == []


@stories
def after_the_way_back_the_next_rollout_takes_the_next_number(world: World) -> None:
    """v4 is never continued: it is a retained one like any other."""
    world.stand()
    assert [world.rollout().code, world.rollback().code] == [0, 0]
    assert world.rollout().code == 0
    assert world.order() == ["v5", "v3", "v4"]
    assert (world.phase(BLUE), world.phase(GREEN)) == ("retained", "aborted")
    world.assert_no_canary()
    assert world.watch.broken == []


@stories
def without_a_rollout_there_is_nothing_to_go_back_to(world: World) -> None:
    world.stand()
    for result in (world.rollback(), world.abort()):
        assert (result.code, result.json["status"], result.json["data"]["serving"]) == (0, "unchanged", BLUE)
        assert whys(result) == [(BLUE, f"no rollout to go back from; {BLUE} serves")]
    assert f"no rollout to go back from; {BLUE} serves" in world.run("ce-rollback", json=False).out
    world.assert_untouched()


@stories
def an_environment_that_takes_no_job_is_not_said_to_serve(world: World) -> None:
    world.stand()
    world.strict.batch.update_compute_environment(computeEnvironment=BLUE, state="DISABLED")
    world.let_go()
    assert whys(world.rollback()) == [(BLUE, f"no rollout to go back from; {BLUE} stands, and takes no job")]


@stories
def an_abort_of_a_rollout_that_is_over_names_the_way_back(world: World) -> None:
    """`--abort` is of open ones only."""
    world.stand()
    assert world.rollout().code == 0
    result = world.abort()
    assert (result.code, result.json["status"]) == (0, "unchanged")
    ((target, why),) = whys(result)
    assert target == GREEN
    assert why == (
        f"no rollout is open: that of {GREEN} is over, academyctl batch ce-rollback goes back to {BLUE}; {GREEN} serves"
    )


@stories.each("missing", ["queue", "environment"])
def nothing_that_could_serve_refuses_the_way_back(world: World, missing: str) -> None:
    if missing == "environment":
        world.stand("gpu", blue="gpu")
    world.begin()
    for result in (world.rollback(), world.abort()):
        assert (result.code, result.json["status"]) == (4, "findings"), result
        assert result.codes("error") == ["ce.absent" if missing == "environment" else "queue.absent"]
        assert [one["hint"] for one in result.json["findings"]] == ["academyctl batch setup"]
    world.assert_untouched()


@stories
def there_is_no_way_back_to_an_environment_that_was_deleted(world: World) -> None:
    world.stand()
    assert world.rollout("--delete-blue").code == 0
    world.assert_done(deleted=True)
    world.watch.calls.clear()
    result = world.rollback()
    assert (result.code, result.codes("error")) == (4, ["ce.absent"])
    assert world.writes == []


@stories
def there_is_no_way_back_to_an_environment_that_is_invalid(world: World) -> None:
    """Green serves: the rollout stays done, and the next one is not refused for a way back that never ends."""
    world.stand()
    assert world.rollout().code == 0
    world.watch.invalidate(BLUE, "CLIENT_ERROR - the role is gone")
    world.watch.calls.clear()
    result = world.rollback()
    assert (result.code, result.codes("error")) == (4, ["ce.invalid"])
    assert "the role is gone" in result.json["findings"][0]["message"]
    assert world.writes == []
    assert world.phase(GREEN) == "done"


@pytest.mark.parametrize("story", stories.all, ids=str)
def test_the_way_back(story: Story, telling: Telling) -> None:
    telling.end(story)
