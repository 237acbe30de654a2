"""Batch as a whole: which operation a request is, its answer, and what tests and rehearsals do to what is there."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from threading import RLock
from typing import Any

from academyctl.sandbox.batch_behind import Behind
from academyctl.sandbox.batch_definitions import deregister_definition, describe_definitions, register_definition
from academyctl.sandbox.batch_ecs import ecs_answer
from academyctl.sandbox.batch_ends import SUCCEEDED
from academyctl.sandbox.batch_environments import (
    create_environment,
    delete_environment,
    describe_environments,
    update_environment,
)
from academyctl.sandbox.batch_errors import RefusedError
from academyctl.sandbox.batch_job_reads import describe_jobs, list_jobs, queue_snapshot
from academyctl.sandbox.batch_jobs import cancel_job, submit_job, terminate_job
from academyctl.sandbox.batch_life import settle
from academyctl.sandbox.batch_place import put_on
from academyctl.sandbox.batch_queues import create_queue, delete_queue, describe_queues, update_queue
from academyctl.sandbox.batch_state import Batch, Ended, Environment, Job, Resource, Runner
from academyctl.sandbox.batch_tags import list_tags, tag_resource, untag_resource
from academyctl.sandbox.calls import ApiCall
from academyctl.sandbox.control import Control

OPERATIONS: dict[str, Callable[[Batch, Mapping[str, Any]], dict[str, Any]]] = {
    "CreateComputeEnvironment": create_environment,
    "DescribeComputeEnvironments": describe_environments,
    "UpdateComputeEnvironment": update_environment,
    "DeleteComputeEnvironment": delete_environment,
    "CreateJobQueue": create_queue,
    "DescribeJobQueues": describe_queues,
    "UpdateJobQueue": update_queue,
    "DeleteJobQueue": delete_queue,
    "RegisterJobDefinition": register_definition,
    "DescribeJobDefinitions": describe_definitions,
    "DeregisterJobDefinition": deregister_definition,
    "SubmitJob": submit_job,
    "DescribeJobs": describe_jobs,
    "ListJobs": list_jobs,
    "GetJobQueueSnapshot": queue_snapshot,
    "CancelJob": cancel_job,
    "TerminateJob": terminate_job,
    "ListTagsForResource": list_tags,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}


class StrictBatch:
    """Batch of one account, in every region. One request at a time."""

    def __init__(self, account: str, control: Control, runner: Runner) -> None:
        self._account, self._control, self._runner = account, control, runner
        self._regions: dict[str, Batch] = {}
        self._lock = RLock()
        control.connect(
            forget=self._alone(self._forget),
            invalidate=self._alone(self._invalidate),
            heal=self._alone(self._heal),
            release=self._alone(self._release),
            finish=self._alone(self._finish),
            place=self._alone(self._place),
        )

    def answer(self, call: ApiCall, request: Mapping[str, Any]) -> dict[str, Any]:
        """RefusedError as Batch refuses."""
        operation = OPERATIONS.get(call.operation)
        if operation is None:
            raise RefusedError(f"{call.operation} is not served here", code="UnknownOperationException", status=404)
        with self._lock:
            batch = self._settled(call.region)
            refusal = self._control.take(f"refuse:{call.operation}", call.name)
            if refusal:
                raise RefusedError(refusal.text, code=refusal.code, status=refusal.status)
            return operation(batch, request)

    def ecs(self, call: ApiCall, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """None: it is nothing of Batch's."""
        with self._lock:
            return ecs_answer(self._settled(call.region), call.operation, request)

    def settle(self, region: str) -> None:
        """To be called before another service tells what depends on Batch."""
        with self._lock:
            self._settled(region)

    def _settled(self, region: str) -> Batch:
        if region not in self._regions:
            behind = Behind(account=self._account, region=region)
            self._regions[region] = Batch(
                account=self._account, region=region, control=self._control, behind=behind, runner=self._runner
            )
        settle(self._regions[region])
        return self._regions[region]

    def _alone(self, act: Callable[..., None]) -> Callable[..., None]:
        """No request is answered meanwhile."""

        def acted(*args: Any) -> None:
            with self._lock:
                act(*args)

        return acted

    def _forget(self) -> None:
        for batch in self._regions.values():
            for job in batch.jobs.values():
                if job.run:
                    job.run.stop()
            batch.behind.terminate(one.ec2_id for ce in batch.environments.values() for one in ce.instances)
        self._regions.clear()

    def _invalidate(self, pattern: str, reason: str, after: float) -> None:
        for found in self._environments(pattern):
            found.fails_at, found.failure = self._control.now() + after, reason

    def _heal(self, pattern: str) -> None:
        for found in self._environments(pattern):
            found.broken = ""
            found.turn("UPDATING", self._control.now())

    def _release(self, pattern: str, status: str) -> None:
        for found in self._resources():
            if found.status == status and fnmatchcase(found.name, pattern):
                found.due = self._control.now()

    def _finish(self, pattern: str, exit_code: int, reason: str) -> None:
        for job in self._jobs():
            if job.is_placed and (job.id == pattern or fnmatchcase(job.name, pattern)):
                if job.run:
                    job.run.stop()
                job.ending = Ended(exit_code=exit_code, reason=reason, status_reason=SUCCEEDED)
                job.due = self._control.now()

    def _place(self, pattern: str, environment: str) -> None:
        for batch in self._all():
            found = batch.environment(environment)
            waiting = [job for job in batch.jobs.values() if job.status == "RUNNABLE"]
            for job in [job for job in waiting if job.id == pattern or fnmatchcase(job.name, pattern)]:
                if found:
                    put_on(batch, job, found, self._control.now())

    def _environments(self, pattern: str) -> list[Environment]:
        found = (one for region in self._all() for one in region.environments.values())
        return [one for one in found if fnmatchcase(one.name, pattern)]

    def _resources(self) -> list[Resource]:
        return [one for region in self._all() for one in (*region.environments.values(), *region.queues.values())]

    def _jobs(self) -> list[Job]:
        return [job for region in self._all() for job in region.jobs.values()]

    def _all(self) -> Iterable[Batch]:
        for batch in self._regions.values():
            settle(batch)
        return list(self._regions.values())
