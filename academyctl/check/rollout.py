"""What refuses a rollout before anything is created, and what is shown along with its plan. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from academyctl.model.batch import NAME_MAX, SLOTS, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.finding import Finding, Level, error, warning

QUOTA = 50
"""Environments, and queues, of one Region (User Guide, service_limits)."""
_REFUSING = frozenset(("jobdef.absent", "jobdef.attempts"))


def softened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Of the job definition's findings two refuse; the others are shown."""
    for finding in findings:
        yield finding if finding.code in _REFUSING else replace(finding, level=Level.WARNING)


def blue_findings(
    blue: ComputeEnvironmentDetail, queue: JobQueueDetail, queues: Sequence[JobQueueDetail], *, delete_blue: bool
) -> Iterator[Finding]:
    """Whether there is something to take over from."""
    if not queue.is_enabled or (not queue.is_valid and queue.status != "UPDATING"):
        reason = f" ({queue.status_reason})" if queue.status_reason and not queue.is_valid else ""
        what = f"it is {queue.state}, {queue.status}{reason}"
        yield error("queue.disabled", queue.name, f"takes no jobs: {what}", "academyctl batch setup")
    if blue.name not in queue.environments:
        yield error("queue.order", queue.name, f"does not name {blue.name}", "academyctl batch setup")
    if blue.is_invalid:
        said = f"is INVALID ({blue.status_reason or 'no reason given'}): there is nothing to roll back to"
        yield warning("ce.invalid", blue.name, said, "academyctl batch why")
    yield from _shared(blue, queue, queues, delete_blue)


def _shared(
    blue: ComputeEnvironmentDetail, queue: JobQueueDetail, queues: Sequence[JobQueueDetail], delete_blue: bool
) -> Iterator[Finding]:
    """Another queue that has blue only would wait for ever once blue is disabled."""
    others = [one for one in queues if one.name != queue.name and blue.name in one.environments]
    for other in others:
        alone = other.environments == (blue.name,)
        said = f"uses {blue.name}, too, and has no other environment" if alone else f"uses {blue.name}, too"
        make = error if alone or delete_blue else warning
        yield make("queue.shared", other.name, said, "give it another compute environment first")


def room_findings(
    green: str,
    queue: JobQueueDetail,
    environments: Sequence[ComputeEnvironmentDetail],
    queues: Sequence[JobQueueDetail],
    *,
    canary: bool,
    has_victim: bool,
) -> Iterator[Finding]:
    """Whether AWS would take one more."""
    if len(green) > NAME_MAX:
        yield error("ce.name", green, f"has more than {NAME_MAX} characters", "set up a shorter name: batch setup")
    if len(queue.order) >= SLOTS and not has_victim:
        said = f"has {SLOTS} environments already, and none of them is a drained one that academyctl retained"
        yield error("queue.slots", queue.name, said, "academyctl batch ce-prune --keep 0")
    if len(environments) >= QUOTA:
        said = f"the Region has {len(environments)} of {QUOTA} compute environments"
        yield error("ce.quota", green, said, "academyctl batch ce-prune --keep 0")
    if canary and len(queues) >= QUOTA:
        yield error("queue.quota", queue.name, f"the Region has {len(queues)} of {QUOTA} queues", "use --no-canary")
