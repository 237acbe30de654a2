"""The live world, over HTTP: what an operator finds there."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch

import pytest

from academyctl.sandbox.pace import Pace
from academyctl.sandbox.world_live import build_live
from tests.support.strict import DEFINITION, QUEUE, STEM, Strict

SERVING, RETAINED = f"{STEM}-v3", f"{STEM}-v2"


@pytest.fixture(scope="module")
def live(_strict_server: Strict) -> Iterator[Strict]:
    """Tests read it and leave it as it is."""
    strict = _strict_server
    strict.reset(Pace())
    strict.freeze()
    build_live(strict.client, strict.stack, strict.control)
    yield strict
    strict.control.touched.add("ec2")


def test_an_older_environment_serves_and_the_one_before_is_retained(live: Strict) -> None:
    order = [one["computeEnvironment"].rpartition("/")[2] for one in live.job_queue()["computeEnvironmentOrder"]]
    assert order == [SERVING, RETAINED]
    shown = {name: live.environment(name) for name in order}
    assert {(one["state"], one["status"]) for one in shown.values()} == {("ENABLED", "VALID"), ("DISABLED", "VALID")}
    assert shown[RETAINED]["state"] == "DISABLED"


def test_its_image_is_weeks_old_and_not_the_parameters(live: Strict) -> None:
    (image,) = live.environment(SERVING)["computeResources"]["ec2Configuration"]
    wanted, ami = live.ami(), image["imageIdOverride"]
    images = live.client("ec2").describe_images(ImageIds=[wanted, ami])["Images"]
    ages = {one["ImageId"]: datetime.now(UTC) - datetime.fromisoformat(one["CreationDate"]) for one in images}
    assert {one["Architecture"] for one in images} == {"arm64"}
    assert all("al2023" in one["Name"] for one in images)
    assert timedelta(weeks=3) < ages[ami] < timedelta(days=live.stack.compute_environment.max_ami_age_days)
    assert ages[wanted] < timedelta(weeks=1)


def test_jobs_are_in_every_state_and_run_on_the_serving_environment(live: Strict) -> None:
    seen: Counter[str] = Counter()
    for status in ("RUNNABLE", "RUNNING", "SUCCEEDED", "FAILED"):
        jobs = live.batch.list_jobs(jobQueue=QUEUE, jobStatus=status)["jobSummaryList"]
        seen[status] = len(jobs)
    assert seen == {"RUNNABLE": 3, "RUNNING": 8, "SUCCEEDED": 3, "FAILED": 2}
    (running, *_) = live.batch.list_jobs(jobQueue=QUEUE)["jobSummaryList"]
    job = live.job(running["jobId"])
    assert f"/{SERVING}_Batch_" in job["container"]["taskArn"]
    assert 5 * 60_000 < live.control.now() * 1000 - job["startedAt"] < 15 * 60_000
    assert job["container"]["command"][-4:] == ["--job-id", job["parameters"]["job_id"], "--attempt", "1"]
    group = live.stack.job_definition.log_group
    assert live.client("logs").get_log_events(logGroupName=group, logStreamName=job["container"]["logStreamName"])[
        "events"
    ]


def test_nothing_happened_in_the_future_nor_is_the_clock_moved(live: Strict) -> None:
    jobs = live.batch.list_jobs(jobQueue=QUEUE, filters=[{"name": "JOB_NAME", "values": ["*"]}])["jobSummaryList"]
    latest = max(one.get("startedAt", one["createdAt"]) for one in jobs)
    assert latest < live.control.now() * 1000
    assert live.control.now() == live.control.clock()


def test_the_definition_is_the_declared_one(live: Strict) -> None:
    (shown,) = live.batch.describe_job_definitions(jobDefinitionName=DEFINITION)["jobDefinitions"]
    container = shown["containerProperties"]
    assert shown["retryStrategy"]["attempts"] == 1
    assert shown["timeout"]["attemptDurationSeconds"] == 14400
    assert container["command"][:3] == ["python", "-m", "worker.batch_main"]
    assert container["logConfiguration"]["options"]["awslogs-group"] == live.stack.job_definition.log_group


def test_leftovers_match_the_legacy_patterns_and_one_group_is_batchs_own(live: Strict) -> None:
    groups = live.client("autoscaling")
    names = [one["AutoScalingGroupName"] for one in groups.describe_auto_scaling_groups()["AutoScalingGroups"]]
    alarms = [one["AlarmName"] for one in live.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    queues = live.client("sqs").list_queues()["QueueUrls"]
    policies = groups.describe_policies()["ScalingPolicies"]
    for pattern in live.stack.legacy_auto_scaling_groups:
        assert any(fnmatch(name, pattern) for name in names), pattern
    assert [name for name in names if name.startswith("AWSBatch")]
    assert all(any(fnmatch(name, pattern) for name in alarms) for pattern in live.stack.legacy_alarms)
    assert {url.rpartition("/")[2] for url in queues} >= set(live.stack.legacy_queues)
    assert {policy["AutoScalingGroupName"] for policy in policies} == {n for n in names if n.startswith("academy")}
