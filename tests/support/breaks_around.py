"""Ways to break what stands round the healthy world's Batch, and repairs that are no command of academyctl: account,
image, logs, delete-r2, leftovers."""

from typing import Any

from academyctl.sandbox.world_healthy import index, push_image
from tests.support.breaks import Act
from tests.support.healthy import Healthy, manifest

LOG_GROUP = "/aws/batch/academy-video-worker"
DELETE_R2 = "academy-video-delete-r2"


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
