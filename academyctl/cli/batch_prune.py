"""`academyctl batch ce-prune`: the environments that rollouts left behind."""

from typing import TYPE_CHECKING, Annotated

import typer

from academyctl.cli.batch_waits import PollOption, StableOption, ValidOption
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.batch import ComputeEnvironmentDetail, stem_of
from academyctl.model.errors import AcademyError, Conflict, Interrupted
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Action, Change, Plan, State

if TYPE_CHECKING:
    from academyctl.apply.prune import Prune

app = typer.Typer()


@leaf(app, "batch ce-prune", writes=True, example="academyctl batch ce-prune --keep 1")
def prune(
    run: Run,
    keep: Annotated[int, typer.Option("--keep", min=0, metavar="K", help="Retained ones to spare, newest first.")] = 1,
    include_untagged: Annotated[
        bool, typer.Option("--include-untagged", help="Also DISABLED ones of the stem that academyctl did not retain.")
    ] = False,
    poll: PollOption = 15,
    stable_reads: StableOption = 3,
    valid_timeout: ValidOption = 600,
) -> Outcome:
    """Detach and delete compute environments that were retained by rollouts, oldest first, proven drained.

    The serving one, enabled ones and any with a running task stay.
    """
    from academyctl.apply.prune import Prune
    from academyctl.apply.sights import Sights
    from academyctl.apply.wait import Poll
    from academyctl.model.rollout import Facts, Sight, Unseen
    from academyctl.plan.prune import choose, plan_prune
    from academyctl.plan.rollout_terms import open_terms

    head = run.head()
    run.talk.step("reading compute environments and queues")
    environments, queues = run.batch.read_environments(), run.batch.read_queues()
    _check_no_rollout(run, environments)
    pruning = choose(run.stack, environments, queues, keep=keep, include_untagged=include_untagged)
    sights = Sights(run.batch, run.clusters, open_terms(run.stack, ComputeEnvironmentDetail(name=""), ""))
    facts = Facts(now=run.connection.now(), environments=environments, queues=queues)
    busy = {
        one.name: sights.add(facts, Unseen(Sight.QUIET, one.name)).quiet[one.name].what for one in pruning.candidates
    }
    plan = plan_prune(pruning, busy, queues, keep=keep)
    work = Prune(
        batch=run.batch,
        sights=sights,
        queue=run.stack.job_queue.name,
        poll=Poll(every=poll, stop=run.shield),
        within=valid_timeout,
        stable_reads=stable_reads,
        progress=run.talk.step,
        guard=lambda seen: _check_no_rollout(run, seen),
    )
    return carry_out(run, plan, head=head, apply=lambda: _apply(run, plan, work))


def _check_no_rollout(run: Run, environments: tuple[ComputeEnvironmentDetail, ...]) -> None:
    """Its way back may lead over what is retained."""
    from academyctl.plan.serving import open_green

    green = open_green(run.stack_name, stem_of(run.stack.compute_environment.name), environments)
    if green:
        raise Conflict(
            f"the rollout of {green.name} is open (by {green.tag('by')}, since {green.tag('at')})",
            code="rollout.open",
            hint="finish it with batch ce-rollout, or close it with batch ce-rollback",
        )


def _apply(run: Run, plan: Plan[ComputeEnvironmentDetail], work: "Prune") -> tuple[Change, ...]:
    run.shield.up()
    states: dict[str, State] = {}
    try:
        work.run(plan.writes, states.__setitem__)
    except AcademyError as failure:
        failure.changes = _became(plan, states)
        raise
    changes = _became(plan, states)
    if run.shield():
        raise Interrupted(f"{run.shield.name} came when everything was deleted", changes=changes)
    return changes


def _became(plan: Plan[ComputeEnvironmentDetail], states: dict[str, State]) -> tuple[Change, ...]:
    return tuple(
        change if change.action is Action.NONE else change.to(states.get(change.target, State.NOT_STARTED))
        for change in plan.changes
    )
