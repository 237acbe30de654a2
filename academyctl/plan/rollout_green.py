"""Green in a rollout: made, found sound, and, on the way back, taken down once nothing runs on it. Pure."""

from collections.abc import Callable
from datetime import timedelta

from academyctl.model.batch import MOVING, CeState, ComputeEnvironmentDetail
from academyctl.model.batch_write import (
    BatchWrite,
    CreateComputeEnvironment,
    DeleteComputeEnvironment,
    TagResource,
    UpdateComputeEnvironment,
)
from academyctl.model.rollout import Phase, View
from academyctl.plan.rollout_row import Budget, Row, either, stamp, tags


def is_created(view: View) -> bool:
    return view.green is not None


def create(view: View) -> BatchWrite:
    return CreateComputeEnvironment(name=view.terms.green, resources=view.terms.resources, tags=view.terms.tags)


def green_is_validated(view: View) -> bool:
    green = view.green
    return green is not None and (green.is_valid or (view.phase_tag != "open" and not green.is_invalid))


def green_broken(view: View) -> str:
    """Green cannot take or keep the traffic."""
    green = view.green
    if green is None:
        return ""
    if green.is_invalid:
        return f"{green.name} is INVALID: {green.status_reason or 'no reason given'}"
    if green.is_going:
        return f"{green.name} is being deleted"
    return f"{green.name} was disabled" if green.state == "DISABLED" else ""


def green_waits(view: View) -> str:
    return f"{view.terms.green} is {view.green.status if view.green else 'not there yet'}"


def has_policy(view: View) -> bool:
    """Create takes no update policy (API): a clone gets blue's by an update of its own."""
    blue, green = view.blue, view.green
    if blue is None or green is None or view.phase_tag != "open" or not blue.update_policy:
        return True
    return blue.update_policy.items() <= green.update_policy.items()


def set_policy(view: View) -> BatchWrite | None:
    if view.green is None or view.blue is None or not view.green.is_valid:
        return None
    return UpdateComputeEnvironment(name=view.green.name, update_policy=view.blue.update_policy)


def is_quiet_down(environment: ComputeEnvironmentDetail | None) -> bool:
    """Takes nothing new, keeps no instance for its own sake. minvCpus is kept up even when DISABLED (API)."""
    if environment is None or environment.is_going:
        return True
    settled = environment.status not in MOVING
    return settled and not environment.is_enabled and environment.min_vcpus == 0


def down(environment: ComputeEnvironmentDetail) -> BatchWrite | None:
    """Whoever enabled it again gave it jobs: that it was seen down before then proves nothing any more."""
    if environment.status in MOVING:
        return None
    if environment.is_enabled and environment.tag("disabled-at"):
        return TagResource(arn=environment.arn, tags=tags({"disabled-at": ""}))
    min_vcpus = 0 if environment.min_vcpus else None
    return UpdateComputeEnvironment(name=environment.name, state=CeState.DISABLED, min_vcpus=min_vcpus)


def is_noted_down(environment: ComputeEnvironmentDetail | None) -> bool:
    return environment is None or environment.is_going or environment.is_enabled or bool(environment.tag("disabled-at"))


def note_down(environment: ComputeEnvironmentDetail | None, view: View) -> BatchWrite | None:
    """AWS's clock tells whole seconds, cut off: one more, and a job of that second still counts as placed here."""
    if environment is None:
        return None
    at = stamp(view.facts.now + timedelta(seconds=1))
    return TagResource(arn=environment.arn, tags=tags({"disabled-at": at}))


def drain_waits(environment: Callable[[View], ComputeEnvironmentDetail | None]) -> Callable[[View], str]:
    def told(view: View) -> str:
        one = environment(view)
        what = view.load(one).what if one else ""
        return f"{one.name} still runs {what}" if one and what else "drained; making sure"

    return told


def deletion(environment: ComputeEnvironmentDetail, view: View) -> BatchWrite | None:
    """Only with the proof of this very pass."""
    return DeleteComputeEnvironment(name=environment.name) if view.is_drained(environment) else None


def is_green_down(view: View) -> bool:
    return is_quiet_down(view.green)


def disable_green(view: View) -> BatchWrite | None:
    """Not while the queue takes up the order in which blue comes first."""
    is_moving = view.queue is not None and view.queue.status in MOVING
    return down(view.green) if view.green and not is_moving else None


def _is_green_drained(view: View) -> bool:
    green = view.green
    return green is None or green.is_going or view.is_drained(green)


def _delete_green(view: View) -> BatchWrite | None:
    green = view.green
    return deletion(green, view) if green and not green.is_enabled and green.status not in MOVING else None


def removal_rows(is_skipped: Callable[[View], bool]) -> tuple[Row, ...]:
    """Green goes: proven drained first, whatever ran on it."""
    return (
        Row(
            phase=Phase.GREEN_NOTE,
            is_done=either(is_skipped, lambda view: is_noted_down(view.green)),
            write=lambda view: note_down(view.green, view),
        ),
        Row(
            phase=Phase.DRAIN_GREEN,
            is_done=either(is_skipped, _is_green_drained),
            waits_for=drain_waits(lambda view: view.green),
            budget=Budget.DRAIN,
        ),
        Row(
            phase=Phase.DELETE_GREEN,
            is_done=either(is_skipped, lambda view: view.green is None),
            write=_delete_green,
            waits_for=green_waits,
        ),
    )
