"""The repair of one compute environment: its state and its ceiling, nothing else. Pure."""

from collections.abc import Iterator

from academyctl.model.batch import CeState, ComputeEnvironmentDetail
from academyctl.model.batch_write import UpdateComputeEnvironment
from academyctl.model.errors import Conflict
from academyctl.model.finding import Finding, error, info
from academyctl.model.plan import Action, Change, Plan, State, Step

KIND = "batch.compute-environment"
MAX_VCPUS = 2**31 - 1
"""maxvCpus is an Integer of the API, which names no bound of its own."""


def plan_ensure(
    environment: ComputeEnvironmentDetail,
    *,
    max_vcpus: int | None,
    green: ComputeEnvironmentDetail | None,
    must_enable: bool = True,
) -> Plan[UpdateComputeEnvironment]:
    """Enables it, and makes `max_vcpus` (None: as it is) its maxvCpus; one update, empty where both are so already.

    The state of the blue and the green of an open rollout is that rollout's: Conflict, or left as it is where
    `must_enable` is False, since only the number was asked for.
    """
    state = None if environment.is_enabled else CeState.ENABLED
    left: tuple[Finding, ...] = ()
    if state and green and environment.name in (green.name, green.tag("from")):
        if must_enable:
            raise _open_rollout(environment, green)
        state, left = None, (info("ce.disabled", environment.name, f"stays {environment.state}: {_owned(green)}"),)
    number = None if max_vcpus == environment.max_vcpus else max_vcpus
    write = UpdateComputeEnvironment(name=environment.name, state=state, max_vcpus=number)
    return Plan(
        steps=(_step(environment, write),),
        findings=(*_invalid(environment), *_below_min(environment, max_vcpus), *left),
    )


def is_ensured(environment: ComputeEnvironmentDetail, write: UpdateComputeEnvironment) -> bool:
    """VALID, and what was written is what is read."""
    return (
        environment.is_valid
        and (write.state is None or environment.state == write.state)
        and (write.max_vcpus is None or environment.max_vcpus == write.max_vcpus)
    )


def _step(environment: ComputeEnvironmentDetail, write: UpdateComputeEnvironment) -> Step[UpdateComputeEnvironment]:
    differs = dict(_differences(environment, write))
    if not differs:
        why = f"{environment.state}, maxvCpus {environment.max_vcpus}"
        return Step(change=Change(action=Action.NONE, kind=KIND, target=environment.name, why=why, state=State.DONE))
    change = Change(
        action=Action.UPDATE,
        kind=KIND,
        target=environment.name,
        detail=tuple(f"~ {name}" for name in differs),
        why="; ".join(f"{name} {change}" for name, change in differs.items()),
    )
    return Step(change=change, write=write)


def _differences(environment: ComputeEnvironmentDetail, write: UpdateComputeEnvironment) -> Iterator[tuple[str, str]]:
    if write.max_vcpus is not None:
        yield "maxvCpus", f"{environment.max_vcpus} → {write.max_vcpus}"
    if write.state is not None:
        yield "state", f"{environment.state or 'none'} → {write.state}"


def _open_rollout(environment: ComputeEnvironmentDetail, green: ComputeEnvironmentDetail) -> Conflict:
    return Conflict(
        f"{environment.name} is {environment.state}: {_owned(green)}",
        code="conflict.rollout",
        hint="finish it with academyctl batch ce-rollout, or give it up with --abort",
        data={"rollout": {"id": green.tag("rollout"), "by": green.tag("by"), "green": green.name}},
    )


def _owned(green: ComputeEnvironmentDetail) -> str:
    rollout, owner = green.tag("rollout") or "of no id", green.tag("by") or "an unknown caller"
    return f"rollout {rollout} by {owner} is open, {green.tag('from') or '?'} → {green.name}"


def _invalid(environment: ComputeEnvironmentDetail) -> Iterator[Finding]:
    if environment.is_invalid:
        reason = environment.status_reason or "AWS gives no reason"
        message = f"is INVALID: {reason}; no update makes it VALID before the cause is gone"
        yield error("ce.invalid", environment.name, message, "academyctl batch why")


def _below_min(environment: ComputeEnvironmentDetail, max_vcpus: int | None) -> Iterator[Finding]:
    if max_vcpus is not None and max_vcpus < environment.min_vcpus:
        message = f"maxvCpus {max_vcpus} would be less than its minvCpus, {environment.min_vcpus}"
        yield error("ce.max-vcpus", environment.name, message, f"--max-vcpus {environment.min_vcpus} or more")
