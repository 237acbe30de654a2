"""Ways to break the healthy world, each in one place; and the repairs that are no command of academyctl."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from academyctl.plan.job_definition import desired_definition
from academyctl.sandbox.batch_images import AL2023_ARM, age_image, images_named
from academyctl.sandbox.world_healthy import index, push_image
from tests.support.healthy import Healthy, manifest
from tests.support.strict import DEFINITION, QUEUE, order

CE, OTHER = "academy-video-batch-ce-v3", "academy-video-batch-ce-v9"
JOB_ROLE, EXECUTION_ROLE = "academy-video-batch-job-role", "academy-batch-ecs-task-execution-role"
INSTANCE_ROLE, LINKED = "academy-batch-ecs-instance-role", "AWSServiceRoleForBatch"
LOG_GROUP = "/aws/batch/academy-video-worker"
DELETE_R2 = "academy-video-delete-r2"
AL2_ARM = re.compile(r"amzn2-ami-ecs-hvm-\d+\.\d+\.(\d{8})-arm64-ebs")
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


def _image(world: Healthy) -> str:
    return world.strict.stack.job_definition.image


def without_image(world: Healthy) -> None:
    ecr, repository = world.strict.client("ecr"), "academy-video-worker"
    ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "latest"}])


def without_repository(world: Healthy) -> None:
    world.strict.client("ecr").delete_repository(repositoryName="academy-video-worker", force=True)


def pushed(*platforms: str) -> Act:
    def act(world: Healthy) -> None:
        push_image(world.strict.client("ecr"), _image(world), index(*platforms))

    return act


def pushed_single(world: Healthy) -> None:
    push_image(world.strict.client("ecr"), _image(world), manifest(f"sha256:{'1' * 64}"))


def without_log_group(world: Healthy) -> None:
    world.strict.client("logs").delete_log_group(logGroupName=LOG_GROUP)


def updated(**params: Any) -> Act:
    def act(world: Healthy) -> None:
        world.strict.batch.update_compute_environment(computeEnvironment=CE, **params)
        world.strict.control.advance(1)

    return act


def _ordered(world: Healthy, *names: str) -> None:
    world.strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(*names))
    world.strict.control.advance(1)


def swapped(age: int = 0, family: "re.Pattern[str]" = AL2023_ARM, **changes: Any) -> Act:
    """Another environment of the stem serves; `age`: on an older image, so many days old; `family`: of which kind."""

    def act(world: Healthy) -> None:
        strict = world.strict
        images = images_named(strict.stack.account, strict.stack.region, family)
        ami = images[1 if age else 0]
        if age:
            age_image(strict.stack.account, strict.stack.region, ami, timedelta(days=age))
        named = {"ec2Configuration": [{"imageType": "ECS_AL2023", "imageIdOverride": ami}]}
        more = {"serviceRole": changes["serviceRole"]} if "serviceRole" in changes else {}
        types = changes.get("instanceTypes", ["c7g.xlarge"])
        strict.valid(OTHER, resources=strict.resources(instanceTypes=types, **named), **more)
        _ordered(world, OTHER)

    return act


def unswapped(world: Healthy) -> None:
    _ordered(world, CE)
    _deleted(world, OTHER)


def _deleted(world: Healthy, name: str) -> None:
    batch, control = world.strict.batch, world.strict.control
    batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    control.advance(1)
    batch.delete_compute_environment(computeEnvironment=name)
    control.advance(1)


def invalid(world: Healthy) -> None:
    world.strict.control.invalidate(CE, "CLIENT_ERROR - You are not authorized to use launch template")
    world.strict.control.advance(1)


def healed(world: Healthy) -> None:
    world.strict.control.heal(CE)


def without_queue(world: Healthy) -> None:
    batch, control = world.strict.batch, world.strict.control
    batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    control.advance(1)
    batch.delete_job_queue(jobQueue=QUEUE)
    control.advance(1)


def without_environment(world: Healthy) -> None:
    without_queue(world)
    _deleted(world, CE)


def disabled_queue(world: Healthy) -> None:
    world.strict.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    world.strict.control.advance(1)


def stranger_first(world: Healthy) -> None:
    world.strict.valid("thumbnails-ce-v1")
    _ordered(world, "thumbnails-ce-v1", CE)


def stranger_gone(world: Healthy) -> None:
    _ordered(world, CE)
    _deleted(world, "thumbnails-ce-v1")


def no_ami_named(world: Healthy) -> None:
    world.strict.client("ssm").put_parameter(Name="/custom/ami", Value="none", Type="String", Overwrite=True)


def ami_named(world: Healthy) -> None:
    world.strict.client("ssm").put_parameter(
        Name="/custom/ami", Value=world.strict.ami(), Type="String", Overwrite=True
    )


def undefined(world: Healthy) -> None:
    batch = world.strict.batch
    for one in batch.describe_job_definitions(jobDefinitionName=DEFINITION, status="ACTIVE")["jobDefinitions"]:
        batch.deregister_job_definition(jobDefinition=one["jobDefinitionArn"])


def registered(**changes: Any) -> Act:
    """A revision that differs: of its own members, or of its containerProperties'."""

    def act(world: Healthy) -> None:
        wanted = desired_definition(world.strict.stack)
        properties = dict(wanted.properties)
        own = {key: value for key, value in changes.items() if key in ("retryStrategy", "timeout", "parameters")}
        container = {key: value for key, value in changes.items() if key not in own}
        properties |= own | {"containerProperties": {**properties["containerProperties"], **container}}
        world.strict.batch.register_job_definition(jobDefinitionName=wanted.name, **properties)

    return act


def without_function(world: Healthy) -> None:
    world.strict.client("lambda").delete_function(FunctionName=DELETE_R2)


def shortened(world: Healthy) -> None:
    world.strict.client("lambda").update_function_configuration(FunctionName=DELETE_R2, Timeout=3)


def other_consumer(world: Healthy) -> None:
    functions = world.strict.client("lambda")
    about = functions.get_function_configuration(FunctionName=DELETE_R2)
    code = {"ZipFile": b"PK\x05\x06" + b"\x00" * 18}
    named = {key: about[key] for key in ("Runtime", "Role", "Handler")}
    functions.create_function(FunctionName="janitor", Code=code, **named)
    stack = world.strict.stack
    source = f"arn:aws:sqs:{stack.region}:{stack.account}:{DELETE_R2}"
    functions.create_event_source_mapping(FunctionName="janitor", EventSourceArn=source)


def given_up(world: Healthy) -> None:
    sqs = world.strict.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{DELETE_R2}-dlq")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")


def purged(world: Healthy) -> None:
    sqs = world.strict.client("sqs")
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=f"{DELETE_R2}-dlq")["QueueUrl"])


def legacy_queue(world: Healthy) -> None:
    world.strict.client("sqs").create_queue(QueueName="academy-video-jobs")


def legacy_alarm(world: Healthy) -> None:
    world.strict.client("cloudwatch").put_metric_alarm(
        AlarmName="academy-video-worker-high",
        MetricName="m",
        Namespace="n",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )


def legacy_group(world: Healthy) -> None:
    image = world.strict.ami()
    world.strict.client("ec2").create_launch_template(
        LaunchTemplateName="old", LaunchTemplateData={"InstanceType": "c6g.xlarge", "ImageId": image}
    )
    world.strict.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="academy-video-worker-asg",
        MinSize=0,
        MaxSize=1,
        DesiredCapacity=0,
        AvailabilityZones=[f"{world.strict.stack.region}a"],
        LaunchTemplate={"LaunchTemplateName": "old", "Version": "1"},
    )


def other_account(world: Healthy) -> None:
    events = world.connection.client("sts").meta.events
    events.register("after-call.sts.GetCallerIdentity", _elsewhere, unique_id="elsewhere")


def own_account(world: Healthy) -> None:
    events = world.connection.client("sts").meta.events
    events.unregister("after-call.sts.GetCallerIdentity", _elsewhere, unique_id="elsewhere")


def _elsewhere(parsed: dict[str, Any], **_: Any) -> None:
    parsed["Account"] = "999999999999"


def aws(world: Healthy, line: str) -> None:
    """Carries out `aws SERVICE OPERATION --option value …` as the aws CLI would."""
    _, service, operation, *rest = line.split()
    client, name = world.strict.client(service), operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name]).input_shape
    spelled = {member.lower(): member for member in shape.members}
    options = {spelled[option[2:].replace("-", "")]: value for option, value in zip(rest[::2], rest[1::2], strict=True)}
    getattr(client, name)(**options)
    world.strict.control.advance(1)


def commands(hint: str) -> list[str]:
    """The command lines of a hint, without the words round them."""
    return [found.strip() for found in re.findall(r"(?:academyctl|aws) [^;,]+", hint)]
