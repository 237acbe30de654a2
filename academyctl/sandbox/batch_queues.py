"""Job queues: create, describe, update, delete, as the API reference tells."""

from collections.abc import Mapping, Sequence
from typing import Any

from academyctl.sandbox.batch_ends import fail
from academyctl.sandbox.batch_environments import changeable, move
from academyctl.sandbox.batch_errors import RefusedError, already_exists, faulty
from academyctl.sandbox.batch_pages import page
from academyctl.sandbox.batch_rules import (
    MAX_QUEUES,
    architectures,
    check_choice,
    check_limit_actions,
    check_name,
    check_order,
    check_tags,
)
from academyctl.sandbox.batch_state import Batch, Environment, Queue, kept

Order = tuple[tuple[int, str], ...]


def create_queue(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    name = request.get("jobQueueName") or ""
    check_name(name, "jobQueueName")
    check_tags(request.get("tags") or {})
    check_choice(request.get("state"), ("ENABLED", "DISABLED"), "state")
    check_limit_actions(request.get("jobStateTimeLimitActions") or ())
    if name in batch.queues:
        raise already_exists()
    if len(batch.queues) >= MAX_QUEUES:
        raise RefusedError(f"The maximum number of job queues ({MAX_QUEUES}) has been reached")
    found = Queue(
        name=name,
        arn=batch.arn("job-queue", name),
        healthy="JobQueue Healthy",
        state=request.get("state") or "ENABLED",
        tags=dict(request.get("tags") or {}),
        priority=request.get("priority") or 0,
        order=_order(batch, request.get("computeEnvironmentOrder") or (), ()),
        limit_actions=list(request.get("jobStateTimeLimitActions") or ()),
        policy=request.get("schedulingPolicyArn") or "",
    )
    move(batch, found, "CREATING", batch.control.pace.creating)
    batch.queues[name] = found
    return {"jobQueueName": name, "jobQueueArn": found.arn}


def _order(batch: Batch, given: Sequence[Mapping[str, Any]], before: Order) -> Order:
    """The order, with ARNs for names. One that is attached already may be in any status."""
    check_order(given)
    attached = {arn for _, arn in before}
    named = [(entry["order"], _existing(batch, entry["computeEnvironment"])) for entry in given]
    if len({found.arn for _, found in named}) < len(named):
        raise faulty("A compute environment cannot be in a job queue twice")
    for _, found in named:
        if found.arn not in attached:
            _check_attachable(batch, found)
    _check_alike([found for _, found in named])
    return tuple((order, found.arn) for order, found in named)


def _existing(batch: Batch, given: str) -> Environment:
    found = batch.environment(given)
    if found is None:
        raise RefusedError(f"{given} does not exist")
    return found


def _check_attachable(batch: Batch, found: Environment) -> None:
    """API reference, CreateJobQueue: environments must be VALID before they can be associated."""
    if found.status != "VALID" or batch.control.take("not-valid", found.name):
        raise RefusedError(f"{found.arn} is not in a valid state: it must be valid before attaching to a job queue")


def _check_alike(environments: Sequence[Environment]) -> None:
    """One architecture; EC2 with SPOT is no mix."""
    kinds: set[str] = set()
    for found in environments:
        kinds |= architectures(found.resources.get("instanceTypes") or ())
    if len(kinds) > 1:
        raise faulty("All compute environments of a job queue must share the same architecture")


def describe_queues(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    asked = request.get("jobQueues") or ()
    if len(asked) > 100:
        raise faulty("jobQueues can not have more than 100 entries")
    wanted = [one for name in asked if (one := batch.queue(name))] if asked else batch.queues.values()
    rows, more = page([_shown(batch, one) for one in wanted], request)
    return {"jobQueues": rows, **more}


def _shown(batch: Batch, queue: Queue) -> dict[str, Any]:
    """A JobQueueDetail."""
    order = queue.former if queue.former and batch.control.take("stale", queue.name) else queue.order
    return kept(
        jobQueueName=queue.name,
        jobQueueArn=queue.arn,
        state=queue.state,
        schedulingPolicyArn=queue.policy or None,
        status=queue.status,
        statusReason=queue.reason or None,
        priority=queue.priority,
        computeEnvironmentOrder=[{"order": number, "computeEnvironment": arn} for number, arn in order],
        serviceEnvironmentOrder=[],
        jobQueueType="ECS",
        tags=queue.tags,
        jobStateTimeLimitActions=queue.limit_actions,
    )


def update_queue(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """The order that is given replaces the whole one."""
    given = request["jobQueue"]
    found = changeable(batch, batch.queue(given), given, "update")
    check_choice(request.get("state"), ("ENABLED", "DISABLED"), "state")
    if "computeEnvironmentOrder" in request:
        _reorder(batch, found, _order(batch, request["computeEnvironmentOrder"], found.order))
    if "jobStateTimeLimitActions" in request:
        check_limit_actions(request["jobStateTimeLimitActions"])
        found.limit_actions = list(request["jobStateTimeLimitActions"])
    found.state = request.get("state") or found.state
    found.priority = request.get("priority", found.priority)
    found.policy = request.get("schedulingPolicyArn") or found.policy
    move(batch, found, "UPDATING", batch.control.pace.updating)
    return {"jobQueueName": found.name, "jobQueueArn": found.arn}


def _reorder(batch: Batch, found: Queue, order: Order) -> None:
    _detach(batch, {arn for _, arn in found.order} - {arn for _, arn in order}, batch.control.pace.updating)
    found.former, found.order = found.order, order


def _detach(batch: Batch, arns: set[str], seconds: float) -> None:
    """The relationship outlasts the update (terraform-provider-aws#46925)."""
    until = batch.control.now() + seconds + batch.control.pace.lingering
    batch.lingering |= dict.fromkeys(arns, until)


def delete_queue(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """Needs DISABLED, and terminates all of its jobs (API reference, DeleteJobQueue)."""
    given = request["jobQueue"]
    found = changeable(batch, batch.queue(given), given, "delete")
    if found.state != "DISABLED":
        raise RefusedError("Cannot delete, job queue must be DISABLED")
    for job in batch.jobs.values():
        if job.queue == found.arn and not job.is_over:
            job.is_terminated = True
            fail(batch, job, batch.control.now(), "Job terminated: its job queue was deleted")
    _detach(batch, {arn for _, arn in found.order}, batch.control.pace.deleting)
    move(batch, found, "DELETING", batch.control.pace.deleting, "DELETED")
    return {}
