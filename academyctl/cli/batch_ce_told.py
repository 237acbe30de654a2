"""What `ce-check` tells of the environments: a table for people, the same facts for scripts."""

from collections.abc import Iterable, Sequence
from typing import Any

from academyctl.check.compute_environment import age_days
from academyctl.model.batch import JobQueueDetail
from academyctl.model.fleet import Fleet
from academyctl.model.outcome import Table
from academyctl.model.stack import Stack
from academyctl.plan.fleet import Member

COLUMNS = ("environment", "is", "state", "status", "max vCPUs", "AMI", "age", "queue", "service role")


def facts(member: Member, fleet: Fleet, stack: Stack) -> dict[str, Any]:
    """One environment for scripts. `place` counts from 1, null: not in the queue."""
    one = member.environment
    image = fleet.images.get(one.ami)
    return {
        "name": one.name,
        "mark": str(member.mark),
        "state": one.state,
        "status": one.status,
        "status_reason": one.status_reason,
        "max_vcpus": one.max_vcpus,
        "declared_max_vcpus": stack.compute_environment.max_vcpus,
        "min_vcpus": one.min_vcpus,
        "desired_vcpus": one.desired_vcpus,
        "ami": one.ami,
        "ami_created": image.created if image else "",
        "ami_age_days": age_days(image, fleet.now),
        "image_type": one.image_type,
        "allocation_strategy": one.allocation_strategy,
        "instance_types": list(one.instance_types),
        "place": member.place or None,
        "service_role": one.service_role,
        "service_linked": one.has_linked_role,
    }


def environment_table(told: Iterable[dict[str, Any]], title: str, faulty: str) -> Table:
    """`faulty` is the environment whose row is marked; "" none."""
    rows = tuple(told)
    styles = tuple("bad" if one["name"] == faulty else "" for one in rows)
    return Table(title=title, columns=COLUMNS, rows=tuple(map(_row, rows)), styles=styles)


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    now, declared = one["max_vcpus"], one["declared_max_vcpus"]
    age = one["ami_age_days"]
    role = "service-linked" if one["service_linked"] else one["service_role"].rpartition("/")[2]
    return (
        one["name"],
        one["mark"],
        one["state"],
        one["status"],
        f"{now} of {declared}" if now != declared else str(now),
        one["ami"] or "Batch's",
        "?" if age is None else f"{age} d",
        "-" if one["place"] is None else str(one["place"]),
        role,
    )


def queue_line(queue: JobQueueDetail | None, name: str, region: str) -> str:
    if queue is None:
        return f"queue {name}: absent in {region}"
    return f"queue {queue.name}: {queue.state} {queue.status}, order {_listed(queue.environments)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "empty"
