"""The job definition that a stack declares, and the plan that registers it. Pure."""

import json
from collections.abc import Iterable
from typing import Any

from academyctl.model.batch import TAG
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.batch_write import RegisterJobDefinition
from academyctl.model.finding import Finding, error
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.stack import Stack
from academyctl.model.worker_job import COMMAND, MAX_ATTEMPTS, PARAMETERS, role_arn, worker_environment

KIND = "batch.job-definition"
MAX_BYTES = 24 * 1024
"""Of one definition as it is sent (User Guide, service_limits: 24 KiB)."""
DEPLOYS = "registering is deploying: every job submitted from then on runs it"


def desired_definition(stack: Stack) -> RegisterJobDefinition:
    """The worker as the stack declares it. runtimePlatform is Fargate's alone: on EC2 the image decides."""
    declared = stack.job_definition
    properties = {
        "type": "container",
        "parameters": dict(PARAMETERS),
        "retryStrategy": {"attempts": declared.attempts},
        "timeout": {"attemptDurationSeconds": declared.timeout_seconds},
        "platformCapabilities": ["EC2"],
        "containerProperties": _container(stack),
    }
    return RegisterJobDefinition(name=declared.name, properties=properties, tags={f"{TAG}stack": stack.name})


def _container(stack: Stack) -> dict[str, Any]:
    declared = stack.job_definition
    return {
        "image": declared.image,
        "command": list(COMMAND),
        "environment": [{"name": name, "value": value} for name, value in worker_environment(stack).items()],
        "resourceRequirements": [
            {"type": "VCPU", "value": str(declared.vcpus)},
            {"type": "MEMORY", "value": str(declared.memory_mib)},
        ],
        "jobRoleArn": role_arn(stack, stack.iam.job_role),
        "executionRoleArn": role_arn(stack, stack.iam.execution_role),
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": declared.log_group,
                "awslogs-region": stack.region,
                # What Batch itself takes where none is given.
                "awslogs-stream-prefix": declared.name,
            },
        },
        # An init as PID 1, so that the SIGTERM of a timeout or a termination reaches the worker.
        "linuxParameters": {"initProcessEnabled": True},
    }


def plan_register(
    stack: Stack, newest: JobDefinitionDetail | None, differences: Iterable[Finding]
) -> Plan[RegisterJobDefinition]:
    """Registers what the stack declares where the newest ACTIVE revision differs. `differences` are its findings."""
    found = tuple(differences)
    name = stack.job_definition.name
    if newest and not found:
        change = Change(
            action=Action.NONE, kind=KIND, target=name, why=f"{newest.label} is what is declared", state=State.DONE
        )
        return Plan(steps=(Step(change=change),))
    desired = desired_definition(stack)
    change = Change(
        action=Action.UPDATE if newest else Action.CREATE,
        kind=KIND,
        target=name,
        detail=_aspects(found) if newest else (),
        why=f"{DEPLOYS}; {newest.label} stays ACTIVE" if newest else DEPLOYS,
    )
    return Plan(steps=(Step(change=change, write=desired),), findings=tuple(refusals(stack, desired)))


def _aspects(differences: Iterable[Finding]) -> tuple[str, ...]:
    """`~ image`, `~ logs`: what differs, each once."""
    return tuple(dict.fromkeys(f"~ {finding.code.partition('.')[2]}" for finding in differences))


def refusals(stack: Stack, write: RegisterJobDefinition) -> Iterable[Finding]:
    """What is known before it is sent: Batch would refuse it, or try a job twice."""
    if stack.job_definition.attempts > MAX_ATTEMPTS:
        yield error(
            "jobdef.attempts",
            write.name,
            f"the stack declares {stack.job_definition.attempts} attempts; an encode is tried once by Batch",
            f"set job_definition.attempts to {MAX_ATTEMPTS} in the stack file {stack.name}.yaml",
        )
    size = len(json.dumps({"jobDefinitionName": write.name, **write.properties, "tags": dict(write.tags)}).encode())
    if size > MAX_BYTES:
        yield error(
            "jobdef.size",
            write.name,
            f"is {size} bytes, Batch takes {MAX_BYTES}",
            f"shorten job_definition in the stack file {stack.name}.yaml",
        )
