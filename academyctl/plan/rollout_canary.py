"""The canary in a rollout: its queue, its definition, its job and its proof; and putting all of it away. Pure."""

from collections.abc import Callable

from academyctl.model.batch import MOVING, CeState, JobQueueDetail
from academyctl.model.batch_job import JobDetail
from academyctl.model.batch_write import (
    BatchWrite,
    CreateJobQueue,
    DeleteJobQueue,
    DeregisterJobDefinition,
    SubmitJob,
    TerminateJob,
    UpdateJobQueue,
)
from academyctl.model.errors import Conflict
from academyctl.model.rollout import Phase, View
from academyctl.plan.canary import canary_definition, canary_tags, failed, is_ours, is_proven, wrong_instance
from academyctl.plan.rollout_green import green_broken
from academyctl.plan.rollout_row import Budget, Row, either, note, sound, waits


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
    return green_broken(view)


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
    return note(view, "proven") if job and is_proven(job, view) else None


def _canary_failed(view: View) -> str:
    job = _latest(view)
    return green_broken(view) or (failed(job) or wrong_instance(job, view) if job else "")


def canary_at_fault(view: View) -> JobDetail | None:
    """The canary that did not prove green, where neither green nor the instance it ran on is the reason."""
    job = _latest(view) if view.facts.canary_jobs else None
    return None if job is None or green_broken(view) or wrong_instance(job, view) else job


def _canary_waits(view: View) -> str:
    job = _latest(view)
    reason = f" ({job.status_reason})" if job and job.status_reason else ""
    return f"the canary is {job.status}{reason}" if job else "the canary is not there yet"


def is_cleared(view: View) -> bool:
    """Forward, the canary is put away before green is attached: later passes need not look."""
    return view.is_attached or view.phase_tag == "attached"


def clear_rows(is_skipped: Callable[[View], bool], *, turns_back: bool) -> tuple[Row, ...]:
    """What puts the canary away: on success, on failure and on abort alike."""
    return tuple(
        Row(
            phase=phase,
            is_done=either(is_skipped, is_done),
            write=write,
            failure=green_broken if turns_back else sound,
            budget=budget,
        )
        for phase, is_done, write, budget in _CLEARING
    )


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
    (Phase.CANARY_EMPTY, _is_canary_gone, waits, Budget.CANARY),
    (Phase.CANARY_CLOSE, _is_canary_closed, _close_canary, Budget.VALID),
    (Phase.CANARY_DELETE, _is_canary_deleted, _delete_canary, Budget.VALID),
    (Phase.CANARY_DEREGISTER, _is_deregistered, _deregister, Budget.VALID),
)


CANARY = (
    Row(
        phase=Phase.CANARY_QUEUE,
        is_done=_has_canary_queue,
        write=_create_canary_queue,
        failure=green_broken,
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
        failure=green_broken,
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
