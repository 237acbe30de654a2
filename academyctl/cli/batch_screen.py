"""A fleet as `batch status` tells it: one screen for people, the same as data for scripts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from academyctl.model.batch import JobQueueDetail, stem_of
from academyctl.model.batch_job import ACTIVE_JOBS
from academyctl.model.fleet import Fleet
from academyctl.model.outcome import Table
from academyctl.model.stack import Stack
from academyctl.plan.fleet import Mark, Member, Rollout, members, phase_of, rollout_of

DAY_MS = 24 * 3600 * 1000
COLUMNS = ("#", "environment", "mark", "phase", "state", "status", "min/now/max", "types", "ami", "age", "tasks")
_STYLES = {Mark.GREEN: "good", Mark.RETAINED: "dim", Mark.UNTAGGED: "dim", Mark.FOREIGN: "dim"}


class StatusScreen:
    """`region` is where it was looked at."""

    def __init__(self, fleet: Fleet, stack: Stack, region: str) -> None:
        self._fleet, self._stack, self._region = fleet, stack, region
        stem = stem_of(stack.compute_environment.name)
        self._members = members(fleet, stack.name, stem)
        self._rollout = rollout_of(fleet, stack.name, stem)
        self._jobs = {status: len(fleet.jobs.get(status, ())) for status in ACTIVE_JOBS}
        since = fleet.now_ms - DAY_MS
        self._failed = sum((job.stopped_at or job.created_at) >= since for job in fleet.jobs.get("FAILED", ()))

    def data(self) -> dict[str, Any]:
        return {
            "region": self._region,
            "at": spelled(self._fleet.now),
            "queue": queue_facts(self._fleet.queue),
            "canary_queue": queue_facts(self._fleet.canary_queue),
            "rollout": _rollout_data(self._rollout),
            "environments": [self._member_data(one) for one in self._members],
            "jobs": self._jobs,
            "failed_24h": self._failed,
        }

    def view(self) -> tuple[Table | str, ...]:
        return tuple(self._parts())

    def _parts(self) -> Iterator[Table | str]:
        yield f"stack {self._stack.name}  region {self._region}  at {spelled(self._fleet.now)}"
        yield _queue_line("queue", self._stack.job_queue.name, self._fleet.queue)
        if self._fleet.canary_queue:
            yield _queue_line("canary queue", self._fleet.canary_queue.name, self._fleet.canary_queue)
        if self._rollout:
            yield _rollout_line(self._rollout)
        if self._members:
            rows = tuple(self._row(self._member_data(one)) for one in self._members)
            yield Table(columns=COLUMNS, rows=rows, styles=tuple(map(_style, self._members)))
        else:
            yield "no compute environment of this stack: academyctl batch setup"
        for one in self._members:
            if one.environment.is_invalid:
                yield f"{one.environment.name} is INVALID: {one.environment.status_reason or 'AWS gives no reason'}"
        counts = "  ".join(f"{status} {number}" for status, number in self._jobs.items())
        yield f"jobs  {counts}  failed in 24 h {self._failed}"

    def _member_data(self, member: Member) -> dict[str, Any]:
        one, load = member.environment, self._fleet.load(member.environment)
        return {
            "name": one.name,
            "order": member.place or None,
            "mark": str(member.mark),
            "phase": phase_of(one),
            "rollout": one.tag("rollout"),
            "by": one.tag("by"),
            "at": one.tag("at"),
            "state": one.state,
            "status": one.status,
            "status_reason": one.status_reason,
            "vcpus": {"min": one.min_vcpus, "desired": one.desired_vcpus, "max": one.max_vcpus},
            "instance_types": list(one.instance_types),
            "ami": one.ami,
            "ami_age_days": self._age(one.ami),
            "running_tasks": load.running if load else None,
            "pending_tasks": load.pending if load else None,
            "instances": load.instances if load else None,
        }

    def _age(self, ami: str) -> int | None:
        """Days since EC2's CreationDate; None where the image is not known."""
        image = self._fleet.images.get(ami)
        if image is None or not image.created:
            return None
        created = datetime.fromisoformat(image.created)
        return (self._fleet.now - (created if created.tzinfo else created.replace(tzinfo=UTC))).days

    def _row(self, told: Mapping[str, Any]) -> tuple[str, ...]:
        vcpus, age, tasks = told["vcpus"], told["ami_age_days"], told["running_tasks"]
        return (
            str(told["order"] or "-"),
            told["name"],
            told["mark"],
            told["phase"] if told["mark"] == Mark.GREEN else "-",
            told["state"],
            told["status"],
            f"{vcpus['min']}/{vcpus['desired']}/{vcpus['max']}",
            ", ".join(told["instance_types"]) or "-",
            told["ami"] or "-",
            "-" if age is None else f"{age} d",
            "-" if tasks is None else str(tasks),
        )


def _style(member: Member) -> str:
    return "bad" if member.environment.is_invalid else _STYLES.get(member.mark, "")


def _queue_line(what: str, name: str, queue: JobQueueDetail | None) -> str:
    if queue is None:
        return f"{what} {name}  does not exist: academyctl batch setup"
    order = ", ".join(queue.environments) or "no environment"
    reason = "" if queue.is_valid or not queue.status_reason else f"  ({queue.status_reason})"
    return f"{what} {name}  {queue.state} {queue.status}{reason}  order {order}"


def _rollout_line(rollout: Rollout) -> str:
    blue = rollout.blue or "an environment that is gone"
    return f"rollout {rollout.id}  {rollout.phase}  {blue} -> {rollout.green}  by {rollout.by}  at {rollout.at}"


def queue_facts(queue: JobQueueDetail | None) -> dict[str, Any] | None:
    if queue is None:
        return None
    return {
        "name": queue.name,
        "state": queue.state,
        "status": queue.status,
        "status_reason": queue.status_reason,
        "priority": queue.priority,
        "order": list(queue.environments),
    }


def _rollout_data(rollout: Rollout | None) -> dict[str, str] | None:
    if rollout is None:
        return None
    return {name: getattr(rollout, name) for name in ("id", "phase", "by", "at", "green", "blue")}


def spelled(moment: datetime) -> str:
    """UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
