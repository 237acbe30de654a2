"""The rules that AWS holds requests of Batch against. Pure: request in, refusal raised.

Limits are those of the API reference and of the User Guide, pages service_limits, using-tags and
create-compute-environment.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from academyctl.sandbox.batch_errors import faulty

NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
MAX_ENVIRONMENTS, MAX_QUEUES, MAX_ORDER = 50, 50, 3
MAX_DEFINITION = 24 * 1024
"""Bytes of a job definition's JSON."""
MAX_TAGS = 50
TAG = re.compile(r"[^\W_]|[\s+\-=._:/@]")
ARM, X86 = "arm64", "x86_64"
SIZES = {"medium": 1, "large": 2, "xlarge": 4}
DEFAULT_TYPES = {"default_arm64": "m6g", "default_x86_64": "m6i", "optimal": "m5"}
"""Batch's own words for instance types, and a family that stands for each."""
SCALING = frozenset(("minvCpus", "maxvCpus", "desiredvCpus"))
UPDATABLE = frozenset(
    (
        "BEST_FIT_PROGRESSIVE",
        "SPOT_CAPACITY_OPTIMIZED",
        "SPOT_PRICE_CAPACITY_OPTIMIZED",
        "BEST_FIT_PROGRESSIVE_ORDERED",
        "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
    )
)
"""Allocation strategies that allow infrastructure updates (User Guide, updating-compute-environments)."""
AL2_IS_OVER = (
    "Amazon Linux 2 is no longer supported for new compute environments. Use ECS_AL2023 or specify a custom AMI"
)


def check_name(name: str, what: str) -> None:
    if not NAME.fullmatch(name):
        raise faulty(f"{what} should match valid pattern: up to 128 letters, numbers, hyphens and underscores")


def check_tags(tags: Mapping[str, str]) -> None:
    """User Guide, using-tags: 50 tags, key 128, value 256 characters, letters digits space + - = . _ : / @."""
    if len(tags) > MAX_TAGS:
        raise faulty(f"Tags can not have more than {MAX_TAGS} entries")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            raise faulty("Tag keys beginning with aws: are reserved for system use")
        if not (1 <= len(key) <= 128 and len(value) <= 256 and _spelled(key) and _spelled(value)):
            raise faulty(f"Invalid tag: {key}")


def _spelled(text: str) -> bool:
    return all(TAG.fullmatch(letter) for letter in text)


def check_choice(value: str | None, choices: Sequence[str], what: str) -> None:
    if value is not None and value not in choices:
        raise faulty(f"{what} must be one of [{', '.join(choices)}]")


def architecture(instance_type: str) -> str:
    """AWS marks Graviton by a g behind the generation (c7g, m6gd, im4gn); a1 is the first of them."""
    if instance_type in DEFAULT_TYPES:
        return ARM if instance_type == "default_arm64" else X86
    family = instance_type.partition(".")[0]
    found = re.fullmatch(r"[a-z]+\d+([a-z0-9-]*)", family)
    return ARM if family == "a1" or (found and "g" in found[1]) else X86


def architectures(instance_types: Iterable[str]) -> set[str]:
    return {architecture(name) for name in instance_types}


def vcpus_of(instance_type: str) -> int:
    size = instance_type.partition(".")[2] or "xlarge"
    return SIZES.get(size) or 4 * int(re.sub(r"\D", "", size) or 1)


def check_environment(request: Mapping[str, Any]) -> None:
    """CreateComputeEnvironment, without what only another service knows: that is found later, as INVALID."""
    check_name(request.get("computeEnvironmentName") or "", "computeEnvironmentName")
    check_tags(request.get("tags") or {})
    check_choice(request.get("type"), ("MANAGED", "UNMANAGED"), "type")
    check_choice(request.get("state"), ("ENABLED", "DISABLED"), "state")
    if request.get("state") == "DISABLED":
        raise faulty("Compute environment must be created in the ENABLED state")
    if request.get("type") == "UNMANAGED":
        if not request.get("serviceRole"):
            raise faulty("ServiceRole is required for UNMANAGED compute environments")
        raise faulty("UNMANAGED compute environments are not served here")
    if not request.get("computeResources"):
        raise faulty("computeResources must be provided for a MANAGED compute environment")
    check_resources(request["computeResources"])


def check_resources(resources: Mapping[str, Any]) -> None:
    """computeResources as they are to stand: of a create, or of an update merged with what stood."""
    _check_present(resources)
    low, high = resources.get("minvCpus", 0), resources["maxvCpus"]
    if low < 0 or high < low:
        raise faulty("minvCpus must be >= 0 and maxvCpus >= minvCpus")
    if not low <= resources.get("desiredvCpus", low) <= high:
        raise faulty("desiredvCpus must be between minvCpus and maxvCpus")
    if len(architectures(resources["instanceTypes"])) > 1:
        raise faulty("Instance types of different architectures cannot be mixed in a compute environment")
    _check_images(resources.get("ec2Configuration") or ())


def _check_present(resources: Mapping[str, Any]) -> None:
    kind = resources.get("type")
    check_choice(kind, ("EC2", "SPOT"), "computeResources.type")
    for field in ("type", "maxvCpus", "subnets", "instanceTypes", "instanceRole"):
        if resources.get(field) in (None, [], ""):
            raise faulty(f"computeResources.{field} must be provided")
    if not resources.get("securityGroupIds") and not resources.get("launchTemplate"):
        raise faulty("computeResources.securityGroupIds must be provided")
    if kind != "SPOT" and (resources.get("bidPercentage") or resources.get("spotIamFleetRole")):
        raise faulty("bidPercentage and spotIamFleetRole are for SPOT compute environments only")
    best_fit = (resources.get("allocationStrategy") or "BEST_FIT") == "BEST_FIT"
    if kind == "SPOT" and best_fit and not resources.get("spotIamFleetRole"):
        raise faulty("spotIamFleetRole is required for SPOT with BEST_FIT")


def _check_images(configurations: Sequence[Mapping[str, Any]]) -> None:
    """Since 2026-06-30 none is created on AL2 AMIs that Batch provides (User Guide, ecs-al2-ami-deprecation)."""
    if len(configurations) > 2:
        raise faulty("ec2Configuration can not have more than 2 entries")
    for one in configurations:
        if one.get("imageType") == "ECS_AL2":
            raise faulty(AL2_IS_OVER)


def check_order(order: Sequence[Mapping[str, Any]]) -> None:
    """The order alone; what it names is checked where it is known."""
    if not order:
        raise faulty("computeEnvironmentOrder must not be empty")
    if len(order) > MAX_ORDER:
        raise faulty(f"A job queue can have up to {MAX_ORDER} compute environments")
    if len({entry["order"] for entry in order}) < len(order):
        raise faulty("Two compute environments of a job queue cannot have the same order")


def check_limit_actions(actions: Sequence[Mapping[str, Any]]) -> None:
    """jobStateTimeLimitActions (API reference, JobStateTimeLimitAction)."""
    for action in actions:
        check_choice(action.get("state"), ("RUNNABLE",), "jobStateTimeLimitActions.state")
        check_choice(action.get("action"), ("CANCEL",), "jobStateTimeLimitActions.action")
        if not 600 <= action.get("maxTimeSeconds", 0) <= 86400:
            raise faulty("jobStateTimeLimitActions.maxTimeSeconds must be between 600 and 86400")


def check_definition(request: Mapping[str, Any]) -> None:
    """RegisterJobDefinition."""
    check_name(request.get("jobDefinitionName") or "", "jobDefinitionName")
    check_tags(request.get("tags") or {})
    check_choice(request.get("type"), ("container", "multinode"), "type")
    if len(json.dumps(dict(request)).encode()) > MAX_DEFINITION:
        raise faulty(f"Job definition exceeds the maximum size of {MAX_DEFINITION} bytes")
    if request.get("type") == "container" and not request.get("containerProperties"):
        raise faulty("containerProperties must be provided for a container job definition")
    check_run(request)
    properties = request.get("containerProperties") or {}
    if properties and not properties.get("image"):
        raise faulty("Container properties image must be provided")
    if properties and not (needs(properties, "VCPU") and needs(properties, "MEMORY")):
        raise faulty("Container properties must have VCPU and MEMORY resource requirements")


def check_run(request: Mapping[str, Any]) -> None:
    """retryStrategy and timeout, in a definition or in SubmitJob."""
    strategy = request.get("retryStrategy") or {}
    if not 1 <= strategy.get("attempts", 1) <= 10:
        raise faulty("RetryStrategy attempts must be between 1 and 10")
    if strategy.get("evaluateOnExit") and "attempts" not in strategy:
        raise faulty("RetryStrategy attempts must be provided with evaluateOnExit")
    if len(strategy.get("evaluateOnExit") or ()) > 5:
        raise faulty("RetryStrategy evaluateOnExit can not have more than 5 entries")
    if request.get("timeout") and request["timeout"].get("attemptDurationSeconds", 0) < 60:
        raise faulty("Timeout attemptDurationSeconds must be at least 60")


def needs(properties: Mapping[str, Any], kind: str) -> int:
    """A container's VCPU or MEMORY: resourceRequirements, else the older vcpus and memory; 0 when neither is there."""
    for requirement in properties.get("resourceRequirements") or ():
        if requirement["type"] == kind:
            return int(float(requirement["value"]))
    return int(properties.get("vcpus" if kind == "VCPU" else "memory") or 0)
