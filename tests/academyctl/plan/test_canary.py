"""The canary: its names, its definition, and what proves or refutes green."""

from typing import Any

import pytest

from academyctl.model.batch import ContainerInstance
from academyctl.model.batch_job import JobDetail
from academyctl.model.rollout import Facts, Terms, View
from academyctl.plan.canary import (
    canary_definition,
    canary_name,
    canary_tags,
    failed,
    is_ours,
    is_proven,
    wrong_instance,
)
from tests.batch_builders import AMI, definition, environment, green, job, queue, tags
from tests.support.batch_jobs import NOON

ECS = "arn:aws:ecs:ap-northeast-2:123456789012"
GREEN = green("ce-v4", blue="ce-v3", cluster_arn=f"{ECS}:cluster/green")
TERMS = Terms(
    stack="sandbox", green="ce-v4", rollout="r-1", by="ann", queue="q", canary_queue="q-canary", definition="d",
    canary_definition="d-canary",
)  # fmt: skip


def _view(instance: ContainerInstance | None, **changes: Any) -> View:
    one = GREEN if not changes else green("ce-v4", blue="ce-v3", cluster_arn=GREEN.cluster_arn, **changes)
    seen = {"job-1": instance} if instance else {}
    facts = Facts(now=NOON, environments=(environment("ce-v3"), one), queues=(queue("ce-v3"),), canary_instances=seen)
    return View(facts=facts, terms=TERMS)


def _instance(ami: str = AMI, architecture: str = "arm64") -> ContainerInstance:
    return ContainerInstance(arn=f"{ECS}:container-instance/green/1", ami=ami, architecture=architecture)


WANTED = {"tags": {**GREEN.tags, **tags(ami=AMI)}}


def test_a_short_name_gets_a_suffix_and_a_long_one_a_hash_of_itself() -> None:
    assert canary_name("academy-video-batch-queue") == "academy-video-batch-queue-canary"
    assert canary_name("q" * 121) == f"{'q' * 121}-canary"
    longer = canary_name("q" * 122)
    assert len(longer) == 128
    assert longer.endswith("-canary")
    assert longer.startswith("q" * 112 + "-")


def test_names_of_128_characters_that_differ_at_their_ends_stay_apart() -> None:
    one, other = canary_name("q" * 127 + "1"), canary_name("q" * 127 + "2")
    assert one != other
    assert len(one) == len(other) == 128
    assert one == canary_name("q" * 127 + "1"), "the same in every run"


def test_the_definition_differs_in_name_command_and_tags_only() -> None:
    live = definition(propagate_tags=True)
    made = canary_definition("d-canary", live, canary_tags(_view(None)))
    assert made.name == "d-canary"
    assert made.tags == tags(stack="sandbox", rollout="r-1", role="canary")
    assert made.properties == {
        "type": "container",
        "containerProperties": {**live.container, "command": ["python", "-m", "worker.selfcheck"]},
        "parameters": dict(live.parameters),
        "retryStrategy": {"attempts": 1},
        "propagateTags": True,
        "timeout": {"attemptDurationSeconds": live.timeout},
        "platformCapabilities": list(live.platform_capabilities),
    }


def test_what_the_live_definition_does_not_state_is_not_sent() -> None:
    made = canary_definition("d", definition(timeout=0, attempts=None, platform_capabilities=()), {})
    assert "timeout" not in made.properties
    assert "platformCapabilities" not in made.properties
    assert made.properties["retryStrategy"] == {"attempts": 1}


def test_ours_is_what_has_the_tag_of_this_rollout() -> None:
    assert is_ours(tags(rollout="r-1"), _view(None))
    assert not is_ours(tags(rollout="r-2"), _view(None))
    assert not is_ours({}, _view(None))


def _job(**changes: Any) -> JobDetail:
    return job(**{"status": "SUCCEEDED", "task_arn": f"{ECS}:task/green/1", **changes})


@pytest.mark.parametrize(
    ("canary", "instance", "proven"),
    [
        (_job(), _instance(), True),
        (_job(status="RUNNING"), _instance(), False),
        (_job(status="FAILED"), _instance(), False),
        (_job(), None, False),
        (_job(), _instance(ami="ami-0dead"), False),
        (_job(), _instance(architecture="x86_64"), False),
        (_job(task_arn=f"{ECS}:task/blue/1"), _instance(), False),
        (_job(task_arn=""), _instance(), True),
    ],
)
def test_green_is_proven_by_a_canary_that_ended_well_on_the_intended_arm64_ami(
    canary: JobDetail, instance: ContainerInstance | None, proven: bool
) -> None:
    assert is_proven(canary, _view(instance, **WANTED)) is proven


@pytest.mark.parametrize(
    ("canary", "instance", "said"),
    [
        (_job(), None, ""),
        (_job(), _instance(ami=""), ""),
        (_job(), _instance(), ""),
        (_job(), _instance(ami="ami-0dead"), f"the canary ran on ami-0dead, green was made for {AMI}"),
        (_job(), _instance(architecture="x86_64"), "the canary ran on x86_64, not on arm64"),
        (_job(task_arn=f"{ECS}:task/blue/1"), None, "the canary ran in cluster blue, which is not green's"),
    ],
)
def test_a_wrong_instance_is_said_while_it_still_runs(
    canary: JobDetail, instance: ContainerInstance | None, said: str
) -> None:
    assert wrong_instance(canary, _view(instance, **WANTED)) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "RUNNING", "status_reason": "x"}, ""),
        ({"status": "SUCCEEDED"}, ""),
        ({"status": "FAILED", "exit_code": 1}, "the canary failed: exit code 1"),
        (
            {"status": "FAILED", "exit_code": 0, "status_reason": "Essential container exited"},
            "the canary failed: exit code 0; Essential container exited",
        ),
        (
            {"status": "FAILED", "status_reason": "Task failed", "container_reason": "CannotPull: no arm64"},
            "the canary failed: Task failed; CannotPull: no arm64",
        ),
        ({"status": "FAILED", "status_reason": "same", "container_reason": "same"}, "the canary failed: same"),
    ],
)
def test_how_it_failed_is_one_line(changes: dict[str, Any], said: str) -> None:
    assert failed(job(**changes)) == said
