"""The traffic in a rollout: green goes before blue in the queue's order, and is watched while blue stands by. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from academyctl.model.batch import MOVING
from academyctl.model.batch_write import BatchWrite, UpdateJobQueue
from academyctl.model.rollout import View
from academyctl.plan.queue_order import attached_order
from academyctl.plan.rollout_green import green_broken


def is_in_place(view: View) -> bool:
    return view.is_attached and has_order(attached_order)(view)


def has_order(order: Callable[[View], tuple[str, ...]]) -> Callable[[View], bool]:
    return lambda view: view.queue is not None and view.queue.order == order(view)


def set_order(order: Callable[[View], tuple[str, ...]]) -> Callable[[View], BatchWrite | None]:
    def write(view: View) -> BatchWrite | None:
        queue, wanted = view.queue, order(view)
        if queue is None or queue.status in MOVING or not _keeps_serving(view, wanted):
            return None
        return UpdateJobQueue(name=queue.name, order=wanted)

    return write


def _keeps_serving(view: View, order: tuple[str, ...]) -> bool:
    """Some environment of that order is ENABLED and VALID. An empty order is never sent."""
    return any(one.is_serving for one in view.facts.environments if one.arn in order)


def attach(view: View) -> BatchWrite | None:
    return set_order(attached_order)(view) if view.green and view.green.is_serving else None


def is_noted_attached(view: View) -> bool:
    return view.phase_tag == "attached" and _noted_at(view) is not None


def _noted_at(view: View) -> datetime | None:
    try:
        since = datetime.fromisoformat(view.green.tag("at")) if view.green else None
    except ValueError:
        return None
    return since if since and since.tzinfo else None


def is_soaked(view: View) -> bool:
    since = _noted_at(view)
    return view.is_blue_noted or (since is not None and view.facts.now >= since + timedelta(seconds=view.terms.soak))


def soak_failed(view: View) -> str:
    """Jobs that fail on green are no reason to turn back where blue could not take them."""
    if green_broken(view) or not view.has_way_back:
        return green_broken(view)
    jobs = [job for job in view.failures if view.green and job.cluster == view.green.cluster]
    if not jobs:
        return ""
    said = "; ".join(reason for reason in (jobs[0].status_reason, jobs[0].container_reason) if reason)
    return f"job {jobs[0].name} failed on green: {said}"


def soak_waits(view: View) -> str:
    since = _noted_at(view)
    left = view.terms.soak - (view.facts.now - since).total_seconds() if since else view.terms.soak
    return f"green takes the traffic, blue stands by; {max(0, round(left))} s left"
