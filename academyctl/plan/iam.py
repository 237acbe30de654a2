"""What IAM must at least hold for a stack, and the steps from what is there. Nothing that is there is taken away."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from academyctl.model.batch import TAG
from academyctl.model.finding import Finding, error
from academyctl.model.iam import (
    BATCH_SERVICE,
    LINKED_ROLE,
    MANAGED,
    AddRoleToInstanceProfile,
    AttachRolePolicy,
    CreateInstanceProfile,
    CreateRole,
    CreateServiceLinkedRole,
    Document,
    IamWrite,
    InstanceProfileDetail,
    PutRolePolicy,
    RoleDetail,
    UpdateAssumeRolePolicy,
    WantedRole,
    principals,
    statements,
    trusts,
)
from academyctl.model.plan import Action, Change, State, Step
from academyctl.model.setup import Writes
from academyctl.model.stack import Iam, Stack
from academyctl.model.worker_job import ROLE

TASKS, INSTANCES = "ecs-tasks.amazonaws.com", "ec2.amazonaws.com"
ENV_POLICY = "academyctl-env"
"""The inline policy of the job role that is ours."""
AWS_KEY = "alias/aws/ssm"
"""The key that AWS keeps for SSM: whoever may read the parameter may use it."""
PROFILE = "instance profile: how EC2 gets the role of that name"
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def wanted_roles(stack: Stack, policies: Mapping[str, Document]) -> tuple[WantedRole, ...]:
    """The stack's roles. A service role only where one is configured."""
    names = bare(stack.iam)
    trust = policies["trust"]
    roles = [
        _wanted(names.job_role, TASKS, trust, "what an encode may do", env=env_policy(stack, policies)),
        _wanted(
            names.execution_role, TASKS, trust, "pulls the image, writes the log", "AmazonECSTaskExecutionRolePolicy"
        ),
        _wanted(names.instance_role, INSTANCES, trust, "joins the cluster", "AmazonEC2ContainerServiceforEC2Role"),
    ]
    if names.service_role:
        about = "manages the environments"
        roles.append(_wanted(names.service_role, BATCH_SERVICE, trust, about, "AWSBatchServiceRole"))
    return tuple(roles)


def bare(iam: Iam) -> Iam:
    """The roles by their names: a stack may give an ARN, or a name behind a path."""
    names = {one.name: getattr(iam, one.name).rpartition("/")[2] for one in fields(iam)}
    return Iam(**names)


def _wanted(
    name: str, service: str, trust: Document, about: str, managed: str = "", env: Document | None = None
) -> WantedRole:
    return WantedRole(
        name=name,
        about=about,
        service=service,
        trust=filled(trust, {"service": service}),
        managed=(MANAGED + managed,) if managed else (),
        inline={ENV_POLICY: env} if env else {},
    )


def env_policy(stack: Stack, policies: Mapping[str, Document]) -> Document:
    """Reading the worker's parameter; decrypting it too where a customer's key encrypts it."""
    values = {"region": stack.region, "account": stack.account, "parameter": stack.parameter(ROLE)}
    policy: dict[str, Any] = filled(policies["job-role"], values)
    return decrypting(policy, stack, policies)


def decrypting(policy: Document, stack: Stack, policies: Mapping[str, Document]) -> Document:
    """The policy of who reads parameters, with the right to decrypt them where a customer's key encrypts them."""
    values = {"region": stack.region, "account": stack.account}
    key = stack.kms_key.rpartition(":")[2] if ":alias/" in stack.kms_key else stack.kms_key
    if key == AWS_KEY:
        return policy
    if key.startswith("alias/"):
        decrypt = filled(policies["decrypt-by-alias"], {**values, "key": key})
    else:
        arn = key if key.startswith("arn:") else f"arn:aws:kms:{stack.region}:{stack.account}:key/{key}"
        decrypt = filled(policies["decrypt-by-key"], {**values, "key": arn})
    return {**policy, "Statement": [*policy["Statement"], decrypt]}


def filled(document: Any, values: Mapping[str, str]) -> Any:
    """The document with each `${name}` replaced; KeyError for a name without a value."""
    if isinstance(document, str):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], document)
    if isinstance(document, Mapping):
        return {key: filled(value, values) for key, value in document.items()}
    return [filled(one, values) for one in document]


def plan_role(wanted: WantedRole, stands: RoleDetail | None, stack: str) -> Step[tuple[IamWrite, ...]]:
    """Creates what is missing of one role, and extends a trust policy that lacks the service."""
    writes = tuple(_role_writes(wanted, stands, stack))
    if not writes:
        return _settled("iam.role", wanted.name)
    change = Change(
        action=Action.UPDATE if stands else Action.CREATE,
        kind="iam.role",
        target=wanted.name,
        detail=tuple(_told(write, stands) for write in writes if not isinstance(write, CreateRole)),
        why=wanted.about if stands is None else _kept(wanted, stands),
    )
    return Step(change=change, write=writes)


def _settled(kind: str, target: str, why: str = "") -> Step[tuple[IamWrite, ...]]:
    return Step(change=Change(action=Action.NONE, kind=kind, target=target, why=why, state=State.DONE))


def _role_writes(wanted: WantedRole, stands: RoleDetail | None, stack: str) -> Iterator[IamWrite]:
    if stands is None:
        yield CreateRole(name=wanted.name, trust=wanted.trust, description=wanted.about, tags={f"{TAG}stack": stack})
    elif not trusts(stands.trust, wanted.service):
        yield UpdateAssumeRolePolicy(name=wanted.name, trust=_extended(stands.trust, wanted.trust), base=stands.trust)
    for arn in wanted.managed:
        if stands is None or arn not in stands.attached:
            yield AttachRolePolicy(name=wanted.name, arn=arn)
    for policy, document in wanted.inline.items():
        if stands is None or stands.inline.get(policy) != document:
            yield PutRolePolicy(name=wanted.name, policy=policy, document=document)


def _told(write: IamWrite, stands: RoleDetail | None) -> str:
    match write:
        case UpdateAssumeRolePolicy():
            return f"~ trust: {' '.join(principals(write.trust))}"
        case AttachRolePolicy():
            return f"+ {write.arn.rpartition('/')[2]}"
        case PutRolePolicy():
            return f"{'~' if stands and write.policy in stands.inline else '+'} policy {write.policy}"
        case _:
            return f"+ {write.doing}"


def _kept(wanted: WantedRole, stands: RoleDetail) -> str:
    more = [arn.rpartition("/")[2] for arn in stands.attached if arn not in wanted.managed]
    return f"kept: {', '.join(more)}" if more else ""


def _extended(stands: Document, wanted: Document) -> Document:
    return {"Version": "2012-10-17", **stands, "Statement": [*statements(stands), *statements(wanted)]}


def plan_profile(role: str, stands: InstanceProfileDetail | None, stack: str) -> Step[Writes]:
    """The instance profile of the role's name, with the role in it. One that holds another role is left alone."""
    put = AddRoleToInstanceProfile(name=role, role=role)
    kind = "iam.instance-profile"
    if stands is None:
        create = CreateInstanceProfile(name=role, tags={f"{TAG}stack": stack})
        change = Change(action=Action.CREATE, kind=kind, target=role, detail=(f"+ {role}",), why=PROFILE)
        return Step(change=change, write=(create, put))
    if stands.roles:
        return _settled(kind, role, PROFILE)
    change = Change(
        action=Action.UPDATE, kind=kind, target=role, detail=(f"+ {role}",), why=f"{PROFILE}; holds no role"
    )
    return Step(change=change, write=(put,))


def profile_finding(role: str, stands: InstanceProfileDetail | None) -> Finding | None:
    if stands is None or not stands.roles or role in stands.roles:
        return None
    return error(
        "iam.instance-profile",
        role,
        f"holds the role {', '.join(stands.roles)}, and not {role}",
        f"aws iam remove-role-from-instance-profile --instance-profile-name {role} --role-name {stands.roles[0]}",
    )


def plan_linked_role(stands: RoleDetail | None) -> Step[Writes]:
    if stands:
        return _settled("iam.service-linked-role", LINKED_ROLE)
    change = Change(action=Action.CREATE, kind="iam.service-linked-role", target=LINKED_ROLE, why="Batch works with it")
    return Step(change=change, write=(CreateServiceLinkedRole(service=BATCH_SERVICE),))


def role_names(stack: Stack) -> Sequence[str]:
    """Every role that is read: the stack's, and Batch's own where that one serves."""
    names = bare(stack.iam)
    return (names.job_role, names.execution_role, names.instance_role, names.service_role or LINKED_ROLE)
