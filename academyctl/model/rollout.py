"""A Blue-Green rollout: what is asked of it, what is observed of it, and its phases. `plan/rollout` has the table.

*Blue* is the environment that serves, *green* the new one. The record of a rollout is green's name, the tags of both
and the queue's order; nothing is kept anywhere else, so whoever reads the facts can go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from academyctl.model.batch import ComputeEnvironmentDetail, ContainerInstance, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail, JobDetail


class Direction(StrEnum):
    """Which of the three tables is being worked through."""

    FORWARD = "forward"
    ROLLBACK = "rollback"
    ABORT = "abort"


class Phase(StrEnum):
    """One row of a table, in the operator's words."""

    CREATE = "create green"
    VALIDATE = "green VALID"
    POLICY = "update policy"
    CANARY_QUEUE = "canary queue"
    CANARY_DEFINITION = "canary definition"
    CANARY_JOB = "canary job"
    CANARY_PROOF = "canary proof"
    CANARY_STOP = "stop canary"
    CANARY_EMPTY = "canary gone"
    CANARY_CLOSE = "disable canary queue"
    CANARY_DELETE = "delete canary queue"
    CANARY_DEREGISTER = "deregister canary definition"
    ATTACH = "attach green"
    ATTACHED = "note attached"
    SOAK = "soak"
    QUIESCE_NOTE = "note blue"
    QUIESCE = "disable blue"
    DRAIN_NOTE = "note disabled"
    DRAIN = "drain blue"
    RETAIN = "retain blue"
    DETACH = "detach blue"
    DELETE = "delete blue"
    CLOSE = "close"
    INTENT = "note intent"
    RESTORE = "enable blue"
    RESTORE_MIN = "restore minvCpus"
    RESTORE_NOTE = "note serving"
    ORDER = "put order back"
    DISABLE_GREEN = "disable green"
    GREEN_NOTE = "note green disabled"
    DRAIN_GREEN = "drain green"
    DELETE_GREEN = "delete green"


class Sight(StrEnum):
    """What is looked at only where a row asks for it; each costs calls of its own."""

    CANARY_JOBS = "canary jobs"
    CANARY_DEFINITIONS = "canary definitions"
    FAILURES = "failures"
    LOAD = "load"
    QUIET = "quiet"


class Unseen(Exception):
    """A row asks for a fact that was not looked at yet in this pass. `name` is the environment it is about."""

    def __init__(self, sight: Sight, name: str = "") -> None:
        super().__init__(f"{sight} {name}".strip())
        self.sight = sight
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is asked. `green` is the name of the new environment, `rollout` its id, `by` the caller.

    `resources` is what green is created with, `tags` its tags; both are empty where green stands already. `queue`,
    `canary_queue`, `definition` and `canary_definition` are names. `canary`: green is proven by one. `soak` in seconds.
    `stable_reads`: that many empty readings in a row prove an environment drained.
    """

    stack: str
    green: str
    rollout: str
    by: str
    queue: str
    canary_queue: str
    definition: str
    canary_definition: str
    resources: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    canary: bool = True
    delete_blue: bool = False
    soak: float = 600.0
    stable_reads: int = 3

    @property
    def canary_name(self) -> str:
        """The canary's job name, the same in every run of this rollout."""
        return f"academyctl-canary-{self.rollout}"


@dataclass(frozen=True, kw_only=True)
class Load:
    """What still runs on an environment: `what` says it, empty when nothing does. `quiet_reads`: readings in a row,
    this one included, that found nothing."""

    what: str = ""
    quiet_reads: int = 0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One pass's observation. A member that is None, or an environment that is not in `load`, was not looked at.

    `now` is AWS's clock. `failures`: jobs that failed since green was attached through no fault of their own.
    `definition` is the newest ACTIVE revision of the production definition, read with `canary_definitions`.
    """

    now: datetime
    environments: tuple[ComputeEnvironmentDetail, ...]
    queues: tuple[JobQueueDetail, ...]
    canary_jobs: tuple[JobDetail, ...] | None = None
    canary_instances: Mapping[str, ContainerInstance] = field(default_factory=dict)
    canary_definitions: tuple[JobDefinitionDetail, ...] | None = None
    definition: JobDefinitionDetail | None = None
    failures: tuple[JobDetail, ...] | None = None
    busy: Mapping[str, str] = field(default_factory=dict)
    quiet: Mapping[str, Load] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class View:
    """Facts seen with the terms of one rollout: what the tables read."""

    facts: Facts
    terms: Terms

    @property
    def green(self) -> ComputeEnvironmentDetail | None:
        return self.environment(self.terms.green)

    @property
    def blue(self) -> ComputeEnvironmentDetail | None:
        """None when it is gone, or while nothing says which it is."""
        name = self.green.tag("from") if self.green else self.terms.tags.get("academyctl:from", "")
        return self.environment(name)

    @property
    def blue_name(self) -> str:
        return self.green.tag("from") if self.green else self.terms.tags.get("academyctl:from", "")

    @property
    def queue(self) -> JobQueueDetail | None:
        return self.queue_named(self.terms.queue)

    @property
    def canary_queue(self) -> JobQueueDetail | None:
        return self.queue_named(self.terms.canary_queue)

    @property
    def phase_tag(self) -> str:
        return self.green.tag("phase") if self.green else ""

    @property
    def is_attached(self) -> bool:
        """Green stands in the production queue's order."""
        return bool(self.queue) and self.terms.green in (self.queue.environments if self.queue else ())

    @property
    def green_serves(self) -> bool:
        """Green takes the queue's jobs: only then may blue stop."""
        return bool(self.green and self.green.is_serving and self.is_attached and self.queue and self.queue.is_valid)

    @property
    def another_serves(self) -> bool:
        """The queue has an ENABLED VALID environment beside blue: blue may be UPDATING for a while."""
        names = self.queue.environments if self.queue else ()
        return any(
            one.is_serving for one in self.facts.environments if one.name in names and one.name != self.blue_name
        )

    @property
    def has_way_back(self) -> bool:
        """False where green has the queue's jobs and blue could not take them: it is gone, or INVALID beside a green
        that serves."""
        blue = self.blue
        if blue is None or blue.is_going:
            return not self.is_attached
        return not (blue.is_invalid and self.green_serves)

    @property
    def is_blue_noted(self) -> bool:
        """Blue has this rollout's tags: from here on it is being retired, or was. True where it is gone."""
        blue = self.blue
        return blue is None or (blue.tag("rollout") == self.terms.rollout and blue.tag("role") == "blue")

    def environment(self, name: str) -> ComputeEnvironmentDetail | None:
        return next((one for one in self.facts.environments if one.name == name and one.status != "DELETED"), None)

    def queue_named(self, name: str) -> JobQueueDetail | None:
        return next((one for one in self.facts.queues if one.name == name and one.status != "DELETED"), None)

    @property
    def canary_jobs(self) -> tuple[JobDetail, ...]:
        """The canary's jobs, oldest first."""
        if self.facts.canary_jobs is None:
            raise Unseen(Sight.CANARY_JOBS)
        return self.facts.canary_jobs

    @property
    def canary_definitions(self) -> tuple[JobDefinitionDetail, ...]:
        if self.facts.canary_definitions is None:
            raise Unseen(Sight.CANARY_DEFINITIONS)
        return self.facts.canary_definitions

    @property
    def failures(self) -> tuple[JobDetail, ...]:
        if self.facts.failures is None:
            raise Unseen(Sight.FAILURES)
        return self.facts.failures

    def busy(self, environment: ComputeEnvironmentDetail) -> str:
        """What ECS runs in its cluster, in words; empty when nothing."""
        if environment.name not in self.facts.busy:
            raise Unseen(Sight.LOAD, environment.name)
        return self.facts.busy[environment.name]

    def load(self, environment: ComputeEnvironmentDetail) -> Load:
        """Both signals of the drain proof, as of this pass."""
        if environment.name not in self.facts.quiet:
            raise Unseen(Sight.QUIET, environment.name)
        return self.facts.quiet[environment.name]

    def is_drained(self, environment: ComputeEnvironmentDetail) -> bool:
        """Proven: both signals empty in as many readings in a row as the terms ask for."""
        return self.load(environment).quiet_reads >= self.terms.stable_reads

    def instance_of(self, job: JobDetail) -> ContainerInstance | None:
        """The instance that a canary job ran on, as far as it was ever seen."""
        return self.facts.canary_instances.get(job.id)
