"""A rollout as it may be found, with defaults: blue v3, green v4, one queue; and what the tables make of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from academyctl.model.batch import ComputeEnvironmentDetail, ContainerInstance, JobQueueDetail
from academyctl.model.batch_write import BatchWrite
from academyctl.model.rollout import Direction, Facts, Load, Phase, Terms, View
from academyctl.plan.rollout import next_move
from academyctl.plan.rollout_row import Move
from tests.batch_builders import AMI, definition, environment, green, job, queue, tags
from tests.support.batch_jobs import NOON

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


def new_green(phase: str = "open", at: str = EARLY, **changes: Any) -> ComputeEnvironmentDetail:
    made: ComputeEnvironmentDetail = green(GREEN, blue=BLUE, phase=phase, **changes)
    return replace(made, tags={**made.tags, **tags(at=at, ami=AMI), **changes.get("tags", {})})


def drained_green(phase: str) -> ComputeEnvironmentDetail:
    return new_green(phase, state="DISABLED", tags={**new_green(phase).tags, **tags(disabled_at=EARLY)})


def old_blue(**changes: Any) -> ComputeEnvironmentDetail:
    return environment(BLUE, **changes)


def blue_down(**changes: Any) -> ComputeEnvironmentDetail:
    return old_blue(**{"state": "DISABLED", "tags": DOWN, **changes})


def canary_queue(**changes: Any) -> JobQueueDetail:
    return queue(GREEN, **{"name": CANARY, "tags": OURS, **changes})


def seen(
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


def following(view: View, direction: Direction = Direction.FORWARD) -> tuple[Phase | None, type | None]:
    move = next_move(view, direction)
    assert move is None or not move.failure, move
    return (move.row.phase, type(move.write) if move.write else None) if move else (None, None)


def moved(view: View, direction: Direction = Direction.FORWARD) -> Move:
    move = next_move(view, direction)
    assert move is not None
    return move


def written(view: View, direction: Direction = Direction.FORWARD) -> BatchWrite:
    write = moved(view, direction).write
    assert write is not None
    return write


ATTACHED: dict[str, Any] = {"order": (GREEN, BLUE)}
SUCCEEDED = job(status="SUCCEEDED", task_arn=f"arn:aws:ecs:r:1:task/{GREEN}_Batch_1/1")
SAW: dict[str, Any] = {"canary_instances": {"job-1": ContainerInstance(arn="i", ami=AMI, architecture="arm64")}}
DEFINED: dict[str, Any] = {"canary_definitions": (definition(name="d-canary", tags=OURS),)}
DELETES: dict[str, Any] = {"terms": {"delete_blue": True}}


KEPT = {**DOWN, **tags(phase="retained")}
BACK = Direction.ROLLBACK
