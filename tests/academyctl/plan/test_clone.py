"""What green is made of: the declared values, blue's own for the rest, and nothing of what only AWS writes."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.model.stack import Stack
from academyctl.plan.clone import declared_differences, green_resources
from tests.batch_builders import AMI, changed_stack, environment, sandbox_stack

NEW = "ami-00000000000000002"


def _green(stack: Stack | None = None, template: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    return green_resources(stack or sandbox_stack(), environment(resources=resources), NEW, template)


@pytest.mark.parametrize(
    "blue",
    [
        {},
        {"ec2Configuration": [{"imageType": "ECS_AL2", "imageIdOverride": AMI}]},
        {"ec2Configuration": [{"imageType": "ECS_AL2"}], "imageId": AMI},
        {"ec2Configuration": None, "imageId": AMI},
        {"ec2Configuration": [{"imageType": "ECS_AL2023", "batchImageStatus": "UPDATE_AVAILABLE"}]},
    ],
)
def test_green_is_al2023_with_the_wanted_ami_whatever_blue_runs(blue: dict[str, Any]) -> None:
    made = _green(**blue)
    assert made["ec2Configuration"] == [{"imageType": "ECS_AL2023", "imageIdOverride": NEW}]
    assert "imageId" not in made


@pytest.mark.parametrize(("minimum", "live"), [(0, 48), (0, 0), (4, 48)])
def test_capacity_starts_at_the_declared_minimum(minimum: int, live: int) -> None:
    stack = sandbox_stack()
    declared = replace(stack.compute_environment, min_vcpus=minimum)
    made = _green(replace(stack, compute_environment=declared), desiredvCpus=live, minvCpus=9)
    assert (made["minvCpus"], made["desiredvCpus"]) == (minimum, minimum)


@pytest.mark.parametrize("strategy", ["BEST_FIT", None])
def test_best_fit_is_replaced_by_the_declared_strategy(strategy: str | None) -> None:
    assert _green(allocationStrategy=strategy)["allocationStrategy"] == "BEST_FIT_PROGRESSIVE"


def test_declared_values_beat_blues() -> None:
    made = _green(maxvCpus=2, instanceTypes=["m6g.large"])
    assert made["maxvCpus"] == sandbox_stack().compute_environment.max_vcpus
    assert made["instanceTypes"] == list(sandbox_stack().compute_environment.instance_types)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subnets", ["subnet-1"]),
        ("securityGroupIds", ["sg-1"]),
        ("ec2KeyPair", "ops"),
        ("placementGroup", "close"),
        ("tags", {"Name": "encoder"}),
        ("type", "SPOT"),
        ("bidPercentage", 60),
        ("spotIamFleetRole", "arn:aws:iam::123456789012:role/fleet"),
    ],
)
def test_what_the_stack_does_not_declare_is_blues(name: str, value: Any) -> None:
    stack = sandbox_stack()
    bare = replace(stack, network=replace(stack.network, subnets=(), security_groups=()))
    kept: dict[str, Any] = {name: value}
    assert _green(bare, **kept)[name] == value


def test_a_declared_network_beats_blues() -> None:
    stack = sandbox_stack()
    network = replace(stack.network, subnets=("subnet-9",), security_groups=("sg-9",))
    made = _green(replace(stack, network=network))
    assert (made["subnets"], made["securityGroupIds"]) == (["subnet-9"], ["sg-9"])


def test_a_launch_template_comes_by_number_or_not_at_all() -> None:
    blue: dict[str, Any] = {"launchTemplate": {"launchTemplateId": "lt-1", "version": "$Latest"}}
    numbered = {"launchTemplateId": "lt-1", "version": "7"}
    assert _green(template=numbered, **blue)["launchTemplate"] == numbered
    assert "launchTemplate" not in _green(**blue)


@pytest.mark.parametrize(
    ("live", "made"),
    [
        ("academy-batch-ecs-instance-role", "academy-batch-ecs-instance-role"),
        ("arn:aws:iam::1:instance-profile/academy-batch-ecs-instance-role",) * 2,
        ("other", f"arn:aws:iam::{sandbox_stack().account}:instance-profile/academy-batch-ecs-instance-role"),
    ],
)
def test_the_instance_profile_is_spelled_as_blue_spells_it_where_it_is_the_declared_one(live: str, made: str) -> None:
    assert _green(instanceRole=live)["instanceRole"] == made


def test_what_only_describe_gives_is_no_resource() -> None:
    """updatePolicy, ecsClusterArn, status and the like stand beside computeResources and are never copied."""
    made = green_resources(sandbox_stack(), environment(update_policy={"terminateJobsOnUpdate": True}), NEW)
    assert not {"updatePolicy", "serviceRole", "status", "uuid", "ecsClusterArn"} & set(made)


def test_nothing_differs_where_blue_is_as_declared_but_for_its_maximum() -> None:
    assert declared_differences(sandbox_stack(), environment(resources={"maxvCpus": 1, "desiredvCpus": 48})) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"resources": {"instanceTypes": ["c6g.xlarge"]}}, "instance_types: c6g.xlarge → "),
        ({"resources": {"allocationStrategy": None}}, "allocation_strategy: BEST_FIT → BEST_FIT_PROGRESSIVE"),
        ({"resources": {"minvCpus": 4}}, "min_vcpus: 4 → 0"),
        ({"resources": {"instanceRole": "other"}}, "instance_role: other → academy-batch-ecs-instance-role"),
        ({"service_role": "arn:aws:iam::1:role/custom"}, "service_role: custom → service-linked"),
    ],
)
def test_what_only_a_new_environment_brings_is_said(changes: dict[str, Any], said: str) -> None:
    (found,) = declared_differences(sandbox_stack(), environment(**changes))
    assert found.startswith(said)


def test_a_custom_service_role_is_as_declared_where_the_stack_configures_one() -> None:
    blue = environment(service_role="arn:aws:iam::1:role/custom")
    assert declared_differences(changed_stack(service_role="custom"), blue) == ()


def test_an_empty_network_declares_nothing() -> None:
    stack = sandbox_stack()
    bare = replace(stack, network=replace(stack.network, subnets=(), security_groups=()))
    assert declared_differences(bare, environment(resources={"subnets": ["subnet-7"], "securityGroupIds": ["s"]})) == ()
    named = replace(stack, network=replace(stack.network, subnets=("subnet-9",), security_groups=()))
    assert declared_differences(named, environment()) == ("subnets: subnet-1 → subnet-9",)
