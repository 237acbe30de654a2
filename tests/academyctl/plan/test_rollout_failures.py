"""What turns a rollout back, what bounds each wait, and what each row asks to be looked at."""

from dataclasses import replace

import pytest

from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.errors import AwsError, Conflict
from academyctl.model.rollout import Direction, Load, Phase, Sight, Unseen, View
from academyctl.plan.rollout import TABLES, next_move
from academyctl.plan.rollout_row import Budget
from tests.batch_builders import definition, job, tags
from tests.rollout_builders import (
    ATTACHED,
    BACK,
    BLUE,
    GREEN,
    NOTED,
    blue_down,
    canary_queue,
    drained_green,
    moved,
    new_green,
    old_blue,
    seen,
)
from tests.support.batch_jobs import NOON

BROKEN = [
    ({"status": "INVALID", "status_reason": "no role"}, f"{GREEN} is INVALID: no role"),
    ({"status": "INVALID"}, f"{GREEN} is INVALID: no reason given"),
    ({"status": "DELETING"}, f"{GREEN} is being deleted"),
    ({"state": "DISABLED"}, f"{GREEN} was disabled"),
]
STAGES = [
    (Phase.CANARY_QUEUE, old_blue(), "open", (BLUE,), None),
    (Phase.CANARY_CLOSE, old_blue(), "proven", (BLUE,), canary_queue()),
    (Phase.ATTACH, old_blue(), "proven", (BLUE,), None),
    (Phase.ATTACHED, old_blue(), "proven", (GREEN, BLUE), None),
    (Phase.QUIESCE_NOTE, old_blue(), "attached", (GREEN, BLUE), None),
    (Phase.QUIESCE, old_blue(tags=NOTED), "attached", (GREEN, BLUE), None),
    (Phase.DRAIN_NOTE, blue_down(tags=NOTED), "attached", (GREEN, BLUE), None),
    (Phase.DRAIN, blue_down(), "attached", (GREEN, BLUE), None),
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
    healthy = seen(blue, new_green(tag), order=order, canary=canary, quiet={BLUE: Load(what="1 job")})
    assert moved(healthy).row.phase is phase
    move = moved(seen(blue, new_green(tag, **changes), order=order, canary=canary, quiet={BLUE: Load(what="1 job")}))
    assert move.failure == said
    assert move.write is None


def test_jobs_that_failed_for_greens_fault_end_the_soak_and_blues_do_not() -> None:
    hit = job(status="FAILED", status_reason="Host EC2 terminated", task_arn=f"arn:x:task/{GREEN}_Batch_1/1")
    soaking = new_green("attached", at=NOON.isoformat())
    assert moved(seen(old_blue(), soaking, **ATTACHED, failures=(hit,))).failure.startswith("job vt-job-1 failed on gr")
    blues = replace(hit, task_arn=f"arn:x:task/{BLUE}_Batch_1/1")
    assert moved(seen(old_blue(), soaking, **ATTACHED, failures=(blues,))).failure == ""
    nobodys = replace(hit, task_arn="")
    assert moved(seen(old_blue(), soaking, **ATTACHED, failures=(nobodys,))).failure == ""


def test_a_canary_without_a_definition_to_be_made_from_fails() -> None:
    assert (
        moved(seen(old_blue(), new_green(), canary=canary_queue(), definition=None)).failure
        == "job definition d is gone"
    )


@pytest.mark.parametrize(
    "view",
    [
        seen(old_blue(), new_green(), canary=canary_queue(tags={})),
        seen(old_blue(), new_green(), canary=canary_queue(tags=tags(rollout="r-2"))),
        seen(
            old_blue(), new_green(), canary=canary_queue(), canary_definitions=(definition(name="d-canary", tags={}),)
        ),
    ],
)
def test_a_canary_of_somebody_else_is_a_conflict(view: View) -> None:
    with pytest.raises(Conflict):
        next_move(view, Direction.FORWARD)


@pytest.mark.parametrize("direction", [BACK, Direction.ABORT])
def test_a_canary_of_somebody_else_is_not_put_away(direction: Direction) -> None:
    tag = "rollback" if direction is BACK else "aborted"
    view = seen(old_blue(), new_green(tag), canary=canary_queue(tags={}), canary_definitions=(definition(tags={}),))
    assert moved(view, direction).row.phase is Phase.DISABLE_GREEN


@pytest.mark.parametrize("direction", [BACK, Direction.ABORT])
def test_without_blue_there_is_no_way_back_and_green_stays(direction: Direction) -> None:
    tag = "rollback" if direction is BACK else "aborted"
    with pytest.raises(AwsError, match="nothing to go back to"):
        next_move(seen(None, new_green(tag), order=(GREEN,)), direction)


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
        (
            seen(old_blue(), new_green(), canary=canary_queue(), canary_jobs=None),
            Direction.FORWARD,
            Sight.CANARY_JOBS,
            "",
        ),
        (
            seen(old_blue(), new_green(), canary=canary_queue(), canary_definitions=None),
            Direction.FORWARD,
            Sight.CANARY_DEFINITIONS,
            "",
        ),
        (
            seen(old_blue(), new_green("attached", at=NOON.isoformat()), **ATTACHED, failures=None),
            Direction.FORWARD,
            Sight.FAILURES,
            "",
        ),
        (seen(blue_down(), new_green("attached"), **ATTACHED), Direction.FORWARD, Sight.QUIET, BLUE),
        (seen(old_blue(), new_green("proven"), canary=canary_queue(), busy={}), Direction.FORWARD, Sight.LOAD, GREEN),
        (seen(old_blue(), drained_green("rollback")), BACK, Sight.QUIET, GREEN),
    ],
)
def test_a_row_asks_for_what_it_needs_and_for_nothing_before(
    view: View, direction: Direction, sight: Sight, name: str
) -> None:
    with pytest.raises(Unseen) as unseen:
        next_move(view, direction)
    assert (unseen.value.sight, unseen.value.name) == (sight, name)
