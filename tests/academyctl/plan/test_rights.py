"""What a policy is made of, by what the stack names."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.model.rights import Purpose
from academyctl.model.stack import Stack
from academyctl.plan.rights import plan_rights
from academyctl.profiles.load import load_stack
from tests.support.cli import ROOT

STACK = load_stack(ROOT / "env_profiles", "sandbox")
PREFIX = "ap-northeast-2:123456789012"
KEY = f"arn:aws:kms:{PREFIX}:key/0f3c"


def statements(stack: Stack, purpose: Purpose, *calls: str) -> dict[str, dict[str, Any]]:
    """Sid → statement."""
    document = plan_rights(stack, [purpose], {purpose: calls}).document
    return {one["Sid"]: one for one in document["Statement"]}


@pytest.mark.parametrize(
    ("key", "resource", "alias"),
    [
        ("0f3c", KEY, None),
        (KEY, KEY, None),
        ("alias/academy", f"arn:aws:kms:{PREFIX}:key/*", "alias/academy"),
        (f"arn:aws:kms:{PREFIX}:alias/academy", f"arn:aws:kms:{PREFIX}:key/*", "alias/academy"),
    ],
)
def test_a_customers_key_is_used_through_ssm_for_the_purposes_parameters(
    key: str, resource: str, alias: str | None
) -> None:
    stack = replace(STACK, kms_key=key)
    found = statements(stack, Purpose.HOST, "ssm:GetParameters")["ParameterKeyOfTheApi"]
    assert (found["Action"], found["Resource"]) == (["kms:Decrypt"], resource)
    assert found["Condition"]["StringEquals"] == {
        "kms:ViaService": "ssm.ap-northeast-2.amazonaws.com",
        "kms:EncryptionContext:PARAMETER_ARN": [f"arn:aws:ssm:{PREFIX}:parameter/academy/api/env"],
    }
    assert found["Condition"].get("ForAnyValue:StringEquals") == ({"kms:ResourceAliases": alias} if alias else None)


def test_the_key_that_aws_keeps_needs_no_right() -> None:
    assert statements(STACK, Purpose.HOST, "ssm:GetParameters").keys() == {"ParameterOfTheApi"}


def test_the_lock_is_written_but_never_deleted() -> None:
    found = statements(STACK, Purpose.SSM_PUSH, "ssm:PutParameter", "ssm:DeleteParameter")
    assert found["ParameterLock"]["Action"] == ["ssm:PutParameter"]
    assert found["ParameterLock"]["Resource"] == f"arn:aws:ssm:{PREFIX}:parameter/academyctl/sandbox/lock"
    assert "ssm:DeleteParameter" in found["Parameters"]["Action"]


def test_the_public_ami_parameter_is_of_no_account() -> None:
    found = statements(STACK, Purpose.ROLLOUT, "ssm:GetParameters")
    assert found.keys() == {"AmiParameter"}
    assert found["AmiParameter"]["Resource"].startswith("arn:aws:ssm:ap-northeast-2::parameter/aws/service/ecs/")


@pytest.mark.parametrize("name", ["academy-video-batch-ce", "academy-video-batch-ce-v3", "academy-video-batch-ce-v17"])
def test_every_number_of_the_stem_is_meant(name: str) -> None:
    stack = replace(STACK, compute_environment=replace(STACK.compute_environment, name=name))
    found = statements(stack, Purpose.ROLLOUT, "batch:DeleteComputeEnvironment")["ComputeEnvironments"]
    arn = f"arn:aws:batch:{PREFIX}:compute-environment/academy-video-batch-ce"
    assert found["Resource"] == [arn, f"{arn}-v*"]


def test_a_rollout_makes_and_ends_only_what_is_its_canarys() -> None:
    calls = ("CreateJobQueue", "DeleteJobQueue", "RegisterJobDefinition", "SubmitJob", "TerminateJob", "UpdateJobQueue")
    found = statements(STACK, Purpose.ROLLOUT, *(f"batch:{call}" for call in calls))
    assert "JobQueue" not in found
    assert "JobDefinition" not in found
    assert found["OrderOfJobQueue"]["Action"] == ["batch:UpdateJobQueue"]
    assert found["CanaryJobQueue"]["Resource"].endswith("job-queue/academy-video-batch-queue-canary")
    assert found["CanaryJobs"]["Action"] == ["batch:TerminateJob"]
    assert found["CanaryJobs"]["Condition"] == {"StringEquals": {"aws:ResourceTag/academyctl:role": "canary"}}


def test_roles_are_passed_to_their_service_alone() -> None:
    calls = ("batch:CreateComputeEnvironment", "batch:RegisterJobDefinition")
    found = statements(STACK, Purpose.ROLLOUT, *calls)
    passed = {
        sid: one["Condition"]["StringEquals"]["iam:PassedToService"] for sid, one in found.items() if "Pass" in sid
    }
    assert passed == {
        "PassTaskRoles": ["batch.amazonaws.com", "ecs-tasks.amazonaws.com"],
        "PassInstanceRole": ["batch.amazonaws.com", "ec2.amazonaws.com"],
    }


@pytest.mark.parametrize(
    ("named", "arns"),
    [
        ("job", ["role/job"]),
        ("/team/job", ["role/team/job", "role/job"]),
        ("team/job", ["role/team/job", "role/job"]),
        ("arn:aws:iam::123456789012:role/team/job", ["role/team/job", "role/job"]),
    ],
)
def test_a_role_is_meant_as_named_and_as_setup_makes_it(named: str, arns: list[str]) -> None:
    stack = replace(STACK, iam=replace(STACK.iam, job_role=named))
    found = statements(stack, Purpose.SETUP, "iam:PutRolePolicy")["JobRole"]["Resource"]
    prefix = "arn:aws:iam::123456789012:"
    assert found == (prefix + arns[0] if len(arns) == 1 else [prefix + one for one in arns])


def test_what_the_stack_has_not_is_no_statement() -> None:
    bare = replace(STACK, legacy_auto_scaling_groups=(), legacy_alarms=(), legacy_queues=())
    calls = ("autoscaling:DeletePolicy", "cloudwatch:DeleteAlarms", "sqs:DeleteQueue")
    assert statements(bare, Purpose.CLEANUP_LEGACY, *calls) == {}
    elsewhere = replace(STACK, job_definition=replace(STACK.job_definition, image="docker.io/library/busybox:1"))
    assert statements(elsewhere, Purpose.PREFLIGHT, "ecr:BatchGetImage") == {}


def test_patterns_of_the_stack_become_iams() -> None:
    stack = replace(STACK, legacy_alarms=("old-[ab]-*", "x?"))
    found = statements(stack, Purpose.CLEANUP_LEGACY, "cloudwatch:DeleteAlarms")["LegacyAlarms"]
    assert found["Resource"] == [f"arn:aws:cloudwatch:{PREFIX}:alarm:{name}" for name in ("old-?-*", "x?")]


def test_several_purposes_are_one_document() -> None:
    calls = {"ssm-read": ("ssm:GetParameters",), "ssm-push": ("ssm:GetParameters", "ssm:PutParameter")}
    rights = plan_rights(STACK, [Purpose.SSM_PUSH, Purpose.SSM_READ], calls)
    assert rights == plan_rights(STACK, [Purpose.SSM_READ, Purpose.SSM_PUSH], calls)
    sids = [one["Sid"] for one in rights.document["Statement"]]
    assert sids == ["Parameters", "ParameterLock"]


def test_a_call_that_nothing_is_known_of_is_an_error() -> None:
    with pytest.raises(KeyError, match="batch:CancelJob"):
        statements(STACK, Purpose.ROLLOUT, "batch:CancelJob")
