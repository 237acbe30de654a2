"""What the writes of a rollout say: numbers, tags and orders."""

from dataclasses import replace
from datetime import timedelta

import pytest

from academyctl.model.batch import CeState
from academyctl.model.batch_write import (
    CreateJobQueue,
    TagResource,
    UpdateComputeEnvironment,
)
from academyctl.model.rollout import Direction, Phase
from tests.batch_builders import arn_of, tags
from tests.rollout_builders import (
    ATTACHED,
    BACK,
    BLUE,
    DOWN,
    GREEN,
    NOTED,
    blue_down,
    following,
    moved,
    new_green,
    old_blue,
    seen,
    written,
)
from tests.support.batch_jobs import NOON


def test_blue_is_disabled_with_min_0_and_its_former_one_is_noted() -> None:
    loaded = old_blue(resources={"minvCpus": 4})
    noted = written(seen(loaded, new_green("attached"), **ATTACHED))
    assert isinstance(noted, TagResource)
    assert noted.tags["academyctl:min-vcpus"] == "4"
    assert noted.tags["academyctl:disabled-at"] == "", "a time of an earlier rollout proves nothing"
    down = written(seen(replace(loaded, tags=NOTED), new_green("attached"), **ATTACHED))
    assert down == UpdateComputeEnvironment(name=BLUE, state=CeState.DISABLED, min_vcpus=0)


def test_a_disabled_blue_that_still_keeps_instances_is_not_down() -> None:
    kept = blue_down(resources={"minvCpus": 4}, tags=NOTED)
    assert written(seen(kept, new_green("attached"), **ATTACHED)) == UpdateComputeEnvironment(
        name=BLUE, state=CeState.DISABLED, min_vcpus=0
    )


def test_the_time_that_blue_was_seen_down_is_a_second_ahead_of_a_clock_that_cuts_seconds_off() -> None:
    noted = written(seen(blue_down(tags=NOTED), new_green("attached"), **ATTACHED))
    assert isinstance(noted, TagResource)
    assert noted.tags == tags(disabled_at=(NOON + timedelta(seconds=1)).isoformat())


def test_blue_serves_before_it_gets_its_min_vcpus_back() -> None:
    assert written(seen(blue_down(), new_green("rollback"), **ATTACHED), BACK) == UpdateComputeEnvironment(
        name=BLUE, state=CeState.ENABLED
    )
    serves = old_blue(tags=DOWN)
    view = seen(serves, new_green("rollback"), **ATTACHED)
    assert following(view, BACK) == (Phase.RESTORE_MIN, UpdateComputeEnvironment)
    assert written(view, BACK) == UpdateComputeEnvironment(name=BLUE, min_vcpus=4)


def test_a_blue_that_nobody_serves_beside_gets_both_at_once_and_is_never_updated_alone() -> None:
    both = UpdateComputeEnvironment(name=BLUE, state=CeState.ENABLED, min_vcpus=4)
    assert written(seen(blue_down(tags=DOWN), new_green("rollback")), BACK) == both
    alone = seen(old_blue(tags=DOWN), new_green("rollback"))
    assert following(alone, BACK)[0] is not Phase.RESTORE_MIN


def test_blue_gets_no_more_min_vcpus_than_its_max() -> None:
    small = old_blue(tags=DOWN, resources={"minvCpus": 0, "maxvCpus": 2})
    restored = UpdateComputeEnvironment(name=BLUE, min_vcpus=2)
    assert written(seen(small, new_green("rollback"), **ATTACHED), BACK) == restored


def test_a_blue_that_serves_again_keeps_what_the_operator_sets() -> None:
    view = seen(old_blue(tags={**NOTED, **tags(phase="serving")}, resources={"minvCpus": 8}), new_green("rollback"))
    assert following(view, BACK) == (Phase.DISABLE_GREEN, UpdateComputeEnvironment)


def test_the_canary_queue_names_green_only_and_is_marked() -> None:
    made = written(seen(old_blue(), new_green()))
    assert isinstance(made, CreateJobQueue)
    assert made.order == (arn_of(GREEN),)
    assert made.tags["academyctl:rollout"] == "r-1"


@pytest.mark.parametrize("direction", [Direction.FORWARD, BACK])
def test_an_order_that_would_serve_nobody_is_not_sent(direction: Direction) -> None:
    if direction is BACK:
        view = seen(old_blue(status="INVALID"), new_green("rollback"), order=(GREEN,))
    else:
        view = seen(old_blue(), new_green("proven", status="UPDATING"))
    assert moved(view, direction).write is None
