"""The three tables of a rollout: given these facts, this is next, and this is written."""

import pytest

from academyctl.model.batch_write import (
    CreateComputeEnvironment,
    CreateJobQueue,
    DeleteComputeEnvironment,
    DeleteJobQueue,
    DeregisterJobDefinition,
    RegisterJobDefinition,
    SubmitJob,
    TagResource,
    TerminateJob,
    UpdateComputeEnvironment,
    UpdateJobQueue,
)
from academyctl.model.rollout import Direction, Load, Phase, View
from tests.batch_builders import job, tags
from tests.rollout_builders import (
    ATTACHED,
    BACK,
    BLUE,
    DEFINED,
    DELETES,
    DOWN,
    GREEN,
    KEPT,
    NOTED,
    QUIET,
    SAW,
    SUCCEEDED,
    blue_down,
    canary_queue,
    drained_green,
    following,
    new_green,
    old_blue,
    seen,
    written,
)
from tests.support.batch_jobs import NOON


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (seen(old_blue()), Phase.CREATE, CreateComputeEnvironment),
        (seen(old_blue(), new_green(status="CREATING")), Phase.VALIDATE, None),
        (seen(old_blue(), new_green(status="A_NEW_WORD")), Phase.VALIDATE, None),
        (seen(old_blue(update_policy={"x": 1}), new_green()), Phase.POLICY, UpdateComputeEnvironment),
        (seen(old_blue(update_policy={"x": 1}), new_green(status="UPDATING")), Phase.VALIDATE, None),
        (seen(old_blue(), new_green()), Phase.CANARY_QUEUE, CreateJobQueue),
        (
            seen(old_blue(update_policy={"x": 1}), new_green(update_policy={"x": 1, "y": 2})),
            Phase.CANARY_QUEUE,
            CreateJobQueue,
        ),
        (seen(old_blue(), new_green(), canary=canary_queue(status="CREATING")), Phase.CANARY_QUEUE, None),
        (seen(old_blue(), new_green(), canary=canary_queue(state="DISABLED")), Phase.CANARY_QUEUE, None),
        (seen(old_blue(), new_green(), canary=canary_queue()), Phase.CANARY_DEFINITION, RegisterJobDefinition),
        (seen(old_blue(), new_green(), canary=canary_queue(), **DEFINED), Phase.CANARY_JOB, SubmitJob),
        (seen(old_blue(), new_green(), canary=canary_queue(), canary_jobs=(job(),)), Phase.CANARY_PROOF, None),
        (
            seen(old_blue(), new_green(), canary=canary_queue(), canary_jobs=(SUCCEEDED,), **SAW),
            Phase.CANARY_PROOF,
            TagResource,
        ),
        (seen(old_blue(), new_green(), canary=canary_queue(), canary_jobs=(SUCCEEDED,)), Phase.CANARY_JOB, SubmitJob),
        (
            seen(old_blue(), new_green("proven"), canary=canary_queue(), canary_jobs=(job(),)),
            Phase.CANARY_STOP,
            TerminateJob,
        ),
        (
            seen(old_blue(), new_green("proven"), canary=canary_queue(), busy={GREEN: "1 task"}),
            Phase.CANARY_EMPTY,
            None,
        ),
        (seen(old_blue(), new_green("proven"), canary=canary_queue()), Phase.CANARY_CLOSE, UpdateJobQueue),
        (seen(old_blue(), new_green("proven"), canary=canary_queue(status="UPDATING")), Phase.CANARY_CLOSE, None),
        (
            seen(old_blue(), new_green("proven"), canary=canary_queue(state="DISABLED")),
            Phase.CANARY_DELETE,
            DeleteJobQueue,
        ),
        (
            seen(old_blue(), new_green("proven"), canary=canary_queue(state="DISABLED", status="DELETING")),
            Phase.CANARY_DELETE,
            None,
        ),
        (seen(old_blue(), new_green("proven"), **DEFINED), Phase.CANARY_DEREGISTER, DeregisterJobDefinition),
        (seen(old_blue(), new_green("proven")), Phase.ATTACH, UpdateJobQueue),
        (seen(old_blue(), new_green(), terms={"canary": False}), Phase.ATTACH, UpdateJobQueue),
        (seen(old_blue(), new_green("proven"), at={"status": "UPDATING"}), Phase.ATTACH, None),
        (seen(old_blue(), new_green("proven", status="UPDATING")), Phase.ATTACH, None),
        (seen(old_blue(), new_green("proven"), **ATTACHED), Phase.ATTACHED, TagResource),
        (seen(old_blue(), new_green("attached", at="noon"), **ATTACHED), Phase.ATTACHED, TagResource),
        (seen(old_blue(), new_green("attached", at="2026-11-22"), **ATTACHED), Phase.ATTACHED, TagResource),
        (seen(old_blue(), new_green("attached", at=NOON.isoformat()), **ATTACHED), Phase.SOAK, None),
        (seen(old_blue(), new_green("attached"), **ATTACHED), Phase.QUIESCE_NOTE, TagResource),
        (seen(old_blue(), new_green("attached", status="UPDATING"), **ATTACHED), Phase.QUIESCE_NOTE, None),
        (seen(old_blue(), new_green("attached"), **ATTACHED, at={"status": "UPDATING"}), Phase.QUIESCE_NOTE, None),
        (seen(old_blue(tags=NOTED), new_green("attached"), **ATTACHED), Phase.QUIESCE, UpdateComputeEnvironment),
        (seen(old_blue(tags=NOTED), new_green("attached", status="UPDATING"), **ATTACHED), Phase.QUIESCE, None),
        (seen(old_blue(tags=NOTED, status="UPDATING"), new_green("attached"), **ATTACHED), Phase.QUIESCE, None),
        (seen(old_blue(tags=DOWN), new_green("attached"), **ATTACHED), Phase.QUIESCE, TagResource),
        (seen(blue_down(tags=NOTED), new_green("attached"), **ATTACHED), Phase.DRAIN_NOTE, TagResource),
        (seen(blue_down(), new_green("attached"), **ATTACHED, quiet={BLUE: Load(what="1 job")}), Phase.DRAIN, None),
        (seen(blue_down(), new_green("attached"), **ATTACHED, quiet={BLUE: Load(quiet_reads=2)}), Phase.DRAIN, None),
        (seen(blue_down(), new_green("attached"), **ATTACHED, quiet=QUIET), Phase.RETAIN, TagResource),
        (
            seen(blue_down(tags={**DOWN, **tags(phase="retained")}), new_green("attached"), **ATTACHED),
            Phase.CLOSE,
            TagResource,
        ),
        (seen(None, new_green("attached"), order=(GREEN,)), Phase.CLOSE, TagResource),
        (seen(blue_down(), new_green("done"), **ATTACHED), None, None),
        (seen(old_blue(), new_green("done"), order=(BLUE,)), None, None),
    ],
)
def test_forward(view: View, phase: Phase | None, write: type | None) -> None:
    assert following(view) == (phase, write)


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (
            seen(blue_down(tags=KEPT), new_green("attached"), **ATTACHED, **DELETES, quiet=QUIET),
            Phase.DETACH,
            UpdateJobQueue,
        ),
        (
            seen(blue_down(tags=KEPT), new_green("attached"), order=(GREEN,), **DELETES, quiet=QUIET),
            Phase.DELETE,
            DeleteComputeEnvironment,
        ),
        (
            seen(
                blue_down(tags=KEPT),
                new_green("attached"),
                order=(GREEN,),
                **DELETES,
                quiet={BLUE: Load(what="1 task")},
            ),
            Phase.DRAIN,
            None,
        ),
        (
            seen(
                blue_down(tags=KEPT, status="DELETING"), new_green("attached"), order=(GREEN,), **DELETES, quiet=QUIET
            ),
            Phase.DELETE,
            None,
        ),
        (
            seen(old_blue(tags=KEPT, status="INVALID"), new_green("attached"), order=(GREEN,), **DELETES, quiet=QUIET),
            Phase.DELETE,
            TagResource,
        ),
        (seen(None, new_green("attached"), order=(GREEN,), **DELETES), Phase.CLOSE, TagResource),
    ],
)
def test_blue_is_deleted_detached_and_with_the_proof_of_this_very_pass(
    view: View, phase: Phase, write: type | None
) -> None:
    assert following(view) == (phase, write)


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (seen(old_blue(), new_green()), Phase.INTENT, TagResource),
        (seen(blue_down(), new_green("rollback"), **ATTACHED), Phase.RESTORE, UpdateComputeEnvironment),
        (seen(blue_down(status="UPDATING"), new_green("rollback"), **ATTACHED), Phase.RESTORE, None),
        (seen(old_blue(status="UPDATING"), new_green("rollback"), **ATTACHED), Phase.RESTORE, None),
        (seen(old_blue(status="INVALID"), new_green("rollback"), **ATTACHED), Phase.RESTORE, None),
        (seen(old_blue(), new_green("rollback"), **ATTACHED), Phase.ORDER, UpdateJobQueue),
        (seen(old_blue(), new_green("rollback"), **ATTACHED, at={"status": "UPDATING"}), Phase.ORDER, None),
        (seen(old_blue(tags={**NOTED, **tags(min_vcpus="0")}), new_green("rollback")), Phase.RESTORE_NOTE, TagResource),
        (
            seen(old_blue(), new_green("rollback"), canary=canary_queue(), canary_jobs=(job(),)),
            Phase.CANARY_STOP,
            TerminateJob,
        ),
        (
            seen(old_blue(), new_green("rollback"), canary=canary_queue(), busy={GREEN: "1 task"}),
            Phase.CANARY_EMPTY,
            None,
        ),
        (seen(old_blue(), new_green("rollback"), canary=canary_queue()), Phase.CANARY_CLOSE, UpdateJobQueue),
        (
            seen(old_blue(), new_green("rollback"), canary=canary_queue(state="DISABLED")),
            Phase.CANARY_DELETE,
            DeleteJobQueue,
        ),
        (seen(old_blue(), new_green("rollback"), **DEFINED), Phase.CANARY_DEREGISTER, DeregisterJobDefinition),
        (seen(old_blue(), new_green("rollback")), Phase.DISABLE_GREEN, UpdateComputeEnvironment),
        (seen(old_blue(), new_green("rollback", status="CREATING")), Phase.DISABLE_GREEN, None),
        (seen(old_blue(), new_green("rollback"), at={"status": "UPDATING"}), Phase.DISABLE_GREEN, None),
        (seen(old_blue(), new_green("rollback", status="INVALID")), Phase.DISABLE_GREEN, UpdateComputeEnvironment),
        (seen(old_blue(), new_green("rollback", state="DISABLED")), Phase.GREEN_NOTE, TagResource),
        (seen(old_blue(), drained_green("rollback"), quiet={GREEN: Load(what="2 jobs")}), Phase.DRAIN_GREEN, None),
        (seen(old_blue(), None), None, None),
        (seen(old_blue(), new_green("rollback", status="DELETING", state="DISABLED")), Phase.DELETE_GREEN, None),
    ],
)
def test_rollback(view: View, phase: Phase | None, write: type | None) -> None:
    assert following(view, BACK) == (phase, write)


def test_green_is_deleted_once_it_is_proven_drained() -> None:
    view = seen(old_blue(), drained_green("rollback"), quiet=QUIET)
    assert written(view, BACK) == DeleteComputeEnvironment(name=GREEN)
    busy = seen(old_blue(), drained_green("rollback"), quiet={GREEN: Load(quiet_reads=2)})
    assert following(busy, BACK) == (Phase.DRAIN_GREEN, None)


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (seen(old_blue(), new_green("attached"), **ATTACHED), Phase.INTENT, TagResource),
        (seen(blue_down(), new_green("done"), **ATTACHED), Phase.INTENT, TagResource),
        (seen(blue_down(), new_green("aborted"), **ATTACHED), Phase.RESTORE, UpdateComputeEnvironment),
        (seen(old_blue(), new_green("aborted"), **ATTACHED), Phase.ORDER, UpdateJobQueue),
        (seen(old_blue(), new_green("aborted"), order=(BLUE, GREEN)), Phase.DISABLE_GREEN, UpdateComputeEnvironment),
        (seen(old_blue(), drained_green("aborted"), order=(BLUE, GREEN)), None, None),
        (seen(old_blue(), drained_green("aborted"), quiet=QUIET), Phase.DELETE_GREEN, DeleteComputeEnvironment),
        (seen(old_blue(), None), None, None),
    ],
)
def test_abort(view: View, phase: Phase | None, write: type | None) -> None:
    assert following(view, Direction.ABORT) == (phase, write)
