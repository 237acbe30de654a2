"""The checks of the serving environment, the queue and the job definition: one for each code. Pure.

They judge by the rules of `ce-check` and `jobdef-verify`.
"""

from collections.abc import Callable, Iterator
from functools import partial

from academyctl.check.compute_environment import (
    AL2_NAME,
    ENSURE,
    ROLLOUT,
    SETUP,
    WHY,
    absent_findings,
    age_days,
    environment_findings,
)
from academyctl.check.job_definition import REMEDY as REGISTER
from academyctl.check.job_definition import definition_findings
from academyctl.check.job_queue import queue_findings
from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail, stem_of
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.finding import Finding, error
from academyctl.model.preflight import Check, Facts, Judged
from academyctl.model.stack import Stack

FLEET = ("environments", "queue")
WITH_AMIS = (*FLEET, "ami", "amis")
ARM = "arm64"
AL2_PATH = "/amazon-linux-2/"
"""In the names of the public parameters of Amazon Linux 2."""


def ce_checks(stack: Stack) -> Iterator[Check]:
    stem = stem_of(stack.compute_environment.name)

    def check(aspect: str, title: str, needs: tuple[str, ...], hint: str, judge: Callable[[Facts], Judged]) -> Check:
        return Check(id=f"ce.{aspect}", title=title, subject=stem, needs=needs, hint=hint, judge=judge)

    yield check("exists", f"{stem} has a compute environment", FLEET, SETUP, _ce_exists)
    told: tuple[tuple[str, str, tuple[str, ...], str, Callable[[Facts, ComputeEnvironmentDetail], str]], ...] = (
        ("invalid", "The serving environment is VALID", FLEET, WHY, _status),
        ("disabled", "The serving environment is ENABLED", FLEET, f"{ENSURE} --enabled", _state),
        ("max-vcpus", "The serving environment has the stack's maxvCpus", FLEET, ENSURE, _max_vcpus),
        ("service-role", "The serving environment runs with the service role that is declared", FLEET, ROLLOUT, _role),
        ("ami-drift", "The serving AMI is the wanted one, or young enough", WITH_AMIS, ROLLOUT, _ami),
        ("al2", "The serving environment does not run Amazon Linux 2", WITH_AMIS, ROLLOUT, _image_type),
        ("architecture", "The serving environment is arm64 throughout", WITH_AMIS, ROLLOUT, _types),
    )
    for aspect, title, needs, hint, evidence in told:
        yield check(aspect, title, needs, hint, partial(_ce, f"ce.{aspect}", evidence))
    parameter = "correct batch.compute_environment.ami in the stack file"
    yield check("ami", "The wanted AMI can be used", ("ami", "amis"), parameter, _wanted_ami)


def _ce_exists(facts: Facts) -> Judged:
    if facts.serving is None:
        found = absent_findings(facts.stack)
        return Judged(evidence=found[0].message, findings=found)
    return Judged(evidence=f"{facts.serving.name} serves")


def _ce(code: str, evidence: Callable[[Facts, ComputeEnvironmentDetail], str], facts: Facts) -> Judged:
    serving = facts.serving
    if serving is None:
        return Judged(evidence="there is no environment", skipped=True)
    every = environment_findings(facts.stack, serving, wanted_ami=facts.ami, images=facts.amis, now=facts.now)
    found = tuple(one for one in every if one.code == code)
    said = "; ".join(one.message for one in found)
    return Judged(evidence=f"{serving.name} {said or evidence(facts, serving)}", findings=found)


def _status(facts: Facts, one: ComputeEnvironmentDetail) -> str:
    return f"is {one.status}"


def _state(facts: Facts, one: ComputeEnvironmentDetail) -> str:
    return f"is {one.state}"


def _max_vcpus(facts: Facts, one: ComputeEnvironmentDetail) -> str:
    return f"has {one.max_vcpus} maxvCpus"


def _role(facts: Facts, one: ComputeEnvironmentDetail) -> str:
    role = "the service-linked role" if one.has_linked_role else one.service_role.rpartition("/")[2]
    return f"runs with {role}"


def _ami(facts: Facts, one: ComputeEnvironmentDetail) -> str:
    age = age_days(facts.amis.get(one.ami), facts.now)
    return f"runs {one.ami}" + (f", {age} days old" if age is not None else "")


def _image_type(facts: Facts, one: ComputeEnvironmentDetail) -> str:
    image = facts.amis.get(one.ami)
    return f"runs {(image.name if image else '') or one.image_type or 'what Batch chooses'}"


def _types(facts: Facts, one: ComputeEnvironmentDetail) -> str:
    return f"starts {', '.join(one.instance_types)}"


def _wanted_ami(facts: Facts) -> Judged:
    parameter, hint = facts.stack.compute_environment.ami, "correct batch.compute_environment.ami in the stack file"
    if not facts.ami:
        message = facts.ami_fault.removeprefix(parameter).strip()
        return Judged(evidence=message, findings=(error("ce.ami", parameter, message, hint),))
    image = facts.amis.get(facts.ami)
    if image is None or image.architecture != ARM:
        why = f"is {image.architecture}, not {ARM}" if image else "is not known to EC2"
        message = f"names {facts.ami}, which {why}"
        return Judged(evidence=message, findings=(error("ce.ami", parameter, message, hint),))
    if AL2_PATH in parameter or AL2_NAME in image.name:
        message = f"names {facts.ami}, which is Amazon Linux 2: Batch creates no environment on it any more"
        return Judged(evidence=message, findings=(error("ce.ami", parameter, message, hint),))
    return Judged(evidence=f"{facts.ami}, {ARM}, {image.name}")


def queue_checks(stack: Stack) -> Iterator[Check]:
    name = stack.job_queue.name
    told: tuple[tuple[str, str, str, str, Callable[[JobQueueDetail], str]], ...] = (
        ("exists", "queue.absent", f"The job queue {name} exists", SETUP, _queue_exists),
        ("enabled", "queue.disabled", f"The job queue {name} takes jobs", SETUP, _queue_state),
        ("order", "queue.order", f"The job queue {name} gives its jobs to whom it shall", SETUP, _queue_order),
    )
    for aspect, code, title, hint, evidence in told:
        yield Check(
            id=f"queue.{aspect}",
            title=title,
            subject=name,
            needs=FLEET,
            hint=hint,
            judge=partial(_queue, code, evidence),
        )


def _queue(code: str, evidence: Callable[[JobQueueDetail], str], facts: Facts) -> Judged:
    queue = facts.queue
    every = queue_findings(facts.stack, queue, facts.environments, serving=facts.serving, green=facts.green)
    found = tuple(one for one in every if one.code == code)
    if queue is None:
        absent = f"{facts.stack.job_queue.name} does not exist"
        return Judged(evidence=absent, findings=found, skipped=not found)
    return Judged(evidence="; ".join(one.message for one in found) or evidence(queue), findings=found)


def _queue_exists(queue: JobQueueDetail) -> str:
    return f"{queue.name} is there"


def _queue_state(queue: JobQueueDetail) -> str:
    return f"is {queue.state} and {queue.status}"


def _queue_order(queue: JobQueueDetail) -> str:
    return f"order {', '.join(queue.environments)}"


def jobdef_checks(stack: Stack) -> Iterator[Check]:
    name = stack.job_definition.name
    titles = {
        "absent": f"The job definition {name} has an ACTIVE revision",
        "attempts": "Batch tries a job once",
        "timeout": "The job definition has the stack's timeout",
        "image": "The job definition runs the stack's image",
        "role": "The job definition has the stack's roles",
        "logs": "The job definition logs to the stack's group",
        "command": "The job definition starts the worker",
        "environment": "The job definition tells the worker where its env is",
        "resources": "The job definition asks for the stack's vCPUs and memory",
    }
    for aspect, title in titles.items():
        yield Check(
            id=f"jobdef.{'exists' if aspect == 'absent' else aspect}",
            title=title,
            subject=name,
            needs=("definition",),
            hint=REGISTER,
            judge=partial(_jobdef, f"jobdef.{aspect}"),
        )


def _jobdef(code: str, facts: Facts) -> Judged:
    definition = facts.definition
    every = definition_findings(facts.stack, definition)
    found: tuple[Finding, ...] = tuple(one for one in every if one.code == code)
    if definition is None:
        return Judged(evidence="has no ACTIVE revision", findings=found, skipped=not found)
    said = "; ".join(one.message for one in found)
    return Judged(evidence=said or _as_declared(code, definition), findings=found)


def _as_declared(code: str, one: JobDefinitionDetail) -> str:
    stands = {
        "jobdef.attempts": f"{one.attempts or 1} attempt",
        "jobdef.timeout": f"{one.timeout} s",
        "jobdef.image": str(one.container.get("image", "")),
        "jobdef.resources": f"{one.resource('VCPU')} vCPUs, {one.resource('MEMORY')} MiB",
    }
    return f"{one.label}: {stands.get(code, 'as the stack declares it')}"
