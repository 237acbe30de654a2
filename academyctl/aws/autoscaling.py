"""EC2 Auto Scaling: groups and their scaling policies."""

from collections.abc import Iterable, Iterator
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.legacy import AutoScalingGroup, ScalingPolicy

BATCH_TAGS = ("AWSBatchServiceTag", "aws:batch:compute-environment")
"""Tags of the groups that Batch makes behind its environments."""


def read_groups(connection: Connection, names: Iterable[str] = ()) -> tuple[AutoScalingGroup, ...]:
    """All groups, or those of `names` that exist."""
    named: dict[str, Any] = {"AutoScalingGroupNames": list(names)} if names else {}
    raws = _pages(
        connection, "describe_auto_scaling_groups", "AutoScalingGroups", "reading Auto Scaling groups", **named
    )
    return tuple(_group(raw) for raw in raws)


def read_policies(connection: Connection, group: str) -> tuple[ScalingPolicy, ...]:
    raws = _pages(
        connection,
        "describe_policies",
        "ScalingPolicies",
        f"reading scaling policies of {group}",
        AutoScalingGroupName=group,
    )
    return tuple(ScalingPolicy(name=raw["PolicyName"], group=group, arn=raw.get("PolicyARN", "")) for raw in raws)


def delete_policy(connection: Connection, group: str, name: str, *, doing: str) -> None:
    connection.call(
        "autoscaling", "delete_policy", doing=doing, write=True, AutoScalingGroupName=group, PolicyName=name
    )


def delete_group(connection: Connection, name: str, *, doing: str) -> None:
    """Without ForceDelete: refused while it has instances or scales."""
    connection.call("autoscaling", "delete_auto_scaling_group", doing=doing, write=True, AutoScalingGroupName=name)


def _group(raw: dict[str, Any]) -> AutoScalingGroup:
    return AutoScalingGroup(
        name=raw["AutoScalingGroupName"],
        instances=len(raw.get("Instances", ())),
        desired=int(raw.get("DesiredCapacity", 0)),
        is_going=bool(raw.get("Status")),  # stated only while it is being deleted (API, AutoScalingGroup)
        is_batchs=any(tag.get("Key") in BATCH_TAGS for tag in raw.get("Tags", ())),
    )


def _pages(connection: Connection, operation: str, member: str, doing: str, **params: Any) -> Iterator[dict[str, Any]]:
    token: dict[str, Any] = {}
    while True:
        answer = connection.call("autoscaling", operation, doing=doing, gives=member, **params, **token)
        yield from answer[member]
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}
