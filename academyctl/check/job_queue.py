"""Does the job queue take jobs, and does it give them to the environment that shall serve. Pure."""

from collections.abc import Iterable, Iterator

from academyctl.check.compute_environment import SETUP, WHY
from academyctl.model.batch import MOVING, ComputeEnvironmentDetail, JobQueueDetail, stem_of
from academyctl.model.finding import Finding, error
from academyctl.model.stack import Stack


def queue_findings(
    stack: Stack,
    queue: JobQueueDetail | None,
    environments: Iterable[ComputeEnvironmentDetail],
    *,
    serving: ComputeEnvironmentDetail | None,
    green: ComputeEnvironmentDetail | None,
) -> tuple[Finding, ...]:
    """What is wrong with the stack's queue. `green` is that of an open rollout: it and its blue may stand anywhere."""
    if queue is None:
        absent = "does not exist: no job can be submitted"
        return (error("queue.absent", stack.job_queue.name, absent, SETUP),)
    by_name = {one.name: one for one in environments}
    order = [by_name[name] for name in queue.environments if name in by_name]
    return (*_state(queue), *_order(stack, queue, order, serving, green))


def _state(queue: JobQueueDetail) -> Iterator[Finding]:
    if not queue.is_enabled:
        state = queue.state or "of no state"
        yield error("queue.disabled", queue.name, f"is {state}: it refuses new jobs", SETUP)
    if not queue.is_valid and queue.status not in MOVING:
        reason = queue.status_reason or "AWS gives no reason"
        yield error("queue.disabled", queue.name, f"is {queue.status or 'of no status'}: {reason}", WHY)


def _order(
    stack: Stack,
    queue: JobQueueDetail,
    order: list[ComputeEnvironmentDetail],
    serving: ComputeEnvironmentDetail | None,
    green: ComputeEnvironmentDetail | None,
) -> Iterator[Finding]:
    stem = stem_of(stack.compute_environment.name)
    if not any(stem_of(name) == stem for name in queue.environments):
        stands = ", ".join(queue.environments) or "none at all"
        yield error("queue.order", queue.name, f"names no environment of {stem}: {stands}", SETUP)
    for one in order:
        if one.is_invalid:
            reason = one.status_reason or "AWS gives no reason"
            yield error("queue.order", queue.name, f"names {one.name}, which is INVALID: {reason}", WHY)
    explained = {green.name, green.tag("from")} if green else set()
    for one in _before(order, serving):
        if one.is_enabled and not one.is_invalid and one.name not in explained:
            message = f"{one.name} is ENABLED and stands before {serving.name if serving else stem}, which serves"
            yield error("queue.order", queue.name, message, "academyctl batch status")


def _before(
    order: list[ComputeEnvironmentDetail], serving: ComputeEnvironmentDetail | None
) -> Iterator[ComputeEnvironmentDetail]:
    """Those that the scheduler tries first; none where the serving one is not in the order."""
    names = [one.name for one in order]
    if serving and serving.name in names:
        yield from order[: names.index(serving.name)]
