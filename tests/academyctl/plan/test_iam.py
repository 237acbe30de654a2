"""What is missing of roles and profiles is made; what is there stays."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.model.iam import (
    AddRoleToInstanceProfile,
    AttachRolePolicy,
    CreateInstanceProfile,
    CreateRole,
    CreateServiceLinkedRole,
    Document,
    InstanceProfileDetail,
    PutRolePolicy,
    RoleDetail,
    UpdateAssumeRolePolicy,
    WantedRole,
    principals,
    trusts,
)
from academyctl.model.plan import Action, Step
from academyctl.model.setup import Writes
from academyctl.model.stack import Stack
from academyctl.plan.iam import (
    ENV_POLICY,
    env_policy,
    filled,
    plan_linked_role,
    plan_profile,
    plan_role,
    profile_finding,
    role_names,
    wanted_roles,
)
from academyctl.profiles.policies import load_policies
from tests.batch_builders import sandbox_stack

POLICIES = load_policies()
MANAGED = "arn:aws:iam::aws:policy/service-role/"


def wanted(stack: Stack | None = None) -> dict[str, WantedRole]:
    return {one.name: one for one in wanted_roles(stack or sandbox_stack(), POLICIES)}


def job_role() -> WantedRole:
    return wanted()["academy-video-batch-job-role"]


def as_wanted(role: WantedRole, **changes: Any) -> RoleDetail:
    detail = RoleDetail(name=role.name, trust=role.trust, attached=role.managed, inline=role.inline)
    return replace(detail, **changes)


def kinds(step: Step[Writes]) -> list[type]:
    return [type(write) for write in step.write or ()]


def test_each_role_is_trusted_by_its_service_and_has_its_policy() -> None:
    assert {name: (one.service, one.managed) for name, one in wanted().items()} == {
        "academy-video-batch-job-role": ("ecs-tasks.amazonaws.com", ()),
        "academy-batch-ecs-task-execution-role": (
            "ecs-tasks.amazonaws.com",
            (f"{MANAGED}AmazonECSTaskExecutionRolePolicy",),
        ),
        "academy-batch-ecs-instance-role": ("ec2.amazonaws.com", (f"{MANAGED}AmazonEC2ContainerServiceforEC2Role",)),
    }
    assert all(principals(one.trust) == (one.service,) for one in wanted().values())


def with_service_role(name: str) -> Stack:
    stack = sandbox_stack()
    return replace(stack, iam=replace(stack.iam, service_role=name))


def test_a_service_role_is_made_only_where_one_is_configured() -> None:
    role = wanted(with_service_role("arn:aws:iam::123456789012:role/service-role/own"))["own"]
    assert (role.service, role.managed) == ("batch.amazonaws.com", (f"{MANAGED}AWSBatchServiceRole",))
    assert role_names(sandbox_stack())[-1] == "AWSServiceRoleForBatch"
    assert role_names(with_service_role("own"))[-1] == "own"


PARAMETER = "arn:aws:ssm:ap-northeast-2:123456789012:parameter/academy/workers/env"
KEYS = "arn:aws:kms:ap-northeast-2:123456789012:key/"


def test_the_job_role_reads_the_workers_parameter_and_nothing_else() -> None:
    (statement,) = env_policy(sandbox_stack(), POLICIES)["Statement"]
    assert statement["Resource"] == PARAMETER
    assert statement["Action"] == ["ssm:GetParameter", "ssm:GetParameters"]


@pytest.mark.parametrize(
    ("key", "resource", "alias"),
    [
        ("alias/academy", f"{KEYS}*", "alias/academy"),
        ("arn:aws:kms:ap-northeast-2:123456789012:alias/academy", f"{KEYS}*", "alias/academy"),
        ("1234-abcd", f"{KEYS}1234-abcd", None),
        ("arn:aws:kms:eu-west-1:999999999999:key/1", "arn:aws:kms:eu-west-1:999999999999:key/1", None),
    ],
)
def test_a_customers_key_may_be_used_through_ssm(key: str, resource: str, alias: str | None) -> None:
    decrypt = env_policy(replace(sandbox_stack(), kms_key=key), POLICIES)["Statement"][1]
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", resource)
    assert decrypt["Condition"]["StringEquals"] == {"kms:ViaService": "ssm.ap-northeast-2.amazonaws.com"}
    named = decrypt["Condition"].get("ForAnyValue:StringEquals", {}).get("kms:ResourceAliases")
    assert named == alias


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled({"Resource": ["${nobody}"]}, {"account": "1"})


def test_an_absent_role_is_created_whole() -> None:
    step = plan_role(job_role(), None, "sandbox")
    assert (step.change.action, kinds(step)) == (Action.CREATE, [CreateRole, PutRolePolicy])
    assert step.change.detail == (f"+ policy {ENV_POLICY}",)
    execution = wanted()["academy-batch-ecs-task-execution-role"]
    assert kinds(plan_role(execution, None, "sandbox")) == [CreateRole, AttachRolePolicy]


def test_a_role_as_it_should_be_needs_nothing() -> None:
    for role in wanted().values():
        step = plan_role(role, as_wanted(role), "sandbox")
        assert (step.change.action, step.write) == (Action.NONE, None)


@pytest.mark.parametrize(
    ("changes", "write", "detail"),
    [
        ({"inline": {}}, PutRolePolicy, f"+ policy {ENV_POLICY}"),
        ({"inline": {ENV_POLICY: {"Statement": []}}}, PutRolePolicy, f"~ policy {ENV_POLICY}"),
        ({"trust": {}}, UpdateAssumeRolePolicy, "~ trust: ecs-tasks.amazonaws.com"),
    ],
)
def test_what_a_role_lacks_is_added(changes: dict[str, Any], write: type, detail: str) -> None:
    step = plan_role(job_role(), as_wanted(job_role(), **changes), "sandbox")
    assert (kinds(step), step.change.detail, step.change.action) == ([write], (detail,), Action.UPDATE)


def test_policies_that_somebody_attached_are_kept_and_named() -> None:
    role = wanted()["academy-batch-ecs-instance-role"]
    stands = as_wanted(role, attached=("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",))
    step = plan_role(role, stands, "sandbox")
    assert step.change.detail == ("+ AmazonEC2ContainerServiceforEC2Role",)
    assert step.change.why == "kept: AmazonSSMManagedInstanceCore"


def statement(service: Any = "ecs-tasks.amazonaws.com", **changes: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **changes}


def trust(*statements: Any) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (trust(statement()), True),
        ({"Statement": statement()}, True),
        (trust(statement(["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"])), True),
        (trust(statement(Action=["sts:TagSession", "sts:AssumeRole"])), True),
        (trust(statement(Action="sts:*")), True),
        (trust(statement(Condition={"StringEquals": {"aws:SourceAccount": "1"}})), True),
        (trust(statement("ec2.amazonaws.com")), False),
        (trust(statement(Effect="Deny")), False),
        (trust(statement(Action="sts:TagSession")), False),
        (trust(statement(Principal={"AWS": "arn:aws:iam::1:root"})), False),
        (trust(statement(Principal="*")), False),
        ({}, False),
    ],
)
def test_who_a_trust_policy_trusts(document: Document, expected: bool) -> None:
    assert trusts(document, "ecs-tasks.amazonaws.com") is expected


def test_a_trust_policy_is_extended_and_keeps_what_it_has() -> None:
    theirs = statement("ec2.amazonaws.com", Sid="Theirs")
    step = plan_role(job_role(), as_wanted(job_role(), trust={"Id": "x", "Statement": theirs}), "sandbox")
    (write,) = step.write or ()
    assert isinstance(write, UpdateAssumeRolePolicy)
    assert write.trust["Id"] == "x"
    assert write.trust["Statement"] == [theirs, statement()]
    assert step.change.detail == ("~ trust: ec2.amazonaws.com ecs-tasks.amazonaws.com",)


@pytest.mark.parametrize(
    ("roles", "writes", "is_wrong"),
    [
        (None, [CreateInstanceProfile, AddRoleToInstanceProfile], False),
        ((), [AddRoleToInstanceProfile], False),
        (("instance",), [], False),
        (("theirs",), [], True),
    ],
    ids=["absent", "empty", "right", "another's role is left in it"],
)
def test_the_instance_profile(roles: tuple[str, ...] | None, writes: list[type], is_wrong: bool) -> None:
    stands = None if roles is None else InstanceProfileDetail(name="instance", roles=roles)
    assert kinds(plan_profile("instance", stands, "sandbox")) == writes
    finding = profile_finding("instance", stands)
    assert (finding.code if finding else "") == ("iam.instance-profile" if is_wrong else "")


def test_the_service_linked_role_is_made_where_it_is_absent() -> None:
    assert kinds(plan_linked_role(None)) == [CreateServiceLinkedRole]
    assert kinds(plan_linked_role(RoleDetail(name="AWSServiceRoleForBatch"))) == []
