"""AWS Batch as it answers: compute environments, their instances and images, and job queues. (Jobs: batch_job.)

Names are those of the Batch API's own shapes. Statuses and states are plain strings, since AWS may add values: what is
not known is neither valid nor enabled.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TAG = "academyctl:"
"""The prefix of every tag of ours."""
SLOTS = 3
"""Environments that one queue takes (User Guide, service_limits)."""
NAME_MAX = 128
"""Characters of a name (API)."""
MOVING = frozenset(("CREATING", "UPDATING", "DELETING"))
"""Statuses that pass by themselves."""


class CeState(StrEnum):
    """The `state` of an environment or a queue."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


@dataclass(frozen=True, kw_only=True)
class ComputeEnvironmentDetail:
    """One environment of DescribeComputeEnvironments.

    `resources` is `computeResources` as AWS gives it (what a clone is made from). `service_role` is the full ARN, also
    of the service-linked role.
    """

    name: str
    arn: str = ""
    state: str = ""
    status: str = ""
    status_reason: str = ""
    type: str = "MANAGED"
    service_role: str = ""
    cluster_arn: str = ""
    update_policy: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_enabled(self) -> bool:
        return self.state == "ENABLED"

    @property
    def is_valid(self) -> bool:
        return self.status == "VALID"

    @property
    def is_invalid(self) -> bool:
        return self.status == "INVALID"

    @property
    def is_serving(self) -> bool:
        """Takes new jobs: ENABLED and VALID. UPDATING passes, and a queue goes on using it meanwhile."""
        return self.is_enabled and self.is_valid

    @property
    def is_going(self) -> bool:
        return self.status in ("DELETING", "DELETED")

    @property
    def min_vcpus(self) -> int:
        return int(self.resources.get("minvCpus", 0))

    @property
    def max_vcpus(self) -> int:
        return int(self.resources.get("maxvCpus", 0))

    @property
    def desired_vcpus(self) -> int:
        return int(self.resources.get("desiredvCpus", 0))

    @property
    def instance_types(self) -> tuple[str, ...]:
        return tuple(self.resources.get("instanceTypes", ()))

    @property
    def subnets(self) -> tuple[str, ...]:
        return tuple(self.resources.get("subnets", ()))

    @property
    def security_groups(self) -> tuple[str, ...]:
        return tuple(self.resources.get("securityGroupIds", ()))

    @property
    def allocation_strategy(self) -> str:
        """BEST_FIT where none is stated: that is what Batch makes of it."""
        return str(self.resources.get("allocationStrategy") or "BEST_FIT")

    @property
    def instance_role(self) -> str:
        """The name of the instance profile, however it is given (name or ARN)."""
        return str(self.resources.get("instanceRole", "")).rpartition("/")[2]

    @property
    def image_type(self) -> str:
        return str(self._image.get("imageType", ""))

    @property
    def ami(self) -> str:
        """The pinned AMI: `imageIdOverride` beats `imageId` (API text of Ec2Configuration). Empty: Batch chooses."""
        return str(self._image.get("imageIdOverride") or self.resources.get("imageId") or "")

    @property
    def _image(self) -> Mapping[str, Any]:
        configurations: list[Mapping[str, Any]] = list(self.resources.get("ec2Configuration") or ())
        return configurations[0] if configurations else {}

    @property
    def cluster(self) -> str:
        """The name of its ECS cluster; empty until there is one."""
        return self.cluster_arn.rpartition("/")[2]

    @property
    def has_linked_role(self) -> bool:
        """Runs with Batch's service-linked role, which infrastructure updates need."""
        return not self.service_role or "/aws-service-role/" in self.service_role

    def tag(self, name: str) -> str:
        """The value of our tag `academyctl:name`; empty where there is none."""
        return self.tags.get(TAG + name, "")


@dataclass(frozen=True, kw_only=True)
class JobQueueDetail:
    """One queue of DescribeJobQueues. `order`: the ARNs of its environments, first choice first."""

    name: str
    arn: str = ""
    state: str = ""
    status: str = ""
    status_reason: str = ""
    priority: int = 1
    order: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    time_limits: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_enabled(self) -> bool:
        return self.state == "ENABLED"

    @property
    def is_valid(self) -> bool:
        return self.status == "VALID"

    @property
    def environments(self) -> tuple[str, ...]:
        """The names of its environments, in order."""
        return tuple(arn.rpartition("/")[2] for arn in self.order)

    def tag(self, name: str) -> str:
        return self.tags.get(TAG + name, "")


def cluster_of(arn: str) -> str:
    """The cluster's name in a long-format ECS ARN; empty in a short one."""
    parts = arn.rpartition(":")[2].split("/")
    return parts[1] if len(parts) == 3 else ""


@dataclass(frozen=True, kw_only=True)
class ClusterLoad:
    """What ECS knows of one cluster: DescribeClusters' counts and the tasks that ListTasks names.

    `is_known` is False where ECS has no such cluster, or an INACTIVE one.
    """

    name: str
    is_known: bool = True
    running: int = 0
    pending: int = 0
    instances: int = 0
    tasks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.is_known and not (self.running or self.pending or self.tasks)


@dataclass(frozen=True, kw_only=True)
class ContainerInstance:
    """One instance of an ECS cluster, and the AMI that EC2 says it was started from (empty: not known)."""

    arn: str
    instance_id: str = ""
    ami: str = ""
    architecture: str = ""


@dataclass(frozen=True, kw_only=True)
class Ami:
    """One image of EC2. `created` is EC2's CreationDate (ISO 8601)."""

    id: str
    architecture: str = ""
    name: str = ""
    created: str = ""
    state: str = "available"


_NUMBERED = re.compile(r"(?P<stem>.+)-v(?P<number>[0-9]+)")


def stem_of(name: str) -> str:
    """The identity of an environment: its name without `-vN`."""
    numbered = _NUMBERED.fullmatch(name)
    return numbered["stem"] if numbered else name


def number_of(name: str) -> int:
    """The N of `-vN`; 1 where there is none."""
    numbered = _NUMBERED.fullmatch(name)
    return int(numbered["number"]) if numbered else 1


def tag_text(text: str) -> str:
    """What a tag takes: letters, digits, spaces and + - = . _ : / @, 256 of them; anything else becomes `_`."""
    return re.sub(r"[^\w +\-=.:/@]", "_", text)[:256]
