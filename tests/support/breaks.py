"""Ways to break the healthy world, each in one place, and repairs that are no command of academyctl: parameters and
roles."""

import json
from collections.abc import Callable

from tests.support.healthy import Healthy

JOB_ROLE, EXECUTION_ROLE = "academy-video-batch-job-role", "academy-batch-ecs-task-execution-role"
INSTANCE_ROLE, LINKED = "academy-batch-ecs-instance-role", "AWSServiceRoleForBatch"
Act = Callable[[Healthy], object]


def stored(role: str, *, drop: str = "", add: str = "", type: str = "SecureString", text: str = "") -> Act:
    """Another blob in the role's parameter: less a key, or with more lines."""

    def act(world: Healthy) -> None:
        ssm, name = world.strict.client("ssm"), world.strict.stack.parameter(role)
        lines = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"].splitlines()
        kept = [line for line in lines if not drop or not line.startswith(f"{drop}=")]
        value = text or "\n".join([*kept, add]).strip() + "\n"
        if type != "SecureString":
            ssm.delete_parameter(Name=name)
        ssm.put_parameter(Name=name, Value=value, Type=type, Overwrite=type == "SecureString")

    return act


def unstored(role: str) -> Act:
    return lambda world: world.strict.client("ssm").delete_parameter(Name=world.strict.stack.parameter(role))


def as_secure_string(world: Healthy) -> None:
    ssm, name = world.strict.client("ssm"), world.strict.stack.parameter("api")
    value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.delete_parameter(Name=name)
    ssm.put_parameter(Name=name, Value=value, Type="SecureString")


def without_role(world: Healthy) -> None:
    iam = world.strict.client("iam")
    iam.delete_role_policy(RoleName=JOB_ROLE, PolicyName="academyctl-env")
    iam.delete_role(RoleName=JOB_ROLE)


def distrusted(world: Healthy) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    world.strict.client("iam").update_assume_role_policy(RoleName=EXECUTION_ROLE, PolicyDocument=document)


def detached(world: Healthy) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    world.strict.client("iam").detach_role_policy(RoleName=EXECUTION_ROLE, PolicyArn=arn)


def without_env_policy(world: Healthy) -> None:
    world.strict.client("iam").delete_role_policy(RoleName=JOB_ROLE, PolicyName="academyctl-env")


def without_profile(world: Healthy) -> None:
    iam = world.strict.client("iam")
    iam.remove_role_from_instance_profile(InstanceProfileName=INSTANCE_ROLE, RoleName=INSTANCE_ROLE)
    iam.delete_instance_profile(InstanceProfileName=INSTANCE_ROLE)


def other_in_profile(world: Healthy) -> None:
    iam = world.strict.client("iam")
    iam.remove_role_from_instance_profile(InstanceProfileName=INSTANCE_ROLE, RoleName=INSTANCE_ROLE)
    iam.add_role_to_instance_profile(InstanceProfileName=INSTANCE_ROLE, RoleName=JOB_ROLE)


def without_linked_role(world: Healthy) -> None:
    world.strict.client("iam").delete_role(RoleName=LINKED)
