"""What a cleanup deletes, keeps and names."""

from typing import Any

import pytest

from academyctl.model.finding import Level
from academyctl.model.legacy import (
    Alarm,
    AutoScalingGroup,
    DeleteAlarm,
    DeleteAutoScalingGroup,
    DeleteQueue,
    DeleteScalingPolicy,
    Leftovers,
    LegacyQueue,
    Messages,
    ScalingPolicy,
)
from academyctl.model.plan import Action
from academyctl.plan.legacy import is_legacy, plan_cleanup
from tests.batch_builders import sandbox_stack

EMPTY = Messages()


def group(name: str = "academy-video-asg", **changes: Any) -> AutoScalingGroup:
    return AutoScalingGroup(name=name, **changes)


def policy(name: str = "out", group: str = "academy-video-asg") -> ScalingPolicy:
    return ScalingPolicy(name=name, group=group, arn=f"arn:{group}:{name}")


def a_queue(*readings: Messages, **changes: Any) -> LegacyQueue:
    return LegacyQueue(name="academy-video-jobs", url="http://q/academy-video-jobs", readings=readings, **changes)


@pytest.mark.parametrize(
    ("name", "patterns", "matches"),
    [
        ("academy-video-worker-asg", ("academy-video-worker-*",), True),
        ("academy-video-asg", ("academy-video-asg*",), True),
        ("academy-video-asg-2", ("x", "academy-video-asg*"), True),
        ("my-academy-video-asg", ("academy-video-asg*",), False),
        ("Academy-Video-Asg", ("academy-video-asg*",), False),
        ("academy-video-worker", ("academy-video-worker-*",), False),
        ("academy-video-jobs", ("academy-video-jobs",), True),
        ("academy-video-jobs-2", ("academy-video-jobs",), False),
        ("academy-video-asg", (), False),
        ("AWSBatch-academy-video-batch-ce-v3-asg-1", ("*",), False),
        ("AWSBatch", ("AWSBatch*", "*"), False),
        ("awsbatch-by-hand", ("*",), True),
        ("academy-video-batch-queue", ("academy-*",), False),
        ("academy-video-delete-r2", ("academy-*",), False),
        ("academy-video-delete-r2-dlq", ("academy-*",), False),
        ("academy-video-batch-queue-depth", ("academy-*",), False),
        ("academy-video-batch-jobdef", ("*",), False),
    ],
)
def test_a_pattern_matches_whole_names_and_never_what_is_batchs_or_the_stacks(
    name: str, patterns: tuple[str, ...], matches: bool
) -> None:
    assert is_legacy(name, patterns, sandbox_stack()) is matches


def test_nothing_is_left() -> None:
    cleanup = plan_cleanup(Leftovers())
    assert cleanup.plan.is_empty
    assert cleanup.kept == cleanup.plan.findings == ()


def test_alarms_go_first_then_policies_groups_and_queues_each_by_name() -> None:
    found = Leftovers(
        groups=(group(),),
        policies={"academy-video-asg": (policy("out"), policy("in"))},
        alarms=(Alarm(name="b"), Alarm(name="a"), Alarm(name="c", is_composite=True)),
        queues=(a_queue(EMPTY, EMPTY, EMPTY),),
    )
    plan = plan_cleanup(found).plan
    assert plan.writes == (
        DeleteAlarm(name="c"),
        DeleteAlarm(name="a"),
        DeleteAlarm(name="b"),
        DeleteScalingPolicy(name="out", group="academy-video-asg"),
        DeleteScalingPolicy(name="in", group="academy-video-asg"),
        DeleteAutoScalingGroup(name="academy-video-asg"),
        DeleteQueue(name="academy-video-jobs", url="http://q/academy-video-jobs"),
    )
    assert [change.target for change in plan.changes] == [
        "c",
        "a",
        "b",
        "academy-video-asg/out",
        "academy-video-asg/in",
        "academy-video-asg",
        "academy-video-jobs",
    ]
    assert {change.action for change in plan.changes} == {Action.DELETE}


@pytest.mark.parametrize("size", [{"instances": 1}, {"desired": 2}, {"instances": 3, "desired": 3}])
def test_a_group_in_use_is_kept_with_what_scales_it_and_the_rest_goes_on(size: dict[str, int]) -> None:
    found = Leftovers(
        groups=(group("busy", **size), group("idle")),
        policies={"busy": (policy("out", "busy"),), "idle": (policy("out", "idle"),)},
        alarms=(
            Alarm(name="scales-busy", actions=("arn:busy:out",)),
            Alarm(name="scales-idle", actions=("arn:idle:out",)),
        ),
    )
    cleanup = plan_cleanup(found)
    assert [(one.code, one.subject, one.level) for one in cleanup.kept] == [("legacy.asg-in-use", "busy", Level.ERROR)]
    assert not cleanup.plan.is_refused
    assert cleanup.plan.writes == (
        DeleteAlarm(name="scales-idle"),
        DeleteScalingPolicy(name="out", group="idle"),
        DeleteAutoScalingGroup(name="idle"),
    )
    kept = [change.target for change in cleanup.plan.changes if change.action is Action.NONE]
    assert kept == ["scales-busy", "busy"]


def test_a_group_that_is_going_already_is_left_alone() -> None:
    cleanup = plan_cleanup(Leftovers(groups=(group(is_going=True),)))
    assert cleanup.plan.is_empty
    assert cleanup.kept == ()


@pytest.mark.parametrize(
    ("readings", "is_kept"),
    [
        ((EMPTY, EMPTY, EMPTY), False),
        ((Messages(visible=1),), True),
        ((Messages(in_flight=1),), True),
        ((Messages(delayed=1),), True),
        ((EMPTY, EMPTY, Messages(visible=1)), True),
        ((EMPTY, EMPTY), True),
        ((), True),
    ],
)
def test_a_queue_goes_only_when_three_readings_found_nothing(readings: tuple[Messages, ...], is_kept: bool) -> None:
    cleanup = plan_cleanup(Leftovers(queues=(a_queue(*readings),)))
    assert [one.code for one in cleanup.kept] == (["legacy.queue-not-empty"] if is_kept else [])
    assert cleanup.plan.is_empty is is_kept
    assert not cleanup.plan.is_refused


def test_what_a_queue_holds_is_told() -> None:
    [finding] = plan_cleanup(Leftovers(queues=(a_queue(Messages(visible=2, in_flight=1)),))).kept
    assert finding.message == "is kept: 2 visible, 1 in flight, 0 delayed"


def test_a_queue_that_a_role_names_is_marked_and_goes_all_the_same() -> None:
    cleanup = plan_cleanup(Leftovers(queues=(a_queue(EMPTY, EMPTY, EMPTY, readers=("api", "worker")),)))
    [finding] = cleanup.plan.findings
    assert (finding.code, finding.level) == ("legacy.queue-referenced", Level.WARNING)
    assert "api and worker" in finding.message
    assert not cleanup.plan.is_empty
    assert cleanup.kept == ()
