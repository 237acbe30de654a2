"""Which retained environments may go: those that academyctl kept for a way back, oldest first, a few of them spared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail, number_of, stem_of
from academyctl.model.finding import Finding, error, warning
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.stack import Stack
from academyctl.plan.rollout_terms import ENVIRONMENT, is_retained
from academyctl.plan.serving import of_stem, queues_of, serving

CODE = "ce.retained"
AT_WORK = ("VALID", "UPDATING")
"""Statuses in which a queue uses an environment that is ENABLED."""


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """What to look at: `candidates` may go, oldest first; `kept` are spared; `findings` say why another one stays."""

    candidates: tuple[ComputeEnvironmentDetail, ...]
    kept: tuple[ComputeEnvironmentDetail, ...] = ()
    findings: tuple[Finding, ...] = ()


def choose(
    stack: Stack,
    environments: Sequence[ComputeEnvironmentDetail],
    queues: Sequence[JobQueueDetail],
    *,
    keep: int,
    include_untagged: bool,
) -> Pruning:
    """`keep` counts beside the serving one. What takes jobs, or serves another queue, stays.

    Nothing goes while the serving one takes no job: what is retained may be the only way back.
    """
    queue = next((one for one in queues if one.name == stack.job_queue.name), None)
    stem = stem_of(stack.compute_environment.name)
    serves = serving(stem, environments, queue)
    standing: list[ComputeEnvironmentDetail] = []
    findings: list[Finding] = []
    for one in of_stem(stem, environments):
        if one is serves or one.is_going:
            continue
        why = _why_it_stays(stack, one, queues, include_untagged=include_untagged)
        if why:
            findings.append(warning(CODE, one.name, why[0], why[1]))
        else:
            standing.append(one)
    spared = _spared(stack, standing, keep)
    going = tuple(one for one in standing if one not in spared)
    if going and serves and not is_at_work(serves):
        findings.append(_serves_nothing(serves))
    return Pruning(candidates=going, kept=spared, findings=tuple(findings))


def is_at_work(environment: ComputeEnvironmentDetail) -> bool:
    """A queue that has it can place jobs on it."""
    return environment.is_enabled and environment.status in AT_WORK


def _spared(
    stack: Stack, standing: Sequence[ComputeEnvironmentDetail], keep: int
) -> tuple[ComputeEnvironmentDetail, ...]:
    """The best ways back: retained by academyctl before others, VALID before others, then the newest."""
    by_worth = sorted(standing, key=lambda one: (is_retained(one, stack.name), one.is_valid, number_of(one.name)))
    best = by_worth[len(by_worth) - keep :] if keep < len(by_worth) else by_worth
    return tuple(one for one in standing if keep and one in best)


def _serves_nothing(serves: ComputeEnvironmentDetail) -> Finding:
    code = "ce.invalid" if serves.is_enabled else "ce.disabled"
    message = f"is {serves.state} {serves.status}: nothing is deleted beside it, which may be the way back"
    return error(code, serves.name, message, "academyctl batch why")


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
        return "stays: it is ENABLED", "academyctl batch status"
    if elsewhere:
        return f"stays: {', '.join(elsewhere)} uses it, too", ""
    if not is_retained(one, stack.name) and not include_untagged:
        return "stays: academyctl did not retain it", "--include-untagged deletes it, too"
    return None


def plan_prune(
    pruning: Pruning, busy: Mapping[str, str], queues: Iterable[JobQueueDetail], *, keep: int
) -> Plan[ComputeEnvironmentDetail]:
    """Deletes the candidates on which nothing runs. `busy`: name → what runs there, for those where something does."""
    going = tuple(one for one in pruning.candidates if not busy.get(one.name))
    stays = tuple(
        warning(CODE, one.name, f"stays: it still runs {busy[one.name]}", "run it again when they are done")
        for one in pruning.candidates
        if busy.get(one.name)
    )
    steps = (*_steps(going, tuple(queues)), *(_kept(one, keep) for one in pruning.kept))
    return Plan(steps=steps, findings=(*pruning.findings, *stays))


def _steps(
    going: Sequence[ComputeEnvironmentDetail], queues: tuple[JobQueueDetail, ...]
) -> Iterator[Step[ComputeEnvironmentDetail]]:
    for one in going:
        attached = queues_of(one, queues)
        why = f"detached from {attached[0].name} first" if attached else "no queue has it"
        change = Change(action=Action.DELETE, kind=ENVIRONMENT, target=one.name, why=why)
        yield Step(change=change, write=one)


def _kept(one: ComputeEnvironmentDetail, keep: int) -> Step[ComputeEnvironmentDetail]:
    why = f"kept for a way back, --keep {keep}"
    return Step(
        change=Change(action=Action.NONE, kind=ENVIRONMENT, target=one.name, why=why, state=State.DONE), write=None
    )
