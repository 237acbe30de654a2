"""What jobdef-verify finds: differences of meaning, not of bytes."""

from typing import Any

import pytest

from academyctl.check.job_definition import definition_findings, job_findings
from tests.batch_builders import definition, job, sandbox_stack
from tests.builders import said

LABEL = "academy-video-batch-jobdef:7"
ACCOUNT = "arn:aws:iam::123456789012:role"
LOGS = {"awslogs-group": "/aws/batch/academy-video-worker"}


def found(**changes: Any) -> list[tuple[str, str, str]]:
    return said(definition_findings(sandbox_stack(), definition(**changes)))


def test_no_active_revision() -> None:
    absent = definition_findings(sandbox_stack(), None)
    assert said(absent) == [("error", "jobdef.absent", "academy-video-batch-jobdef")]
    assert absent[0].hint == "academyctl batch jobdef-register"


def test_what_the_stack_declares_has_no_finding() -> None:
    assert found() == []


SAME: dict[str, dict[str, Any]] = {
    "no retry strategy is one attempt": {"attempts": None},
    "with one attempt evaluateOnExit decides nothing": {
        "attempts": 1,
        "evaluate_on_exit": ({"action": "RETRY", "onStatusReason": "Host EC2*"},),
    },
    "vcpus and memory, as they were spelled before": {
        "container": {"resourceRequirements": None, "vcpus": 4, "memory": 7168}
    },
    "resourceRequirements beside zeros": {"container": {"vcpus": 0, "memory": 0}},
    "4.0 vCPUs": {
        "container": {"resourceRequirements": [{"type": "MEMORY", "value": "7168"}, {"type": "VCPU", "value": "4.0"}]}
    },
    "roles by name": {
        "container": {
            "jobRoleArn": "academy-video-batch-job-role",
            "executionRoleArn": "academy-batch-ecs-task-execution-role",
        }
    },
    "a role with a path": {"container": {"jobRoleArn": f"{ACCOUNT}/batch/academy-video-batch-job-role"}},
    "further environment": {
        "container": {
            "environment": [
                {"name": "LOG_LEVEL", "value": "debug"},
                {"name": "AWS_REGION", "value": "ap-northeast-2"},
                {"name": "ACADEMY_ENV_PARAMETER", "value": "/academy/workers/env"},
            ]
        }
    },
    "another default of a parameter": {"parameters": {"job_id": "x", "attempt": "0", "more": ""}},
    "logs without a region or a prefix": {"container": {"logConfiguration": {"logDriver": "awslogs", "options": LOGS}}},
    "no platformCapabilities is EC2": {"platform_capabilities": ()},
    "EC2 beside Fargate": {"platform_capabilities": ("EC2", "FARGATE")},
    "other tags": {"tags": {}},
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_is_no_finding(name: str) -> None:
    assert found(**SAME[name]) == []


def _logs(driver: str = "awslogs", **options: str) -> dict[str, Any]:
    told = {f"awslogs-{name}": value for name, value in options.items()}
    return {"container": {"logConfiguration": {"logDriver": driver, "options": told}}}


DIFFERENT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "two attempts": ({"attempts": 2}, ["attempts"]),
    "evaluateOnExit with attempts": ({"attempts": 10, "evaluate_on_exit": ({"action": "EXIT"},)}, ["attempts"]),
    "no timeout": ({"timeout": 0}, ["timeout"]),
    "another timeout": ({"timeout": 3600}, ["timeout"]),
    "another tag of the image": ({"container": {"image": "repository/academy-video-worker:v2"}}, ["image"]),
    "a digest, where a tag is declared": ({"container": {"image": "repository@sha256:00"}}, ["image"]),
    "no image": ({"container": {"image": None}}, ["image"]),
    "no job role": ({"container": {"jobRoleArn": None}}, ["role"]),
    "the roles exchanged": (
        {
            "container": {
                "jobRoleArn": f"{ACCOUNT}/academy-batch-ecs-task-execution-role",
                "executionRoleArn": f"{ACCOUNT}/academy-video-batch-job-role",
            }
        },
        ["role", "role"],
    ),
    "a role of another account": (
        {"container": {"jobRoleArn": "arn:aws:iam::999999999999:role/academy-video-batch-job-role"}},
        ["role"],
    ),
    "no log configuration": ({"container": {"logConfiguration": None}}, ["logs"]),
    "another log group": (_logs(group="/aws/batch/job"), ["logs"]),
    "logs of another region": (_logs(group=LOGS["awslogs-group"], region="us-east-1"), ["logs"]),
    "another driver": (_logs("splunk", group=LOGS["awslogs-group"]), ["logs"]),
    "no command": ({"container": {"command": None}}, ["command"]),
    "the job id as a word": (
        {"container": {"command": ["python", "-m", "worker.batch_main", "--job-id", "7"]}},
        ["command"],
    ),
    "no parameters": ({"parameters": {}}, ["command"]),
    "one parameter": ({"parameters": {"job_id": "none"}}, ["command"]),
    "no init": ({"container": {"linuxParameters": None}}, ["command"]),
    "an init that is off": ({"container": {"linuxParameters": {"initProcessEnabled": False}}}, ["command"]),
    "no environment": ({"container": {"environment": None}}, ["environment", "environment"]),
    "the parameter of the other role": (
        {
            "container": {
                "environment": [
                    {"name": "ACADEMY_ENV_PARAMETER", "value": "/academy/api/env"},
                    {"name": "AWS_REGION", "value": "ap-northeast-2"},
                ]
            }
        },
        ["environment"],
    ),
    "less memory": (
        {"container": {"resourceRequirements": [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "2048"}]}},
        ["resources"],
    ),
    "no resources": ({"container": {"resourceRequirements": None}}, ["resources", "resources"]),
    "resources that are no number": (
        {
            "container": {
                "resourceRequirements": [{"type": "VCPU", "value": "all"}, {"type": "MEMORY", "value": "7168"}]
            }
        },
        ["resources"],
    ),
    "Fargate": ({"platform_capabilities": ("FARGATE",)}, ["resources"]),
    "several nodes": (
        {"type": "multinode", "container": dict.fromkeys(definition().container)},
        ["image", "role", "role", "logs"] + ["command"] * 3 + ["environment"] * 2 + ["resources"] * 2,
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_means_something_else_has_its_code_as_an_error(name: str) -> None:
    changes, expected = DIFFERENT[name]
    assert found(**changes) == [("error", f"jobdef.{code}", LABEL) for code in expected]


def test_what_stands_in_a_command_or_an_environment_is_never_told() -> None:
    secret = "hunter2"
    container = {
        "command": ["run", "--password", secret],
        "environment": [{"name": "AWS_REGION", "value": secret}, {"name": "ACADEMY_ENV_PARAMETER", "value": secret}],
    }
    findings = definition_findings(sandbox_stack(), definition(container=container))
    assert len(findings) == 3
    assert secret not in repr(findings)


def test_a_live_job_with_attempts_of_its_own_is_named() -> None:
    jobs = [
        job("none", attempts=None),
        job("one"),
        job("two", attempts=2, name="vt-two", status="RUNNABLE"),
        job("over", attempts=3, status="SUCCEEDED"),
    ]
    findings = job_findings(jobs)
    assert said(findings) == [("error", "job.attempts", "two")]
    assert "vt-two (RUNNABLE) has 2 attempts" in findings[0].message
    assert "terminate-job" not in findings[0].hint
