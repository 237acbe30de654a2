"""What AWS Batch is told: each write is one API call of that name, and `doing` says it in the operator's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from academyctl.model.batch import CeState


@dataclass(frozen=True, kw_only=True)
class _Named:
    """A write about something that has a name."""

    verb: ClassVar[str]
    name: str

    @property
    def doing(self) -> str:
        return f"{self.verb} {self.name}"


@dataclass(frozen=True, kw_only=True)
class CreateComputeEnvironment(_Named):
    """`resources` is `computeResources` whole. No service role is sent: Batch then takes its service-linked one."""

    verb: ClassVar[str] = "creating"
    resources: Mapping[str, Any]
    tags: Mapping[str, str]
    service_role: str = ""


@dataclass(frozen=True, kw_only=True)
class UpdateComputeEnvironment(_Named):
    """What is None stays as it is. Never sends desiredvCpus."""

    verb: ClassVar[str] = "updating"
    state: CeState | None = None
    min_vcpus: int | None = None
    max_vcpus: int | None = None
    update_policy: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class DeleteComputeEnvironment(_Named):
    verb: ClassVar[str] = "deleting"


@dataclass(frozen=True, kw_only=True)
class CreateJobQueue(_Named):
    verb: ClassVar[str] = "creating"
    priority: int
    order: tuple[str, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class UpdateJobQueue(_Named):
    """`order` (ARNs) replaces the whole order: the API knows no add and no remove."""

    verb: ClassVar[str] = "updating"
    state: CeState | None = None
    order: tuple[str, ...] | None = None
    priority: int | None = None


@dataclass(frozen=True, kw_only=True)
class DeleteJobQueue(_Named):
    verb: ClassVar[str] = "deleting"


@dataclass(frozen=True, kw_only=True)
class RegisterJobDefinition(_Named):
    """`properties` are RegisterJobDefinition's own members, without name and tags."""

    verb: ClassVar[str] = "registering"
    properties: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DeregisterJobDefinition:
    """`label` is name:revision."""

    label: str

    @property
    def doing(self) -> str:
        return f"deregistering {self.label}"


@dataclass(frozen=True, kw_only=True)
class SubmitJob(_Named):
    verb: ClassVar[str] = "submitting"
    queue: str
    definition: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TerminateJob:
    id: str
    reason: str

    @property
    def doing(self) -> str:
        return f"terminating job {self.id}"


@dataclass(frozen=True, kw_only=True)
class TagResource:
    """Adds and replaces the named tags; others stay."""

    arn: str
    tags: Mapping[str, str]

    @property
    def doing(self) -> str:
        return f"tagging {self.arn.rpartition('/')[2]}"


BatchWrite = (
    CreateComputeEnvironment
    | UpdateComputeEnvironment
    | DeleteComputeEnvironment
    | CreateJobQueue
    | UpdateJobQueue
    | DeleteJobQueue
    | RegisterJobDefinition
    | DeregisterJobDefinition
    | SubmitJob
    | TerminateJob
    | TagResource
)
