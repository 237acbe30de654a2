"""Who runs what in the Batch in memory: simulated time, the scheduler, jobs on their machines, what ECS tells."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from academyctl.apply.wait import Clock
from academyctl.model.batch import ClusterLoad, ComputeEnvironmentDetail, ContainerInstance, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail, JobDetail
from academyctl.model.batch_write import BatchWrite

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ECS_ARN = "arn:aws:ecs:ap-northeast-2:123456789012"


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds. `untold`: how long a job is STARTING before it names task and instance, and ECS knows of it."""

    creating: float = 40.0
    updating: float = 20.0
    deleting: float = 60.0
    lingering: float = 30.0
    untold: float = 20.0
    starting: float = 40.0
    idle: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What becomes of a job. `reason` is its end where it fails; `hides`: it never names its instance."""

    seconds: float = 60.0
    exit_code: int = 0
    reason: str = ""
    hides: bool = False
    short: bool = False


@dataclass
class Machines:
    """`broken`: environments that turn INVALID, and why. `full`: those without capacity. `stuck`: statuses kept for
    ever, as (name, status). `truth`: the writes that were applied, in order."""

    seconds: float = 0.0
    pace: Pace = field(default_factory=Pace)
    environments: dict[str, ComputeEnvironmentDetail] = field(default_factory=dict)
    queues: dict[str, JobQueueDetail] = field(default_factory=dict)
    definitions: list[JobDefinitionDetail] = field(default_factory=list)
    jobs: dict[str, JobDetail] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)
    stuck: set[tuple[str, str]] = field(default_factory=set)
    canary: Wish = field(default_factory=Wish)
    canary_ami: str = ""
    lost: list[str] = field(default_factory=list)
    truth: list[BatchWrite] = field(default_factory=list)
    greens: dict[str, set[str]] = field(default_factory=dict)
    _due: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _count: int = 0
    _taking: set[str] = field(default_factory=set)
    _orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _on: dict[str, str] = field(default_factory=dict)
    _wishes: dict[str, Wish] = field(default_factory=dict)
    _instances: dict[str, ContainerInstance] = field(default_factory=dict)
    _lingering: dict[str, float] = field(default_factory=dict)

    # Time

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.seconds, sleep=self.sleep)

    def now(self) -> datetime:
        """AWS's clock tells whole seconds, as its Date header does."""
        return NOON + timedelta(seconds=int(self.seconds))

    def sleep(self, seconds: float) -> None:
        until = self.seconds + seconds
        while self._due and self._due[0][0] <= until:
            self.seconds, _, happens = heapq.heappop(self._due)
            happens()
            self._place()
        self.seconds = max(self.seconds, until)

    def later(self, seconds: float, happens: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.seconds + seconds, self._count, happens))

    # What stands before a test begins

    def put(self, *environments: ComputeEnvironmentDetail) -> None:
        for one in environments:
            self.environments[one.name] = one
            if one.is_serving:
                self._taking.add(one.name)

    def put_queue(self, queue: JobQueueDetail) -> None:
        self.queues[queue.name] = queue
        self._orders[queue.name] = queue.environments

    def put_job(self, queue: str, wish: Wish, name: str = "vt") -> str:
        """One that was submitted now."""
        self._count += 1
        id = f"job-{self._count}"
        created = int((NOON + timedelta(seconds=self.seconds)).timestamp() * 1000)
        self.jobs[id] = JobDetail(id=id, name=name, status="RUNNABLE", queue=queue, created_at=created, attempts=1)
        self._wishes[id] = wish
        self._place()
        return id

    def on(self, name: str) -> tuple[JobDetail, ...]:
        """The jobs that are on an environment, whether or not anybody is told."""
        return tuple(self.jobs[id] for id, where in self._on.items() if where == name)

    def break_environment(self, name: str, why: str) -> None:
        self.broken[name] = why
        if name in self.environments:
            self._change(name, status="INVALID", status_reason=why)
            self._taking.discard(name)

    def _change(self, name: str, **changes: Any) -> None:
        self.environments[name] = replace(self.environments[name], **changes)

    # The scheduler

    def _place(self) -> None:
        for job in [job for job in self.jobs.values() if job.status == "RUNNABLE"]:
            order = self._orders.get(job.queue, ())
            name = next((one for one in order if one in self._taking and one not in self.full), "")
            if name:
                self._start(job, name)

    def _start(self, job: JobDetail, name: str) -> None:
        wish = self._wishes[job.id]
        self._on[job.id] = name
        self.jobs[job.id] = replace(job, status="STARTING")
        if not wish.hides:
            self.later(self.pace.untold, lambda: self._tell(job.id, name, short=wish.short))
        self.later(self.pace.starting, lambda: self._run(job.id))

    def _tell(self, id: str, name: str, *, short: bool) -> None:
        if id not in self._on:
            return
        environment = self.environments[name]
        place = "" if short else f"{environment.cluster}/"
        arn = f"{ECS_ARN}:container-instance/{place}{id}"
        ami = self.canary_ami if self.canary_ami and self.jobs[id].name.startswith("academyctl-") else environment.ami
        self._instances[arn] = ContainerInstance(arn=arn, instance_id=f"i-{id}", ami=ami, architecture="arm64")
        task = f"{ECS_ARN}:task/{place}{id}"
        self.jobs[id] = replace(self.jobs[id], container_instance_arn=arn, task_arn=task)

    def _run(self, id: str) -> None:
        if id in self._on:
            wish = self._wishes[id]
            self.jobs[id] = replace(self.jobs[id], status="RUNNING")
            self.later(wish.seconds, lambda: self._end(id, wish.reason, wish.exit_code))

    def _end(self, id: str, reason: str, exit_code: int | None) -> None:
        job = self.jobs[id]
        if job.is_over:
            return
        status = "FAILED" if reason or exit_code else "SUCCEEDED"
        stopped = int((NOON + timedelta(seconds=self.seconds)).timestamp() * 1000)
        exit_code = None if reason else exit_code
        self.jobs[id] = replace(job, status=status, status_reason=reason, exit_code=exit_code, stopped_at=stopped)
        self._on.pop(id, None)
        self.later(self.pace.idle, lambda: self._instances.pop(job.container_instance_arn, None))

    # Reads

    def load(self, cluster: str) -> ClusterLoad:
        name = next((one.name for one in self.environments.values() if cluster in (one.cluster_arn, one.cluster)), "")
        if not name:
            return ClusterLoad(name=cluster, is_known=False)
        tasks = [job for job in self.on(name) if job.task_arn]
        running = len([job for job in tasks if job.status == "RUNNING"])
        arns = tuple(job.task_arn for job in tasks)
        return ClusterLoad(name=cluster, running=running, pending=len(tasks) - running, tasks=arns)

    def instances(self, arns: Iterable[str]) -> tuple[ContainerInstance, ...]:
        return tuple(self._instances[arn] for arn in arns if arn in self._instances)

    def active(self, name: str) -> tuple[JobDefinitionDetail, ...]:
        """The ACTIVE revisions, newest first."""
        return tuple(one for one in reversed(self.definitions) if one.name == name and one.is_active)
