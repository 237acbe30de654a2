"""What `batch setup` observes of an account, and what it writes beside plain calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from academyctl.model.batch import Ami, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.batch_write import (
    CreateComputeEnvironment,
    CreateJobQueue,
    RegisterJobDefinition,
    UpdateComputeEnvironment,
    UpdateJobQueue,
)
from academyctl.model.finding import Finding
from academyctl.model.iam import IamWrite, InstanceProfileDetail, RoleDetail
from academyctl.model.logs import LogGroupDetail, LogsWrite
from academyctl.model.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One reading of everything but the network. `roles` by name: a role that does not exist is not there.

    `ami` is the AMI that the stack's parameter names, "" where it names none (`ami_fault` then says why). `images` has
    it and the pinned ones of the stem's environments, as far as they exist.
    """

    environments: tuple[ComputeEnvironmentDetail, ...] = ()
    queues: tuple[JobQueueDetail, ...] = ()
    definition: JobDefinitionDetail | None = None
    roles: Mapping[str, RoleDetail] = field(default_factory=dict)
    profile: InstanceProfileDetail | None = None
    log_group: LogGroupDetail | None = None
    ami: str = ""
    ami_fault: str = ""
    images: Mapping[str, Ami] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MakeEnvironment:
    """Creates an environment and waits until it is VALID. `replaces` names the INVALID one, made by an earlier run and
    never used, that is deleted first; `is_going`: one of that name is being deleted, and waited for."""

    create: CreateComputeEnvironment
    replaces: str = ""
    is_going: bool = False

    @property
    def doing(self) -> str:
        return self.create.doing


@dataclass(frozen=True, kw_only=True)
class ChangeQueue:
    """An update of a queue that still has the order it was planned from."""

    update: UpdateJobQueue
    base: tuple[str, ...]

    @property
    def doing(self) -> str:
        return self.update.doing


@dataclass(frozen=True, kw_only=True)
class RegisterAfter:
    """Registers a definition whose newest ACTIVE revision was `revision` when it was planned."""

    register: RegisterJobDefinition
    name: str
    revision: int = 0

    @property
    def doing(self) -> str:
        return self.register.doing


SetupWrite = (
    IamWrite | LogsWrite | UpdateComputeEnvironment | CreateJobQueue | MakeEnvironment | ChangeQueue | RegisterAfter
)
Writes = tuple[SetupWrite, ...]
"""What one resource needs, in order."""


@dataclass(frozen=True, kw_only=True)
class SetupPlan(Plan[Writes]):
    """`findings` of level error stop everything before the first write. `kept` is what setup may not change: the rest
    is brought about all the same."""

    kept: tuple[Finding, ...] = ()
