"""Which retained environments may go: those that academyctl kept for a way back, oldest first, a few of them spared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail, stem_of
from academyctl.model.finding import Finding, info, warning
from academyctl.model.plan import Action, Change, Plan, Step
from academyctl.model.stack import Stack
from academyctl.plan.rollout_terms import ENVIRONMENT, is_retained
from academyctl.plan.serving import of_stem, queues_of, serving

CODE = "ce.retained"


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """What to look at: `candidates` may go, oldest first; `findings` say of every other one why it stays."""

    candidates: tuple[ComputeEnvironmentDetail, ...]
    findings: tuple[Finding, ...]


def choose(
    stack: Stack,
    environments: Sequence[ComputeEnvironmentDetail],
    queues: Sequence[JobQueueDetail],
    *,
    keep: int,
    include_untagged: bool,
) -> Pruning:
    """`keep` counts beside the serving one; the newest are kept. What takes jobs, or serves another queue, stays."""
    queue = next((one for one in queues if one.name == stack.job_queue.name), None)
    stem = stem_of(stack.compute_environment.name)
    serves = serving(stem, environments, queue)
    others = [one for one in of_stem(stem, environments) if one is not serves and not one.is_going]
    standing: list[ComputeEnvironmentDetail] = []
    findings: list[Finding] = []
    for one in others:
        why = _why_it_stays(stack, one, queues, include_untagged=include_untagged)
        if why:
            findings.append(warning(CODE, one.name, why[0], why[1]))
        else:
            standing.append(one)
    kept = standing[len(standing) - keep :] if keep else []
    findings += [info(CODE, one.name, f"is kept (--keep {keep})") for one in kept]
    return Pruning(candidates=tuple(one for one in standing if one not in kept), findings=tuple(findings))


def _why_it_stays(
    stack: Stack,
    one: ComputeEnvironmentDetail,
    queues: Sequence[JobQueueDetail],
    *,
    include_untagged: bool,
) -> tuple[str, str] | None:
    """The reason and a hint; None for one that may go."""
    elsewhere = [queue.name for queue in queues_of(one, queues) if queue.name != stack.job_queue.name]
    if one.is_enabled:
        return "stays: it is ENABLED", f"academyctl batch status --stack {stack.name}"
    if elsewhere:
        return f"stays: {', '.join(elsewhere)} uses it, too", ""
    if not is_retained(one, stack.name) and not include_untagged:
        return "stays: academyctl did not retain it", "--include-untagged deletes it, too"
    return None


def plan_prune(
    pruning: Pruning, busy: Mapping[str, str], queues: Iterable[JobQueueDetail]
) -> Plan[ComputeEnvironmentDetail]:
    """Deletes the candidates on which nothing runs. `busy`: name → what runs there, for those where something does."""
    going = tuple(one for one in pruning.candidates if not busy.get(one.name))
    stays = tuple(
        warning(CODE, one.name, f"stays: it still runs {busy[one.name]}", "run it again when they are done")
        for one in pruning.candidates
        if busy.get(one.name)
    )
    return Plan(steps=tuple(_steps(going, tuple(queues))), findings=(*pruning.findings, *stays))


def _steps(
    going: Sequence[ComputeEnvironmentDetail], queues: tuple[JobQueueDetail, ...]
) -> Iterator[Step[ComputeEnvironmentDetail]]:
    for one in going:
        attached = queues_of(one, queues)
        why = f"detached from {attached[0].name} first" if attached else "no queue has it"
        change = Change(action=Action.DELETE, kind=ENVIRONMENT, target=one.name, why=why)
        yield Step(change=change, write=one)
