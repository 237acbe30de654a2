"""What is left of the time before Batch is read page by page."""

from typing import Any, cast

import pytest

from academyctl.aws.autoscaling import read_groups, read_policies
from academyctl.aws.cloudwatch import read_alarms
from academyctl.aws.connect import Connection
from academyctl.aws.sqs import read_queue_urls


class Pages:
    """Stands for the connection: gives the pages in turn, each but the last with a token."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = [{**page, "NextToken": f"t{i}"} for i, page in enumerate(pages[:-1])] + [pages[-1]]
        self.tokens: list[str | None] = []

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        self.tokens.append(params.get("NextToken"))
        return self._pages.pop(0)


GROUP = {"AutoScalingGroupName": "a", "DesiredCapacity": 0, "Instances": [], "Tags": []}


@pytest.mark.parametrize(
    ("read", "first", "last", "names"),
    [
        (
            lambda connection: [one.name for one in read_groups(connection)],
            {"AutoScalingGroups": [GROUP]},
            {"AutoScalingGroups": [{**GROUP, "AutoScalingGroupName": "b"}]},
            ["a", "b"],
        ),
        (
            lambda connection: [one.name for one in read_policies(connection, "g")],
            {"ScalingPolicies": [{"PolicyName": "a", "PolicyARN": "arn"}]},
            {"ScalingPolicies": [{"PolicyName": "b", "PolicyARN": "arn"}]},
            ["a", "b"],
        ),
        (
            lambda connection: [one.name for one in read_alarms(connection)],
            {"MetricAlarms": [{"AlarmName": "a"}], "CompositeAlarms": []},
            {"MetricAlarms": [], "CompositeAlarms": [{"AlarmName": "b"}]},
            ["a", "b"],
        ),
        (
            lambda connection: list(read_queue_urls(connection)),
            {"QueueUrls": ["https://sqs/1/a"]},
            {"QueueUrls": ["https://sqs/1/b"]},
            ["a", "b"],
        ),
        (lambda connection: list(read_queue_urls(connection)), {"QueueUrls": []}, {}, []),
    ],
    ids=["groups", "policies", "alarms", "queues", "no queue"],
)
def test_every_page_is_read(read: Any, first: dict[str, Any], last: dict[str, Any], names: list[str]) -> None:
    pages = Pages(first, last)
    assert read(cast(Connection, pages)) == names
    assert pages.tokens == [None, "t0"]


@pytest.mark.parametrize(
    ("raw", "instances", "is_in_use", "is_going", "is_batchs"),
    [
        ({}, 0, False, False, False),
        ({"Instances": [{"InstanceId": "i-1"}], "DesiredCapacity": 1}, 1, True, False, False),
        ({"DesiredCapacity": 2}, 0, True, False, False),
        ({"Status": "Delete in progress"}, 0, False, True, False),
        ({"Tags": [{"Key": "AWSBatchServiceTag", "Value": "batch"}]}, 0, False, False, True),
    ],
)
def test_a_group_is_told_as_it_is(
    raw: dict[str, Any], instances: int, is_in_use: bool, is_going: bool, is_batchs: bool
) -> None:
    [group] = read_groups(cast(Connection, Pages({"AutoScalingGroups": [{**GROUP, **raw}]})))
    assert (group.instances, group.is_in_use, group.is_going, group.is_batchs) == (
        instances,
        is_in_use,
        is_going,
        is_batchs,
    )
