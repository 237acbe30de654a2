"""Is the job definition what the stack declares, in meaning and not in bytes; would a live job be tried twice. Pure.

What a definition holds where another value was declared is told only where it is a name of AWS's or a number: in a
command or an environment somebody may have put a secret.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from academyctl.model.batch_job import JobDefinitionDetail, JobDetail
from academyctl.model.finding import Finding, error
from academyctl.model.stack import Stack
from academyctl.model.worker_job import COMMAND, MAX_ATTEMPTS, PARAMETERS, role_arn, worker_environment

REMEDY = "academyctl batch jobdef-register"


def definition_findings(stack: Stack, definition: JobDefinitionDetail | None) -> tuple[Finding, ...]:
    """How the newest ACTIVE revision differs from what the stack declares. None: there is no such revision."""
    if definition is None:
        absent = "has no ACTIVE revision: no job can be submitted"
        return (error("jobdef.absent", stack.job_definition.name, absent, REMEDY),)
    return tuple(
        error(code, definition.label, message, REMEDY)
        for check in (_attempts, _timeout, _image, _roles, _logs, _command, _environment, _resources)
        for code, message in check(stack, definition)
    )


def job_findings(jobs: Iterable[JobDetail]) -> tuple[Finding, ...]:
    """Live jobs that Batch would try again: what SubmitJob was given beats the definition."""
    return tuple(
        error(
            "job.attempts",
            job.id,
            f"{job.name} ({job.status}) has {job.attempts} attempts of its own: Batch would encode it again",
            "let it end, and submit without a retryStrategy: what terminates it loses its encode",
        )
        for job in jobs
        if (job.attempts or 1) > MAX_ATTEMPTS and not job.is_over
    )


Found = Iterator[tuple[str, str]]
"""(code, what is said)."""


def _attempts(stack: Stack, definition: JobDefinitionDetail) -> Found:
    """No retry strategy is one attempt, and with one attempt evaluateOnExit decides nothing (API: RetryStrategy)."""
    if (definition.attempts or 1) > MAX_ATTEMPTS:
        yield "jobdef.attempts", f"retryStrategy.attempts is {definition.attempts}, must be {MAX_ATTEMPTS}"


def _timeout(stack: Stack, definition: JobDefinitionDetail) -> Found:
    declared = stack.job_definition.timeout_seconds
    if definition.timeout != declared:
        stands = f"is {definition.timeout} s" if definition.timeout else "is not set"
        yield "jobdef.timeout", f"attemptDurationSeconds {stands}, the stack's is {declared} s"


def _image(stack: Stack, definition: JobDefinitionDetail) -> Found:
    image, declared = definition.container.get("image", ""), stack.job_definition.image
    if image != declared:
        yield "jobdef.image", f"image is {image or 'not set'}, the stack's is {declared}"


def _roles(stack: Stack, definition: JobDefinitionDetail) -> Found:
    for member, declared in (("jobRoleArn", stack.iam.job_role), ("executionRoleArn", stack.iam.execution_role)):
        stands = str(definition.container.get(member) or "")
        if not _is_role(stack, stands, declared):
            yield "jobdef.role", f"{member} is {stands or 'not set'}, the stack's is {role_arn(stack, declared)}"


def _is_role(stack: Stack, stands: str, declared: str) -> bool:
    """By its name alone, or by an ARN of the stack's account; a role's path is no part of its identity."""
    name = declared.rpartition("/")[2]
    if not stands.startswith("arn:"):
        return stands == name
    return stands.split(":")[4] == role_arn(stack, declared).split(":")[4] and stands.rpartition("/")[2] == name


def _logs(stack: Stack, definition: JobDefinitionDetail) -> Found:
    configuration: Mapping[str, Any] = definition.container.get("logConfiguration") or {}
    options: Mapping[str, str] = configuration.get("options") or {}
    declared = stack.job_definition.log_group
    driver, group = configuration.get("logDriver", "awslogs"), options.get("awslogs-group", "/aws/batch/job")
    if driver != "awslogs":
        yield "jobdef.logs", f"logDriver is {driver}, the stack's log group {declared} needs awslogs"
    elif group != declared:
        yield "jobdef.logs", f"awslogs-group is {group}, the stack's is {declared}"
    elif options.get("awslogs-region", stack.region) != stack.region:
        yield "jobdef.logs", f"awslogs-region is {options['awslogs-region']}, the stack's is {stack.region}"


def _command(stack: Stack, definition: JobDefinitionDetail) -> Found:
    if definition.type != "container":
        yield "jobdef.command", f"is of type {definition.type}, the worker is one container"
    if tuple(definition.container.get("command") or ()) != COMMAND:
        yield "jobdef.command", f"command is not the worker's: {' '.join(COMMAND)}"
    missing = [name for name in PARAMETERS if name not in definition.parameters]
    if missing:
        yield "jobdef.command", f"no default for {', '.join(missing)}: a job submitted without it does not start"
    if not (definition.container.get("linuxParameters") or {}).get("initProcessEnabled"):
        yield "jobdef.command", "initProcessEnabled is not set: the worker would be PID 1 and miss Batch's SIGTERM"


def _environment(stack: Stack, definition: JobDefinitionDetail) -> Found:
    """Further names are no difference."""
    stands = {one.get("name"): one.get("value") for one in definition.container.get("environment") or ()}
    for name, declared in worker_environment(stack).items():
        if stands.get(name) != declared:
            how = "has another value than" if name in stands else "is not set, must be"
            yield "jobdef.environment", f"{name} {how} {declared}"


def _resources(stack: Stack, definition: JobDefinitionDetail) -> Found:
    declared = {"VCPU": stack.job_definition.vcpus, "MEMORY": stack.job_definition.memory_mib}
    for kind, number in declared.items():
        stands = definition.resource(kind)
        if not _is_number(stands, number):
            yield "jobdef.resources", f"{kind} is {stands or 'not set'}, the stack's is {number}"
    capabilities = definition.platform_capabilities
    if capabilities and "EC2" not in capabilities:
        yield "jobdef.resources", f"platformCapabilities is {', '.join(capabilities)}, the fleet is EC2"


def _is_number(text: str, number: int) -> bool:
    """`4` and `4.0` are one amount."""
    try:
        return float(text) == number
    except ValueError:
        return False
