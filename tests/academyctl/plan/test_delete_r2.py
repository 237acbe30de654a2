"""What is declared of delete-r2, and the steps from what stands: tables, without AWS."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.check.delete_r2 import other_consumer
from academyctl.model.delete_r2 import DeleteR2Facts, other_mappings
from academyctl.model.delete_r2_write import (
    CreateEventSourceMapping,
    CreateFunction,
    CreateQueue,
    DeleteR2Write,
    SetQueueAttributes,
    UpdateEventSourceMapping,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
)
from academyctl.model.iam import CreateRole, PutRolePolicy, RoleDetail
from academyctl.model.logs import CreateLogGroup, LogGroupDetail, PutRetentionPolicy
from academyctl.model.secret import Secret
from academyctl.plan.delete_r2 import TIMEOUT, VISIBILITY, DeployPlan, desired_delete_r2, plan_deploy
from academyctl.profiles.policies import load_policies
from tests.batch_builders import sandbox_stack
from tests.delete_r2_builders import CODE, desired, facts, function_detail, mapping, queue_detail


def planned(found: DeleteR2Facts) -> DeployPlan:
    strangers = tuple(other_consumer(desired(), one) for one in other_mappings(desired(), found))
    return plan_deploy("sandbox", desired(), found, strangers)


def writes(plan: DeployPlan) -> list[DeleteR2Write]:
    return [write for row in plan.writes for write in row]


def details(plan: DeployPlan) -> list[str]:
    return [line for change in plan.changes for line in change.detail]


def test_what_is_as_declared_needs_nothing() -> None:
    plan = planned(facts())
    assert (plan.is_empty, plan.findings, plan.kept) == (True, (), ())


def test_from_nothing_each_thing_comes_after_what_it_needs() -> None:
    assert [type(write) for write in writes(planned(DeleteR2Facts()))] == [
        CreateQueue,
        CreateQueue,
        CreateLogGroup,
        PutRetentionPolicy,
        CreateRole,
        PutRolePolicy,
        CreateFunction,
        CreateEventSourceMapping,
    ]


@pytest.mark.parametrize(
    ("found", "kinds", "lines"),
    [
        (
            {"queue": None},
            [CreateQueue],
            ["+ VisibilityTimeout 1800", "+ RedrivePolicy academy-video-delete-r2-dlq after 5"],
        ),
        (
            {"queue": queue_detail(desired().queue, VisibilityTimeout="30")},
            [SetQueueAttributes],
            ["~ VisibilityTimeout 30 → 1800"],
        ),
        (
            {
                "queue": queue_detail(
                    desired().queue, RedrivePolicy='{"deadLetterTargetArn":"a:b:x","maxReceiveCount":"3"}'
                )
            },
            [SetQueueAttributes],
            ["~ RedrivePolicy x after 3 → academy-video-delete-r2-dlq after 5"],
        ),
        (
            {"queue": queue_detail(desired().queue, RedrivePolicy="no policy at all")},
            [SetQueueAttributes],
            ["+ RedrivePolicy academy-video-delete-r2-dlq after 5"],
        ),
        ({"function": function_detail(timeout=3)}, [UpdateFunctionConfiguration], ["~ timeout 3 → 300"]),
        (
            {"function": function_detail(handler="")},
            [UpdateFunctionConfiguration],
            ["+ handler handler.handler"],
        ),
        (
            {"function": function_detail(environment={"KEPT": Secret("x")})},
            [UpdateFunctionConfiguration],
            ["+ environment ACADEMY_ENV_PARAMETER", "- environment KEPT"],
        ),
        (
            {"function": function_detail(sha256="other-code-that-is-long")},
            [UpdateFunctionCode],
            ["~ code other-code-t → c2hhLTI1Ni1v"],
        ),
        ({"function": function_detail(architecture="x86_64")}, [UpdateFunctionCode], ["~ architecture x86_64 → arm64"]),
        (
            {"function": function_detail(update="Failed")},
            [UpdateFunctionCode],
            ["~ last update Failed → Successful"],
        ),
        (
            {"function": function_detail(runtime="python3.9", architecture="x86_64")},
            [UpdateFunctionConfiguration, UpdateFunctionCode],
            ["~ runtime python3.9 → python3.13", "~ architecture x86_64 → arm64"],
        ),
        (
            {"mappings": (mapping(state="Disabled"),)},
            [UpdateEventSourceMapping],
            ["~ state Disabled → Enabled"],
        ),
        ({"mappings": (mapping(reports=()),)}, [UpdateEventSourceMapping], ["+ ReportBatchItemFailures"]),
        (
            {"role": RoleDetail(name="r", arn=desired().function.role, trust=desired().role.trust)},
            [PutRolePolicy],
            ["+ policy academyctl-delete-r2"],
        ),
    ],
)
def test_only_what_differs_is_written_and_told(found: dict[str, Any], kinds: list[type], lines: list[str]) -> None:
    plan = planned(facts(**found))
    assert [type(write) for write in writes(plan)] == kinds
    assert details(plan) == lines


def test_a_mapping_that_is_being_deleted_is_made_anew_once_it_is_gone() -> None:
    (write,) = writes(planned(facts(mappings=(mapping(state="Deleting"),))))
    assert isinstance(write, CreateEventSourceMapping)
    assert write.is_going


def test_a_state_that_passes_by_itself_needs_nothing() -> None:
    moving = facts(
        function=function_detail(state="Pending", update="InProgress"), mappings=(mapping(state="Creating"),)
    )
    assert planned(moving).is_empty


@pytest.mark.parametrize(
    "other",
    [
        mapping(uuid="1", function="arn:aws:lambda:ap-northeast-2:123456789012:function:theirs"),
        mapping(uuid="1", function=f"{desired().function.arn}:live"),
        mapping(uuid="1", function="arn:aws:lambda:ap-northeast-2:123456789012:function:theirs", state="Disabled"),
    ],
)
def test_another_consumer_refuses_the_whole_plan(other: Any) -> None:
    plan = planned(replace(DeleteR2Facts(), mappings=(other,)))
    assert plan.is_refused
    assert [finding.code for finding in plan.findings] == ["delete-r2.other-consumer"]
    assert "--uuid 1" in plan.findings[0].hint


def test_another_consumer_that_is_going_refuses_nothing() -> None:
    theirs = mapping(uuid="1", function="arn:aws:lambda:ap-northeast-2:123456789012:function:theirs", state="Deleting")
    assert planned(facts(mappings=(mapping(), theirs))).is_empty


def test_a_container_image_is_not_turned_into_a_zip() -> None:
    plan = planned(facts(function=function_detail(package="Image")))
    assert plan.is_refused
    assert "container image" in plan.findings[0].message


def test_a_role_behind_a_path_is_the_functions_role() -> None:
    arn = "arn:aws:iam::123456789012:role/service-role/academy-video-delete-r2-role"
    role = replace(facts().role or RoleDetail(name=""), arn=arn)
    assert planned(facts(role=role, function=function_detail(role=arn))).is_empty
    (write,) = writes(planned(facts(role=role, function=None)))
    assert isinstance(write, CreateFunction)
    assert write.wanted.role == arn


def test_a_log_group_is_its_owners() -> None:
    group = LogGroupDetail(name=desired().log_group, retention=400)
    assert planned(facts(log_group=group)).is_empty
    kept = planned(facts(log_group=replace(group, retention=None, stored_bytes=1))).kept
    assert [finding.code for finding in kept] == ["logs.retention"]


def test_no_value_of_a_functions_environment_is_told() -> None:
    held = function_detail(environment={"R2_SECRET_KEY": Secret("held"), "ACADEMY_ENV_PARAMETER": Secret("held")})
    assert "held" not in repr(planned(facts(function=held)))


def test_the_declared_times_fit_together() -> None:
    """Lambda refuses a queue whose visibility is below the function's timeout, and asks for six times as much."""
    assert VISIBILITY == 6 * TIMEOUT == int(desired().queue.attributes["VisibilityTimeout"])


@pytest.mark.parametrize(
    ("key", "resources"),
    [
        ("alias/aws/ssm", None),
        ("alias/mine", "arn:aws:kms:ap-northeast-2:123456789012:key/*"),
        ("arn:aws:kms:ap-northeast-2:123456789012:key/1", "arn:aws:kms:ap-northeast-2:123456789012:key/1"),
    ],
)
def test_only_a_customers_key_is_to_be_decrypted_with(key: str, resources: str | None) -> None:
    made = desired_delete_r2(replace(sandbox_stack(), kms_key=key), load_policies(), CODE)
    (policy,) = made.role.inline.values()
    decrypts = [one["Resource"] for one in policy["Statement"] if one["Action"] == "kms:Decrypt"]
    assert decrypts == ([resources] if resources else [])


def test_a_rights_resource_is_one_parameter_one_queue_and_one_log_group() -> None:
    (policy,) = desired().role.inline.values()
    where = "ap-northeast-2:123456789012"
    assert [one["Resource"] for one in policy["Statement"]] == [
        f"arn:aws:ssm:{where}:parameter/academy/workers/env",
        f"arn:aws:sqs:{where}:academy-video-delete-r2",
        f"arn:aws:logs:{where}:log-group:/aws/lambda/academy-video-delete-r2:*",
    ]
    assert not [one for one in policy["Statement"] if "*" in one["Action"]]
