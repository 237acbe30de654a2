"""The queue's order at each point of a rollout, as ARNs. An order is always sent whole, with all others carried along.

Each function takes the order as it stands and gives the order as it shall be; what is not of the rollout keeps its
place among the rest.
"""

from academyctl.model.batch import SLOTS
from academyctl.model.rollout import View


def attached_order(view: View) -> tuple[str, ...]:
    """Green directly before blue, and without the environment that had to make room.

    One that was enabled meanwhile stays: AWS refuses four, and the rollout turns back.
    """
    order, green, blue = _without(_order(view), _idle_victim_arn(view)), _green_arn(view), _blue_arn(view)
    if green in order and blue not in order:
        return order
    order = _without(order, green)
    return _insert(order, _place(order, blue, 0), green)


def detached_order(view: View) -> tuple[str, ...]:
    """Without blue. As it stands where that would leave nothing."""
    return _without(_order(view), _blue_arn(view)) or _order(view)


def former_order(view: View) -> tuple[str, ...]:
    """As it was: without green, blue in its place, and the one that had made room back in its own."""
    order, green, blue = _order(view), _green_arn(view), _blue_arn(view)
    if blue and blue not in order:
        order = _insert(order, _place(order, green, 0), blue)
    order = _without(order, green)
    place, _, name = _detached(view).partition("=")
    victim = _victim_arn(view)
    if victim and _attaches(view, name) and victim not in order and len(order) < SLOTS:
        order = _insert(order, int(place) if place.isdecimal() else len(order), victim)
    return order or _order(view)


def aborted_order(view: View) -> tuple[str, ...]:
    """Blue in green's place and green behind it, where green took traffic; else as it was."""
    order, green, blue = _order(view), _green_arn(view), _blue_arn(view)
    if green not in order:
        return former_order(view)
    rest = _without(order, green, blue)
    place = len([arn for arn in order[: _place(order, green, 0)] if arn != blue])
    return _insert(_insert(rest, place, green), place, blue)


def _order(view: View) -> tuple[str, ...]:
    return view.queue.order if view.queue else ()


def _green_arn(view: View) -> str:
    return view.green.arn if view.green else ""


def _blue_arn(view: View) -> str:
    return view.blue.arn if view.blue and not view.blue.is_going else ""


def _detached(view: View) -> str:
    """`place=name` of the environment that made room for green, from green's tag.

    Of an aborted rollout nobody: an abort puts green behind blue, or finds that nobody had to make room yet.
    """
    if view.phase_tag == "aborted":
        return ""
    return view.green.tag("detaches") if view.green else view.terms.tags.get("academyctl:detaches", "")


def _victim_arn(view: View) -> str:
    victim = view.environment(_detached(view).partition("=")[2])
    return victim.arn if victim and not victim.is_going else ""


def _idle_victim_arn(view: View) -> str:
    victim = view.environment(_detached(view).partition("=")[2])
    return _victim_arn(view) if victim and not victim.is_enabled else ""


def _attaches(view: View, name: str) -> bool:
    """AWS attaches no INVALID one."""
    found = view.environment(name)
    return found is not None and not found.is_invalid


def _without(order: tuple[str, ...], *arns: str) -> tuple[str, ...]:
    return tuple(arn for arn in order if arn not in arns)


def _place(order: tuple[str, ...], arn: str, otherwise: int) -> int:
    return order.index(arn) if arn in order else otherwise


def _insert(order: tuple[str, ...], place: int, arn: str) -> tuple[str, ...]:
    return (*order[:place], arn, *order[place:]) if arn else order
