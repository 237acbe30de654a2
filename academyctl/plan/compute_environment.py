"""The environment that a stack declares, made anew; what refuses it before it is created; what repairs one that stands.

A rollout makes its green from blue (plan/clone); here is the first one, which has nothing to be cloned from.
"""

from collections.abc import Iterable, Iterator, Mapping

from academyctl.model.batch import TAG, Ami, CeState, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_write import CreateComputeEnvironment, UpdateComputeEnvironment
from academyctl.model.finding import Finding, error
from academyctl.model.network import ChosenNetwork, NetworkFacts
from academyctl.model.plan import Action, Change, Step
from academyctl.model.setup import MakeEnvironment, Writes
from academyctl.model.stack import Stack
from academyctl.model.worker_job import role_arn
from academyctl.plan.clone import IMAGE_TYPE
from academyctl.plan.ensure import KIND, plan_ensure

ARM = "arm64"
_IN_THE_STACK = "correct batch.compute_environment.{} in the stack file"


def desired_environment(
    stack: Stack, network: ChosenNetwork, ami: str, *, profile: str = ""
) -> CreateComputeEnvironment:
    """What is created in an account that has none. `profile` is the ARN of the instance profile, where it is known.

    No service role is sent unless the stack configures one: Batch then takes its service-linked one. desiredvCpus
    starts at minvCpus: it can be raised by Batch, and lowered by nobody.
    """
    declared = stack.compute_environment
    return CreateComputeEnvironment(
        name=declared.name,
        resources={
            "type": "EC2",
            "allocationStrategy": declared.allocation_strategy,
            "minvCpus": declared.min_vcpus,
            "maxvCpus": declared.max_vcpus,
            "desiredvCpus": declared.min_vcpus,
            "instanceTypes": list(declared.instance_types),
            "subnets": list(network.subnets),
            "securityGroupIds": list(network.security_groups),
            "instanceRole": profile or f"arn:aws:iam::{stack.account}:instance-profile/{stack.iam.instance_role}",
            "ec2Configuration": [{"imageType": IMAGE_TYPE, "imageIdOverride": ami}],
        },
        tags={f"{TAG}stack": stack.name},
        service_role=role_arn(stack, stack.iam.service_role) if stack.iam.service_role else "",
    )


def ami_refusals(
    stack: Stack, ami: str, fault: str, images: Mapping[str, Ami], *, by_option: bool = False
) -> Iterator[Finding]:
    """Why the wanted AMI cannot be used. `fault`: why the parameter names none, empty where `ami` is what it names.
    `by_option`: the command line names `ami`, and the parameter is not asked."""
    parameter, hint = stack.compute_environment.ami, _IN_THE_STACK.format("ami")
    if by_option:
        parameter, hint = "--ami", f"leave --ami out, or name an {ARM} AMI of Amazon Linux 2023 in {stack.region}"
    image = images.get(ami)
    if fault:
        yield error("ce.ami", parameter, fault, hint)
    elif image is None:
        yield error("ce.ami", ami, f"{parameter} names {ami}, which EC2 does not know", hint)
    elif image.architecture and image.architecture != ARM:
        yield error("ce.ami", ami, f"{parameter} names an AMI of {image.architecture}", hint)
        yield error("ce.architecture", ami, f"is {image.architecture}, not {ARM}", hint)
    elif "/amazon-linux-2/" in parameter or image.name.startswith("amzn2-ami-ecs"):
        yield error("ce.ami", ami, "is Amazon Linux 2: Batch creates no environment on it any more", hint)


def type_refusals(stack: Stack, facts: NetworkFacts) -> Iterator[Finding]:
    """Instance types that do not exist in the region, or are not arm64."""
    hint = _IN_THE_STACK.format("instance_types")
    for name in facts.unknown:
        yield error("ce.architecture", name, f"is no instance type of {stack.region}, so no {ARM} one", hint)
    others = [name for name, supported in facts.architectures.items() if ARM not in supported]
    for name in others:
        yield error("ce.architecture", name, f"is {', '.join(facts.architectures[name])}, not {ARM}", hint)


def is_unused(environment: ComputeEnvironmentDetail, stack: Stack, queues: Iterable[JobQueueDetail]) -> bool:
    """INVALID, made by a setup of this stack, and in no queue: nothing was ever placed on it."""
    return (
        environment.is_invalid
        and environment.tag("stack") == stack.name
        and not environment.tag("rollout")
        and not environment.tag("role")
        and not any(environment.name in queue.environments for queue in queues)
    )


def plan_create(
    create: CreateComputeEnvironment,
    network: ChosenNetwork,
    replaces: ComputeEnvironmentDetail | None,
    *,
    is_going: bool = False,
) -> Step[Writes]:
    """`replaces` is the unused INVALID one that goes first; `is_going`: one of that name is going already."""
    detail = [f"+ {one}" for one in (*network.subnets, *network.security_groups)]
    ami = create.resources["ec2Configuration"][0]["imageIdOverride"]
    why = f"{network.why}; AMI {ami}"
    if replaces:
        detail.insert(0, f"- {replaces.name}")
        why = f"is INVALID and never was used ({replaces.status_reason or 'no reason given'}): made again; {why}"
    change = Change(
        action=Action.UPDATE if replaces else Action.CREATE,
        kind=KIND,
        target=create.name,
        detail=tuple(detail),
        why=why,
    )
    write = MakeEnvironment(create=create, replaces=replaces.name if replaces else "", is_going=is_going)
    return Step(change=change, write=(write,))


def plan_standing(
    stack: Stack, environment: ComputeEnvironmentDetail, green: ComputeEnvironmentDetail | None
) -> tuple[Step[Writes], tuple[Finding, ...]]:
    """State and ceiling of one that stands; an INVALID one is looked at again by Batch when its state is sent.

    The findings refuse. Conflict where an open rollout made the state.
    """
    if environment.is_invalid and green is None:
        return _look_again(stack, environment), ()
    ensured = plan_ensure(environment, max_vcpus=stack.compute_environment.max_vcpus, green=green)
    step = ensured.steps[0]
    refusals = () if environment.is_invalid else ensured.findings
    return Step(change=step.change, write=(step.write,) if step.write else None), refusals


def _look_again(stack: Stack, environment: ComputeEnvironmentDetail) -> Step[Writes]:
    declared = stack.compute_environment.max_vcpus
    write = UpdateComputeEnvironment(
        name=environment.name,
        state=CeState.ENABLED,
        max_vcpus=None if environment.max_vcpus == declared else declared,
    )
    reason = environment.status_reason or "AWS gives no reason"
    change = Change(
        action=Action.UPDATE,
        kind=KIND,
        target=environment.name,
        detail=("~ state", *(("~ maxvCpus",) if write.max_vcpus is not None else ())),
        why=f"is INVALID ({reason}): Batch is asked to look at it again",
    )
    return Step(change=change, write=(write,))
