"""Everything that a stack declares: what stands in, one ordered plan out."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.model.batch import Ami
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.batch_write import CreateJobQueue, UpdateComputeEnvironment
from academyctl.model.errors import Conflict
from academyctl.model.finding import Finding, error
from academyctl.model.iam import InstanceProfileDetail, RoleDetail
from academyctl.model.logs import LogGroupDetail, PutRetentionPolicy
from academyctl.model.network import ChosenNetwork, NetworkFacts
from academyctl.model.plan import Action
from academyctl.model.setup import ChangeQueue, MakeEnvironment, Observed, RegisterAfter, SetupPlan
from academyctl.plan.iam import wanted_roles
from academyctl.plan.setup import Creation, plan_setup, standing
from academyctl.profiles.policies import load_policies
from tests.batch_builders import AMI, STEM, arn_of, environment, green, queue, sandbox_stack, tags

STACK = sandbox_stack()
POLICIES = load_policies()
V3, V4 = f"{STEM}-v3", f"{STEM}-v4"
NETWORK = ChosenNetwork(vpc="vpc-1", subnets=("subnet-1", "subnet-2"), security_groups=("sg-1",), why="discovered")
TYPES = dict.fromkeys(STACK.compute_environment.instance_types, ("arm64",))
OURS = tags(stack="sandbox")
ORDER = [
    "iam.role",
    "iam.role",
    "iam.role",
    "iam.instance-profile",
    "iam.service-linked-role",
    "logs.group",
    "batch.compute-environment",
    "batch.job-queue",
    "batch.job-definition",
]


def creation(**changes: Any) -> Creation:
    return Creation(**{"facts": NetworkFacts(architectures=TYPES), "network": NETWORK, **changes})


def nothing(**changes: Any) -> Observed:
    """An account without anything but AWS's own AMI."""
    images = {AMI: Ami(id=AMI, architecture="arm64", name="al2023-ami-ecs-hvm")}
    return Observed(**{"ami": AMI, "images": images, **changes})


def everything(**changes: Any) -> Observed:
    """An account as the stack declares it."""
    roles = {
        one.name: RoleDetail(name=one.name, trust=one.trust, attached=one.managed, inline=one.inline)
        for one in wanted_roles(STACK, POLICIES)
    }
    role = STACK.iam.instance_role
    standing: dict[str, Any] = {
        "environments": (environment(),),
        "queues": (queue(V3),),
        "definition": JobDefinitionDetail(name=STACK.job_definition.name, revision=4),
        "roles": {**roles, "AWSServiceRoleForBatch": RoleDetail(name="AWSServiceRoleForBatch")},
        "profile": InstanceProfileDetail(name=role, roles=(role,)),
        "log_group": LogGroupDetail(name=STACK.job_definition.log_group, retention=30),
    }
    return nothing(**{**standing, **changes})


def planned(observed: Observed, made: Creation | None = None, **more: Any) -> SetupPlan:
    return plan_setup(STACK, observed, policies=POLICIES, creation=made, **{"differences": (), **more})


def doing(plan: SetupPlan) -> list[tuple[str, str, str]]:
    """(action, kind, target) of what is to be done."""
    changes = [change for change in plan.changes if change.action is not Action.NONE]
    return [(str(change.action), change.kind, change.target) for change in changes]


def the(plan: SetupPlan, kind: type) -> Any:
    """The one write of a kind."""
    (found,) = [write for writes in plan.writes for write in writes if isinstance(write, kind)]
    return found


def test_an_empty_account_gets_everything_in_order() -> None:
    plan = planned(nothing(), creation(), differences=(error("jobdef.absent", "x", "absent"),))
    assert [change.kind for change in plan.changes] == ORDER
    assert {change.action for change in plan.changes} == {Action.CREATE}
    assert (plan.findings, plan.kept) == ((), ())


def test_an_account_as_declared_needs_nothing() -> None:
    plan = planned(everything())
    assert [change.kind for change in plan.changes] == ORDER
    assert (plan.is_empty, plan.findings, plan.kept) == (True, (), ())


def test_the_new_environment_is_what_the_stack_declares() -> None:
    made = the(planned(nothing(), creation()), MakeEnvironment)
    assert (made.create.name, made.create.service_role, made.create.tags) == (V3, "", OURS)
    assert made.create.resources == {
        "type": "EC2",
        "allocationStrategy": "BEST_FIT_PROGRESSIVE",
        "minvCpus": 0,
        "maxvCpus": 32,
        "desiredvCpus": 0,
        "instanceTypes": ["c6g.xlarge", "c6g.2xlarge", "c7g.xlarge", "c7g.2xlarge"],
        "subnets": ["subnet-1", "subnet-2"],
        "securityGroupIds": ["sg-1"],
        "instanceRole": "arn:aws:iam::123456789012:instance-profile/academy-batch-ecs-instance-role",
        "ec2Configuration": [{"imageType": "ECS_AL2023", "imageIdOverride": AMI}],
    }


def test_a_configured_service_role_is_created_and_sent_and_no_linked_one() -> None:
    stack = replace(STACK, iam=replace(STACK.iam, service_role="own"))
    plan = plan_setup(stack, nothing(), policies=POLICIES, creation=creation(), differences=())
    assert the(plan, MakeEnvironment).create.service_role == "arn:aws:iam::123456789012:role/own"
    assert ("create", "iam.role", "own") in doing(plan)
    assert "iam.service-linked-role" not in [change.kind for change in plan.changes]


X86 = Ami(id=AMI, architecture="x86_64")
AL2 = Ami(id=AMI, architecture="arm64", name="amzn2-ami-ecs-hvm-2.0")
INTEL = NetworkFacts(architectures={**TYPES, "c5.large": ("x86_64",)})


@pytest.mark.parametrize(
    ("observed", "made", "codes"),
    [
        (nothing(ami="", ami_fault="there is no such parameter"), creation(), ["ce.ami"]),
        (nothing(images={}), creation(), ["ce.ami"]),
        (nothing(images={AMI: X86}), creation(), ["ce.ami", "ce.architecture"]),
        (nothing(images={AMI: AL2}), creation(), ["ce.ami"]),
        (nothing(), creation(facts=INTEL), ["ce.architecture"]),
        (nothing(), creation(facts=NetworkFacts(unknown=("c99g.large",))), ["ce.architecture"]),
        (
            nothing(),
            creation(network=None, findings=(error("network.ambiguous", "x", "several"),)),
            ["network.ambiguous"],
        ),
        (nothing(profile=InstanceProfileDetail(name="x", roles=("y",))), creation(), ["iam.instance-profile"]),
    ],
    ids=["no parameter", "no image", "x86 AMI", "AL2", "x86 type", "unknown type", "network", "instance profile"],
)
def test_what_would_not_work_is_refused_before_anything_is_created(
    observed: Observed, made: Creation, codes: list[str]
) -> None:
    plan = planned(observed, made)
    assert plan.is_refused
    assert [finding.code for finding in plan.findings] == codes


@pytest.mark.parametrize(
    ("stands", "state", "max_vcpus"),
    [
        (environment(state="DISABLED"), "ENABLED", None),
        (environment(resources={"maxvCpus": 8}), None, 32),
        (environment(resources={"maxvCpus": 64}, state="DISABLED"), "ENABLED", 32),
        (environment(status="INVALID", status_reason="no role"), "ENABLED", None),
    ],
)
def test_an_environment_that_stands_changes_in_state_and_ceiling_only(
    stands: Any, state: str | None, max_vcpus: int | None
) -> None:
    plan = planned(everything(environments=(stands,)))
    assert doing(plan) == [("update", "batch.compute-environment", V3)]
    write = the(plan, UpdateComputeEnvironment)
    assert (write.name, write.state, write.max_vcpus, write.min_vcpus) == (V3, state, max_vcpus, None)


def test_whatever_else_differs_is_told_and_stops_nothing() -> None:
    drift = error("ce.drift", V3, "instance_types: a → b", "academyctl batch ce-rollout")
    plan = planned(everything(log_group=None), notes=(drift,))
    assert (plan.is_refused, plan.kept) == (False, (drift,))
    assert doing(plan) == [("create", "logs.group", STACK.job_definition.log_group)]


@pytest.mark.parametrize(
    ("code", "is_told"),
    [("ce.disabled", False), ("ce.max-vcpus", False), ("ce.invalid", False), ("queue.order", False), ("ce.al2", True)],
)
def test_a_note_on_what_the_plan_repairs_is_left_out(code: str, is_told: bool) -> None:
    note = error(code, V3, "found")
    plan = planned(everything(environments=(environment(state="DISABLED"),)), notes=(note,))
    assert plan.kept == ((note,) if is_told else ())


UNUSED = environment(status="INVALID", status_reason="no role", tags=OURS)


def test_an_invalid_environment_that_setup_made_and_nobody_used_is_made_again() -> None:
    observed = everything(environments=(UNUSED,), queues=())
    assert standing(STACK, observed).is_to_be_made
    made = the(planned(observed, creation()), MakeEnvironment)
    assert (made.replaces, made.create.name) == (V3, V3)


@pytest.mark.parametrize(
    ("stands", "queues"),
    [
        (UNUSED, (queue(V3),)),
        (UNUSED, (queue(V3, name="another"),)),
        (environment(status="INVALID"), ()),
        (environment(status="INVALID", tags={**OURS, **tags(rollout="r", role="green")}), ()),
        (environment(status="VALID", tags=OURS), ()),
        (environment(V4, status="INVALID", tags=OURS), ()),
    ],
    ids=["attached", "attached elsewhere", "hand-made", "a rollout's", "VALID", "another number"],
)
def test_no_other_environment_is_ever_made_again(stands: Any, queues: Any) -> None:
    plan = planned(everything(environments=(stands,), queues=queues))
    assert not [write for writes in plan.writes for write in writes if isinstance(write, MakeEnvironment)]


def test_a_name_that_is_being_deleted_is_waited_for() -> None:
    observed = nothing(environments=(environment(status="DELETING"),))
    assert the(planned(observed, creation()), MakeEnvironment).is_going


def test_an_environment_that_an_open_rollout_disabled_is_a_conflict() -> None:
    both = (environment(state="DISABLED"), green(phase="open", state="DISABLED"))
    with pytest.raises(Conflict):
        planned(everything(environments=both))


def test_a_rolled_environment_serves_and_the_declared_number_is_not_made() -> None:
    plan = planned(everything(environments=(environment(V4),), queues=(queue(V4),)))
    assert (plan.is_empty, plan.changes[6].target) == (True, V4)


def test_an_absent_queue_gets_the_environment_that_serves() -> None:
    write = the(planned(everything(queues=())), CreateJobQueue)
    assert (write.name, write.priority, write.order) == (STACK.job_queue.name, 1, (arn_of(V3),))
    fresh = the(planned(nothing(), creation()), CreateJobQueue)
    assert fresh.order == (arn_of(V3),), "its ARN is known before there is one"


@pytest.mark.parametrize(
    ("stands", "state", "order", "priority"),
    [
        (queue(V3, state="DISABLED"), "ENABLED", None, None),
        (queue(V3, priority=7), None, None, 1),
        (queue("theirs"), None, (V3, "theirs"), None),
        (queue("one", "two", state="DISABLED"), "ENABLED", (V3, "one", "two"), None),
        (queue(), None, (V3,), None),
    ],
)
def test_a_queue_is_enabled_and_others_keep_their_places(
    stands: Any, state: str | None, order: tuple[str, ...] | None, priority: int | None
) -> None:
    plan = planned(everything(queues=(stands,)))
    assert doing(plan) == [("update", "batch.job-queue", STACK.job_queue.name)]
    write = the(plan, ChangeQueue)
    arns = None if order is None else tuple(map(arn_of, order))
    assert (write.update.state, write.update.order, write.update.priority) == (state, arns, priority)
    assert write.base == stands.order


def test_a_queue_that_is_full_of_others_refuses() -> None:
    plan = planned(everything(queues=(queue("one", "two", "three"),)))
    assert [(finding.code, plan.is_refused) for finding in plan.findings] == [("queue.slots", True)]


def test_the_definition_is_registered_only_when_it_differs() -> None:
    differs: tuple[Finding, ...] = (error("jobdef.image", "x", "another image"),)
    plan = planned(everything(), differences=differs)
    assert doing(plan) == [("update", "batch.job-definition", STACK.job_definition.name)]
    assert the(plan, RegisterAfter).revision == 4
    assert plan.changes[-1].detail == ("~ image",)


GROUP = STACK.job_definition.log_group


@pytest.mark.parametrize(
    ("stands", "is_written", "codes"),
    [
        (LogGroupDetail(name=GROUP, retention=1), False, []),
        (LogGroupDetail(name=GROUP, retention=400), False, []),
        (LogGroupDetail(name=GROUP), False, ["logs.retention"]),
        (LogGroupDetail(name=GROUP, stored_bytes=1, tags=OURS), False, ["logs.retention"]),
        (LogGroupDetail(name=GROUP, tags=tags(stack="other")), False, ["logs.retention"]),
        (LogGroupDetail(name=GROUP, tags=OURS), True, []),
    ],
    ids=["shorter", "longer", "for ever", "ours, with logs", "another stack's", "ours, empty: cut off"],
)
def test_a_retention_is_never_shortened(stands: LogGroupDetail, is_written: bool, codes: list[str]) -> None:
    plan = planned(everything(log_group=stands))
    assert [finding.code for finding in plan.kept] == codes
    assert [type(write) for writes in plan.writes for write in writes] == ([PutRetentionPolicy] if is_written else [])
    assert not plan.is_refused
