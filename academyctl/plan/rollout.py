"""The rollout as tables: phase → when it is done → its one mutation → what makes it fail → what then.

A pass takes the first row that is not done. Nothing but the facts decides which one that is, so the plan, a first run,
a run after a kill, the status and the way back all read the same tables:

    FORWARD    create green, prove it, put it first, watch it, disable blue, wait until blue is drained, keep blue
    ROLLBACK   enable blue, put the former order back, disable green, drain it, delete it
    ABORT      enable blue, put it first, disable green and leave it to drain

What always holds, because each row waits for it before it writes: the queue has an ENABLED VALID environment; nothing
is deleted before it is proven drained; environments that are not ours keep their place.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from academyctl.model.batch import (
    MOVING,
    TAG,
    BatchWrite,
    CeState,
    ComputeEnvironmentDetail,
    CreateComputeEnvironment,
    CreateJobQueue,
    DeleteComputeEnvironment,
    DeleteJobQueue,
    DeregisterJobDefinition,
    JobDetail,
    JobQueueDetail,
    SubmitJob,
    TagResource,
    TerminateJob,
    UpdateComputeEnvironment,
    UpdateJobQueue,
)
from academyctl.model.errors import AwsError, Conflict
from academyctl.model.rollout import Direction, Phase, View
from academyctl.plan.canary import (
    canary_definition,
    canary_tags,
    failed,
    is_ours,
    is_proven,
    wrong_instance,
)
from academyctl.plan.queue_order import aborted_order, attached_order, detached_order, former_order


class Budget(StrEnum):
    """Which of the operator's times bounds a wait."""

    VALID = "valid-timeout"
    CANARY = "canary-timeout"
    SOAK = "soak"
    DRAIN = "drain-timeout"


def _waits(view: View) -> BatchWrite | None:
    return None


def _sound(view: View) -> str:
    return ""


def _silent(view: View) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One phase. `write` is None while there is only waiting to do. `failure` says why the way forward is over.

    `waits_for`: what a person is told meanwhile. When `budget` runs out, or AWS refuses the write for good, the way
    back is taken where `turns_back`; else the run ends as incomplete and the same command goes on.
    """

    phase: Phase
    is_done: Callable[[View], bool]
    write: Callable[[View], BatchWrite | None] = _waits
    failure: Callable[[View], str] = _sound
    waits_for: Callable[[View], str] = _silent
    budget: Budget = Budget.VALID
    turns_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Move:
    """What is next: the row, its write if one is due now, and why the way forward is over, if it is."""

    row: Row
    write: BatchWrite | None = None
    failure: str = ""


def next_move(view: View, direction: Direction) -> Move | None:
    """The first row that is not done; None at the end of the table. Unseen where a row needs a fact not looked at.

    Conflict where something stands in the way that belongs to somebody else.
    """
    for row in TABLES[direction]:
        if not row.is_done(view):
            failure = row.failure(view)
            return Move(row=row, write=None if failure else row.write(view), failure=failure)
    return None


# Green


def _is_created(view: View) -> bool:
    return view.green is not None


def _create(view: View) -> BatchWrite:
    return CreateComputeEnvironment(name=view.terms.green, resources=view.terms.resources, tags=view.terms.tags)


def _green_is_validated(view: View) -> bool:
    green = view.green
    return green is not None and (green.is_valid or (view.phase_tag != "open" and not green.is_invalid))


def _green_broken(view: View) -> str:
    """Green cannot take or keep the traffic."""
    green = view.green
    if green is None:
        return ""
    if green.is_invalid:
        return f"{green.name} is INVALID: {green.status_reason or 'no reason given'}"
    if green.is_going:
        return f"{green.name} is being deleted"
    return f"{green.name} was disabled" if green.state == "DISABLED" else ""


def _green_waits(view: View) -> str:
    return f"{view.terms.green} is {view.green.status if view.green else 'not there yet'}"


def _has_policy(view: View) -> bool:
    """Create takes no update policy (API): a clone gets blue's by an update of its own."""
    blue, green = view.blue, view.green
    if blue is None or green is None or view.phase_tag != "open" or not blue.update_policy:
        return True
    return dict(green.update_policy) == dict(blue.update_policy)


def _set_policy(view: View) -> BatchWrite | None:
    if view.green is None or view.blue is None or not view.green.is_valid:
        return None
    return UpdateComputeEnvironment(name=view.green.name, update_policy=view.blue.update_policy)


# The canary


def _is_passed(view: View) -> bool:
    return not view.terms.canary or view.phase_tag in ("proven", "attached") or view.is_attached


def _own_canary_queue(view: View) -> JobQueueDetail | None:
    queue = view.canary_queue
    return queue if queue and is_ours(queue.tags, view) else None


def _has_canary_queue(view: View) -> bool:
    queue = view.canary_queue
    return _is_passed(view) or (queue is not None and _own(view, queue) and queue.is_enabled and queue.is_valid)


def _own(view: View, queue: JobQueueDetail) -> bool:
    if not is_ours(queue.tags, view):
        raise Conflict(
            f"job queue {queue.name} exists and is not of this rollout",
            code="rollout.canary",
            hint="it belongs to nobody's open rollout? disable and delete it, then run the same command again",
        )
    return True


def _create_canary_queue(view: View) -> BatchWrite | None:
    if view.canary_queue is not None or view.green is None:
        return None
    terms = view.terms
    return CreateJobQueue(name=terms.canary_queue, priority=1, order=(view.green.arn,), tags=canary_tags(view))


def _has_canary_definition(view: View) -> bool:
    if _is_passed(view) or view.canary_jobs:
        return True
    for definition in view.canary_definitions:
        if not is_ours(definition.tags, view):
            raise Conflict(
                f"job definition {definition.label} exists and is not of this rollout",
                code="rollout.canary",
                hint=f"aws batch deregister-job-definition --job-definition {definition.label}",
            )
    return bool(view.canary_definitions)


def _register_canary(view: View) -> BatchWrite | None:
    live = view.facts.definition
    return canary_definition(view.terms.canary_definition, live, canary_tags(view)) if live else None


def _canary_cannot_run(view: View) -> str:
    if view.canary_definitions == () and view.facts.definition is None:
        return f"job definition {view.terms.definition} is gone"
    return _green_broken(view)


def _latest(view: View) -> JobDetail | None:
    return view.canary_jobs[-1] if view.canary_jobs else None


def _has_canary_job(view: View) -> bool:
    """One that ended well on an instance nobody saw proves nothing: another one is sent."""
    if _is_passed(view):
        return True
    job = _latest(view)
    return job is not None and (job.status != "SUCCEEDED" or view.instance_of(job) is not None)


def _submit_canary(view: View) -> BatchWrite:
    terms = view.terms
    return SubmitJob(
        name=terms.canary_name, queue=terms.canary_queue, definition=terms.canary_definition, tags=canary_tags(view)
    )


def _prove(view: View) -> BatchWrite | None:
    job = _latest(view)
    return _note(view, "proven") if job and is_proven(job, view) else None


def _canary_failed(view: View) -> str:
    job = _latest(view)
    return _green_broken(view) or (failed(job) or wrong_instance(job, view) if job else "")


def _canary_waits(view: View) -> str:
    job = _latest(view)
    reason = f" ({job.status_reason})" if job and job.status_reason else ""
    return f"the canary is {job.status}{reason}" if job else "the canary is not there yet"


def _is_cleared(view: View) -> bool:
    """Forward, the canary is put away before green is attached: later passes need not look."""
    return view.is_attached or view.phase_tag == "attached"


def _never(view: View) -> bool:
    return False


def _clear_rows(is_skipped: Callable[[View], bool], *, turns_back: bool) -> tuple[Row, ...]:
    """What puts the canary away: on success, on failure and on abort alike."""

    def rows() -> Iterator[Row]:
        for phase, is_done, write, budget in _CLEARING:
            yield Row(
                phase=phase,
                is_done=lambda view, is_done=is_done: is_skipped(view) or is_done(view),  # type: ignore[misc]
                write=write,
                failure=_green_broken if turns_back else _sound,
                waits_for=lambda view, phase=phase: f"{phase}",  # type: ignore[misc]
                budget=budget,
            )

    return tuple(rows())


def _is_stopped(view: View) -> bool:
    return _own_canary_queue(view) is None or all(job.is_over for job in view.canary_jobs)


def _stop_canary(view: View) -> BatchWrite | None:
    job = next((job for job in view.canary_jobs if not job.is_over), None)
    return TerminateJob(id=job.id, reason="the canary is over") if job else None


def _is_canary_gone(view: View) -> bool:
    green = view.green
    return _own_canary_queue(view) is None or green is None or not green.cluster or not view.busy(green)


def _is_canary_closed(view: View) -> bool:
    queue = _own_canary_queue(view)
    return queue is None or queue.status == "DELETING" or (not queue.is_enabled and queue.status != "UPDATING")


def _close_canary(view: View) -> BatchWrite | None:
    queue = _own_canary_queue(view)
    return UpdateJobQueue(name=queue.name, state=CeState.DISABLED) if queue and queue.status not in MOVING else None


def _is_canary_deleted(view: View) -> bool:
    return _own_canary_queue(view) is None


def _delete_canary(view: View) -> BatchWrite | None:
    queue = _own_canary_queue(view)
    return DeleteJobQueue(name=queue.name) if queue and queue.status not in MOVING else None


def _is_deregistered(view: View) -> bool:
    return not any(is_ours(definition.tags, view) for definition in view.canary_definitions)


def _deregister(view: View) -> BatchWrite:
    ours = [definition for definition in view.canary_definitions if is_ours(definition.tags, view)]
    return DeregisterJobDefinition(label=ours[0].label)


_CLEARING: tuple[tuple[Phase, Callable[[View], bool], Callable[[View], BatchWrite | None], Budget], ...] = (
    (Phase.CANARY_STOP, _is_stopped, _stop_canary, Budget.CANARY),
    (Phase.CANARY_EMPTY, _is_canary_gone, _waits, Budget.CANARY),
    (Phase.CANARY_CLOSE, _is_canary_closed, _close_canary, Budget.VALID),
    (Phase.CANARY_DELETE, _is_canary_deleted, _delete_canary, Budget.VALID),
    (Phase.CANARY_DEREGISTER, _is_deregistered, _deregister, Budget.VALID),
)


# Traffic


def _is_in_place(view: View) -> bool:
    return view.is_attached and _has_order(attached_order)(view)


def _has_order(order: Callable[[View], tuple[str, ...]]) -> Callable[[View], bool]:
    return lambda view: view.queue is not None and view.queue.order == order(view)


def _set_order(order: Callable[[View], tuple[str, ...]]) -> Callable[[View], BatchWrite | None]:
    def write(view: View) -> BatchWrite | None:
        queue, wanted = view.queue, order(view)
        if queue is None or queue.status in MOVING or not _keeps_serving(view, wanted):
            return None
        return UpdateJobQueue(name=queue.name, order=wanted)

    return write


def _keeps_serving(view: View, order: tuple[str, ...]) -> bool:
    """Some environment of that order is ENABLED and VALID. An empty order is never sent."""
    return any(one.is_serving for one in view.facts.environments if one.arn in order)


def _attach(view: View) -> BatchWrite | None:
    return _set_order(attached_order)(view) if view.green and view.green.is_serving else None


def _is_noted_attached(view: View) -> bool:
    return view.phase_tag == "attached" and _noted_at(view) is not None


def _noted_at(view: View) -> datetime | None:
    try:
        return datetime.fromisoformat(view.green.tag("at")) if view.green else None
    except ValueError:
        return None


def _is_soaked(view: View) -> bool:
    since = _noted_at(view)
    return _is_blue_noted(view) or (since is not None and view.facts.now >= since + timedelta(seconds=view.terms.soak))


def _soak_failed(view: View) -> str:
    if _green_broken(view):
        return _green_broken(view)
    jobs = [job for job in view.failures if view.green and job.cluster == view.green.cluster]
    return f"job {jobs[0].name} failed on green: {jobs[0].status_reason or jobs[0].container_reason}" if jobs else ""


def _soak_waits(view: View) -> str:
    since = _noted_at(view)
    left = view.terms.soak - (view.facts.now - since).total_seconds() if since else view.terms.soak
    return f"green takes the traffic, blue stands by; {max(0, round(left))} s left"


# Blue


def _is_blue_noted(view: View) -> bool:
    blue = view.blue
    return blue is None or (blue.tag("rollout") == view.terms.rollout and blue.tag("role") == "blue")


def _note_blue(view: View) -> BatchWrite | None:
    blue = view.blue
    if blue is None or not _green_serves(view):
        return None
    values = {"stack": view.terms.stack, "rollout": view.terms.rollout, "role": "blue", "by": view.terms.by}
    values |= {"phase": "quiesced", "at": _stamp(view.facts.now), "min-vcpus": str(blue.min_vcpus), "disabled-at": ""}
    return TagResource(arn=blue.arn, tags=_tags(values))


def _green_serves(view: View) -> bool:
    return bool(view.green and view.green.is_serving and view.is_attached and view.queue and view.queue.is_valid)


def _is_quiet_down(environment: ComputeEnvironmentDetail | None) -> bool:
    """Takes nothing new, keeps no instance for its own sake. minvCpus is kept up even when DISABLED (API)."""
    if environment is None or environment.is_going:
        return True
    settled = environment.status not in MOVING
    return settled and not environment.is_enabled and environment.min_vcpus == 0


def _is_blue_down(view: View) -> bool:
    """An INVALID blue takes nothing either, and may not let itself be disabled."""
    return _is_quiet_down(view.blue) or bool(view.blue and view.blue.is_invalid)


def _quiesce(view: View) -> BatchWrite | None:
    blue = view.blue
    return _down(blue) if blue and _green_serves(view) else None


def _down(environment: ComputeEnvironmentDetail) -> BatchWrite | None:
    if environment.status in MOVING:
        return None
    min_vcpus = 0 if environment.min_vcpus else None
    return UpdateComputeEnvironment(name=environment.name, state=CeState.DISABLED, min_vcpus=min_vcpus)


def _is_noted_down(environment: ComputeEnvironmentDetail | None) -> bool:
    return environment is None or environment.is_going or environment.is_enabled or bool(environment.tag("disabled-at"))


def _note_down(environment: ComputeEnvironmentDetail | None, view: View) -> BatchWrite | None:
    """AWS's clock tells whole seconds, cut off: one more, and a job of that second still counts as placed here."""
    if environment is None:
        return None
    at = _stamp(view.facts.now + timedelta(seconds=1))
    return TagResource(arn=environment.arn, tags=_tags({"disabled-at": at}))


def _is_blue_drained(view: View) -> bool:
    blue = view.blue
    return blue is None or (_is_retained(view) and not view.terms.delete_blue) or view.is_drained(blue)


def _drain_waits(environment: Callable[[View], ComputeEnvironmentDetail | None]) -> Callable[[View], str]:
    def told(view: View) -> str:
        one = environment(view)
        what = view.load(one).what if one else ""
        return f"{one.name} still runs {what}" if one and what else "drained; making sure"

    return told


def _is_retained(view: View) -> bool:
    return view.blue is None or (_is_blue_noted(view) and view.blue.tag("phase") == "retained")


def _retain(view: View) -> BatchWrite | None:
    values = {"phase": "retained", "at": _stamp(view.facts.now)}
    return TagResource(arn=view.blue.arn, tags=_tags(values)) if view.blue else None


def _is_detached(view: View) -> bool:
    return not view.terms.delete_blue or view.blue is None or view.blue_name not in _attached_names(view)


def _attached_names(view: View) -> tuple[str, ...]:
    return view.queue.environments if view.queue else ()


def _is_blue_deleted(view: View) -> bool:
    return not view.terms.delete_blue or view.blue is None


def _delete_blue(view: View) -> BatchWrite | None:
    blue = view.blue
    if blue is None or blue.status in MOVING:
        return None
    return _deletion(blue, view) if not blue.is_enabled else _quiesce(view)


def _deletion(environment: ComputeEnvironmentDetail, view: View) -> BatchWrite | None:
    """Only with the proof of this very pass."""
    return DeleteComputeEnvironment(name=environment.name) if view.is_drained(environment) else None


def _is_closed(view: View) -> bool:
    return view.phase_tag == "done"


# The way back


def _has_intent(phase: str) -> Callable[[View], bool]:
    return lambda view: view.green is None or view.phase_tag == phase


def _is_restored(view: View) -> bool:
    blue = view.blue
    if blue is None:
        return not view.is_attached
    serves = blue.is_valid or (blue.is_invalid and not view.is_attached)
    return blue.is_enabled and serves and _min_vcpus(view) is None


def _min_vcpus(view: View) -> int | None:
    """Blue's former minvCpus, where the rollout lowered it."""
    blue = view.blue
    former = blue.tag("min-vcpus") if blue and _is_blue_noted(view) else ""
    if blue is None or not former.isdecimal() or int(former) == blue.min_vcpus:
        return None
    return int(former)


def _restore(view: View) -> BatchWrite | None:
    blue = view.blue
    if blue is None:
        raise AwsError(
            f"{view.blue_name} is gone, there is nothing to go back to; {view.terms.green} stays as it is",
            code="rollout.no-blue",
            hint="academyctl batch ce-rollout --ami ami-… makes a new environment with an older AMI",
        )
    if blue.status in MOVING:
        return None
    return UpdateComputeEnvironment(name=blue.name, state=CeState.ENABLED, min_vcpus=_min_vcpus(view))


def _is_noted_serving(view: View) -> bool:
    return view.blue is None or not _is_blue_noted(view) or view.blue.tag("phase") == "serving"


def _note_serving(view: View) -> BatchWrite | None:
    values = {"phase": "serving", "at": _stamp(view.facts.now), "disabled-at": ""}
    return TagResource(arn=view.blue.arn, tags=_tags(values)) if view.blue else None


def _blue_waits(view: View) -> str:
    return f"{view.blue_name} is {view.blue.status if view.blue else 'gone'}"


def _is_green_down(view: View) -> bool:
    return _is_quiet_down(view.green)


def _disable_green(view: View) -> BatchWrite | None:
    return _down(view.green) if view.green else None


def _is_green_drained(view: View) -> bool:
    green = view.green
    return green is None or green.is_going or view.is_drained(green)


def _delete_green(view: View) -> BatchWrite | None:
    green = view.green
    return _deletion(green, view) if green and not green.is_enabled and green.status not in MOVING else None


def _removal_rows(is_skipped: Callable[[View], bool]) -> tuple[Row, ...]:
    """Green goes: proven drained first, whatever ran on it."""

    def unless(is_done: Callable[[View], bool]) -> Callable[[View], bool]:
        return lambda view: is_skipped(view) or is_done(view)

    return (
        Row(
            phase=Phase.GREEN_NOTE,
            is_done=unless(lambda view: _is_noted_down(view.green)),
            write=lambda view: _note_down(view.green, view),
        ),
        Row(
            phase=Phase.DRAIN_GREEN,
            is_done=unless(_is_green_drained),
            waits_for=_drain_waits(lambda view: view.green),
            budget=Budget.DRAIN,
        ),
        Row(
            phase=Phase.DELETE_GREEN,
            is_done=unless(lambda view: view.green is None),
            write=_delete_green,
            waits_for=_green_waits,
        ),
    )


def _note(view: View, phase: str) -> BatchWrite | None:
    values = {"phase": phase, "at": _stamp(view.facts.now)}
    return TagResource(arn=view.green.arn, tags=_tags(values)) if view.green else None


def _tags(values: Mapping[str, str]) -> dict[str, str]:
    return {TAG + name: value for name, value in values.items()}


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


# The tables

_CANARY = (
    Row(
        phase=Phase.CANARY_QUEUE,
        is_done=_has_canary_queue,
        write=_create_canary_queue,
        failure=_green_broken,
        waits_for=lambda view: f"{view.terms.canary_queue} is not VALID yet",
        budget=Budget.CANARY,
        turns_back=True,
    ),
    Row(
        phase=Phase.CANARY_DEFINITION,
        is_done=_has_canary_definition,
        write=_register_canary,
        failure=_canary_cannot_run,
        budget=Budget.CANARY,
        turns_back=True,
    ),
    Row(
        phase=Phase.CANARY_JOB,
        is_done=_has_canary_job,
        write=_submit_canary,
        failure=_green_broken,
        budget=Budget.CANARY,
        turns_back=True,
    ),
    Row(
        phase=Phase.CANARY_PROOF,
        is_done=_is_passed,
        write=_prove,
        failure=_canary_failed,
        waits_for=_canary_waits,
        budget=Budget.CANARY,
        turns_back=True,
    ),
)

FORWARD = (
    Row(phase=Phase.CREATE, is_done=_is_created, write=_create, waits_for=_green_waits),
    Row(
        phase=Phase.VALIDATE,
        is_done=_green_is_validated,
        failure=_green_broken,
        waits_for=_green_waits,
        turns_back=True,
    ),
    Row(
        phase=Phase.POLICY,
        is_done=_has_policy,
        write=_set_policy,
        failure=_green_broken,
        waits_for=_green_waits,
        turns_back=True,
    ),
    *_CANARY,
    *_clear_rows(_is_cleared, turns_back=True),
    Row(
        phase=Phase.ATTACH,
        is_done=_is_in_place,
        write=_attach,
        failure=_green_broken,
        waits_for=lambda view: f"{view.terms.queue} is {view.queue.status if view.queue else 'gone'}",
        turns_back=True,
    ),
    Row(
        phase=Phase.ATTACHED,
        is_done=_is_noted_attached,
        write=lambda view: _note(view, "attached"),
        failure=_green_broken,
    ),
    Row(
        phase=Phase.SOAK,
        is_done=_is_soaked,
        failure=_soak_failed,
        waits_for=_soak_waits,
        budget=Budget.SOAK,
        turns_back=True,
    ),
    Row(
        phase=Phase.QUIESCE_NOTE,
        is_done=_is_blue_noted,
        write=_note_blue,
        failure=_green_broken,
        waits_for=_green_waits,
    ),
    Row(
        phase=Phase.QUIESCE,
        is_done=_is_blue_down,
        write=_quiesce,
        failure=_green_broken,
        waits_for=_blue_waits,
    ),
    Row(
        phase=Phase.DRAIN_NOTE,
        is_done=lambda view: _is_noted_down(view.blue),
        write=lambda view: _note_down(view.blue, view),
        failure=_green_broken,
    ),
    Row(
        phase=Phase.DRAIN,
        is_done=_is_blue_drained,
        failure=_green_broken,
        waits_for=_drain_waits(lambda view: view.blue),
        budget=Budget.DRAIN,
    ),
    Row(phase=Phase.RETAIN, is_done=_is_retained, write=_retain, failure=_green_broken),
    Row(
        phase=Phase.DETACH,
        is_done=_is_detached,
        write=_set_order(detached_order),
        failure=_green_broken,
        waits_for=lambda view: f"{view.terms.queue} is {view.queue.status if view.queue else 'gone'}",
    ),
    Row(phase=Phase.DELETE, is_done=_is_blue_deleted, write=_delete_blue, waits_for=_blue_waits),
    Row(phase=Phase.CLOSE, is_done=_is_closed, write=lambda view: _note(view, "done")),
)

_RESTORE = Row(phase=Phase.RESTORE, is_done=_is_restored, write=_restore, waits_for=_blue_waits)
_NOTE_SERVING = Row(phase=Phase.RESTORE_NOTE, is_done=_is_noted_serving, write=_note_serving)
_DISABLE_GREEN = Row(phase=Phase.DISABLE_GREEN, is_done=_is_green_down, write=_disable_green, waits_for=_green_waits)

ROLLBACK = (
    Row(phase=Phase.INTENT, is_done=_has_intent("rollback"), write=lambda view: _note(view, "rollback")),
    _RESTORE,
    Row(phase=Phase.ORDER, is_done=_has_order(former_order), write=_set_order(former_order)),
    _NOTE_SERVING,
    *_clear_rows(_never, turns_back=False),
    _DISABLE_GREEN,
    *_removal_rows(_never),
)

ABORT = (
    Row(phase=Phase.INTENT, is_done=_has_intent("aborted"), write=lambda view: _note(view, "aborted")),
    _RESTORE,
    Row(phase=Phase.ORDER, is_done=_has_order(aborted_order), write=_set_order(aborted_order)),
    _NOTE_SERVING,
    *_clear_rows(_never, turns_back=False),
    _DISABLE_GREEN,
    *_removal_rows(lambda view: view.is_attached),
)

TABLES: Mapping[Direction, tuple[Row, ...]] = {
    Direction.FORWARD: FORWARD,
    Direction.ROLLBACK: ROLLBACK,
    Direction.ABORT: ABORT,
}
