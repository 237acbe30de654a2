"""What still runs on an environment, by ECS and by Batch: whatever cannot be told counts."""

import pytest

from academyctl.model.batch import ClusterLoad
from academyctl.plan.drain import disabled_since, jobs_left, tasks_left
from tests.batch_builders import environment, job, tags

CLUSTER, OTHER = "blue_Batch_1", "green_Batch_1"
ECS = "arn:aws:ecs:ap-northeast-2:123456789012"
BLUE = environment("blue", cluster_arn=f"{ECS}:cluster/{CLUSTER}")
DISABLED_AT = "2026-11-22T12:00:00+00:00"
AT = 1795348800000
"""The same in milliseconds."""
NOTED = environment("blue", cluster_arn=BLUE.cluster_arn, state="DISABLED", tags=tags(disabled_at=DISABLED_AT))


@pytest.mark.parametrize(
    ("load", "left"),
    [
        (None, ""),
        (ClusterLoad(name=CLUSTER), ""),
        (ClusterLoad(name=CLUSTER, instances=3), ""),
        (ClusterLoad(name=CLUSTER, running=1), "1 task"),
        (ClusterLoad(name=CLUSTER, pending=2), "2 tasks"),
        (ClusterLoad(name=CLUSTER, tasks=("t",)), "1 task"),
        (ClusterLoad(name=CLUSTER, running=1, pending=1, tasks=("t",)), "2 tasks"),
        (ClusterLoad(name=CLUSTER, is_known=False), f"ECS does not know its cluster {CLUSTER}"),
    ],
)
def test_tasks_by_count_or_by_list_keep_it(load: ClusterLoad | None, left: str) -> None:
    assert tasks_left(BLUE, load) == left


def test_an_unknown_cluster_of_an_invalid_one_says_nothing() -> None:
    assert tasks_left(environment("blue", status="INVALID"), ClusterLoad(name=CLUSTER, is_known=False)) == ""


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"task_arn": f"{ECS}:task/{CLUSTER}/1"}, True),
        ({"task_arn": f"{ECS}:task/{OTHER}/1"}, False),
        ({"container_instance_arn": f"{ECS}:container-instance/{CLUSTER}/1"}, True),
        ({"container_instance_arn": f"{ECS}:container-instance/{OTHER}/1"}, False),
        (
            {
                "task_arn": f"{ECS}:task/{CLUSTER}/1",
                "container_instance_arn": f"{ECS}:container-instance/{OTHER}/1",
            },
            True,
        ),
        ({"task_arn": f"{ECS}:task/1", "container_instance_arn": f"{ECS}:container-instance/{OTHER}/1"}, False),
        ({"task_arn": f"{ECS}:task/1"}, True),
        ({"container_instance_arn": f"{ECS}:container-instance/1"}, True),
        ({}, True),
    ],
)
def test_a_job_is_placed_by_its_task_then_by_its_instance_and_else_it_may_be_here(
    changes: dict[str, str], counts: bool
) -> None:
    assert bool(jobs_left(BLUE, [job(**changes)])) is counts


@pytest.mark.parametrize(("created", "counts"), [(AT - 1, True), (AT, True), (AT + 1, False), (0, True)])
def test_a_job_with_neither_counts_unless_created_after_the_environment_was_seen_down(
    created: int, counts: bool
) -> None:
    assert bool(jobs_left(NOTED, [job(created_at=created)])) is counts


def test_a_job_that_names_this_cluster_counts_whenever_it_was_created() -> None:
    assert jobs_left(NOTED, [job(created_at=AT + 1, task_arn=f"{ECS}:task/{CLUSTER}/1")])


def test_an_environment_without_a_cluster_may_have_every_job() -> None:
    assert jobs_left(environment("blue", cluster_arn=""), [job(task_arn=f"{ECS}:task/{OTHER}/1")])


@pytest.mark.parametrize("noted", ["", "yesterday", "2026-11-22", "2026-11-22T12:00:00"])
def test_a_time_that_cannot_be_read_or_has_no_zone_is_none(noted: str) -> None:
    one = environment("blue", tags=tags(disabled_at=noted))
    assert disabled_since(one) is None
    assert jobs_left(one, [job(created_at=AT * 2)])
