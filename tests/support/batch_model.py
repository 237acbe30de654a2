"""AWS Batch and ECS in memory and in simulated time, by AWS's rules: what a rollout meets, without a process.

It answers at once, and what it acknowledged holds only later: an environment that was just disabled goes on taking jobs
until it is VALID again. A job whose environment is deleted is lost, and written down in `lost`.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, assert_never

from academyctl.apply.wait import Clock
from academyctl.model.batch import (
    ACTIVE_JOBS,
    MOVING,
    BatchWrite,
    CeState,
    ClusterLoad,
    ComputeEnvironmentDetail,
    ContainerInstance,
    CreateComputeEnvironment,
    CreateJobQueue,
    DeleteComputeEnvironment,
    DeleteJobQueue,
    DeregisterJobDefinition,
    JobDefinitionDetail,
    JobDetail,
    JobQueueDetail,
    RegisterJobDefinition,
    SubmitJob,
    TagResource,
    TerminateJob,
    UpdateComputeEnvironment,
    UpdateJobQueue,
)
from academyctl.model.errors import AlreadyExists, Busy, NotFound, Refusal
from tests.batch_builders import BATCH_ARN, LINKED_ROLE, arn_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ECS_ARN = "arn:aws:ecs:ap-northeast-2:123456789012"
SLOTS, QUOTA = 3, 50
POLICY = {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 30}
"""What Batch shows of an environment whose update policy nobody set."""
HOST_TERMINATED = "Host EC2 (instance i-0) terminated."


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
class World:
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
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
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

    def later(self, seconds: float, happens: Callable[[], None]) -> None:
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
        self.later(self.pace.idle, lambda: self._instances.pop(job.container_instance_arn, None) and None)

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

    # Writes

    def write(self, write: BatchWrite) -> str:
        made = self._apply(write)
        self.truth.append(write)
        self._place()
        return made

    def _apply(self, write: BatchWrite) -> str:
        match write:
            case CreateComputeEnvironment():
                return self._create_environment(write)
            case UpdateComputeEnvironment():
                return self._update_environment(write)
            case DeleteComputeEnvironment(name=name):
                return self._delete_environment(name)
            case CreateJobQueue():
                return self._create_queue(write)
            case UpdateJobQueue():
                return self._update_queue(write)
            case DeleteJobQueue(name=name):
                return self._delete_queue(name)
            case RegisterJobDefinition():
                return self._register(write)
            case DeregisterJobDefinition(label=label):
                return self._deregister(label)
            case SubmitJob():
                if not self.active(write.definition) or write.queue not in self.queues:
                    raise NotFound(f"{write.queue} or {write.definition} does not exist")
                return self.put_job(write.queue, self.canary, write.name)
            case TerminateJob(id=id, reason=reason):
                self._end(id, reason, None)
                return id
            case TagResource(arn=arn, tags=tags):
                return self._tag(arn, tags)
            case _:
                assert_never(write)

    def _create_environment(self, write: CreateComputeEnvironment) -> str:
        if write.name in self.environments:
            raise AlreadyExists(f"{write.name}: Object already exists")
        if len(self.environments) >= QUOTA:
            raise Refusal("the maximum number of compute environments has been reached")
        created = ComputeEnvironmentDetail(
            name=write.name,
            arn=arn_of(write.name),
            state="ENABLED",
            service_role=write.service_role or LINKED_ROLE,
            cluster_arn=f"{ECS_ARN}:cluster/{write.name}_Batch_{self._count}",
            update_policy=POLICY,
            resources=dict(write.resources),
            tags=dict(write.tags),
        )
        self.environments[write.name] = created
        self.greens.setdefault(created.tag("rollout"), set()).add(write.name)
        self._settle(write.name, "CREATING", self.pace.creating)
        return created.arn

    def _update_environment(self, write: UpdateComputeEnvironment) -> str:
        found = self._changeable(write.name)
        resources = dict(found.resources)
        if write.min_vcpus is not None:
            resources["minvCpus"] = write.min_vcpus
        if write.max_vcpus is not None:
            resources["maxvCpus"] = write.max_vcpus
        policy = write.update_policy if write.update_policy is not None else found.update_policy
        state = str(write.state or found.state)
        self._change(write.name, state=state, resources=resources, update_policy=policy)
        self._settle(write.name, "UPDATING", self.pace.updating)
        return found.arn

    def _settle(self, name: str, status: str, seconds: float) -> None:
        self._change(name, status=status, status_reason="")
        if (name, status) not in self.stuck:
            self.later(seconds, lambda: self._settled(name))

    def _settled(self, name: str) -> None:
        if name not in self.environments or self.environments[name].status == "DELETING":
            return
        why = self.broken.get(name, "")
        self._change(name, status="INVALID" if why else "VALID", status_reason=why)
        (self._taking.add if self.environments[name].is_serving else self._taking.discard)(name)

    def _delete_environment(self, name: str) -> str:
        found = self._changeable(name)
        if found.is_enabled:
            raise Refusal("Cannot delete, compute environment must be DISABLED")
        attached = any(found.arn in queue.order for queue in self.queues.values())
        if attached or self._lingering.get(name, 0.0) > self.seconds:
            raise Busy("Cannot delete, found existing JobQueue relationship")
        self.lost += [job.id for job in self.on(name)]
        for job in self.on(name):
            self._end(job.id, HOST_TERMINATED, None)
        self._change(name, status="DELETING")
        if (name, "DELETING") not in self.stuck:
            self.later(self.pace.deleting, lambda: self.environments.pop(name, None) and None)
        return ""

    def _changeable(self, name: str) -> ComputeEnvironmentDetail:
        found = self.environments.get(name)
        if found is None:
            raise NotFound(f"{name} does not exist")
        if found.status in MOVING:
            raise Busy(f"Cannot change, resource {name} is being modified")
        return found

    def _change(self, name: str, **changes: Any) -> None:
        self.environments[name] = replace(self.environments[name], **changes)

    def _create_queue(self, write: CreateJobQueue) -> str:
        if write.name in self.queues:
            raise AlreadyExists(f"{write.name}: Object already exists")
        self._check_order(write.order, ())
        arn = f"{BATCH_ARN}:job-queue/{write.name}"
        queue = JobQueueDetail(name=write.name, arn=arn, state="ENABLED", order=write.order, tags=dict(write.tags))
        self.queues[write.name] = queue
        self._settle_queue(write.name, "CREATING")
        return arn

    def _update_queue(self, write: UpdateJobQueue) -> str:
        found = self._changeable_queue(write.name)
        order = found.order if write.order is None else write.order
        self._check_order(order, found.order)
        for arn in set(found.order) - set(order):
            self._lingering[arn.rpartition("/")[2]] = self.seconds + self.pace.lingering
        self.queues[write.name] = replace(found, state=str(write.state or found.state), order=order)
        self._settle_queue(write.name, "UPDATING")
        return found.arn

    def _settle_queue(self, name: str, status: str) -> None:
        self.queues[name] = replace(self.queues[name], status=status)
        if (name, status) not in self.stuck:
            self.later(self.pace.updating, lambda: self._settled_queue(name))

    def _settled_queue(self, name: str) -> None:
        if name in self.queues and self.queues[name].status != "DELETING":
            self.queues[name] = replace(self.queues[name], status="VALID")
            self._orders[name] = self.queues[name].environments

    def _check_order(self, order: tuple[str, ...], before: tuple[str, ...]) -> None:
        if not 1 <= len(order) <= SLOTS:
            raise Refusal(f"a job queue has 1 to {SLOTS} compute environments")
        for arn in order:
            found = self.environments.get(arn.rpartition("/")[2])
            if found is None:
                raise Refusal(f"{arn} does not exist")
            if arn not in before and not found.is_valid:
                raise Refusal(f"{found.name} must be valid before attaching")

    def _changeable_queue(self, name: str) -> JobQueueDetail:
        found = self.queues.get(name)
        if found is None:
            raise NotFound(f"{name} does not exist")
        if found.status in MOVING:
            raise Busy(f"Cannot change, resource {name} is being modified")
        return found

    def _delete_queue(self, name: str) -> str:
        found = self._changeable_queue(name)
        if found.is_enabled:
            raise Refusal("Cannot delete, job queue must be DISABLED")
        for job in [job for job in self.jobs.values() if job.queue == name and not job.is_over]:
            self.lost.append(job.id)
            self._end(job.id, "the queue was deleted", None)
        self.queues[name] = replace(found, status="DELETING")
        self.later(self.pace.deleting, lambda: self._gone_queue(name))
        return ""

    def _gone_queue(self, name: str) -> None:
        for arn in self.queues.pop(name).order:
            self._lingering[arn.rpartition("/")[2]] = self.seconds + self.pace.lingering
        self._orders.pop(name, None)

    def _register(self, write: RegisterJobDefinition) -> str:
        revision = 1 + max((one.revision for one in self.definitions if one.name == write.name), default=0)
        container: Mapping[str, Any] = write.properties["containerProperties"]
        made = JobDefinitionDetail(name=write.name, revision=revision, container=container, tags=dict(write.tags))
        self.definitions.append(made)
        return made.label

    def _deregister(self, label: str) -> str:
        for place, one in enumerate(self.definitions):
            if one.label == label:
                self.definitions[place] = replace(one, status="INACTIVE")
        return label

    def _tag(self, arn: str, tags: Mapping[str, str]) -> str:
        name = arn.rpartition("/")[2]
        if name not in self.environments or arn != arn_of(name):
            _absent(arn)
        self._change(name, tags={**self.environments[name].tags, **tags})
        return arn

    # Other people

    def reorder(self, queue: str, *names: str) -> None:
        """What Terraform does: the order as it knows it. It waits for the queue first."""
        while self.queues[queue].status in MOVING:
            self.sleep(1)
        found = self.queues[queue]
        wanted = tuple(arn_of(name) for name in names)
        if wanted != found.order:
            self._update_queue(UpdateJobQueue(name=queue, order=wanted))

    def set_state(self, name: str, state: CeState) -> None:
        """What an operator does in the console; nothing where AWS would refuse."""
        if name in self.environments and self.environments[name].status not in MOVING:
            self._update_environment(UpdateComputeEnvironment(name=name, state=state))

    def active_jobs(self) -> tuple[JobDetail, ...]:
        return tuple(job for job in self.jobs.values() if job.status in ACTIVE_JOBS)


def _absent(arn: str) -> NoReturn:
    raise NotFound(f"{arn} does not exist")
