"""What green is made of: what the stack declares, and blue's own values for everything that it does not declare."""

from collections.abc import Mapping
from typing import Any

from academyctl.model.batch import ComputeEnvironmentDetail
from academyctl.model.stack import Stack

IMAGE_TYPE = "ECS_AL2023"
_NEVER_CLONED = ("desiredvCpus", "imageId", "ec2Configuration", "launchTemplate")


def green_resources(
    stack: Stack, blue: ComputeEnvironmentDetail, ami: str, launch_template: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """`computeResources` of the new environment.

    Never Amazon Linux 2: Batch creates none any more, and with an override imageType must be the AMI's own OS
    (User Guide, "How to migrate from ECS AL2 to ECS AL2023"). desiredvCpus starts at minvCpus: blue's would boot at
    once, and can never be lowered. `launch_template` is blue's with its version resolved to a number.
    """
    kept = {name: value for name, value in blue.resources.items() if name not in _NEVER_CLONED}
    declared = stack.compute_environment
    resources: dict[str, Any] = {
        **kept,
        "type": blue.resources.get("type", "EC2"),
        "allocationStrategy": declared.allocation_strategy,
        "minvCpus": declared.min_vcpus,
        "maxvCpus": declared.max_vcpus,
        "desiredvCpus": declared.min_vcpus,
        "instanceTypes": list(declared.instance_types),
        "instanceRole": _instance_role(stack, blue),
        "ec2Configuration": [{"imageType": IMAGE_TYPE, "imageIdOverride": ami}],
    }
    if stack.network.subnets:
        resources["subnets"] = list(stack.network.subnets)
    if stack.network.security_groups:
        resources["securityGroupIds"] = list(stack.network.security_groups)
    if launch_template:
        resources["launchTemplate"] = dict(launch_template)
    return resources


def _instance_role(stack: Stack, blue: ComputeEnvironmentDetail) -> str:
    """The instance profile as blue spells it (name or ARN), where it is the declared one."""
    declared = stack.iam.instance_role
    if blue.instance_role == declared:
        return str(blue.resources["instanceRole"])
    return f"arn:aws:iam::{stack.account}:instance-profile/{declared}"


def declared_differences(stack: Stack, live: ComputeEnvironmentDetail) -> tuple[str, ...]:
    """What only a new environment brings to its declared value, as `name: live → declared`.

    max_vcpus is not among them: it changes in place. An empty network field declares nothing.
    """
    declared = stack.compute_environment
    pairs: tuple[tuple[str, object, object], ...] = (
        ("instance_types", sorted(live.instance_types), sorted(declared.instance_types)),
        ("allocation_strategy", live.allocation_strategy, declared.allocation_strategy),
        ("min_vcpus", live.min_vcpus, declared.min_vcpus),
        ("instance_role", live.instance_role, stack.iam.instance_role),
        ("subnets", sorted(live.subnets), sorted(stack.network.subnets or live.subnets)),
        (
            "security_groups",
            sorted(live.security_groups),
            sorted(stack.network.security_groups or live.security_groups),
        ),
        ("service_role", _custom_role(stack, live), "service-linked"),
    )
    return tuple(f"{name}: {_text(now)} → {_text(wanted)}" for name, now, wanted in pairs if now != wanted)


def _custom_role(stack: Stack, live: ComputeEnvironmentDetail) -> str:
    """Where the stack itself configures a service role, a custom one is as declared."""
    return "service-linked" if live.has_linked_role or stack.iam.service_role else live.service_role.rpartition("/")[2]


def _text(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
