"""Everything that a stack declares, in the order in which it can be made. Facts in, one plan out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from academyctl.model.batch import SLOTS, TAG, CeState, ComputeEnvironmentDetail, JobQueueDetail, stem_of
from academyctl.model.batch_write import CreateJobQueue, RegisterJobDefinition, UpdateJobQueue
from academyctl.model.finding import Finding, error
from academyctl.model.iam import LINKED_ROLE, Document
from academyctl.model.network import ChosenNetwork, NetworkFacts
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.setup import ChangeQueue, Observed, RegisterAfter, SetupPlan, Writes
from academyctl.model.stack import Stack
from academyctl.plan.compute_environment import (
    ami_refusals,
    desired_environment,
    is_unused,
    plan_create,
    plan_standing,
    type_refusals,
)
from academyctl.plan.iam import plan_linked_role, plan_profile, plan_role, profile_finding, wanted_roles
from academyctl.plan.job_definition import plan_register
from academyctl.plan.logs import kept_logs, plan_log_group
from academyctl.plan.serving import open_green, serving

ENVIRONMENT, QUEUE = "batch.compute-environment", "batch.job-queue"
AGAIN = "academyctl batch setup"


@dataclass(frozen=True, kw_only=True)
class Creation:
    """What a new environment needs to be known beforehand; `network` is None where `findings` say why."""

    facts: NetworkFacts
    network: ChosenNetwork | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The stem's environments, as far as setup has to do with them."""

    serving: ComputeEnvironmentDetail | None
    green: ComputeEnvironmentDetail | None
    unused: ComputeEnvironmentDetail | None

    @property
    def is_to_be_made(self) -> bool:
        return self.serving is None


def standing(stack: Stack, observed: Observed) -> Standing:
    """Which environment serves; one that is INVALID and unused counts as none, and is made again."""
    stem = stem_of(stack.compute_environment.name)
    queue = queue_of(stack, observed)
    found = serving(stem, observed.environments, queue)
    unused = found if found and is_unused(found, stack, observed.queues) else None
    if unused and unused.name != stack.compute_environment.name:
        unused = None
    green = open_green(stack.name, stem, observed.environments)
    return Standing(serving=None if unused else found, green=green, unused=unused)


def queue_of(stack: Stack, observed: Observed) -> JobQueueDetail | None:
    there = [one for one in observed.queues if one.name == stack.job_queue.name]
    return next((one for one in there if one.status != "DELETED"), None)


def plan_setup(
    stack: Stack,
    observed: Observed,
    *,
    policies: Mapping[str, Document],
    creation: Creation | None,
    differences: Sequence[Finding],
    notes: Iterable[Finding] = (),
) -> SetupPlan:
    """`creation` is needed where no environment stands. `differences` are the job definition's findings, `notes` those
    of the checks: what setup repairs itself is left out of them here."""
    steps = [
        *iam_steps(stack, observed, policies),
        plan_log_group(stack.job_definition.log_group, stack.name, observed.log_group),
    ]
    environment, queue = _environment(stack, observed, creation), _queue(stack, observed)
    register = plan_register(stack, observed.definition, differences)
    refusals = [*environment.refusals, *queue.refusals, *register.findings]
    broken = profile_finding(stack.iam.instance_role, observed.profile)
    if broken and creation:
        refusals.append(broken)
    steps += [*environment.steps, *queue.steps, _registered(register, observed)]
    repaired = {step.change.kind for step in steps if step.write}
    kept = [note for note in notes if not _is_repaired(note, repaired)]
    kept += [broken] if broken and not creation else []
    return SetupPlan(
        steps=tuple(steps), findings=tuple(refusals), kept=(*kept, *kept_logs(stack.name, observed.log_group))
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    steps: tuple[Step[Writes], ...] = ()
    refusals: tuple[Finding, ...] = field(default=())


def _is_repaired(note: Finding, kinds: set[str]) -> bool:
    """Will be looked at again once the step is done."""
    if note.code in ("ce.disabled", "ce.max-vcpus", "ce.invalid"):
        return ENVIRONMENT in kinds
    return note.code.startswith("queue.") and bool(kinds & {QUEUE, ENVIRONMENT})


def iam_steps(stack: Stack, observed: Observed, policies: Mapping[str, Document]) -> list[Step[Writes]]:
    steps: list[Step[Writes]] = [
        plan_role(one, observed.roles.get(one.name), stack.name) for one in wanted_roles(stack, policies)
    ]
    steps.append(plan_profile(stack.iam.instance_role, observed.profile, stack.name))
    if not stack.iam.service_role:
        steps.append(plan_linked_role(observed.roles.get(LINKED_ROLE)))
    return steps


def _environment(stack: Stack, observed: Observed, creation: Creation | None) -> _Part:
    found = standing(stack, observed)
    if found.serving:
        step, refusals = plan_standing(stack, found.serving, found.green)
        return _Part(steps=(step,), refusals=refusals)
    if creation is None:
        return _Part(refusals=(error("ce.absent", stack.compute_environment.name, "is not there any more", AGAIN),))
    refusals = (
        *ami_refusals(stack, observed.ami, observed.ami_fault, observed.images),
        *type_refusals(stack, creation.facts),
        *creation.findings,
    )
    if creation.network is None or refusals:
        return _Part(refusals=refusals)
    profile = observed.profile.arn if observed.profile else ""
    going = any(one.name == stack.compute_environment.name and one.is_going for one in observed.environments)
    create = desired_environment(stack, creation.network, observed.ami, profile=profile)
    return _Part(steps=(plan_create(create, creation.network, found.unused, is_going=going),))


def _queue(stack: Stack, observed: Observed) -> _Part:
    found, queue = standing(stack, observed), queue_of(stack, observed)
    name = found.serving.name if found.serving else stack.compute_environment.name
    arn = found.serving.arn if found.serving else environment_arn(stack, name)
    if queue is None:
        create = CreateJobQueue(
            name=stack.job_queue.name,
            priority=stack.job_queue.priority,
            order=(arn,),
            tags={f"{TAG}stack": stack.name},
        )
        change = Change(action=Action.CREATE, kind=QUEUE, target=create.name, detail=(f"+ {name}",))
        return _Part(steps=(Step(change=change, write=(create,)),))
    if not any(stem_of(one) == stem_of(name) for one in queue.environments):
        if len(queue.order) >= SLOTS:
            return _Part(refusals=(_no_slot(queue, name),))
        return _Part(steps=(_queue_step(stack, queue, name, (arn, *queue.order)),))
    return _Part(steps=(_queue_step(stack, queue, "", None),))


def environment_arn(stack: Stack, name: str) -> str:
    """The ARN that an environment of this name has, before there is one."""
    return f"arn:aws:batch:{stack.region}:{stack.account}:compute-environment/{name}"


def _queue_step(stack: Stack, queue: JobQueueDetail, attached: str, order: tuple[str, ...] | None) -> Step[Writes]:
    """State, priority, and the stack's environment before those that stand there, which keep their order: behind them
    it would not serve, and `queue.order` would be found."""
    priority = stack.job_queue.priority
    update = UpdateJobQueue(
        name=queue.name,
        state=None if queue.is_enabled else CeState.ENABLED,
        order=order,
        priority=None if queue.priority == priority else priority,
    )
    detail = [f"+ {attached}"] if attached else []
    detail += [f"~ state {queue.state} → ENABLED"] if update.state else []
    detail += [f"~ priority {queue.priority} → {priority}"] if update.priority is not None else []
    if not detail:
        return Step(change=Change(action=Action.NONE, kind=QUEUE, target=queue.name, state=State.DONE))
    kept = f"before {', '.join(queue.environments)}" if attached and queue.order else ""
    change = Change(action=Action.UPDATE, kind=QUEUE, target=queue.name, detail=tuple(detail), why=kept)
    return Step(change=change, write=(ChangeQueue(update=update, base=queue.order),))


def _no_slot(queue: JobQueueDetail, name: str) -> Finding:
    others = ", ".join(queue.environments)
    return error(
        "queue.slots",
        queue.name,
        f"has its {SLOTS} environments already ({others}), none of them is {stem_of(name)}",
        "academyctl batch ce-prune --keep 0, or take one of them out of the queue",
    )


def _registered(register: Plan[RegisterJobDefinition], observed: Observed) -> Step[Writes]:
    step = register.steps[0]
    if step.write is None:
        return Step(change=step.change)
    revision = observed.definition.revision if observed.definition else 0
    write = RegisterAfter(register=step.write, name=step.write.name, revision=revision)
    return Step(change=step.change, write=(write,))
