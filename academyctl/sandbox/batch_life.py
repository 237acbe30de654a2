"""Time in the embedded Batch: what would have happened by now, in its order. Called before each request is answered."""

from collections.abc import Iterator
from dataclasses import replace

from academyctl.sandbox.batch_ends import end, fail
from academyctl.sandbox.batch_jobs import too_many_tags
from academyctl.sandbox.batch_place import place_jobs, scale, spare
from academyctl.sandbox.batch_state import NEVER, Batch, Environment, Job


def settle(batch: Batch) -> None:
    """Goes from event to event up to now."""
    now = batch.control.now()
    while (due := min(_dues(batch), default=NEVER)) <= now:
        _step(batch, due)
    _step(batch, now)


def _dues(batch: Batch) -> Iterator[float]:
    """When something happens next. What has happened is NEVER due again."""
    for environment in batch.environments.values():
        yield from (environment.due, environment.fails_at)
        yield from (one.idle_since + batch.control.pace.idle for one in spare(environment))
    yield from (queue.due for queue in batch.queues.values())
    for job in batch.jobs.values():
        yield min(job.due, job.run.due if job.run else NEVER)


def _step(batch: Batch, at: float) -> None:
    for environment in list(batch.environments.values()):
        _live(batch, environment, at)
    for queue in [queue for queue in batch.queues.values() if queue.due <= at]:
        queue.arrive()
        if queue.status == "DELETED":
            del batch.queues[queue.name]
    for job in batch.jobs.values():
        _advance(batch, job, at)
    place_jobs(batch, at)
    scale(batch, at)


def _live(batch: Batch, environment: Environment, at: float) -> None:
    if environment.due <= at:
        environment.arrive()
        if environment.status == "VALID":
            _look(batch, environment)
    if environment.fails_at <= at:
        environment.broken, environment.fails_at = environment.failure, NEVER
        if environment.status != "DELETING":
            environment.status, environment.reason, environment.due = "INVALID", environment.broken, NEVER
    if environment.status == "DELETED":
        del batch.environments[environment.name]


def _look(batch: Batch, environment: Environment) -> None:
    """What it needs in other services is looked at last, also after an update: a repair makes it VALID."""
    fault = environment.broken or batch.behind.fault(environment.service_role, environment.resources)
    if fault:
        environment.status, environment.reason = "INVALID", fault


def _advance(batch: Batch, job: Job, at: float) -> None:
    if job.is_over:
        return
    if job.ending and job.due <= at:
        end(batch, job, at, job.ending)
        return
    match job.status:
        case "SUBMITTED" if job.due <= at:
            _make_runnable(batch, job, at)
        case "RUNNABLE" if job.due <= at:
            job.due = NEVER
            job.reason = job.wish.status_reason if job.wish.stuck else ""
        case "STARTING" if job.due <= at:
            _start(batch, job, at)
        case "RUNNING":
            _look_after(batch, job, at)


def _make_runnable(batch: Batch, job: Job, at: float) -> None:
    if too_many_tags(batch, job):
        fail(batch, job, at, "The combined tags of the job and its definition exceed 50")
        return
    job.status, job.due = "RUNNABLE", at + batch.control.pace.runnable


def _start(batch: Batch, job: Job, at: float) -> None:
    job.status, job.started, job.due = "RUNNING", at, NEVER
    job.log_stream = f"{job.definition.rpartition('/')[2].partition(':')[0]}/default/{job.task.rpartition('/')[2]}"
    job.run = batch.runner(batch, job, at)


def _look_after(batch: Batch, job: Job, at: float) -> None:
    """A terminated one ends as it was told to, whatever its container said last."""
    ended = job.run.ended(at) if job.run else None
    if ended:
        end(batch, job, at, replace(job.ending, exit_code=ended.exit_code) if job.ending else ended)
