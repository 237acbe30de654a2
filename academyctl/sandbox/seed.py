"""Fills the embedded AWS as an account of the stack would be: network, roles, log group, and each role's parameter.

What moto brings by itself is used: the default VPC with a public subnet in each zone, AWS's managed policies, and the
public parameters that name the ECS AMIs.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from academyctl.model.role import Role
from academyctl.model.ssm import ParameterWrite
from academyctl.model.stack import Stack
from academyctl.plan.iam import ENV_POLICY, env_policy
from academyctl.profiles.policies import load_policies
from academyctl.sandbox.seed_env import seed_writes
from academyctl.sandbox.surroundings import CREDENTIALS

Client = Callable[[str], Any]
MANAGED = "arn:aws:iam::aws:policy/service-role"
TASKS, INSTANCES, BATCH = "ecs-tasks.amazonaws.com", "ec2.amazonaws.com", "batch.amazonaws.com"


def open_clients(endpoint: str, region: str) -> Client:
    """Makes clients of the embedded AWS, past any proxy. To be used where there are no AWS settings of anybody."""
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=region,
    )
    return partial(session.client, endpoint_url=endpoint, config=Config(proxies={}))


def seed(clients: Client, stack: Stack, roles: Iterable[Role]) -> None:
    """`roles` are those whose parameter is filled."""
    seed_network(clients("ec2"), stack)
    seed_roles(clients("iam"), stack)
    clients("logs").create_log_group(logGroupName=stack.job_definition.log_group)
    ssm = clients("ssm")
    for write in seed_writes(stack, roles):
        put(ssm, write)


def seed_network(ec2: Any, stack: Stack) -> None:
    """moto's default VPC has public subnets and no way out: it gets a gateway, a route, and the stack's group."""
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    within = [{"Name": "vpc-id", "Values": [vpc]}]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.describe_route_tables(Filters=within)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    tags = [{"Key": "academyctl:stack", "Value": stack.name}]
    ec2.create_security_group(
        GroupName=stack.name,
        Description=f"encoders of {stack.name}",
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )


def seed_roles(iam: Any, stack: Stack) -> None:
    """The three roles with their policies, the instance profile, and Batch's service-linked role.

    moto's CreateServiceLinkedRole spells the last one otherwise than AWS does.
    """
    names = stack.iam
    _role(iam, names.job_role, TASKS)
    iam.put_role_policy(RoleName=names.job_role, PolicyName=ENV_POLICY, PolicyDocument=_env_policy(stack))
    _role(iam, names.execution_role, TASKS, f"{MANAGED}/AmazonECSTaskExecutionRolePolicy")
    _role(iam, names.instance_role, INSTANCES, f"{MANAGED}/AmazonEC2ContainerServiceforEC2Role")
    iam.create_instance_profile(InstanceProfileName=names.instance_role)
    iam.add_role_to_instance_profile(InstanceProfileName=names.instance_role, RoleName=names.instance_role)
    _role(iam, "AWSServiceRoleForBatch", BATCH, path=f"/aws-service-role/{BATCH}/")
    if names.service_role:
        _role(iam, names.service_role, BATCH, f"{MANAGED}/AWSBatchServiceRole")


def _role(iam: Any, name: str, trusted: str, policy: str = "", path: str = "/") -> None:
    trust = _policy(Principal={"Service": trusted}, Action="sts:AssumeRole")
    iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust)
    if policy:
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)


def _env_policy(stack: Stack) -> str:
    """As `batch setup` writes it: a rehearsal of it finds nothing to do."""
    return json.dumps(env_policy(stack, load_policies()))


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def put(ssm: Any, write: ParameterWrite) -> None:
    ssm.put_parameter(
        Name=write.name,
        Value=write.value.reveal(),
        Type=write.type,
        KeyId=write.key_id,
        Description=write.description,
        Tags=[{"Key": key, "Value": value} for key, value in write.tags],
    )
