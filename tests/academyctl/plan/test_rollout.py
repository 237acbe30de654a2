"""The three tables of a rollout: given these facts, this is next, and this is written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from academyctl.model.batch import CeState
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
from tests.batch_builders import arn_of, job, tags
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
    moved,
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


# What the writes say


def test_blue_is_disabled_with_min_0_and_its_former_one_is_noted() -> None:
    loaded = old_blue(resources={"minvCpus": 4})
    noted = written(seen(loaded, new_green("attached"), **ATTACHED))
    assert isinstance(noted, TagResource)
    assert noted.tags["academyctl:min-vcpus"] == "4"
    assert noted.tags["academyctl:disabled-at"] == "", "a time of an earlier rollout proves nothing"
    down = written(seen(replace(loaded, tags=NOTED), new_green("attached"), **ATTACHED))
    assert down == UpdateComputeEnvironment(name=BLUE, state=CeState.DISABLED, min_vcpus=0)


def test_a_disabled_blue_that_still_keeps_instances_is_not_down() -> None:
    kept = blue_down(resources={"minvCpus": 4}, tags=NOTED)
    assert written(seen(kept, new_green("attached"), **ATTACHED)) == UpdateComputeEnvironment(
        name=BLUE, state=CeState.DISABLED, min_vcpus=0
    )


def test_the_time_that_blue_was_seen_down_is_a_second_ahead_of_a_clock_that_cuts_seconds_off() -> None:
    noted = written(seen(blue_down(tags=NOTED), new_green("attached"), **ATTACHED))
    assert isinstance(noted, TagResource)
    assert noted.tags == tags(disabled_at=(NOON + timedelta(seconds=1)).isoformat())


def test_blue_serves_before_it_gets_its_min_vcpus_back() -> None:
    assert written(seen(blue_down(), new_green("rollback"), **ATTACHED), BACK) == UpdateComputeEnvironment(
        name=BLUE, state=CeState.ENABLED
    )
    serves = old_blue(tags=DOWN)
    view = seen(serves, new_green("rollback"), **ATTACHED)
    assert following(view, BACK) == (Phase.RESTORE_MIN, UpdateComputeEnvironment)
    assert written(view, BACK) == UpdateComputeEnvironment(name=BLUE, min_vcpus=4)


def test_a_blue_that_nobody_serves_beside_gets_both_at_once_and_is_never_updated_alone() -> None:
    both = UpdateComputeEnvironment(name=BLUE, state=CeState.ENABLED, min_vcpus=4)
    assert written(seen(blue_down(tags=DOWN), new_green("rollback")), BACK) == both
    alone = seen(old_blue(tags=DOWN), new_green("rollback"))
    assert following(alone, BACK)[0] is not Phase.RESTORE_MIN


def test_blue_gets_no_more_min_vcpus_than_its_max() -> None:
    small = old_blue(tags=DOWN, resources={"minvCpus": 0, "maxvCpus": 2})
    restored = UpdateComputeEnvironment(name=BLUE, min_vcpus=2)
    assert written(seen(small, new_green("rollback"), **ATTACHED), BACK) == restored


def test_a_blue_that_serves_again_keeps_what_the_operator_sets() -> None:
    view = seen(old_blue(tags={**NOTED, **tags(phase="serving")}, resources={"minvCpus": 8}), new_green("rollback"))
    assert following(view, BACK) == (Phase.DISABLE_GREEN, UpdateComputeEnvironment)


def test_the_canary_queue_names_green_only_and_is_marked() -> None:
    made = written(seen(old_blue(), new_green()))
    assert isinstance(made, CreateJobQueue)
    assert made.order == (arn_of(GREEN),)
    assert made.tags["academyctl:rollout"] == "r-1"


@pytest.mark.parametrize("direction", [Direction.FORWARD, BACK])
def test_an_order_that_would_serve_nobody_is_not_sent(direction: Direction) -> None:
    if direction is BACK:
        view = seen(old_blue(status="INVALID"), new_green("rollback"), order=(GREEN,))
    else:
        view = seen(old_blue(), new_green("proven", status="UPDATING"))
    assert moved(view, direction).write is None
