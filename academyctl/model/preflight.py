"""A check of `preflight`, what is known when it is made, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from academyctl.model.batch import Ami, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.contract import EnvContract
from academyctl.model.delete_r2 import DeleteR2Facts, DesiredDeleteR2
from academyctl.model.ecr import ImageManifest, Platforms
from academyctl.model.env import Document, Entry
from academyctl.model.finding import Finding, Level
from academyctl.model.iam import IamWrite, InstanceProfileDetail, WantedRole
from academyctl.model.logs import LogGroupDetail
from academyctl.model.ssm import StoredParameter
from academyctl.model.stack import Stack


class CheckStatus(StrEnum):
    """`findings`: of level error or warning. `denied`: a fact may not be read, or the endpoint lacks its API. `failed`:
    AWS failed over one. `skipped`: what is checked is not there, which another check tells."""

    OK = "ok"
    FINDINGS = "findings"
    DENIED = "denied"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Blob:
    """A role's stored parameter, and the blob in it: None where its consumer cannot read it, and `faults` say why."""

    parameter: StoredParameter
    document: Document | None = None
    faults: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EnvFile:
    """A mixed env file, split: role → key → entry. `findings` are the split's. `unwritable`: role → what the writer of
    its blob refuses."""

    document: Document
    by_role: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    unwritable: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoleSight:
    """A role beside what it is to be: `writes` are what would bring it there, none: it is as it is to be."""

    wanted: WantedRole
    writes: tuple[IamWrite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was read. What no chosen check needs, or what could not be read, is as if it were not there: who judges by
    a fact names it among its needs, and is not asked without it.

    `roles`: job, execution, instance, and service where one is declared → sight. `manifests` and `platforms`: image, as
    the stack names it → what ECR says. `legacy`: kind → names of what is left.
    """

    stack: Stack
    contract: EnvContract
    region: str
    now: datetime
    account: str = ""
    caller: str = ""
    blobs: Mapping[str, Blob] = field(default_factory=dict)
    file: EnvFile | None = None
    roles: Mapping[str, RoleSight] = field(default_factory=dict)
    has_linked_role: bool = False
    profile: InstanceProfileDetail | None = None
    manifests: Mapping[str, ImageManifest | None] = field(default_factory=dict)
    platforms: Mapping[str, Platforms | None] = field(default_factory=dict)
    log_group: LogGroupDetail | None = None
    environments: tuple[ComputeEnvironmentDetail, ...] = ()
    queue: JobQueueDetail | None = None
    serving: ComputeEnvironmentDetail | None = None
    green: ComputeEnvironmentDetail | None = None
    ami: str = ""
    ami_fault: str = ""
    amis: Mapping[str, Ami] = field(default_factory=dict)
    definition: JobDefinitionDetail | None = None
    legacy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delete_r2: DeleteR2Facts = field(default_factory=DeleteR2Facts)
    desired_delete_r2: DesiredDeleteR2 | None = None


@dataclass(frozen=True, kw_only=True)
class Judged:
    """`evidence` is what was seen, in words. `skipped`: there is nothing to judge, and evidence says why."""

    evidence: str
    findings: tuple[Finding, ...] = ()
    skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class Check:
    """One entry of the registry. `level` is that of its worst finding, `needs` names facts, `hint` says how to repair.
    `subject` is what a finding is about that the check cannot be made."""

    id: str
    title: str
    subject: str
    needs: tuple[str, ...]
    hint: str
    judge: Callable[[Facts], Judged]
    level: Level = Level.ERROR

    @property
    def group(self) -> str:
        """The first word of its id, which the codes of its findings begin with."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """`level` is that of the worst finding, else the check's. `seconds`: the slowest of its facts, and judging."""

    check: Check
    status: CheckStatus
    level: Level
    evidence: str
    hint: str
    seconds: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An entry of a baseline: such a finding is known and borne with until the end of the day `expires` (UTC)."""

    code: str
    subject: str
    reason: str
    expires: date
    path: str
    line: int
