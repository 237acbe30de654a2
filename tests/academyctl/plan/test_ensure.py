"""The repair of one environment: which update is sent, and when none may be."""

from dataclasses import dataclass
from typing import Any

import pytest

from academyctl.model.batch import CeState, ComputeEnvironmentDetail
from academyctl.model.batch_write import UpdateComputeEnvironment
from academyctl.model.errors import Conflict
from academyctl.model.plan import Action, State
from academyctl.plan.ensure import is_ensured, plan_ensure
from tests.batch_builders import STEM, environment, green
from tests.builders import said

V2, V3, V4 = f"{STEM}-v2", f"{STEM}-v3", f"{STEM}-v4"
OFF: dict[str, Any] = {"state": "DISABLED"}
SMALL: dict[str, Any] = {"resources": {"maxvCpus": 16}}


@dataclass(frozen=True, kw_only=True)
class Case:
    """`detail` and `why` of the one change; `max_vcpus` as it was asked for."""

    stands: ComputeEnvironmentDetail
    max_vcpus: int | None = 32
    state: CeState | None = None
    number: int | None = None
    detail: tuple[str, ...] = ()
    why: str = ""


CASES = {
    "both are so": Case(stands=environment(), why="ENABLED, maxvCpus 32"),
    "the number": Case(stands=environment(**SMALL), number=32, detail=("~ maxvCpus",), why="maxvCpus 16 → 32"),
    "the state": Case(
        stands=environment(**OFF), state=CeState.ENABLED, detail=("~ state",), why="state DISABLED → ENABLED"
    ),
    "both": Case(
        stands=environment(**OFF, **SMALL),
        state=CeState.ENABLED,
        number=32,
        detail=("~ maxvCpus", "~ state"),
        why="maxvCpus 16 → 32; state DISABLED → ENABLED",
    ),
    "the state alone": Case(
        stands=environment(**OFF, **SMALL),
        max_vcpus=None,
        state=CeState.ENABLED,
        detail=("~ state",),
        why="state DISABLED → ENABLED",
    ),
    "another number": Case(
        stands=environment(), max_vcpus=64, number=64, detail=("~ maxvCpus",), why="maxvCpus 32 → 64"
    ),
    "less than what runs is fine": Case(
        stands=environment(resources={"desiredvCpus": 48, "maxvCpus": 64}),
        number=32,
        detail=("~ maxvCpus",),
        why="maxvCpus 64 → 32",
    ),
    "a state nobody knows is not ENABLED": Case(
        stands=environment(state="PAUSED"), state=CeState.ENABLED, detail=("~ state",), why="state PAUSED → ENABLED"
    ),
    "while it is UPDATING": Case(
        stands=environment(status="UPDATING", **SMALL), number=32, detail=("~ maxvCpus",), why="maxvCpus 16 → 32"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_update_of_what_differs(name: str) -> None:
    case = CASES[name]
    plan = plan_ensure(case.stands, max_vcpus=case.max_vcpus, green=None)
    wanted = UpdateComputeEnvironment(name=case.stands.name, state=case.state, max_vcpus=case.number)
    assert plan.writes == ((wanted,) if case.detail else ())
    (change,) = plan.changes
    assert (change.detail, change.why) == (case.detail, case.why)
    assert (change.action, change.state) == (
        (Action.UPDATE, State.PLANNED) if case.detail else (Action.NONE, State.DONE)
    )
    assert not plan.is_refused


@pytest.mark.parametrize("changes", [{}, OFF, SMALL])
def test_an_invalid_one_is_refused_with_its_reason(changes: dict[str, Any]) -> None:
    stands = environment(status="INVALID", status_reason="the role is gone", **changes)
    plan = plan_ensure(stands, max_vcpus=32, green=None)
    assert plan.is_refused
    assert said(plan.findings) == [("error", "ce.invalid", V3)]
    assert "the role is gone" in plan.findings[0].message


def test_a_number_below_minvcpus_is_refused() -> None:
    plan = plan_ensure(environment(resources={"minvCpus": 8}), max_vcpus=4, green=None)
    assert said(plan.findings) == [("error", "ce.max-vcpus", V3)]


@pytest.mark.parametrize("stands", [environment(V3, **OFF), green(V4, **OFF)], ids=["blue", "green"])
def test_the_state_of_an_open_rollout_is_refused_naming_its_owner(stands: ComputeEnvironmentDetail) -> None:
    with pytest.raises(Conflict, match=r"rollout r-1 by arn:aws:iam::123456789012:user/ann is open") as refused:
        plan_ensure(stands, max_vcpus=32, green=green(V4))
    assert refused.value.exit_code == 6
    assert refused.value.hint


def test_the_number_of_an_open_rollout_may_change() -> None:
    assert plan_ensure(environment(V3), max_vcpus=64, green=green(V4)).writes == (
        UpdateComputeEnvironment(name=V3, max_vcpus=64),
    )


def test_a_number_alone_leaves_the_state_to_the_rollout_and_says_so() -> None:
    plan = plan_ensure(environment(V3, **OFF), max_vcpus=64, green=green(V4), must_enable=False)
    assert plan.writes == (UpdateComputeEnvironment(name=V3, max_vcpus=64),)
    assert said(plan.findings) == [("info", "ce.disabled", V3)]


def test_an_environment_that_the_rollout_does_not_know_is_enabled() -> None:
    assert plan_ensure(environment(V2, **OFF), max_vcpus=None, green=green(V4)).writes == (
        UpdateComputeEnvironment(name=V2, state=CeState.ENABLED),
    )


PROOFS = [
    (environment(), True),
    (environment(status="UPDATING"), False),
    (environment(status="PARKED"), False),
    (environment(**OFF), False),
    (environment(**SMALL), False),
]


@pytest.mark.parametrize(("stands", "is_proven"), PROOFS)
def test_it_is_proven_by_what_is_read_and_valid(stands: ComputeEnvironmentDetail, is_proven: bool) -> None:
    assert is_ensured(stands, UpdateComputeEnvironment(name=V3, state=CeState.ENABLED, max_vcpus=32)) is is_proven


def test_what_was_not_written_is_not_asked_for() -> None:
    assert is_ensured(environment(**OFF), UpdateComputeEnvironment(name=V3, max_vcpus=32))
    assert is_ensured(environment(**SMALL), UpdateComputeEnvironment(name=V3, state=CeState.ENABLED))
