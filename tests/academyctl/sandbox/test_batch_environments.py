"""Compute environments as AWS has them, over HTTP. Each test names the page that it holds the sandbox to."""

from typing import Any

import pytest

from tests.support.strict import Strict, refused

NAME = "encoder-v1"


def test_an_environment_is_creating_then_valid(strict: Strict) -> None:
    """API reference, ComputeEnvironmentDetail.status; a state that is not given is ENABLED."""
    strict.create(NAME)
    created = strict.environment(NAME)
    assert (created["state"], created["status"]) == ("ENABLED", "CREATING")
    strict.control.advance(strict.control.pace.creating)
    valid = strict.environment(NAME)
    assert (valid["status"], valid["statusReason"]) == ("VALID", "ComputeEnvironment Healthy")


def test_a_description_has_what_aws_adds(strict: Strict) -> None:
    """API reference, ComputeEnvironmentDetail; without a serviceRole it is the service-linked one, by its full ARN."""
    images = [{"imageType": "ECS_AL2023", "imageIdOverride": strict.ami()}]
    arn = strict.create(NAME, resources=strict.resources(ec2Configuration=images), tags={"a": "b"})
    shown = strict.environment(arn)
    role = "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
    assert shown["serviceRole"] == f"arn:aws:iam::{strict.stack.account}:{role}"
    assert (shown["containerOrchestrationType"], shown["tags"]) == ("ECS", {"a": "b"})
    assert shown["updatePolicy"] == {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 30}
    assert shown["ecsClusterArn"].rpartition("/")[2].startswith(f"{NAME}_Batch_")
    assert shown["uuid"] not in shown["ecsClusterArn"]
    assert shown["computeResources"]["ec2Configuration"] == images


def test_batch_makes_its_service_linked_role_where_there_is_none(strict: Strict) -> None:
    """User Guide, using-service-linked-roles: it is made with the first MANAGED environment."""
    strict.client("iam").delete_role(RoleName="AWSServiceRoleForBatch")
    strict.valid(NAME)
    assert strict.environment(NAME)["status"] == "VALID"
    assert strict.client("iam").get_role(RoleName="AWSServiceRoleForBatch")["Role"]["Arn"].count("/") == 3


def test_a_service_linked_role_is_made_once_and_named_as_aws_names_it(strict: Strict) -> None:
    """IAM API reference, CreateServiceLinkedRole: InvalidInput where there is one."""
    iam = strict.client("iam")
    code, _, message = refused(iam.create_service_linked_role, AWSServiceName="batch.amazonaws.com")
    assert (code, "AWSServiceRoleForBatch has been taken" in message) == ("InvalidInput", True)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"state": "DISABLED"}, "must be created in the ENABLED state"),
        ({"computeEnvironmentName": "a" * 129}, "computeEnvironmentName"),
        ({"computeEnvironmentName": "a.b"}, "computeEnvironmentName"),
        ({"type": "UNMANAGED"}, "ServiceRole is required"),
        ({"type": "UNMANAGED", "serviceRole": "own"}, "not served here"),
        ({"type": "managed"}, "type must be one of"),
        ({"tags": {f"k{number}": "v" for number in range(51)}}, "50"),
        ({"tags": {"k" * 129: "v"}}, "Invalid tag"),
        ({"tags": {"k": "v" * 257}}, "Invalid tag"),
        ({"tags": {"k": '{"a": 1}'}}, "Invalid tag"),
        ({"tags": {"aws:k": "v"}}, "reserved"),
    ],
    ids=str,
)
def test_a_create_that_breaks_a_rule_is_refused(strict: Strict, request_: dict[str, Any], said: str) -> None:
    """API reference, CreateComputeEnvironment; User Guide, service_limits and using-tags."""
    whole = {"computeEnvironmentName": NAME, "type": "MANAGED", "computeResources": strict.resources(), **request_}
    code, status, message = refused(strict.batch.create_compute_environment, **whole)
    assert (code, status) == ("ClientException", 400)
    assert said in message
    assert strict.batch.describe_compute_environments()["computeEnvironments"] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ec2Configuration": [{"imageType": "ECS_AL2"}]}, "Amazon Linux 2"),
        ({"instanceTypes": ["c7g.xlarge", "c6i.xlarge"]}, "architectures"),
        ({"instanceTypes": None}, "instanceTypes must be provided"),
        ({"instanceRole": None}, "instanceRole must be provided"),
        ({"securityGroupIds": None}, "securityGroupIds must be provided"),
        ({"instanceTypes": ["c99g.xlarge"]}, "c99g.xlarge"),
        ({"minvCpus": 64}, "minvCpus"),
        ({"desiredvCpus": 64}, "desiredvCpus"),
        ({"bidPercentage": 50}, "SPOT"),
        ({"type": "SPOT", "allocationStrategy": "BEST_FIT"}, "spotIamFleetRole"),
    ],
    ids=str,
)
def test_resources_that_break_a_rule_are_refused(strict: Strict, changes: dict[str, Any], said: str) -> None:
    """API reference, ComputeResource; User Guide, ecs-al2-ami-deprecation."""
    whole = {"computeEnvironmentName": NAME, "type": "MANAGED", "computeResources": strict.resources()}
    resources = {key: value for key, value in {**strict.resources(), **changes}.items() if value is not None}
    if missing := [key for key, value in changes.items() if value is None]:
        resources |= {key: "" if key == "instanceRole" else [] for key in missing}
    code, _, message = refused(strict.batch.create_compute_environment, **{**whole, "computeResources": resources})
    assert (code, said in message) == ("ClientException", True)


@pytest.mark.parametrize(
    ("more", "changes", "reason"),
    [
        ({"serviceRole": "arn:aws:iam::123456789012:role/nobody"}, {}, "Not authorized to perform sts:AssumeRole"),
        ({"serviceRole": "AWSServiceRoleForBatch"}, {}, "Not authorized to perform sts:AssumeRole"),
        ({}, {"instanceRole": "nobody"}, "Invalid IamInstanceProfile: nobody"),
        ({}, {"subnets": ["subnet-0"]}, "The subnet ID 'subnet-0' does not exist"),
        ({}, {"securityGroupIds": ["sg-0"]}, "The security group 'sg-0' does not exist"),
        ({}, {"imageId": "ami-0"}, "The image id '[ami-0]' does not exist"),
        ({}, {"instanceTypes": ["c6i.xlarge"]}, "does not match the architecture 'arm64'"),
    ],
    ids=str,
)
def test_what_only_other_services_know_is_accepted_and_invalid_later(
    strict: Strict, more: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    """User Guide, invalid_compute_environment; a short name of the service-linked role is none (aws-cdk#20727)."""
    strict.valid(NAME, resources=strict.resources(**{"imageId": strict.ami(), **changes}), **more)
    shown = strict.environment(NAME)
    assert shown["status"] == "INVALID"
    assert shown["statusReason"].startswith("CLIENT_ERROR - ")
    assert reason in shown["statusReason"]


def test_a_name_is_taken_once(strict: Strict) -> None:
    """terraform-provider-aws#44644: ClientException, "Object already exists", HTTP 409."""
    strict.create(NAME)
    whole = {"computeEnvironmentName": NAME, "type": "MANAGED", "computeResources": strict.resources()}
    assert refused(strict.batch.create_compute_environment, **whole) == (
        "ClientException",
        409,
        "Object already exists",
    )


def test_there_are_fifty_at_most_and_pages_of_them(strict: Strict) -> None:
    """User Guide, service_limits: 50 a region. API reference: maxResults and nextToken."""
    resources = strict.resources()
    names = [f"encoder-v{number}" for number in range(50)]
    for name in names:
        strict.create(name, resources=resources)
    whole = {"computeEnvironmentName": "one-more", "type": "MANAGED", "computeResources": resources}
    assert "50" in refused(strict.batch.create_compute_environment, **whole)[2]
    pages = list(
        strict.batch.get_paginator("describe_compute_environments").paginate(PaginationConfig={"PageSize": 20})
    )
    assert [len(page["computeEnvironments"]) for page in pages] == [20, 20, 10]
    assert [one["computeEnvironmentName"] for page in pages for one in page["computeEnvironments"]] == names
    assert "nextToken" in refused(strict.batch.describe_compute_environments, nextToken="mine")[2]


def test_an_update_changes_what_it_names_and_keeps_the_rest(strict: Strict) -> None:
    """API reference, UpdateComputeEnvironment: UPDATING, then VALID."""
    strict.valid(NAME)
    strict.batch.update_compute_environment(
        computeEnvironment=NAME,
        state="DISABLED",
        computeResources={"maxvCpus": 64},
        updatePolicy={"jobExecutionTimeoutMinutes": 300},
    )
    assert strict.environment(NAME)["status"] == "UPDATING"
    strict.control.advance(strict.control.pace.updating)
    shown = strict.environment(NAME)
    assert (shown["status"], shown["state"]) == ("VALID", "DISABLED")
    assert shown["updatePolicy"] == {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 300}
    assert shown["computeResources"] == {**strict.resources(), "maxvCpus": 64, **_added(shown)}


def _added(shown: dict[str, Any]) -> dict[str, Any]:
    assert shown["computeResources"]["desiredvCpus"] == 0
    return {name: shown["computeResources"][name] for name in ("desiredvCpus", "ec2Configuration")}


@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING"])
def test_while_it_moves_it_cannot_be_changed(strict: Strict, status: str) -> None:
    """Seen by everyone who automates Batch: "resource is being modified"."""
    strict.valid(NAME)
    strict.control.hold("*", status)
    if status == "CREATING":
        strict.create("held")
    else:
        strict.create("held")
        strict.control.advance(strict.control.pace.creating)
        strict.batch.update_compute_environment(computeEnvironment="held", state="DISABLED")
        strict.control.advance(strict.control.pace.updating)
    if status == "DELETING":
        strict.batch.delete_compute_environment(computeEnvironment="held")
    assert strict.environment("held")["status"] == status
    update = refused(strict.batch.update_compute_environment, computeEnvironment="held", state="ENABLED")
    delete = refused(strict.batch.delete_compute_environment, computeEnvironment="held")
    assert update == ("ClientException", 400, "Cannot update, resource is being modified")
    assert delete == ("ClientException", 400, "Cannot delete, resource is being modified")


def test_desired_vcpus_are_never_lowered(strict: Strict) -> None:
    """User Guide, error-desired-vcpus-update, in its own words."""
    strict.valid(NAME, resources=strict.resources(desiredvCpus=8))
    changed = {"computeEnvironment": NAME, "computeResources": {"desiredvCpus": 4}}
    _, _, message = refused(strict.batch.update_compute_environment, **changed)
    assert "Manually scaling down compute environment is not supported" in message


@pytest.mark.parametrize(
    ("strategy", "role", "said"),
    [("BEST_FIT", "", "BEST_FIT"), ("BEST_FIT_PROGRESSIVE", "custom", "AWSServiceRoleForBatch")],
)
def test_infrastructure_is_updated_with_the_service_linked_role_and_not_with_best_fit(
    strict: Strict, strategy: str, role: str, said: str
) -> None:
    """User Guide, updating-compute-environments; scaling is always allowed."""
    if role:
        strict.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    more = {"serviceRole": role} if role else {}
    strict.valid(NAME, resources=strict.resources(allocationStrategy=strategy), **more)
    changed = {"computeEnvironment": NAME, "computeResources": {"instanceTypes": ["c8g.xlarge"]}}
    assert said in refused(strict.batch.update_compute_environment, **changed)[2]
    strict.batch.update_compute_environment(computeEnvironment=NAME, computeResources={"maxvCpus": 4})


def test_infrastructure_updates_reach_the_description(strict: Strict) -> None:
    strict.valid(NAME)
    images = [{"imageType": "ECS_AL2023", "imageIdOverride": strict.ami()}]
    strict.batch.update_compute_environment(computeEnvironment=NAME, computeResources={"ec2Configuration": images})
    assert strict.environment(NAME)["computeResources"]["ec2Configuration"] == images


def test_service_roles_of_both_kinds_are_not_swapped(strict: Strict) -> None:
    """User Guide, updating-compute-environments."""
    strict.valid(NAME)
    changed = {"computeEnvironment": NAME, "serviceRole": f"arn:aws:iam::{strict.stack.account}:role/own"}
    assert "service-linked role" in refused(strict.batch.update_compute_environment, **changed)[2]


def test_an_invalid_environment_is_repaired_by_what_it_lacked_and_an_update(strict: Strict) -> None:
    """User Guide, invalid_compute_environment."""
    strict.valid(NAME, resources=strict.resources(instanceRole="late"))
    assert strict.environment(NAME)["status"] == "INVALID"
    strict.client("iam").create_instance_profile(InstanceProfileName="late")
    strict.batch.update_compute_environment(computeEnvironment=NAME, state="ENABLED")
    strict.control.advance(strict.control.pace.updating)
    assert strict.environment(NAME)["status"] == "VALID"


def test_what_is_absent_is_left_out_of_a_description_and_refused_elsewhere(strict: Strict) -> None:
    batch = strict.batch
    assert batch.describe_compute_environments(computeEnvironments=["nobody"])["computeEnvironments"] == []
    assert "does not exist" in refused(batch.update_compute_environment, computeEnvironment="nobody")[2]
    assert "does not exist" in refused(batch.delete_compute_environment, computeEnvironment="nobody")[2]


def test_tags_are_added_limited_and_taken_away(strict: Strict) -> None:
    """API reference, TagResource; User Guide, using-tags."""
    arn, batch = strict.create(NAME, tags={"a": "1"}), strict.batch
    batch.tag_resource(resourceArn=arn, tags={"academyctl:at": "2026-11-22T06:00:00+00:00 by /a=b"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a"])
    expected = {"academyctl:at": "2026-11-22T06:00:00+00:00 by /a=b"}
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == strict.environment(NAME)["tags"] == expected
    too_many = {f"k{number}": "" for number in range(50)}
    assert "50" in refused(batch.tag_resource, resourceArn=arn, tags=too_many)[2]
    assert "Invalid tag" in refused(batch.tag_resource, resourceArn=arn, tags={"k": "a,b"})[2]
    assert "does not exist" in refused(batch.tag_resource, resourceArn=f"{arn}x", tags={"k": "v"})[2]
