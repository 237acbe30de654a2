"""AWS Batch as it would answer for the sandbox's stack, with defaults: a test states only what it is about."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from academyctl.model.batch import Ami, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail, JobDetail
from academyctl.model.stack import Stack
from academyctl.plan.job_definition import desired_definition
from academyctl.profiles.load import load_stack
from tests.support.cli import ROOT

STEM = "academy-video-batch-ce"
AMI = "ami-0123456789abcdef0"
BATCH_ARN = "arn:aws:batch:ap-northeast-2:123456789012"
LINKED_ROLE = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"


@cache
def sandbox_stack() -> Stack:
    """stacks/sandbox.yaml as it is shipped."""
    return load_stack(ROOT / "env_profiles", "sandbox")


def environment(
    name: str = f"{STEM}-v3",
    *,
    resources: Mapping[str, Any] | None = None,
    ec2: Mapping[str, Any] | None = None,
    **changes: Any,
) -> ComputeEnvironmentDetail:
    """One that serves, as the stack declares it. `resources` and `ec2` (its ec2Configuration) change members; None
    takes a member out."""
    image = _changed({"imageType": "ECS_AL2023", "imageIdOverride": AMI}, ec2)
    members = {
        "type": "EC2",
        "allocationStrategy": "BEST_FIT_PROGRESSIVE",
        "minvCpus": 0,
        "maxvCpus": 32,
        "desiredvCpus": 0,
        "instanceTypes": ["c6g.xlarge", "c6g.2xlarge", "c7g.xlarge", "c7g.2xlarge"],
        "subnets": ["subnet-1"],
        "securityGroupIds": ["sg-1"],
        "instanceRole": "arn:aws:iam::123456789012:instance-profile/academy-batch-ecs-instance-role",
        "ec2Configuration": [image] if image else [],
    }
    detail = ComputeEnvironmentDetail(
        name=name,
        arn=arn_of(name),
        state="ENABLED",
        status="VALID",
        service_role=LINKED_ROLE,
        cluster_arn=f"arn:aws:ecs:ap-northeast-2:123456789012:cluster/{name}_Batch_1",
        resources=_changed(members, resources),
    )
    return replace(detail, **changes)


def _changed(members: Mapping[str, Any], changes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in {**members, **(changes or {})}.items() if value is not None}


def arn_of(name: str) -> str:
    return f"{BATCH_ARN}:compute-environment/{name}"


def tags(**ours: str) -> dict[str, str]:
    """`role="green"` is the tag academyctl:role."""
    return {f"academyctl:{name.replace('_', '-')}": value for name, value in ours.items()}


def green(name: str = f"{STEM}-v4", *, blue: str = f"{STEM}-v3", phase: str = "open", **changes: Any) -> Any:
    """The new one of a rollout."""
    marks = tags(stack="sandbox", rollout="r-1", role="green", phase=phase, by="arn:aws:iam::123456789012:user/ann")
    return environment(name, **{"tags": {**marks, "academyctl:from": blue}, **changes})


def queue(*names: str, **changes: Any) -> JobQueueDetail:
    """The stack's queue with these environments, first choice first."""
    name = "academy-video-batch-queue"
    detail = JobQueueDetail(
        name=name,
        arn=f"{BATCH_ARN}:job-queue/{name}",
        state="ENABLED",
        status="VALID",
        order=tuple(map(arn_of, names)),
    )
    return replace(detail, **changes)


def definition(*, container: Mapping[str, Any] | None = None, **changes: Any) -> JobDefinitionDetail:
    """What the stack declares, as revision 7. `container` changes members of containerProperties; None removes one."""
    desired = desired_definition(sandbox_stack())
    properties = desired.properties
    detail = JobDefinitionDetail(
        name=desired.name,
        revision=7,
        arn=f"{BATCH_ARN}:job-definition/{desired.name}:7",
        attempts=properties["retryStrategy"]["attempts"],
        timeout=properties["timeout"]["attemptDurationSeconds"],
        parameters=properties["parameters"],
        container=_changed(properties["containerProperties"], container),
        tags=desired.tags,
        platform_capabilities=tuple(properties["platformCapabilities"]),
    )
    return replace(detail, **changes)


def job(id: str = "job-1", **changes: Any) -> JobDetail:
    """One that runs, submitted without a retry strategy of its own."""
    detail = JobDetail(id=id, name=f"vt-{id}", status="RUNNING", queue="academy-video-batch-queue", attempts=1)
    return replace(detail, **changes)


def ami(id: str = AMI, *, created: str = "2026-11-01T00:00:00.000Z", **changes: Any) -> Ami:
    """An AL2023 image of ECS."""
    detail = Ami(id=id, architecture="arm64", name="al2023-ami-ecs-hvm-2023.0-kernel-6.1-arm64", created=created)
    return replace(detail, **changes)


def changed_stack(*, service_role: str = "", **job_definition: Any) -> Stack:
    """The sandbox's stack with another service role, and other members of its job definition."""
    stack = sandbox_stack()
    return replace(
        stack,
        iam=replace(stack.iam, service_role=service_role),
        job_definition=replace(stack.job_definition, **job_definition),
    )
