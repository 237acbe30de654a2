"""The rollout as tables: phase → when it is done → its one mutation → what makes it fail → what then.

A pass takes the first row that is not done. Nothing but the facts decides which one that is, so the plan, a first run,
a run after a kill, the status and the way back all read the same tables:

    FORWARD    create green, prove it, put it first, watch it, disable blue, wait until blue is drained, keep blue
    ROLLBACK   enable blue, put the former order back, disable green, drain it, delete it
    ABORT      enable blue, put it first, disable green and leave it to drain

What always holds, because each row waits for it before it writes: the queue has an ENABLED VALID environment; nothing
is deleted before it is proven drained; environments that are not ours keep their place.
"""

from collections.abc import Callable, Mapping

from academyctl.model.rollout import Direction, Phase, View
from academyctl.plan.queue_order import aborted_order, detached_order, former_order
from academyctl.plan.rollout_blue import (
    blue_waits,
    delete_blue,
    has_min_vcpus,
    is_blue_deleted,
    is_blue_down,
    is_blue_drained,
    is_detached,
    is_noted_serving,
    is_restored,
    is_retained,
    note_blue,
    note_serving,
    quiesce,
    restore,
    restore_min_vcpus,
    retain,
)
from academyctl.plan.rollout_canary import CANARY, clear_rows, is_cleared
from academyctl.plan.rollout_green import (
    create,
    disable_green,
    drain_waits,
    green_broken,
    green_is_validated,
    green_waits,
    has_policy,
    is_created,
    is_green_down,
    is_noted_down,
    note_down,
    removal_rows,
    set_policy,
)
from academyctl.plan.rollout_row import Budget, Move, Row, note
from academyctl.plan.rollout_traffic import (
    attach,
    has_order,
    is_in_place,
    is_noted_attached,
    is_soaked,
    set_order,
    soak_failed,
    soak_waits,
)


def next_move(view: View, direction: Direction) -> Move | None:
    """The first row that is not done; None at the end of the table. Unseen where a row needs a fact not looked at.

    Conflict where something stands in the way that belongs to somebody else.
    """
    if direction is Direction.FORWARD and _is_closed(view):
        return None
    for row in TABLES[direction]:
        if not row.is_done(view):
            failure = row.failure(view)
            return Move(row=row, write=None if failure else row.write(view), failure=failure)
    return None


def _never(view: View) -> bool:
    return False


def _is_closed(view: View) -> bool:
    return view.phase_tag == "done"


def _has_intent(phase: str) -> Callable[[View], bool]:
    return lambda view: view.green is None or view.phase_tag == phase


FORWARD = (
    Row(phase=Phase.CREATE, is_done=is_created, write=create, waits_for=green_waits),
    Row(
        phase=Phase.VALIDATE,
        is_done=green_is_validated,
        failure=green_broken,
        waits_for=green_waits,
        turns_back=True,
    ),
    Row(
        phase=Phase.POLICY,
        is_done=has_policy,
        write=set_policy,
        failure=green_broken,
        waits_for=green_waits,
        turns_back=True,
    ),
    *CANARY,
    *clear_rows(is_cleared, turns_back=True),
    Row(
        phase=Phase.ATTACH,
        is_done=is_in_place,
        write=attach,
        failure=green_broken,
        waits_for=lambda view: f"{view.terms.queue} is {view.queue.status if view.queue else 'gone'}",
        turns_back=True,
    ),
    Row(
        phase=Phase.ATTACHED,
        is_done=is_noted_attached,
        write=lambda view: note(view, "attached"),
        failure=green_broken,
    ),
    Row(
        phase=Phase.SOAK,
        is_done=is_soaked,
        failure=soak_failed,
        waits_for=soak_waits,
        budget=Budget.SOAK,
        turns_back=True,
    ),
    Row(
        phase=Phase.QUIESCE_NOTE,
        is_done=lambda view: view.is_blue_noted,
        write=note_blue,
        failure=green_broken,
        waits_for=green_waits,
    ),
    Row(
        phase=Phase.QUIESCE,
        is_done=is_blue_down,
        write=quiesce,
        failure=green_broken,
        waits_for=blue_waits,
    ),
    Row(
        phase=Phase.DRAIN_NOTE,
        is_done=lambda view: is_noted_down(view.blue),
        write=lambda view: note_down(view.blue, view),
        failure=green_broken,
    ),
    Row(
        phase=Phase.DRAIN,
        is_done=is_blue_drained,
        failure=green_broken,
        waits_for=drain_waits(lambda view: view.blue),
        budget=Budget.DRAIN,
    ),
    Row(phase=Phase.RETAIN, is_done=is_retained, write=retain, failure=green_broken),
    Row(
        phase=Phase.DETACH,
        is_done=is_detached,
        write=set_order(detached_order),
        failure=green_broken,
        waits_for=lambda view: f"{view.terms.queue} is {view.queue.status if view.queue else 'gone'}",
    ),
    Row(phase=Phase.DELETE, is_done=is_blue_deleted, write=delete_blue, waits_for=blue_waits),
    Row(phase=Phase.CLOSE, is_done=_is_closed, write=lambda view: note(view, "done")),
)


_RESTORE = Row(phase=Phase.RESTORE, is_done=is_restored, write=restore, waits_for=blue_waits)


_RESTORE_MIN = Row(phase=Phase.RESTORE_MIN, is_done=has_min_vcpus, write=restore_min_vcpus, waits_for=blue_waits)
_NOTE_SERVING = Row(phase=Phase.RESTORE_NOTE, is_done=is_noted_serving, write=note_serving)


_DISABLE_GREEN = Row(phase=Phase.DISABLE_GREEN, is_done=is_green_down, write=disable_green, waits_for=green_waits)


ROLLBACK = (
    Row(phase=Phase.INTENT, is_done=_has_intent("rollback"), write=lambda view: note(view, "rollback")),
    _RESTORE,
    # Before green leaves the queue: blue is UPDATING for a moment then.
    _RESTORE_MIN,
    Row(phase=Phase.ORDER, is_done=has_order(former_order), write=set_order(former_order)),
    _NOTE_SERVING,
    *clear_rows(_never, turns_back=False),
    _DISABLE_GREEN,
    *removal_rows(_never),
)


ABORT = (
    Row(phase=Phase.INTENT, is_done=_has_intent("aborted"), write=lambda view: note(view, "aborted")),
    _RESTORE,
    Row(phase=Phase.ORDER, is_done=has_order(aborted_order), write=set_order(aborted_order)),
    _RESTORE_MIN,
    _NOTE_SERVING,
    *clear_rows(_never, turns_back=False),
    _DISABLE_GREEN,
    *removal_rows(lambda view: view.is_attached),
)


TABLES: Mapping[Direction, tuple[Row, ...]] = {
    Direction.FORWARD: FORWARD,
    Direction.ROLLBACK: ROLLBACK,
    Direction.ABORT: ABORT,
}
