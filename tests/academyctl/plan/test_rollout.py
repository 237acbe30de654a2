"""The three tables of a rollout: given these facts, this is next, this is written, this turns it back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from academyctl.model.batch import (
    BatchWrite,
    CeState,
    ComputeEnvironmentDetail,
    ContainerInstance,
    CreateComputeEnvironment,
    CreateJobQueue,
    DeleteComputeEnvironment,
    DeleteJobQueue,
    DeregisterJobDefinition,
    JobQueueDetail,
    RegisterJobDefinition,
    SubmitJob,
    TagResource,
    TerminateJob,
    UpdateComputeEnvironment,
    UpdateJobQueue,
)
from academyctl.model.errors import AwsError, Conflict
from academyctl.model.rollout import Direction, Facts, Load, Phase, Sight, Terms, Unseen, View
from academyctl.plan.rollout import TABLES, Budget, Move, next_move
from tests.batch_builders import AMI, arn_of, definition, environment, green, job, queue, tags
from tests.support.batch_model import NOON

BLUE, GREEN, CANARY = "ce-v3", "ce-v4", "academy-video-batch-queue-canary"
EARLY = (NOON - timedelta(hours=1)).isoformat()
TERMS = Terms(
    stack="sandbox", green=GREEN, rollout="r-1", by="arn:aws:iam::123456789012:user/ann", queue=queue().name,
    canary_queue=CANARY, definition="d", canary_definition="d-canary", tags=tags(**{"from": BLUE}),
)  # fmt: skip
OURS = tags(rollout="r-1", role="canary")
NOTED = tags(stack="sandbox", rollout="r-1", role="blue", phase="quiesced", min_vcpus="4")
DOWN = {**NOTED, **tags(disabled_at=EARLY)}
QUIET = {BLUE: Load(quiet_reads=3), GREEN: Load(quiet_reads=3)}


def _green(phase: str = "open", at: str = EARLY, **changes: Any) -> ComputeEnvironmentDetail:
    made: ComputeEnvironmentDetail = green(GREEN, blue=BLUE, phase=phase, **changes)
    return replace(made, tags={**made.tags, **tags(at=at, ami=AMI), **changes.get("tags", {})})


def _blue(**changes: Any) -> ComputeEnvironmentDetail:
    return environment(BLUE, **changes)


def _down(**changes: Any) -> ComputeEnvironmentDetail:
    return _blue(**{"state": "DISABLED", "tags": DOWN, **changes})


def _canary(**changes: Any) -> JobQueueDetail:
    return queue(GREEN, **{"name": CANARY, "tags": OURS, **changes})


def _view(
    *standing: ComputeEnvironmentDetail | None,
    order: tuple[str, ...] = (BLUE,),
    at: Mapping[str, Any] | None = None,
    canary: JobQueueDetail | None = None,
    terms: Mapping[str, Any] | None = None,
    **facts: Any,
) -> View:
    """Everything was looked at, and found nothing, unless the test says so."""
    queues = (queue(*order, **(at or {})), *((canary,) if canary else ()))
    seen: dict[str, Any] = {
        "canary_jobs": (),
        "canary_definitions": (),
        "definition": definition(),
        "failures": (),
        "busy": {GREEN: "", BLUE: ""},
        "quiet": {},
        **facts,
    }
    found = tuple(one for one in standing if one)
    return View(facts=Facts(now=NOON, environments=found, queues=queues, **seen), terms=replace(TERMS, **(terms or {})))


def _next(view: View, direction: Direction = Direction.FORWARD) -> tuple[Phase | None, type | None]:
    move = next_move(view, direction)
    assert move is None or not move.failure, move
    return (move.row.phase, type(move.write) if move.write else None) if move else (None, None)


def _moved(view: View, direction: Direction = Direction.FORWARD) -> Move:
    move = next_move(view, direction)
    assert move is not None
    return move


def _written(view: View, direction: Direction = Direction.FORWARD) -> BatchWrite:
    write = _moved(view, direction).write
    assert write is not None
    return write


ATTACHED = {"order": (GREEN, BLUE)}
SUCCEEDED = job(status="SUCCEEDED", task_arn=f"arn:aws:ecs:r:1:task/{GREEN}_Batch_1/1")
SAW = {"canary_instances": {"job-1": ContainerInstance(arn="i", ami=AMI, architecture="arm64")}}
DEFINED = {"canary_definitions": (definition(name="d-canary", tags=OURS),)}
DELETES = {"terms": {"delete_blue": True}}


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (_view(_blue()), Phase.CREATE, CreateComputeEnvironment),
        (_view(_blue(), _green(status="CREATING")), Phase.VALIDATE, None),
        (_view(_blue(), _green(status="A_NEW_WORD")), Phase.VALIDATE, None),
        (_view(_blue(update_policy={"x": 1}), _green()), Phase.POLICY, UpdateComputeEnvironment),
        (_view(_blue(update_policy={"x": 1}), _green(status="UPDATING")), Phase.VALIDATE, None),
        (_view(_blue(), _green()), Phase.CANARY_QUEUE, CreateJobQueue),
        (_view(_blue(), _green(), canary=_canary(status="CREATING")), Phase.CANARY_QUEUE, None),
        (_view(_blue(), _green(), canary=_canary(state="DISABLED")), Phase.CANARY_QUEUE, None),
        (_view(_blue(), _green(), canary=_canary()), Phase.CANARY_DEFINITION, RegisterJobDefinition),
        (_view(_blue(), _green(), canary=_canary(), **DEFINED), Phase.CANARY_JOB, SubmitJob),
        (_view(_blue(), _green(), canary=_canary(), canary_jobs=(job(),)), Phase.CANARY_PROOF, None),
        (_view(_blue(), _green(), canary=_canary(), canary_jobs=(SUCCEEDED,), **SAW), Phase.CANARY_PROOF, TagResource),
        (_view(_blue(), _green(), canary=_canary(), canary_jobs=(SUCCEEDED,)), Phase.CANARY_JOB, SubmitJob),
        (_view(_blue(), _green("proven"), canary=_canary(), canary_jobs=(job(),)), Phase.CANARY_STOP, TerminateJob),
        (_view(_blue(), _green("proven"), canary=_canary(), busy={GREEN: "1 task"}), Phase.CANARY_EMPTY, None),
        (_view(_blue(), _green("proven"), canary=_canary()), Phase.CANARY_CLOSE, UpdateJobQueue),
        (_view(_blue(), _green("proven"), canary=_canary(status="UPDATING")), Phase.CANARY_CLOSE, None),
        (_view(_blue(), _green("proven"), canary=_canary(state="DISABLED")), Phase.CANARY_DELETE, DeleteJobQueue),
        (
            _view(_blue(), _green("proven"), canary=_canary(state="DISABLED", status="DELETING")),
            Phase.CANARY_DELETE,
            None,
        ),
        (_view(_blue(), _green("proven"), **DEFINED), Phase.CANARY_DEREGISTER, DeregisterJobDefinition),
        (_view(_blue(), _green("proven")), Phase.ATTACH, UpdateJobQueue),
        (_view(_blue(), _green(), terms={"canary": False}), Phase.ATTACH, UpdateJobQueue),
        (_view(_blue(), _green("proven"), at={"status": "UPDATING"}), Phase.ATTACH, None),
        (_view(_blue(), _green("proven", status="UPDATING")), Phase.ATTACH, None),
        (_view(_blue(), _green("proven"), **ATTACHED), Phase.ATTACHED, TagResource),
        (_view(_blue(), _green("attached", at="noon"), **ATTACHED), Phase.ATTACHED, TagResource),
        (_view(_blue(), _green("attached", at="2026-11-22"), **ATTACHED), Phase.ATTACHED, TagResource),
        (_view(_blue(), _green("attached", at=NOON.isoformat()), **ATTACHED), Phase.SOAK, None),
        (_view(_blue(), _green("attached"), **ATTACHED), Phase.QUIESCE_NOTE, TagResource),
        (_view(_blue(), _green("attached", status="UPDATING"), **ATTACHED), Phase.QUIESCE_NOTE, None),
        (_view(_blue(), _green("attached"), **ATTACHED, at={"status": "UPDATING"}), Phase.QUIESCE_NOTE, None),
        (_view(_blue(tags=NOTED), _green("attached"), **ATTACHED), Phase.QUIESCE, UpdateComputeEnvironment),
        (_view(_blue(tags=NOTED), _green("attached", status="UPDATING"), **ATTACHED), Phase.QUIESCE, None),
        (_view(_blue(tags=NOTED, status="UPDATING"), _green("attached"), **ATTACHED), Phase.QUIESCE, None),
        (_view(_blue(tags=DOWN), _green("attached"), **ATTACHED), Phase.QUIESCE, TagResource),
        (_view(_down(tags=NOTED), _green("attached"), **ATTACHED), Phase.DRAIN_NOTE, TagResource),
        (_view(_down(), _green("attached"), **ATTACHED, quiet={BLUE: Load(what="1 job")}), Phase.DRAIN, None),
        (_view(_down(), _green("attached"), **ATTACHED, quiet={BLUE: Load(quiet_reads=2)}), Phase.DRAIN, None),
        (_view(_down(), _green("attached"), **ATTACHED, quiet=QUIET), Phase.RETAIN, TagResource),
        (
            _view(_down(tags={**DOWN, **tags(phase="retained")}), _green("attached"), **ATTACHED),
            Phase.CLOSE,
            TagResource,
        ),
        (_view(None, _green("attached"), order=(GREEN,)), Phase.CLOSE, TagResource),
        (_view(_down(), _green("done"), **ATTACHED), None, None),
        (_view(_blue(), _green("done"), order=(BLUE,)), None, None),
    ],
)
def test_forward(view: View, phase: Phase | None, write: type | None) -> None:
    assert _next(view) == (phase, write)


KEPT = {**DOWN, **tags(phase="retained")}


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (_view(_down(tags=KEPT), _green("attached"), **ATTACHED, **DELETES, quiet=QUIET), Phase.DETACH, UpdateJobQueue),
        (
            _view(_down(tags=KEPT), _green("attached"), order=(GREEN,), **DELETES, quiet=QUIET),
            Phase.DELETE,
            DeleteComputeEnvironment,
        ),
        (
            _view(_down(tags=KEPT), _green("attached"), order=(GREEN,), **DELETES, quiet={BLUE: Load(what="1 task")}),
            Phase.DRAIN,
            None,
        ),
        (
            _view(_down(tags=KEPT, status="DELETING"), _green("attached"), order=(GREEN,), **DELETES, quiet=QUIET),
            Phase.DELETE,
            None,
        ),
        (
            _view(_blue(tags=KEPT, status="INVALID"), _green("attached"), order=(GREEN,), **DELETES, quiet=QUIET),
            Phase.DELETE,
            TagResource,
        ),
        (_view(None, _green("attached"), order=(GREEN,), **DELETES), Phase.CLOSE, TagResource),
    ],
)
def test_blue_is_deleted_detached_and_with_the_proof_of_this_very_pass(
    view: View, phase: Phase, write: type | None
) -> None:
    assert _next(view) == (phase, write)


BACK = Direction.ROLLBACK


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (_view(_blue(), _green()), Phase.INTENT, TagResource),
        (_view(_down(), _green("rollback"), **ATTACHED), Phase.RESTORE, UpdateComputeEnvironment),
        (_view(_down(status="UPDATING"), _green("rollback"), **ATTACHED), Phase.RESTORE, None),
        (_view(_blue(status="UPDATING"), _green("rollback"), **ATTACHED), Phase.RESTORE, None),
        (_view(_blue(status="INVALID"), _green("rollback"), **ATTACHED), Phase.RESTORE, None),
        (_view(_blue(), _green("rollback"), **ATTACHED), Phase.ORDER, UpdateJobQueue),
        (_view(_blue(), _green("rollback"), **ATTACHED, at={"status": "UPDATING"}), Phase.ORDER, None),
        (_view(_blue(tags={**NOTED, **tags(min_vcpus="0")}), _green("rollback")), Phase.RESTORE_NOTE, TagResource),
        (_view(_blue(), _green("rollback"), canary=_canary(), canary_jobs=(job(),)), Phase.CANARY_STOP, TerminateJob),
        (_view(_blue(), _green("rollback"), canary=_canary(), busy={GREEN: "1 task"}), Phase.CANARY_EMPTY, None),
        (_view(_blue(), _green("rollback"), canary=_canary()), Phase.CANARY_CLOSE, UpdateJobQueue),
        (_view(_blue(), _green("rollback"), canary=_canary(state="DISABLED")), Phase.CANARY_DELETE, DeleteJobQueue),
        (_view(_blue(), _green("rollback"), **DEFINED), Phase.CANARY_DEREGISTER, DeregisterJobDefinition),
        (_view(_blue(), _green("rollback")), Phase.DISABLE_GREEN, UpdateComputeEnvironment),
        (_view(_blue(), _green("rollback", status="CREATING")), Phase.DISABLE_GREEN, None),
        (_view(_blue(), _green("rollback", status="INVALID")), Phase.DISABLE_GREEN, UpdateComputeEnvironment),
        (_view(_blue(), _green("rollback", state="DISABLED")), Phase.GREEN_NOTE, TagResource),
        (
            _view(
                _blue(),
                _green("rollback", state="DISABLED", tags=tags(disabled_at=EARLY)),
                quiet={GREEN: Load(what="2 jobs")},
            ),
            Phase.DISABLE_GREEN,
            None,
        ),
        (_view(_blue(), None), None, None),
        (_view(_blue(), _green("rollback", status="DELETING", state="DISABLED")), Phase.DELETE_GREEN, None),
    ],
)
def test_rollback(view: View, phase: Phase | None, write: type | None) -> None:
    if phase is Phase.DISABLE_GREEN and view.facts.quiet:
        phase = Phase.DRAIN_GREEN
    assert _next(view, BACK) == (phase, write)


def _drained_green(phase: str) -> ComputeEnvironmentDetail:
    return _green(phase, state="DISABLED", tags={**_green(phase).tags, **tags(disabled_at=EARLY)})


def test_green_is_deleted_once_it_is_proven_drained() -> None:
    view = _view(_blue(), _drained_green("rollback"), quiet=QUIET)
    assert _written(view, BACK) == DeleteComputeEnvironment(name=GREEN)
    busy = _view(_blue(), _drained_green("rollback"), quiet={GREEN: Load(quiet_reads=2)})
    assert _next(busy, BACK) == (Phase.DRAIN_GREEN, None)


@pytest.mark.parametrize(
    ("view", "phase", "write"),
    [
        (_view(_blue(), _green("attached"), **ATTACHED), Phase.INTENT, TagResource),
        (_view(_down(), _green("done"), **ATTACHED), Phase.INTENT, TagResource),
        (_view(_down(), _green("aborted"), **ATTACHED), Phase.RESTORE, UpdateComputeEnvironment),
        (_view(_blue(), _green("aborted"), **ATTACHED), Phase.ORDER, UpdateJobQueue),
        (_view(_blue(), _green("aborted"), order=(BLUE, GREEN)), Phase.DISABLE_GREEN, UpdateComputeEnvironment),
        (_view(_blue(), _drained_green("aborted"), order=(BLUE, GREEN)), None, None),
        (_view(_blue(), _drained_green("aborted"), quiet=QUIET), Phase.DELETE_GREEN, DeleteComputeEnvironment),
        (_view(_blue(), None), None, None),
    ],
)
def test_abort(view: View, phase: Phase | None, write: type | None) -> None:
    assert _next(view, Direction.ABORT) == (phase, write)


# What the writes say


def test_blue_is_disabled_with_min_0_and_its_former_one_is_noted() -> None:
    loaded = _blue(resources={"minvCpus": 4})
    noted = _written(_view(loaded, _green("attached"), **ATTACHED))
    assert isinstance(noted, TagResource)
    assert noted.tags["academyctl:min-vcpus"] == "4"
    assert noted.tags["academyctl:disabled-at"] == "", "a time of an earlier rollout proves nothing"
    down = _written(_view(replace(loaded, tags=NOTED), _green("attached"), **ATTACHED))
    assert down == UpdateComputeEnvironment(name=BLUE, state=CeState.DISABLED, min_vcpus=0)


def test_a_disabled_blue_that_still_keeps_instances_is_not_down() -> None:
    kept = _down(resources={"minvCpus": 4}, tags=NOTED)
    assert _written(_view(kept, _green("attached"), **ATTACHED)) == UpdateComputeEnvironment(
        name=BLUE, state=CeState.DISABLED, min_vcpus=0
    )


def test_the_time_that_blue_was_seen_down_is_a_second_ahead_of_a_clock_that_cuts_seconds_off() -> None:
    noted = _written(_view(_down(tags=NOTED), _green("attached"), **ATTACHED))
    assert isinstance(noted, TagResource)
    assert noted.tags == tags(disabled_at=(NOON + timedelta(seconds=1)).isoformat())


def test_blue_gets_its_min_vcpus_back_with_its_state() -> None:
    assert _written(_view(_down(), _green("rollback"), **ATTACHED), BACK) == UpdateComputeEnvironment(
        name=BLUE, state=CeState.ENABLED, min_vcpus=4
    )


def test_a_blue_that_serves_again_keeps_what_the_operator_sets() -> None:
    view = _view(_blue(tags={**NOTED, **tags(phase="serving")}, resources={"minvCpus": 8}), _green("rollback"))
    assert _next(view, BACK) == (Phase.DISABLE_GREEN, UpdateComputeEnvironment)


def test_the_canary_queue_names_green_only_and_is_marked() -> None:
    made = _written(_view(_blue(), _green()))
    assert isinstance(made, CreateJobQueue)
    assert made.order == (arn_of(GREEN),)
    assert made.tags["academyctl:rollout"] == "r-1"


@pytest.mark.parametrize("direction", [Direction.FORWARD, BACK])
def test_an_order_that_would_serve_nobody_is_not_sent(direction: Direction) -> None:
    if direction is BACK:
        view = _view(_blue(status="INVALID"), _green("rollback"), order=(GREEN,))
    else:
        view = _view(_blue(), _green("proven", status="UPDATING"))
    assert _moved(view, direction).write is None


# Failure


BROKEN = [
    ({"status": "INVALID", "status_reason": "no role"}, f"{GREEN} is INVALID: no role"),
    ({"status": "INVALID"}, f"{GREEN} is INVALID: no reason given"),
    ({"status": "DELETING"}, f"{GREEN} is being deleted"),
    ({"state": "DISABLED"}, f"{GREEN} was disabled"),
]
STAGES = [
    (Phase.CANARY_QUEUE, _blue(), "open", (BLUE,), None),
    (Phase.CANARY_CLOSE, _blue(), "proven", (BLUE,), _canary()),
    (Phase.ATTACH, _blue(), "proven", (BLUE,), None),
    (Phase.ATTACHED, _blue(), "proven", (GREEN, BLUE), None),
    (Phase.QUIESCE_NOTE, _blue(), "attached", (GREEN, BLUE), None),
    (Phase.QUIESCE, _blue(tags=NOTED), "attached", (GREEN, BLUE), None),
    (Phase.DRAIN_NOTE, _down(tags=NOTED), "attached", (GREEN, BLUE), None),
    (Phase.DRAIN, _down(), "attached", (GREEN, BLUE), None),
]


@pytest.mark.parametrize(("phase", "blue", "tag", "order", "canary"), STAGES)
@pytest.mark.parametrize(("changes", "said"), BROKEN)
def test_a_green_that_cannot_serve_turns_every_phase_back(
    phase: Phase,
    blue: ComputeEnvironmentDetail,
    tag: str,
    order: tuple[str, ...],
    canary: JobQueueDetail | None,
    changes: dict[str, str],
    said: str,
) -> None:
    healthy = _view(blue, _green(tag), order=order, canary=canary, quiet={BLUE: Load(what="1 job")})
    assert _moved(healthy).row.phase is phase
    move = _moved(_view(blue, _green(tag, **changes), order=order, canary=canary, quiet={BLUE: Load(what="1 job")}))
    assert move.failure == said
    assert move.write is None


def test_jobs_that_failed_for_greens_fault_end_the_soak_and_blues_do_not() -> None:
    hit = job(status="FAILED", status_reason="Host EC2 terminated", task_arn=f"arn:x:task/{GREEN}_Batch_1/1")
    soaking = _green("attached", at=NOON.isoformat())
    assert _moved(_view(_blue(), soaking, **ATTACHED, failures=(hit,))).failure.startswith("job vt-job-1 failed on gr")
    blues = replace(hit, task_arn=f"arn:x:task/{BLUE}_Batch_1/1")
    assert _moved(_view(_blue(), soaking, **ATTACHED, failures=(blues,))).failure == ""
    nobodys = replace(hit, task_arn="")
    assert _moved(_view(_blue(), soaking, **ATTACHED, failures=(nobodys,))).failure == ""


def test_a_canary_without_a_definition_to_be_made_from_fails() -> None:
    assert _moved(_view(_blue(), _green(), canary=_canary(), definition=None)).failure == "job definition d is gone"


@pytest.mark.parametrize(
    "view",
    [
        _view(_blue(), _green(), canary=_canary(tags={})),
        _view(_blue(), _green(), canary=_canary(tags=tags(rollout="r-2"))),
        _view(_blue(), _green(), canary=_canary(), canary_definitions=(definition(name="d-canary", tags={}),)),
    ],
)
def test_a_canary_of_somebody_else_is_a_conflict(view: View) -> None:
    with pytest.raises(Conflict):
        next_move(view, Direction.FORWARD)


@pytest.mark.parametrize("direction", [BACK, Direction.ABORT])
def test_a_canary_of_somebody_else_is_not_put_away(direction: Direction) -> None:
    tag = "rollback" if direction is BACK else "aborted"
    view = _view(_blue(), _green(tag), canary=_canary(tags={}), canary_definitions=(definition(tags={}),))
    assert _moved(view, direction).row.phase is Phase.DISABLE_GREEN


@pytest.mark.parametrize("direction", [BACK, Direction.ABORT])
def test_without_blue_there_is_no_way_back_and_green_stays(direction: Direction) -> None:
    tag = "rollback" if direction is BACK else "aborted"
    with pytest.raises(AwsError, match="nothing to go back to"):
        next_move(_view(None, _green(tag), order=(GREEN,)), direction)


# The tables


def test_every_phase_is_in_a_table_once() -> None:
    for rows in TABLES.values():
        assert len({row.phase for row in rows}) == len(rows)
    assert {row.phase for rows in TABLES.values() for row in rows} == set(Phase)


TURNS = {
    Phase.VALIDATE: Budget.VALID,
    Phase.POLICY: Budget.VALID,
    Phase.CANARY_QUEUE: Budget.CANARY,
    Phase.CANARY_DEFINITION: Budget.CANARY,
    Phase.CANARY_JOB: Budget.CANARY,
    Phase.CANARY_PROOF: Budget.CANARY,
    Phase.ATTACH: Budget.VALID,
    Phase.SOAK: Budget.SOAK,
}


def test_which_waits_turn_back_and_by_which_budget() -> None:
    assert {row.phase: row.budget for row in TABLES[Direction.FORWARD] if row.turns_back} == TURNS
    assert not any(row.turns_back for one in (BACK, Direction.ABORT) for row in TABLES[one])


@pytest.mark.parametrize(
    ("phase", "budget"),
    [
        (Phase.DRAIN, Budget.DRAIN),
        (Phase.QUIESCE, Budget.VALID),
        (Phase.CANARY_STOP, Budget.CANARY),
        (Phase.CANARY_EMPTY, Budget.CANARY),
        (Phase.CANARY_DELETE, Budget.VALID),
        (Phase.DELETE, Budget.VALID),
    ],
)
def test_after_blue_was_touched_a_wait_that_is_over_only_ends_the_run(phase: Phase, budget: Budget) -> None:
    (row,) = [row for row in TABLES[Direction.FORWARD] if row.phase is phase]
    assert (row.budget, row.turns_back) == (budget, False)


def test_the_drain_of_green_has_the_budget_of_a_drain() -> None:
    (row,) = [row for row in TABLES[BACK] if row.phase is Phase.DRAIN_GREEN]
    assert row.budget is Budget.DRAIN


@pytest.mark.parametrize(
    ("view", "direction", "sight", "name"),
    [
        (_view(_blue(), _green(), canary=_canary(), canary_jobs=None), Direction.FORWARD, Sight.CANARY_JOBS, ""),
        (
            _view(_blue(), _green(), canary=_canary(), canary_definitions=None),
            Direction.FORWARD,
            Sight.CANARY_DEFINITIONS,
            "",
        ),
        (
            _view(_blue(), _green("attached", at=NOON.isoformat()), **ATTACHED, failures=None),
            Direction.FORWARD,
            Sight.FAILURES,
            "",
        ),
        (_view(_down(), _green("attached"), **ATTACHED), Direction.FORWARD, Sight.QUIET, BLUE),
        (_view(_blue(), _green("proven"), canary=_canary(), busy={}), Direction.FORWARD, Sight.LOAD, GREEN),
        (_view(_blue(), _drained_green("rollback")), BACK, Sight.QUIET, GREEN),
    ],
)
def test_a_row_asks_for_what_it_needs_and_for_nothing_before(
    view: View, direction: Direction, sight: Sight, name: str
) -> None:
    with pytest.raises(Unseen) as unseen:
        next_move(view, direction)
    assert (unseen.value.sight, unseen.value.name) == (sight, name)
