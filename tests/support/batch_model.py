"""AWS Batch in memory and in simulated time, by AWS's rules: what a rollout meets, without a process.

It answers at once, and what it acknowledged holds only later: an environment that was just disabled goes on taking jobs
until it is VALID again. A job whose environment is deleted is lost, and written down in `lost`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from academyctl.model.batch import MOVING, CeState, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.batch_write import (
    BatchWrite,
    CreateComputeEnvironment,
    CreateJobQueue,
    DeleteComputeEnvironment,
    DeleteJobQueue,
    DeregisterJobDefinition,
    RegisterJobDefinition,
    SubmitJob,
    TagResource,
    TerminateJob,
    UpdateComputeEnvironment,
    UpdateJobQueue,
)
from academyctl.model.errors import AlreadyExists, Busy, NotFound, Refusal
from tests.batch_builders import BATCH_ARN, LINKED_ROLE, arn_of
from tests.support.batch_jobs import ECS_ARN, Machines

SLOTS, QUOTA = 3, 50
POLICY = {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 30}
"""What Batch shows of an environment whose update policy nobody set."""
HOST_TERMINATED = "Host EC2 (instance i-0) terminated."


@dataclass
class World(Machines):
    """Takes the writes, and what other people do."""

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
            case TagResource(arn=arn, tags=tags):
                return self._tag(arn, tags)
        return self._apply_job(write)

    def _apply_job(self, write: BatchWrite) -> str:
        match write:
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
        raise AssertionError(write)

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
            self.later(self.pace.deleting, lambda: self.environments.pop(name, None))
        return ""

    def _changeable(self, name: str) -> ComputeEnvironmentDetail:
        found = self.environments.get(name)
        if found is None:
            raise NotFound(f"{name} does not exist")
        if found.status in MOVING:
            raise Busy(f"Cannot change, resource {name} is being modified")
        return found

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
            raise NotFound(f"{arn} does not exist")
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
