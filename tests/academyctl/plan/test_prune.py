"""Which retained environments may go, and what is said of those that stay."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.plan import Action
from academyctl.plan.prune import choose, plan_prune
from tests.batch_builders import STEM, environment, queue, sandbox_stack, tags

V1, V2, V3, V4, V5 = (f"{STEM}-v{number}" for number in range(1, 6))


def disabled(name: str, marks: dict[str, str], **changes: Any) -> ComputeEnvironmentDetail:
    fields: dict[str, Any] = {"state": "DISABLED", "tags": marks, **changes}
    return environment(name, **fields)


def retained(name: str, **changes: Any) -> ComputeEnvironmentDetail:
    return disabled(name, tags(stack="sandbox", rollout="r-1", role="blue", phase="retained"), **changes)


def aborted(name: str) -> ComputeEnvironmentDetail:
    return disabled(name, tags(stack="sandbox", rollout="r-1", role="green", phase="aborted"))


def handmade(name: str) -> ComputeEnvironmentDetail:
    return disabled(name, {})


OTHER = queue(V1, name="other-queue")


@dataclass(frozen=True, kw_only=True)
class Case:
    """`told`: level, subject and the words that say why one stays."""

    stands: tuple[ComputeEnvironmentDetail, ...]
    order: tuple[str, ...] = (V4,)
    beside: tuple[JobQueueDetail, ...] = ()
    keep: int = 0
    include_untagged: bool = False
    goes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    told: tuple[tuple[str, str, str], ...] = field(default=())


LIVE = environment(V4)
CASES = {
    "only what serves": Case(stands=(LIVE,)),
    "all, oldest first": Case(stands=(LIVE, retained(V3), retained(V1), retained(V2)), goes=(V1, V2, V3)),
    "v9 is older than v10": Case(
        stands=(environment(f"{STEM}-v11"), retained(f"{STEM}-v10"), retained(f"{STEM}-v9")),
        order=(f"{STEM}-v11",),
        keep=1,
        goes=(f"{STEM}-v9",),
        kept=(f"{STEM}-v10",),
    ),
    "the newest are spared": Case(
        stands=(LIVE, retained(V1), retained(V2), retained(V3)), keep=2, goes=(V1,), kept=(V2, V3)
    ),
    "fewer than are to be spared": Case(stands=(LIVE, retained(V3)), keep=5, kept=(V3,)),
    "a VALID one is a better way back than a newer INVALID one": Case(
        stands=(LIVE, retained(V2), retained(V3, status="INVALID")), keep=1, goes=(V3,), kept=(V2,)
    ),
    "the green of a rollback": Case(stands=(environment(V3), aborted(V4)), order=(V3, V4), goes=(V4,)),
    "what serves is told by the queue and not by its number": Case(
        stands=(environment(V3), retained(V2), retained(V5)), order=(V3, V5), goes=(V2, V5)
    ),
    "one that academyctl did not retain": Case(
        stands=(LIVE, handmade(V2)), told=(("warning", V2, "stays: academyctl did not retain it"),)
    ),
    "the same, asked for": Case(stands=(LIVE, handmade(V2)), include_untagged=True, goes=(V2,)),
    "a retained one is spared before one made by hand": Case(
        stands=(LIVE, retained(V2), handmade(V3)), include_untagged=True, keep=1, goes=(V3,), kept=(V2,)
    ),
    "one of another stack": Case(
        stands=(LIVE, environment(V2, state="DISABLED", tags=tags(stack="other", role="blue"))),
        told=(("warning", V2, "stays: academyctl did not retain it"),),
    ),
    "one that is enabled": Case(
        stands=(LIVE, retained(V2, state="ENABLED")),
        include_untagged=True,
        told=(("warning", V2, "stays: it is ENABLED"),),
    ),
    "one that another queue has": Case(
        stands=(LIVE, retained(V1)), beside=(OTHER,), told=(("warning", V1, "stays: other-queue uses it, too"),)
    ),
    "one that is being deleted": Case(stands=(LIVE, retained(V2, status="DELETING"))),
    "another stem": Case(stands=(LIVE, handmade("gpu-v1"), retained(f"{STEM}-gpu-v2"))),
    "no queue": Case(stands=(LIVE, retained(V3)), order=(), goes=(V3,)),
    "what serves is UPDATING": Case(stands=(environment(V4, status="UPDATING"), retained(V3)), goes=(V3,)),
    "what serves is INVALID": Case(
        stands=(environment(V4, status="INVALID"), retained(V3)), goes=(V3,), told=(("error", V4, "the way back"),)
    ),
    "what serves is DISABLED": Case(
        stands=(retained(V4), retained(V3)), goes=(V3,), told=(("error", V4, "the way back"),)
    ),
    "what serves is INVALID, and nothing would go": Case(
        stands=(environment(V4, status="INVALID"), retained(V3)), keep=1, kept=(V3,)
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_goes_and_what_stays(case: Case) -> None:
    queues = (queue(*case.order), *case.beside) if case.order else case.beside
    pruning = choose(sandbox_stack(), case.stands, queues, keep=case.keep, include_untagged=case.include_untagged)
    assert tuple(one.name for one in pruning.candidates) == case.goes
    assert tuple(one.name for one in pruning.kept) == case.kept
    assert len(pruning.findings) == len(case.told)
    for found, (level, subject, words) in zip(pruning.findings, case.told, strict=True):
        assert (str(found.level), found.subject) == (level, subject)
        assert words in found.message


def test_the_plan_says_of_each_what_becomes_of_it_and_runs_into_nothing_that_works() -> None:
    stands, order = (environment(V4), retained(V1), retained(V2), retained(V3)), queue(V4, V2)
    pruning = choose(sandbox_stack(), stands, [order], keep=1, include_untagged=False)
    plan = plan_prune(pruning, {V1: "2 tasks", V2: ""}, [order], keep=1)
    assert [(one.action, one.target, one.why) for one in plan.changes] == [
        (Action.DELETE, V2, "detached from academy-video-batch-queue first"),
        (Action.NONE, V3, "kept for a way back, --keep 1"),
    ]
    assert plan.writes == (stands[2],)
    assert [(one.subject, one.message) for one in plan.findings] == [(V1, "stays: it still runs 2 tasks")]


def test_nothing_but_what_is_spared_is_an_empty_plan() -> None:
    pruning = choose(sandbox_stack(), (environment(V4), retained(V3)), [queue(V4, V3)], keep=1, include_untagged=False)
    assert plan_prune(pruning, {}, [queue(V4, V3)], keep=1).is_empty


def test_a_serving_one_that_serves_nothing_refuses_the_plan() -> None:
    stands = (environment(V4, status="INVALID"), retained(V3))
    pruning = choose(sandbox_stack(), stands, [queue(V4, V3)], keep=0, include_untagged=False)
    assert plan_prune(pruning, {}, [queue(V4, V3)], keep=0).is_refused
