"""`batch cleanup-legacy` over real HTTP: what goes, what stays, and what a stop in between leaves behind."""

from dataclasses import dataclass
from functools import cache
from signal import SIGINT, SIGKILL
from typing import Any

import pytest

from tests.support.aws import API, Aws
from tests.support.cli import Result
from tests.support.envs import API as API_ENV
from tests.support.envs import text
from tests.support.proxy import Dropped, Fault, denied, lose
from tests.support.site import Site

GROUP, BUSY, OTHER = "academy-video-worker-asg", "academy-video-asg-busy", "shop-asg"
BATCHS = "AWSBatch-academy-video-batch-ce-v3-asg-1"
QUEUE, KEPT_QUEUE = "academy-video-jobs", "academy-video-delete-r2"
COMMAND = ("batch", "cleanup-legacy", "--poll", "0.1", "-o", "json")


@cache
def clients(aws: Aws) -> dict[str, Any]:
    """One of each for all tests: to make one takes longer than a test."""
    return {service: aws.client(service) for service in ("autoscaling", "cloudwatch", "sqs")}


@dataclass
class Old:
    """What the encoder ran on before."""

    site: Site

    def group(self, name: str, *, instances: int = 0, tag: str = "") -> None:
        tags = {"Tags": [{"Key": tag, "Value": "x", "PropagateAtLaunch": False}]} if tag else {}
        self._call("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=0,
            MaxSize=2,
            DesiredCapacity=instances,
            LaunchConfigurationName=self._configuration(),
            AvailabilityZones=["ap-northeast-2a"],
            **tags,
        )

    def _configuration(self) -> str:
        found = self._call("autoscaling").describe_launch_configurations()["LaunchConfigurations"]
        if not found:
            self._call("autoscaling").create_launch_configuration(
                LaunchConfigurationName="old", ImageId="ami-12345678", InstanceType="c6g.xlarge"
            )
        return "old"

    def policy(self, group: str, name: str) -> None:
        """A scaling policy of the group, and the alarm that sets it off."""
        scaling = self._call("autoscaling")
        how = {"AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 1}
        scaling.put_scaling_policy(AutoScalingGroupName=group, PolicyName=name, **how)
        found = scaling.describe_policies(AutoScalingGroupName=group)["ScalingPolicies"]
        self.alarm(f"academy-video-worker-{name}", next(one["PolicyARN"] for one in found if one["PolicyName"] == name))

    def alarm(self, name: str, *actions: str) -> None:
        self._call("cloudwatch").put_metric_alarm(
            AlarmName=name,
            MetricName="ApproximateNumberOfMessagesVisible",
            Namespace="AWS/SQS",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Statistic="Sum",
            AlarmActions=list(actions),
        )

    def queue(self, name: str) -> str:
        return str(self._call("sqs").create_queue(QueueName=name)["QueueUrl"])

    def send(self, url: str) -> None:
        self._call("sqs").send_message(QueueUrl=url, MessageBody="x")

    def receive(self, url: str) -> None:
        assert self._call("sqs").receive_message(QueueUrl=url, VisibilityTimeout=600)["Messages"]

    def stands(self) -> set[str]:
        """The names of all groups, policies, alarms and queues."""
        scaling, urls = self._call("autoscaling"), self._call("sqs").list_queues().get("QueueUrls", [])
        pages = scaling.get_paginator("describe_auto_scaling_groups").paginate()
        return {
            *(one["AutoScalingGroupName"] for page in pages for one in page["AutoScalingGroups"]),
            *(one["PolicyName"] for one in scaling.describe_policies()["ScalingPolicies"]),
            *(one["AlarmName"] for one in self._call("cloudwatch").describe_alarms()["MetricAlarms"]),
            *(url.rpartition("/")[2] for url in urls),
        }

    def clean(self, *words: str) -> Result:
        return self.site.run(*COMMAND, *words)

    def _call(self, service: str) -> Any:
        return clients(self.site.aws)[service]


@pytest.fixture
def old(site: Site) -> Old:
    """A group with a policy and its alarm, the queue, and what is none of it."""
    found = Old(site)
    for name in (GROUP, BATCHS, OTHER):
        found.group(name)
    found.policy(GROUP, "out")
    found.policy(OTHER, "shop-out")
    found.alarm("shop-alarm")
    found.queue(QUEUE)
    found.queue(KEPT_QUEUE)
    return found


LEGACY = {GROUP, "out", "academy-video-worker-out", "academy-video-worker-shop-out", QUEUE}
REST = {BATCHS, OTHER, "shop-out", "shop-alarm", KEPT_QUEUE}


def states(result: Result) -> dict[str, str]:
    return {change["target"]: change["state"] for change in result.json["changes"]}


def test_a_cleanup_deletes_what_the_patterns_match_and_nothing_else(old: Old) -> None:
    done = old.clean("--yes")
    assert (done.code, done.json["status"]) == (0, "changed"), done
    assert list(states(done).items()) == [
        ("academy-video-worker-out", "done"),
        ("academy-video-worker-shop-out", "done"),
        (f"{GROUP}/out", "done"),
        (GROUP, "done"),
        (QUEUE, "done"),
    ]
    assert old.stands() == REST
    again = old.clean("--yes")
    assert (again.code, again.json["status"], again.json["changes"]) == (0, "unchanged", [])


@pytest.mark.parametrize(("flag", "code"), [("--dry-run", 0), ("--check", 5)])
def test_a_plan_names_each_deletion_and_writes_nothing(old: Old, flag: str, code: int) -> None:
    shown = old.clean(flag)
    assert (shown.code, shown.json["status"]) == (code, "pending")
    assert set(states(shown)) == {f"{GROUP}/out" if name == "out" else name for name in LEGACY}
    assert old.site.proxy.writes == []
    assert old.stands() == LEGACY | REST


def test_without_a_terminal_and_yes_nothing_is_deleted(old: Old) -> None:
    assert old.clean().code == 2
    assert old.site.proxy.writes == []


def test_a_group_with_instances_is_kept_and_the_rest_goes_on(old: Old) -> None:
    old.group(BUSY, instances=1)
    old.policy(BUSY, "busy-out")
    busy = {BUSY, "busy-out", "academy-video-worker-busy-out"}
    assert old.clean("--check").code == 4
    done = old.clean("--yes")
    assert (done.code, done.json["status"]) == (4, "findings")
    assert done.codes("error") == ["legacy.asg-in-use"]
    assert old.stands() == REST | busy
    again = old.clean("--yes")
    assert (again.code, again.codes("error")) == (4, ["legacy.asg-in-use"])


def test_people_read_which_group_was_kept_and_how_much_was_done(old: Old) -> None:
    old.group(BUSY, instances=1)
    done = old.site.run("batch", "cleanup-legacy", "--poll", "0.1", "--yes")
    assert f"= {BUSY}  (kept, with its scaling policies: 1 instance of 1 desired)" in done.out
    assert "[legacy.asg-in-use]" in done.out
    assert "findings: 1 error, 5 changes done" in done.out


@pytest.mark.parametrize("in_flight", [False, True])
def test_a_queue_with_messages_is_kept_and_the_rest_goes_on(old: Old, in_flight: bool) -> None:
    url = old.queue(QUEUE)
    old.send(url)
    if in_flight:
        old.receive(url)
    done = old.clean("--yes")
    assert (done.code, done.codes("error")) == (4, ["legacy.queue-not-empty"])
    assert old.stands() == REST | {QUEUE}


def test_a_message_that_comes_between_two_readings_keeps_the_queue(old: Old) -> None:
    url = old.queue(QUEUE)
    fault = Fault(before=lambda: old.send(url))
    old.site.proxy.on("GetQueueAttributes", fault, nth=3)
    assert old.clean("--yes").codes("error") == ["legacy.queue-not-empty"]
    assert QUEUE in old.stands()


def test_a_message_that_comes_after_the_plan_is_a_conflict(old: Old) -> None:
    url = old.queue(QUEUE)
    old.site.proxy.on("GetQueueAttributes", Fault(before=lambda: old.send(url)), nth=4)
    done = old.clean("--yes")
    assert (done.code, done.json["error"]["code"]) == (6, "legacy.queue-not-empty")
    assert states(done)[QUEUE] == "failed"
    assert old.stands() == REST | {QUEUE}


def test_a_queue_that_a_role_names_is_marked_and_no_value_is_shown(old: Old) -> None:
    old.site.put(API, text(API_ENV, VIDEO_SQS_QUEUE_NAME=QUEUE))
    done = old.clean("--yes")
    assert (done.code, done.codes()) == (0, ["legacy.queue-referenced"])
    assert "api" in done.json["findings"][0]["message"]
    assert not any(API_ENV[key] in done.out + done.err for key in ("SECRET_KEY", "DB_PASSWORD", "R2_SECRET_KEY"))
    assert QUEUE not in old.stands()


def test_batchs_own_group_stays_under_whatever_name_and_pattern(old: Old) -> None:
    old.group("academy-video-asg-renamed", tag="AWSBatchServiceTag")
    assert old.clean("--yes").code == 0
    assert {"academy-video-asg-renamed", BATCHS} <= old.stands()


def test_every_page_is_read(old: Old) -> None:
    many = {f"academy-video-asg-{i:03}" for i in range(48)}
    for name in many:
        old.group(name)
    shown = old.clean("--dry-run")
    assert old.site.proxy.count("DescribeAutoScalingGroups") == 2
    assert many <= set(states(shown))


def test_another_account_is_refused_before_anything_is_looked_at(old: Old) -> None:
    done = old.clean("--yes", "--stack", "production")
    assert (done.code, done.codes()) == (4, ["account.mismatch"])
    assert old.site.proxy.writes == []


def test_a_denied_deletion_names_the_action_and_what_was_done(old: Old) -> None:
    refused = Fault(forwarded=False, answer=denied("autoscaling:DeletePolicy"))
    old.site.proxy.on("DeletePolicy", refused)
    done = old.clean("--yes")
    assert (done.code, done.json["error"]["code"]) == (1, "aws.access-denied")
    assert "autoscaling:DeletePolicy" in done.json["error"]["message"]
    assert list(states(done).values()) == ["done", "done", "failed", "not_started", "not_started"]


@pytest.mark.parametrize("operation", ["DeletePolicy", "DeleteQueue"])
def test_a_deletion_that_was_applied_and_not_answered_is_no_failure(old: Old, operation: str) -> None:
    old.site.proxy.on(operation, lose(Dropped(), applied=True))
    done = old.clean("--yes")
    assert (done.code, set(states(done).values())) == (0, {"done"}), done
    assert old.stands() == REST


@pytest.mark.parametrize(
    ("operation", "name"), [("DeleteAlarms", "academy-video-worker-out"), ("DeleteAutoScalingGroup", GROUP)]
)
def test_killed_after_a_deletion_the_next_run_comes_to_the_same_end(old: Old, operation: str, name: str) -> None:
    old.site.proxy.on(operation, Fault(after=old.site.proxy.signal_client(SIGKILL)), name=name)
    assert old.clean("--yes").code == -SIGKILL
    assert old.stands() != LEGACY | REST
    assert old.clean("--yes").code == 0
    assert old.stands() == REST


def test_ctrl_c_takes_effect_between_two_deletions_and_is_told(old: Old) -> None:
    old.site.proxy.on("DeletePolicy", Fault(before=old.site.proxy.signal_client(SIGINT)))
    stopped = old.clean("--yes")
    assert (stopped.code, stopped.json["status"]) == (130, "interrupted")
    assert list(states(stopped).values()) == ["done", "done", "done", "not_started", "not_started"]
    assert old.stands() == REST | {GROUP, QUEUE}
    assert old.clean("--yes").code == 0
    assert old.stands() == REST
