"""The declared job definition, the canary's, and the plan that registers it."""

from dataclasses import replace

import pytest

from academyctl.check.job_definition import definition_findings
from academyctl.model.errors import UsageError
from academyctl.model.plan import Action
from academyctl.plan.job_definition import MAX_BYTES, desired_definition, plan_register
from tests.batch_builders import changed_stack, definition, sandbox_stack
from tests.builders import said

NAME = "academy-video-batch-jobdef"
STACK = sandbox_stack()


def test_the_definition_is_what_the_stack_declares() -> None:
    desired = desired_definition(STACK)
    assert (desired.name, desired.tags) == (NAME, {"academyctl:stack": "sandbox"})
    assert desired.properties == {
        "type": "container",
        "parameters": {"job_id": "none", "attempt": "1"},
        "retryStrategy": {"attempts": 1},
        "timeout": {"attemptDurationSeconds": 14400},
        "platformCapabilities": ["EC2"],
        "containerProperties": {
            "image": "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/academy-video-worker:latest",
            "command": [
                *("python", "-m", "worker.batch_main", "--job-id", "Ref::job_id", "--attempt", "Ref::attempt"),
            ],
            "environment": [
                {"name": "ACADEMY_ENV_PARAMETER", "value": "/academy/workers/env"},
                {"name": "AWS_REGION", "value": "ap-northeast-2"},
            ],
            "resourceRequirements": [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "7168"}],
            "jobRoleArn": "arn:aws:iam::123456789012:role/academy-video-batch-job-role",
            "executionRoleArn": "arn:aws:iam::123456789012:role/academy-batch-ecs-task-execution-role",
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "/aws/batch/academy-video-worker",
                    "awslogs-region": "ap-northeast-2",
                    "awslogs-stream-prefix": NAME,
                },
            },
            "linuxParameters": {"initProcessEnabled": True},
        },
    }


def test_no_default_of_a_parameter_is_empty() -> None:
    # Batch refuses a command with an empty word.
    assert all(desired_definition(STACK).properties["parameters"].values())


def test_a_stack_without_the_workers_parameter_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no parameter for the role worker"):
        desired_definition(replace(STACK, parameters=(("api", "/academy/api/env"),)))


def test_nothing_is_registered_where_nothing_differs() -> None:
    plan = plan_register(STACK, definition(), ())
    assert plan.is_empty
    assert [(change.action, change.why) for change in plan.changes] == [(Action.NONE, f"{NAME}:7 is what is declared")]


def test_the_first_revision_is_a_create() -> None:
    plan = plan_register(STACK, None, definition_findings(STACK, None))
    assert plan.writes == (desired_definition(STACK),)
    assert [(change.action, change.detail) for change in plan.changes] == [(Action.CREATE, ())]
    assert "registering is deploying" in plan.changes[0].why


def test_the_plan_names_what_differs_once_and_says_that_it_deploys() -> None:
    newest = definition(attempts=2, container={"image": "old", "environment": None})
    plan = plan_register(STACK, newest, definition_findings(STACK, newest))
    (change,) = plan.changes
    assert change.action is Action.UPDATE
    assert change.detail == ("~ attempts", "~ image", "~ environment")
    assert "registering is deploying" in change.why
    assert f"{NAME}:7 stays ACTIVE" in change.why
    assert not plan.is_refused


def test_a_stack_that_declares_two_attempts_is_refused() -> None:
    plan = plan_register(changed_stack(attempts=2), None, ())
    assert plan.is_refused
    assert said(plan.findings) == [("error", "jobdef.attempts", NAME)]


@pytest.mark.parametrize(("letters", "is_refused"), [(MAX_BYTES - 2000, False), (MAX_BYTES, True)])
def test_more_than_batch_takes_is_refused(letters: int, is_refused: bool) -> None:
    plan = plan_register(changed_stack(image="i" * letters), None, ())
    assert said(plan.findings) == ([("error", "jobdef.size", NAME)] if is_refused else [])
