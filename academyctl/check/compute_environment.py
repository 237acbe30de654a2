"""Is a compute environment what the stack declares: valid, enabled, sized, arm64, on the wanted AMI. Pure.

Which environment serves and what time it is, the caller says.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from academyctl.model.batch import MOVING, Ami, ComputeEnvironmentDetail, stem_of
from academyctl.model.finding import Finding, error, warning
from academyctl.model.stack import Stack

ENSURE, ROLLOUT = "academyctl batch ce-ensure", "academyctl batch ce-rollout"
SETUP, WHY = "academyctl batch setup", "academyctl batch why"
AL2_NAME = "amzn2-ami-ecs"
"""How the names of the ECS-optimized AMIs of Amazon Linux 2 begin."""
_GRAVITON = re.compile(r"(a1|[a-z]+\d+[a-z]*g[a-z]*(-[a-z0-9]+)?)(\..+)?|default_arm64")
"""A g behind the generation: c7g, m6gd, im4gn.large (EC2 naming conventions); and the first of them, a1."""


def absent_findings(stack: Stack, name: str = "") -> tuple[Finding, ...]:
    """No environment of the stem; or `name`, which was asked for, is not there."""
    if name:
        return (error("ce.absent", name, "does not exist, or is being deleted", "academyctl batch ce-check"),)
    stem = stem_of(stack.compute_environment.name)
    return (error("ce.absent", stem, f"does not exist: no compute environment is called that, or {stem}-vN", SETUP),)


def environment_findings(
    stack: Stack,
    environment: ComputeEnvironmentDetail,
    *,
    wanted_ami: str,
    images: Mapping[str, Ami],
    now: datetime,
    by_name: bool = False,
) -> tuple[Finding, ...]:
    """What is wrong with one environment. `by_name`: it was asked for, so that a repair has to name it, too.

    `wanted_ami` is what the stack's parameter names, "" where it cannot be told: then no drift is. `images` are what
    EC2 knows of, by id; `now` is AWS's clock.
    """
    image = images.get(environment.ami)
    ensure = f"{ENSURE} --ce {environment.name}" if by_name else ENSURE
    return (
        *_state(environment, ensure),
        *_max_vcpus(stack, environment, ensure),
        *_drift(stack, environment, wanted_ami, image, now),
        *_al2(environment, image),
        *_service_role(stack, environment),
        *_architecture(environment, image),
    )


def _state(environment: ComputeEnvironmentDetail, ensure: str) -> Iterator[Finding]:
    """CREATING and UPDATING pass by themselves. A status nobody knows is not VALID."""
    name, reason = environment.name, environment.status_reason or "AWS gives no reason"
    if not environment.is_valid and environment.status not in MOVING:
        yield error("ce.invalid", name, f"is {environment.status or 'of no status'}: {reason}", WHY)
    if not environment.is_enabled:
        message = f"is {environment.state or 'of no state'}: the scheduler places no new job on it"
        yield error("ce.disabled", name, message, f"{ensure} --enabled")


def _max_vcpus(stack: Stack, environment: ComputeEnvironmentDetail, ensure: str) -> Iterator[Finding]:
    declared = stack.compute_environment.max_vcpus
    if environment.max_vcpus != declared:
        message = f"maxvCpus is {environment.max_vcpus}, the stack's is {declared}"
        yield error("ce.max-vcpus", environment.name, message, ensure)


def _drift(
    stack: Stack, environment: ComputeEnvironmentDetail, wanted: str, image: Ami | None, now: datetime
) -> Iterator[Finding]:
    if not wanted or environment.ami == wanted:
        return
    limit = stack.compute_environment.max_ami_age_days
    make = error if is_older(image, limit, now) else warning
    message = f"{_runs(environment, image, now)}; {stack.compute_environment.ami} names {wanted}"
    if make is error:
        message += f"; at most {limit} days are allowed"
    yield make("ce.ami-drift", environment.name, message, ROLLOUT)


def _runs(environment: ComputeEnvironmentDetail, image: Ami | None, now: datetime) -> str:
    if not environment.ami:
        return "pins no AMI: Batch chooses one"
    age = age_days(image, now)
    if image is None:
        return f"runs {environment.ami}, which EC2 does not know any more: no new instance starts from it"
    return f"runs {environment.ami}" + (f", {age} days old" if age is not None else "")


def age_days(image: Ami | None, now: datetime) -> int | None:
    """Whole days since EC2's CreationDate; None where it is not known."""
    created = _created(image)
    return (now - created).days if created else None


def is_older(image: Ami | None, days: int, now: datetime) -> bool:
    created = _created(image)
    return created is not None and now - created > timedelta(days=days)


def _created(image: Ami | None) -> datetime | None:
    try:
        created = datetime.fromisoformat(image.created) if image else None
    except ValueError:
        return None
    return created if created and created.tzinfo else None


def _al2(environment: ComputeEnvironmentDetail, image: Ami | None) -> Iterator[Finding]:
    """ECS_AL2, and its variants ECS_AL2_NVIDIA; ECS_AL2023 is another system (API: Ec2Configuration)."""
    kind = environment.image_type
    if kind == "ECS_AL2" or kind.startswith("ECS_AL2_"):
        evidence = f"imageType is {kind}"
    elif image and AL2_NAME in image.name:
        evidence = f"{image.id} is {image.name}"
    else:
        return
    yield error("ce.al2", environment.name, f"{evidence}: Amazon Linux 2 gets no updates any more", ROLLOUT)


def _service_role(stack: Stack, environment: ComputeEnvironmentDetail) -> Iterator[Finding]:
    declared, stands = stack.iam.service_role, environment.service_role
    if declared and environment.has_linked_role:
        message = f"runs with the service-linked role, the stack declares {declared}"
        yield error("ce.service-role", environment.name, message, f'set iam.service_role: "" in {stack.name}.yaml')
    elif declared and stands.rpartition("/")[2] != declared.rpartition("/")[2]:
        message = f"runs with {stands}, the stack declares {declared}"
        yield error("ce.service-role", environment.name, message, f"correct iam.service_role in {stack.name}.yaml")
    elif not declared and not environment.has_linked_role:
        message = f"runs with {stands}: every infrastructure update needs the service-linked role"
        yield error("ce.service-role", environment.name, message, ROLLOUT)


def _architecture(environment: ComputeEnvironmentDetail, image: Ami | None) -> Iterator[Finding]:
    others = [name for name in environment.instance_types if not _GRAVITON.fullmatch(name)]
    if others:
        message = f"instance types {', '.join(others)} are not arm64"
        yield error("ce.architecture", environment.name, message, ROLLOUT)
    if image and image.architecture and image.architecture != "arm64":
        message = f"{image.id} is {image.architecture}, not arm64"
        yield error("ce.architecture", environment.name, message, ROLLOUT)
