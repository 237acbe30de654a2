"""`academyctl batch ce-rollout` and `ce-rollback`. What a rollout is stands in plan/rollout; here it is asked for."""

import re
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from academyctl.apply.rollout import Rollout
from academyctl.apply.rollout_owner import foreign
from academyctl.apply.rollout_stay import Budgets
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.check.compute_environment import SETUP, absent_findings
from academyctl.cli.batch_waits import PollOption, StableOption, ValidOption
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.rollout_start import Request, Start, begin
from academyctl.cli.rollout_told import Narrator
from academyctl.cli.run import Run
from academyctl.model.batch import ComputeEnvironmentDetail, stem_of
from academyctl.model.errors import AcademyError, Refused, RolledBack, UsageError
from academyctl.model.finding import error
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.rollout import Direction, Facts, Phase, View
from academyctl.plan.rollout_terms import ENVIRONMENT, became, last_green, open_terms, owner
from academyctl.plan.serving import OPEN, named, serving

app = typer.Typer()

CanaryTimeoutOption = Annotated[
    float, typer.Option("--canary-timeout", min=0, metavar="S", help="Seconds for the canary.")
]
DrainOption = Annotated[
    float, typer.Option("--drain-timeout", min=0, metavar="S", help="Seconds for running jobs to finish.")
]
TakeOverOption = Annotated[
    bool, typer.Option("--take-over", help="Become the owner of somebody else's open rollout and go on with it.")
]


@leaf(app, "batch ce-rollout", writes=True, example="academyctl batch ce-rollout --ami latest")
def rollout(
    run: Run,
    ami: Annotated[
        str, typer.Option("--ami", metavar="latest|ami-…", help="The AMI of the new environment.")
    ] = "latest",
    canary: Annotated[bool, typer.Option("--canary/--no-canary", help="Prove green with one job first.")] = True,
    soak: Annotated[float, typer.Option("--soak", min=0, metavar="S", help="Seconds that blue stands by.")] = 600,
    canary_timeout: CanaryTimeoutOption = 900,
    drain_timeout: DrainOption = 16200,
    valid_timeout: ValidOption = 600,
    poll: PollOption = 15,
    stable_reads: StableOption = 3,
    delete_blue: Annotated[bool, typer.Option("--delete-blue", help="Delete blue once it is drained.")] = False,
    abort: Annotated[bool, typer.Option("--abort", help="Close the open rollout and go back to blue.")] = False,
    take_over: TakeOverOption = False,
) -> Outcome:
    """Roll the compute environment onto a new AMI, Blue-Green, without losing a running job.

    Green is created, proven by a canary and put first; blue is disabled after the soak, its running jobs finish, and it
    is kept for the way back. Killed at any point, the same command goes on.
    """
    if not re.fullmatch(r"latest|ami-[0-9a-f]{8,17}", ami):
        hint = "leave --ami out for the newest one: academyctl batch ce-rollout"
        raise UsageError("--ami takes latest or an AMI id (ami-0123456789abcdef0)", code="usage.ami", hint=hint)
    budgets = Budgets(valid=valid_timeout, canary=canary_timeout, drain=drain_timeout)
    waits = _Waits(budgets=budgets, poll=poll)
    if abort:
        return _abort(run, waits, stable_reads, take_over=take_over, only_open=True)
    request = Request(ami=ami, canary=canary, soak=soak, delete_blue=delete_blue, stable_reads=stable_reads)
    return _carry(run, begin(run, request, take_over=take_over), waits)


@leaf(app, "batch ce-rollback", writes=True, example="academyctl batch ce-rollback")
def rollback(
    run: Run,
    valid_timeout: ValidOption = 600,
    canary_timeout: CanaryTimeoutOption = 900,
    drain_timeout: DrainOption = 16200,
    poll: PollOption = 15,
    stable_reads: StableOption = 3,
    take_over: TakeOverOption = False,
) -> Outcome:
    """Go back to the environment that served before the last rollout: at once, no job is lost.

    Blue is enabled and put first, green is disabled and left to drain. An open rollout is closed by it.
    """
    budgets = Budgets(valid=valid_timeout, canary=canary_timeout, drain=drain_timeout)
    return _abort(run, _Waits(budgets=budgets, poll=poll), stable_reads, take_over=take_over, only_open=False)


@dataclass(frozen=True, kw_only=True)
class _Waits:
    """How long, and how often to look."""

    budgets: Budgets
    poll: float


def _abort(run: Run, waits: _Waits, stable_reads: int, *, take_over: bool, only_open: bool) -> Outcome:
    """Back to blue. `only_open`: of a rollout that is still open, or of one whose abort was cut short."""
    run.head()
    run.talk.step("reading compute environments and queues")
    environments, queues = run.batch.read_environments(), run.batch.read_queues()
    facts = Facts(now=run.connection.now(), environments=environments, queues=queues)
    green = last_green(run.stack, environments)
    if green is None or (only_open and green.tag("phase") == "done"):
        return _stays(run, facts, green)
    by = owner(run.caller.arn)
    if green.tag("phase") in OPEN and green.tag("by") != by and not take_over:
        raise foreign(green)
    terms = replace(open_terms(run.stack, green, by), stable_reads=stable_reads)
    start = Start.of(run, terms, Direction.ABORT, environments, queues)
    _check_way_back(green, View(facts=facts, terms=terms))
    if not start.steps:
        return _stays(run, facts, green)
    return _carry(run, start, waits, take_over=green.tag("by") != by)


def _stays(run: Run, facts: Facts, green: ComputeEnvironmentDetail | None) -> Outcome:
    """Nothing is to be gone back from: what serves goes on, and why is told. Refused where nothing could serve."""
    stack = run.stack
    queue = next((one for one in facts.queues if one.name == stack.job_queue.name), None)
    if queue is None:
        said = "does not exist: there is nothing to go back from"
        raise Refused(
            f"{stack.job_queue.name} {said}", findings=[error("queue.absent", stack.job_queue.name, said, SETUP)]
        )
    stands = serving(stem_of(stack.compute_environment.name), facts.environments, queue)
    if stands is None:
        raise Refused("no environment serves, and there is nothing to go back from", findings=absent_findings(stack))
    takes_jobs = stands.is_serving and stands.name in queue.environments
    why = f"{_ended(green, facts, stands)}; {stands.name} {'serves' if takes_jobs else 'stands, and takes no job'}"
    change = Change(action=Action.NONE, kind=ENVIRONMENT, target=stands.name, why=why, state=State.DONE)
    plan = Plan[Phase](steps=(Step(change=change),))
    return carry_out(run, plan, head=run.head(), apply=tuple, data={"serving": stands.name})


def _ended(green: ComputeEnvironmentDetail | None, facts: Facts, stands: ComputeEnvironmentDetail) -> str:
    """Why there is nothing to go back from."""
    if green is None:
        return "no rollout to go back from"
    if green.tag("phase") == "aborted" or green.tag("from") == stands.name:
        return f"the rollout of {green.name} was gone back from already"
    blue = named(green.tag("from"), facts.environments)
    way = "" if blue is None or blue.is_going else f", academyctl batch ce-rollback goes back to {blue.name}"
    return f"no rollout is open: that of {green.name} is over{way}"


def _check_way_back(green: ComputeEnvironmentDetail, view: View) -> None:
    """A green that has the traffic is not taken down for a blue that could not take it."""
    if view.has_way_back:
        return
    name, is_invalid = view.blue_name, view.blue is not None and view.blue.is_invalid
    state = f"is INVALID ({view.blue.status_reason or 'no reason given'})" if is_invalid and view.blue else "is gone"
    said = f"{state}; there is nothing to go back to from {green.name}"
    code, hint = ("ce.invalid", "academyctl batch why") if is_invalid else ("ce.absent", _without_blue(green))
    raise Refused(f"{name} {said}", findings=[error(code, name, said, hint)])


def _without_blue(green: ComputeEnvironmentDetail) -> str:
    new = "academyctl batch ce-rollout --ami ami-… makes a new environment with an older AMI"
    if green.tag("phase") not in OPEN:
        return new
    close = f"aws batch tag-resource --resource-arn {green.arn} --tags academyctl:phase=done"
    return f"{close} closes the rollout; then {new}"


def _carry(run: Run, start: Start, waits: _Waits, *, take_over: bool = False) -> Outcome:
    """Shows the plan, asks, and works the table through."""
    plan = Plan[Phase](steps=start.steps, findings=start.findings)
    return carry_out(
        run,
        plan,
        head=run.head(),
        data=start.data,
        apply=lambda: _apply(run, start, waits, take_over=take_over or start.take_over),
    )


def _apply(run: Run, start: Start, waits: _Waits, *, take_over: bool) -> tuple[Change, ...]:
    run.shield.up()
    narrator = Narrator(run.talk)
    rolling = Rollout(
        sights=Sights(run.batch, run.clusters, start.terms),
        write=run.batch.write,
        terms=start.terms,
        direction=start.direction,
        poll=Poll(every=waits.poll, stop=run.shield),
        budgets=waits.budgets,
        progress=narrator,
        take_over=take_over,
    )
    narrator.rolling = rolling
    try:
        rolling.run()
    except AcademyError as failure:
        if isinstance(failure, RolledBack):
            run.talk.staged()
        failure.changes = _became(start, rolling, failure)
        failure.data = {**start.data, **_reached(rolling), **failure.data}
        raise
    run.talk.staged()
    return _became(start, rolling, None)


def _reached(rolling: Rollout) -> dict[str, str]:
    """How far it came; and the job for which it turned back, whose log tells more."""
    phase, canary = rolling.phase, rolling.canary
    told = {"phase": str(phase), "direction": str(rolling.direction)} if phase else {}
    return told | ({"canary_job": canary.id} if canary else {})


def _became(start: Start, rolling: Rollout, failure: AcademyError | None) -> tuple[Change, ...]:
    view = rolling.view()
    if view is None:
        return tuple(step.change.to(State.NOT_STARTED) for step in start.steps)
    turned = rolling.direction is not start.direction
    return became(start.steps, view, reached=rolling.reached, turned=turned, is_over=failure is None)
