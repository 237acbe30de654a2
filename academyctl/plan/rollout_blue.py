"""Blue in a rollout: disabled, drained, kept or deleted; and on the way back enabled again. Pure."""

from academyctl.model.batch import MOVING, CeState
from academyctl.model.batch_write import BatchWrite, TagResource, UpdateComputeEnvironment
from academyctl.model.errors import AwsError
from academyctl.model.rollout import View
from academyctl.plan.rollout_green import deletion, down, is_quiet_down
from academyctl.plan.rollout_row import stamp, tags


def note_blue(view: View) -> BatchWrite | None:
    blue = view.blue
    if blue is None or not view.green_serves:
        return None
    values = {"stack": view.terms.stack, "rollout": view.terms.rollout, "role": "blue", "by": view.terms.by}
    values |= {"phase": "quiesced", "at": stamp(view.facts.now), "min-vcpus": str(blue.min_vcpus), "disabled-at": ""}
    return TagResource(arn=blue.arn, tags=tags(values))


def is_blue_down(view: View) -> bool:
    """An INVALID blue takes nothing either, and may not let itself be disabled."""
    return is_quiet_down(view.blue) or bool(view.blue and view.blue.is_invalid)


def quiesce(view: View) -> BatchWrite | None:
    blue = view.blue
    return down(blue) if blue and view.green_serves else None


def is_blue_drained(view: View) -> bool:
    blue = view.blue
    return blue is None or (is_retained(view) and not view.terms.delete_blue) or view.is_drained(blue)


def is_retained(view: View) -> bool:
    return view.blue is None or (view.is_blue_noted and view.blue.tag("phase") == "retained")


def retain(view: View) -> BatchWrite | None:
    values = {"phase": "retained", "at": stamp(view.facts.now)}
    return TagResource(arn=view.blue.arn, tags=tags(values)) if view.blue else None


def is_detached(view: View) -> bool:
    return not view.terms.delete_blue or view.blue is None or view.blue_name not in _attached_names(view)


def _attached_names(view: View) -> tuple[str, ...]:
    return view.queue.environments if view.queue else ()


def is_blue_deleted(view: View) -> bool:
    return not view.terms.delete_blue or view.blue is None


def delete_blue(view: View) -> BatchWrite | None:
    blue = view.blue
    if blue is None or blue.status in MOVING:
        return None
    return deletion(blue, view) if not blue.is_enabled else quiesce(view)


def is_restored(view: View) -> bool:
    blue = view.blue
    if blue is None:
        return not view.is_attached
    serves = blue.is_valid or (blue.is_invalid and not view.is_attached)
    return blue.is_enabled and serves


def has_min_vcpus(view: View) -> bool:
    """Also where blue serves alone: a warm instance is not worth the moment in which nobody would."""
    serves_alone = bool(view.blue and view.blue.is_serving) and not view.another_serves
    return _min_vcpus(view) is None or serves_alone


def restore_min_vcpus(view: View) -> BatchWrite | None:
    """A write of its own where another serves meanwhile: whatever AWS says to a number, blue serves before."""
    blue, number = view.blue, _min_vcpus(view)
    if blue is None or number is None or blue.status in MOVING:
        return None
    return UpdateComputeEnvironment(name=blue.name, min_vcpus=number)


def _min_vcpus(view: View) -> int | None:
    """Blue's former minvCpus, where the rollout lowered it; None where there is nothing to restore.

    At most its maxvCpus, which may have been lowered since. Once it serves again, its minvCpus is the operator's.
    """
    blue = view.blue
    former = blue.tag("min-vcpus") if blue and view.is_blue_noted and not is_noted_serving(view) else ""
    if blue is None or not former.isdecimal():
        return None
    number = min(int(former), blue.max_vcpus)
    return None if number == blue.min_vcpus else number


def restore(view: View) -> BatchWrite | None:
    blue = view.blue
    if blue is None:
        raise AwsError(
            f"{view.blue_name} is gone, there is nothing to go back to; {view.terms.green} stays as it is",
            code="rollout.no-blue",
            hint="academyctl batch ce-rollout --ami ami-… makes a new environment with an older AMI",
        )
    if blue.status in MOVING or blue.is_enabled:
        return None
    number = None if view.another_serves else _min_vcpus(view)
    return UpdateComputeEnvironment(name=blue.name, state=CeState.ENABLED, min_vcpus=number)


def is_noted_serving(view: View) -> bool:
    return view.blue is None or not view.is_blue_noted or view.blue.tag("phase") == "serving"


def note_serving(view: View) -> BatchWrite | None:
    values = {"phase": "serving", "at": stamp(view.facts.now), "disabled-at": ""}
    return TagResource(arn=view.blue.arn, tags=tags(values)) if view.blue else None


def blue_waits(view: View) -> str:
    return f"{view.blue_name} is {view.blue.status if view.blue else 'gone'}"
