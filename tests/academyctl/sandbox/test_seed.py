"""What an account of the stack has, over HTTP from a real `sandbox up`."""

import json
from typing import Any

import pytest

from academyctl.model.stack import Stack
from academyctl.sandbox.surroundings import CREDENTIALS
from tests.support.aws import API, WORKER, Aws


def _named(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    found = [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    assert len(found) == 1, f"{wanted}: {len(found)} of {len(rows)}"
    return found[0]


def test_the_default_vpc_has_a_way_out(sandbox: Aws) -> None:
    ec2 = sandbox.client("ec2")
    vpc = _named(ec2.describe_vpcs()["Vpcs"], IsDefault=True)["VpcId"]
    (gateway,) = ec2.describe_internet_gateways()["InternetGateways"]
    assert [attached["VpcId"] for attached in gateway["Attachments"]] == [vpc]
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    route = _named(table["Routes"], DestinationCidrBlock="0.0.0.0/0")
    assert route["GatewayId"] == gateway["InternetGatewayId"]


def test_two_zones_and_more_have_a_public_subnet(sandbox: Aws) -> None:
    subnets = sandbox.client("ec2").describe_subnets()["Subnets"]
    public = {subnet["AvailabilityZone"] for subnet in subnets if subnet["MapPublicIpOnLaunch"]}
    assert len(public) >= 2


def test_a_security_group_is_named_and_tagged_for_the_stack(sandbox: Aws, stack: Stack) -> None:
    groups = sandbox.client("ec2").describe_security_groups()["SecurityGroups"]
    assert _named(groups, GroupName=stack.name)["Tags"] == [{"Key": "academyctl:stack", "Value": stack.name}]


@pytest.mark.parametrize(
    ("field", "trusted", "policies"),
    [
        ("job_role", "ecs-tasks.amazonaws.com", []),
        ("execution_role", "ecs-tasks.amazonaws.com", ["AmazonECSTaskExecutionRolePolicy"]),
        ("instance_role", "ec2.amazonaws.com", ["AmazonEC2ContainerServiceforEC2Role"]),
    ],
)
def test_a_role_of_the_stack_trusts_its_service(
    sandbox: Aws, stack: Stack, field: str, trusted: str, policies: list[str]
) -> None:
    iam, name = sandbox.client("iam"), getattr(stack.iam, field)
    (statement,) = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == policies


def test_the_job_role_may_read_the_workers_parameter_as_setup_has_it(sandbox: Aws, stack: Stack) -> None:
    found = sandbox.client("iam").get_role_policy(RoleName=stack.iam.job_role, PolicyName="academyctl-env")
    (statement,) = found["PolicyDocument"]["Statement"]
    assert statement["Resource"] == f"arn:aws:ssm:{stack.region}:{stack.account}:parameter{WORKER}"


def test_the_instance_role_stands_in_its_instance_profile(sandbox: Aws, stack: Stack) -> None:
    profile = sandbox.client("iam").get_instance_profile(InstanceProfileName=stack.iam.instance_role)
    assert [role["RoleName"] for role in profile["InstanceProfile"]["Roles"]] == [stack.iam.instance_role]


def test_batch_has_its_service_linked_role_as_aws_spells_it(sandbox: Aws, stack: Stack) -> None:
    arn = sandbox.client("iam").get_role(RoleName="AWSServiceRoleForBatch")["Role"]["Arn"]
    path = "aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
    assert arn == f"arn:aws:iam::{stack.account}:role/{path}"


def test_the_jobs_log_group_is_there(sandbox: Aws, stack: Stack) -> None:
    groups = sandbox.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == [stack.job_definition.log_group]


def test_the_ami_parameter_is_json_and_names_an_arm64_image(sandbox: Aws, stack: Stack) -> None:
    value = sandbox.client("ssm").get_parameter(Name=stack.compute_environment.ami)["Parameter"]["Value"]
    (image,) = sandbox.client("ec2").describe_images(ImageIds=[json.loads(value)["image_id"]])["Images"]
    assert image["Architecture"] == "arm64"


def test_a_parameter_is_what_a_first_push_makes(sandbox: Aws, stack: Stack) -> None:
    names = sorted(name for _, name in stack.parameters)
    own = [{"Key": "Name", "Values": names}]
    described = sandbox.client("ssm").describe_parameters(ParameterFilters=own)["Parameters"]
    assert sorted(parameter["Name"] for parameter in described) == names
    for parameter in described:
        assert (parameter["Type"], parameter["KeyId"]) == ("SecureString", stack.kms_key)
        assert parameter["LastModifiedUser"].startswith(f"arn:aws:sts::{stack.account}:")


def test_a_key_that_both_roles_read_has_one_value(sandbox: Aws) -> None:
    api, worker = (_pairs(sandbox.value(name)) for name in (API, WORKER))
    shared = api.keys() & worker.keys()
    assert {"SECRET_KEY", "DB_PASSWORD", "R2_SECRET_KEY"} <= shared
    assert {key: api[key] for key in shared} == {key: worker[key] for key in shared}
    assert not set(api.values()) & set(CREDENTIALS.values())


def _pairs(blob: str | None) -> dict[str, str]:
    lines = [line for line in (blob or "").splitlines() if not line.startswith("#")]
    return {key: value for key, _, value in (line.partition("=") for line in lines)}
