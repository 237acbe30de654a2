"""What the old encoder left behind: scaling groups, policies, alarms, a queue; and one group that is Batch's own."""

from typing import Any

from academyctl.model.stack import Stack
from academyctl.sandbox.seed import Client

TEMPLATE = "academy-video-worker"


def build_legacy(clients: Client, stack: Stack, serving: str) -> None:
    """By the stack's `legacy` patterns. No group has an instance, no queue a message."""
    groups, ec2, cloudwatch = clients("autoscaling"), clients("ec2"), clients("cloudwatch")
    ec2.create_launch_template(
        LaunchTemplateName=TEMPLATE, LaunchTemplateData={"InstanceType": "c6g.xlarge", "ImageId": _any_image(ec2)}
    )
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    for pattern in stack.legacy_auto_scaling_groups:
        _group(groups, _name(pattern, "asg"), zone)
        _scale_out(groups, _name(pattern, "asg"))
    _group(groups, f"AWSBatch-{serving}-asg-0b5d2c1e", zone)
    for pattern in stack.legacy_alarms:
        _alarm(cloudwatch, _name(pattern, "backlog-high"))
    for queue in stack.legacy_queues:
        clients("sqs").create_queue(QueueName=queue)


def _any_image(ec2: Any) -> str:
    return str(ec2.describe_images(Filters=[{"Name": "architecture", "Values": ["arm64"]}])["Images"][0]["ImageId"])


def _name(pattern: str, word: str) -> str:
    """A name that the pattern matches."""
    if pattern.endswith("-*"):
        return pattern.removesuffix("*") + word
    return pattern.replace("*", "")


def _group(groups: Any, name: str, zone: str) -> None:
    groups.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=0,
        AvailabilityZones=[zone],
        LaunchTemplate={"LaunchTemplateName": TEMPLATE, "Version": "1"},
    )


def _scale_out(groups: Any, name: str) -> None:
    groups.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName=f"{name}-scale-out",
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
    )


def _alarm(cloudwatch: Any, name: str) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        MetricName="ApproximateNumberOfMessagesVisible",
        Namespace="AWS/SQS",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
    )
