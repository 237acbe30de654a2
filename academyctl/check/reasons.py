"""What AWS's reasons mean: the text of a `statusReason` → what is wrong and what to do. First match counts.

Texts: User Guide, pages invalid_compute_environment, job_stuck_in_runnable_*, and the errors of the ECS agent (ECS
Developer Guide, stopped-task-error-codes). They are no contract of AWS: what matches nothing is shown as it is.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple


class Reason(NamedTuple):
    """`why` in the operator's words, `remedy` a command or what to look at."""

    pattern: "re.Pattern[str]"
    why: str
    remedy: str


def _table(*rows: tuple[str, str, str]) -> tuple[Reason, ...]:
    return tuple(Reason(re.compile(pattern, re.IGNORECASE), why, remedy) for pattern, why, remedy in rows)


def decoded(text: str, reasons: Iterable[Reason]) -> Reason | None:
    """The first row whose pattern stands in `text`."""
    return next((reason for reason in reasons if text and reason.pattern.search(text)), None)


ROLLOUT = "academyctl batch ce-rollout makes a new environment from the stack file"
SETUP = "academyctl batch setup"
ENVIRONMENT = _table(
    (
        r"none of the instances joined|joining the underlying ECS cluster",
        "its instances started and never joined the ECS cluster",
        f"give the subnets a way to ECS (NAT or endpoints), check the instance role's policy and the AMI; then {SETUP}",
    ),
    (
        r"instance ?profile",
        "its instance profile does not exist or holds no role",
        f"{SETUP} recreates the instance role and its profile",
    ),
    (
        r"launch ?template|user ?data|MIME",
        "its launch template is gone or cannot be used",
        f"restore the launch template, or: {ROLLOUT}",
    ),
    (r"security ?group|\bsg-[0-9a-f]", "a security group of it does not exist", f"correct the network; {ROLLOUT}"),
    (r"subnet|\bvpc", "a subnet of it does not exist or cannot be used", f"correct the network; {ROLLOUT}"),
    (r"\bami-|\bAMI\b|image ?id", "its AMI does not exist or may not be used", ROLLOUT),
    (
        r"instance type|not supported in your requested",
        "an instance type is not offered where its subnets are",
        f"correct compute_environment.instance_types in the stack file; {ROLLOUT}",
    ),
    (
        r"\bquota|limit exceeded|LimitExceeded|vcpu limit",
        "a quota of the account is reached",
        "raise the quota in Service Quotas (EC2, Running On-Demand Standard instances)",
    ),
    (
        r"spot ?fleet",
        "its Spot fleet role does not exist or cannot be assumed",
        f"recreate the role under its old name, then {SETUP}",
    ),
    (
        r"role|assume|sts:|not authorized|unauthorized|access ?denied",
        "its service role does not exist, or Batch may not assume it",
        "recreate the role under its old name (the service-linked one: aws iam create-service-linked-role"
        f" --aws-service-name batch.amazonaws.com), then {SETUP}",
    ),
)
"""Why an environment is INVALID. The role comes last: many other texts speak of one."""

BLOCKED = _table(
    (
        r"CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "EC2 has no instance of the declared types left where the subnets are",
        "wait, or declare more instance types or zones in the stack file and run academyctl batch ce-rollout",
    ),
    (
        r"MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "it asks for more than any environment of the queue may ever have",
        "academyctl batch ce-ensure --max-vcpus N, or lower the job definition's vcpus and memory_mib",
    ),
    (
        r"MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
        "no instance type of the queue's environments is large enough for it",
        "declare larger instance types, or lower the job definition's vcpus and memory_mib",
    ),
    (
        r"SERVICE_ROLE_PERMISSIONS",
        "Batch's service role lacks a permission",
        f"use the service-linked role (iam.service_role empty in the stack file), or {SETUP}",
    ),
    (
        r"EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
        "no declared instance type works with the rest of the environment (AMI, zone, launch template)",
        f"academyctl batch ce-check names what does not fit; {ROLLOUT}",
    ),
    (
        r"ACTION_REQUIRED.*invalid",
        "every environment of its queue is INVALID",
        "repair the environments named above, then academyctl batch why",
    ),
    (
        r"UNDETERMINED",
        "AWS sees that it is stuck and cannot tell why",
        "check capacity, the instance role, and the subnets' way to ECS and ECR",
    ),
)
"""Why the job at the head of a queue stays RUNNABLE; the same words name the reason of one cancelled for it."""

FAILED = _table(
    (
        r"Canceled by JobStateTimeLimit|Cancelled by JobStateTimeLimit",
        "the queue's time limit cancelled it while it waited",
        "remove what it waited for; then submit it again",
    ),
    (
        r"Host EC2.*terminated",
        "its instance was terminated under it",
        "submit it again; see who ended the instance (an environment that was deleted, EC2 itself)",
    ),
    (
        r"CannotPullContainer",
        "its image could not be pulled",
        "academyctl batch jobdef-verify; the image must be in ECR for linux/arm64, and the execution role may read it",
    ),
    (
        r"OutOfMemory",
        "it used more memory than its job definition gives it",
        "raise job_definition.memory_mib in the stack file, then academyctl batch jobdef-register",
    ),
    (
        r"attempt duration exceeded timeout|JobTimeout|timed out",
        "it ran longer than its job definition allows",
        "raise job_definition.timeout_seconds in the stack file, then academyctl batch jobdef-register",
    ),
    (
        r"log group|CloudWatch|awslogs",
        "its log group cannot be written",
        f"{SETUP} creates the log group and the execution role's policy",
    ),
    (
        r"ResourceInitializationError|CannotStartContainer|CannotCreateContainer|DockerTimeout",
        "its container could not be started",
        "academyctl batch jobdef-verify; the instance's disk and the execution role",
    ),
    (r"exec format error", "its image is not for arm64", "build the image for linux/arm64 and push it again"),
)
"""Why a job FAILED, by its own reason or its container's."""

EXIT_CODES = {
    137: ("its container was killed: it used too much memory, or did not end in time after a stop", FAILED[3].remedy),
    139: ("its program crashed (segmentation fault)", "academyctl batch logs {id}"),
    143: ("its container was asked to end (SIGTERM): it was terminated, or its timeout came", ""),
}
"""What an exit code says where no reason does."""
