"""What of the time before AWS Batch is deleted: what the stack's `legacy` patterns match, and nothing in use."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from academyctl.model.finding import Finding, error, warning
from academyctl.model.legacy import (
    Alarm,
    AutoScalingGroup,
    DeleteAlarm,
    DeleteAutoScalingGroup,
    DeleteQueue,
    DeleteScalingPolicy,
    Leftovers,
    LegacyQueue,
    LegacyWrite,
)
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.stack import Stack

BATCHS_OWN = "AWSBatch"
"""How the names begin of what Batch itself makes behind an environment."""
READINGS = 3
"""Readings in a row that must find a queue empty."""


def is_legacy(name: str, patterns: Iterable[str], stack: Stack) -> bool:
    """A pattern matches the whole name, case and all; Batch's own and what the stack names are never legacy."""
    if name.startswith(BATCHS_OWN) or any(name == one or name.startswith(f"{one}-") for one in _named(stack)):
        return False
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _named(stack: Stack) -> tuple[str, ...]:
    """What the stack is made of today. A dead-letter queue or an alarm begins with the name it belongs to."""
    return (
        stack.job_queue.name,
        stack.compute_environment.name,
        stack.job_definition.name,
        stack.delete_r2_queue,
        stack.delete_r2_function,
    )


class Cleanup(NamedTuple):
    """`kept`: what stays though a pattern matches it, and why; that ends in exit 4 and stops nothing."""

    plan: Plan[LegacyWrite]
    kept: tuple[Finding, ...]


def plan_cleanup(found: Leftovers) -> Cleanup:
    """Alarms, scaling policies, groups, queues: nothing is deleted before what acts on it."""
    busy = {group.name for group in found.groups if group.is_in_use}
    steps = (
        *_alarm_steps(found, busy),
        *(step for group in found.groups if group.name not in busy for step in _policy_steps(found, group)),
        *map(_group_step, found.groups),
        *map(_queue_step, found.queues),
    )
    kept = (
        *(_in_use(group) for group in found.groups if group.is_in_use),
        *(finding for queue in found.queues if (finding := _not_empty(queue))),
    )
    marked = tuple(_referenced(queue) for queue in found.queues if queue.readers)
    return Cleanup(plan=Plan(steps=steps, findings=marked), kept=kept)


def _alarm_steps(found: Leftovers, busy: set[str]) -> Iterator[Step[LegacyWrite]]:
    """Composite alarms first: CloudWatch keeps an alarm that another one is made of."""
    for alarm in sorted(found.alarms, key=lambda one: (not one.is_composite, one.name)):
        group = _scales(alarm, found, busy)
        if group:
            yield Step(change=_kept("cloudwatch.alarm", alarm.name, f"kept: it scales {group}, which is in use"))
        else:
            yield Step(change=_deletion("cloudwatch.alarm", alarm.name, "alarm"), write=DeleteAlarm(name=alarm.name))


def _scales(alarm: Alarm, found: Leftovers, busy: set[str]) -> str:
    """The group in use whose scaling policies the alarm sets off; empty where there is none."""
    return next(
        (group for group in sorted(busy) for policy in found.policies.get(group, ()) if policy.arn in alarm.actions),
        "",
    )


def _policy_steps(found: Leftovers, group: AutoScalingGroup) -> Iterator[Step[LegacyWrite]]:
    for policy in found.policies.get(group.name, ()):
        change = _deletion("autoscaling.policy", f"{group.name}/{policy.name}", "scaling policy")
        yield Step(change=change, write=DeleteScalingPolicy(name=policy.name, group=group.name))


def _group_step(group: AutoScalingGroup) -> Step[LegacyWrite]:
    kind = "autoscaling.group"
    if group.is_in_use:
        why = f"kept, with its scaling policies: {_size(group)}"
        return Step(change=_kept(kind, group.name, why))
    if group.is_going:
        return Step(change=_kept(kind, group.name, "is being deleted already"))
    return Step(change=_deletion(kind, group.name, "Auto Scaling group"), write=DeleteAutoScalingGroup(name=group.name))


def _size(group: AutoScalingGroup) -> str:
    return f"{group.instances} instance{'' if group.instances == 1 else 's'} of {group.desired} desired"


def _queue_step(queue: LegacyQueue) -> Step[LegacyWrite]:
    if _not_empty(queue):
        return Step(change=_kept("sqs.queue", queue.name, "kept: it was not empty in every reading"))
    why = f"SQS queue, empty in {len(queue.readings)} readings"
    return Step(change=_deletion("sqs.queue", queue.name, why), write=DeleteQueue(name=queue.name, url=queue.url))


def _deletion(kind: str, target: str, why: str) -> Change:
    """`why` says what it is: groups, alarms and queues may have one name."""
    return Change(action=Action.DELETE, kind=kind, target=target, why=why)


def _kept(kind: str, target: str, why: str) -> Change:
    return Change(action=Action.NONE, kind=kind, target=target, why=why, state=State.DONE)


def _in_use(group: AutoScalingGroup) -> Finding:
    return error(
        "legacy.asg-in-use",
        group.name,
        f"has {_size(group)} and is kept",
        f"aws autoscaling update-auto-scaling-group --auto-scaling-group-name {group.name} --min-size 0"
        " --desired-capacity 0; when they are gone, run this again",
    )


def _not_empty(queue: LegacyQueue) -> Finding | None:
    """Anything but three readings that found nothing keeps it."""
    if len(queue.readings) >= READINGS and all(reading.is_empty for reading in queue.readings):
        return None
    seen = next((str(one) for one in queue.readings if not one.is_empty), "it was not read often enough")
    hint = "see who still sends to it, let its messages be worked off, then run this again"
    return error("legacy.queue-not-empty", queue.name, f"is kept: {seen}", hint)


def _referenced(queue: LegacyQueue) -> Finding:
    return warning(
        "legacy.queue-referenced",
        queue.name,
        f"is what VIDEO_SQS_QUEUE_NAME says in the parameter of {' and '.join(queue.readers)}",
    )
