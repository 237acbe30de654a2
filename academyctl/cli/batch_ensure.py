"""`academyctl batch ce-ensure`: the serving environment enabled and sized, in place."""

from dataclasses import dataclass
from typing import Annotated

import typer

from academyctl.apply.batch import write_proven
from academyctl.apply.wait import Poll
from academyctl.check.compute_environment import absent_findings
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.batch import MOVING, ComputeEnvironmentDetail, JobQueueDetail, stem_of
from academyctl.model.batch_write import UpdateComputeEnvironment
from academyctl.model.errors import AcademyError, AwsError, Conflict, Incomplete, Interrupted, Refused
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Change, Plan, State
from academyctl.plan.ensure import MAX_VCPUS, is_ensured, plan_ensure
from academyctl.plan.serving import named, open_green, serving

app = typer.Typer()
CeOption = Annotated[str | None, typer.Option("--ce", metavar="NAME", help="Another environment than the serving one.")]


@leaf(app, "batch ce-ensure", writes=True, example="academyctl batch ce-ensure --max-vcpus 64 --yes")
def ensure(
    run: Run,
    max_vcpus: Annotated[
        int | None,
        typer.Option("--max-vcpus", min=1, max=MAX_VCPUS, metavar="N", help="The ceiling (default: the stack's)."),
    ] = None,
    enabled: Annotated[
        bool, typer.Option("--enabled", help="Repair the state; alone, leave the ceiling as it is.")
    ] = False,
    ce: CeOption = None,
    valid_timeout: Annotated[
        float, typer.Option("--valid-timeout", min=0, metavar="S", help="Seconds to wait for VALID.")
    ] = 600,
    poll: Annotated[float, typer.Option("--poll", min=0.01, metavar="S", help="Seconds between two looks.")] = 15,
) -> Outcome:
    """Enable the serving compute environment and set its ceiling of vCPUs, only where they differ; read back.

    Running jobs are not touched: both changes are made in place.
    """
    head = run.head()
    wish = _Wish(
        ce=ce or "",
        max_vcpus=None if enabled and max_vcpus is None else max_vcpus or run.stack.compute_environment.max_vcpus,
        must_enable=enabled or max_vcpus is None,
    )
    plan, target = _plan(run, wish)
    waiting = Poll(every=poll, stop=run.shield)
    if target and plan.is_empty and not (run.shared.dry_run or run.shared.check):
        _wait_settled(run, target, waiting, valid_timeout)
    return carry_out(run, plan, head=head, apply=lambda: _apply(run, plan, wish, waiting, valid_timeout))


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What the command line asks for. `max_vcpus` None: as it is. `must_enable` is False where only a number was."""

    ce: str
    max_vcpus: int | None
    must_enable: bool


def _plan(run: Run, wish: _Wish) -> tuple[Plan[UpdateComputeEnvironment], ComputeEnvironmentDetail | None]:
    """From what stands now; and the environment that it is about."""
    run.talk.step(f"reading {run.stack.job_queue.name} and its environments")
    environments = run.batch.read_environments()
    queue = next(iter(run.batch.read_queues([run.stack.job_queue.name])), None)
    target = chosen(run, environments, queue, wish.ce)
    if target is None:
        return Plan(findings=absent_findings(run.stack, wish.ce)), None
    green = open_green(run.stack_name, stem(run), environments)
    return plan_ensure(target, max_vcpus=wish.max_vcpus, green=green, must_enable=wish.must_enable), target


def chosen(
    run: Run, environments: tuple[ComputeEnvironmentDetail, ...], queue: JobQueueDetail | None, ce: str
) -> ComputeEnvironmentDetail | None:
    """The one that `--ce` names, else the serving one; None where it is absent or on its way out."""
    if not ce:
        return serving(stem(run), environments, queue)
    one = named(ce, environments)
    return None if one is None or one.is_going else one


def stem(run: Run) -> str:
    return stem_of(run.stack.compute_environment.name)


def _wait_settled(run: Run, target: ComputeEnvironmentDetail, poll: Poll, within: float) -> None:
    """What stands is as wanted; an update of it may still go on, that of a run whose wait ran out."""
    if target.status not in MOVING:
        return
    run.talk.step(f"waiting for {target.name} to be VALID")
    if not any(_shows(run, UpdateComputeEnvironment(name=target.name)) for _ in poll.ticks(within)):
        raise Incomplete(f"{target.name} is not VALID after {within:g} s", hint="run the same command again to go on")


def _apply(
    run: Run, plan: Plan[UpdateComputeEnvironment], wish: _Wish, poll: Poll, within: float
) -> tuple[Change, ...]:
    """One update, until it is read back VALID. The change as it became; an error carries it too."""
    stop, write = run.shield, plan.writes[0]
    stop.up()
    state = State.NOT_STARTED
    try:
        _check_unmoved(run, plan, wish)
        state = State.FAILED
        write_proven(run.batch, write, lambda: _shows(run, write), poll=poll, within=within, progress=run.talk.step)
    except AcademyError as failure:
        failure.changes = tuple(change.to(state) for change in plan.changes)
        raise
    changes = tuple(change.to(State.DONE) for change in plan.changes)
    if stop():
        raise Interrupted(f"{stop.name} came when everything was written and read back", changes=changes)
    return changes


def _check_unmoved(run: Run, plan: Plan[UpdateComputeEnvironment], wish: _Wish) -> None:
    """A rollout may have begun, or another environment may serve, since the plan was shown."""
    now, _ = _plan(run, wish)
    if now.is_refused:
        raise Refused("what the plan was made from has changed", findings=now.findings)
    if now.writes and now.writes != plan.writes:
        raise Conflict(
            f"{plan.writes[0].name} is not what the plan was made from; nothing was written",
            hint="run it again: the new plan starts from what stands now",
        )


def _shows(run: Run, write: UpdateComputeEnvironment) -> bool:
    one = named(write.name, run.batch.read_environments([write.name]))
    if one is None or one.is_going:
        raise AwsError(f"{write.name} is gone", hint="academyctl batch ce-check")
    if one.is_invalid:
        reason = one.status_reason or "AWS gives no reason"
        raise AwsError(f"{write.name} became INVALID: {reason}", code="ce.invalid", hint="academyctl batch why")
    return is_ensured(one, write)
