"""ECS and EC2 behind Batch, over HTTP: the cluster, its instances and tasks agree with the jobs."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.strict import QUEUE, Strict, order

NAME = "encoder-v1"
COUNTS = ("registeredContainerInstancesCount", "runningTasksCount", "pendingTasksCount")


@pytest.fixture
def queued(strict: Strict) -> Strict:
    """A queue on one environment that runs the AMI of the public parameter."""
    images = [{"imageType": "ECS_AL2023", "imageIdOverride": strict.ami()}]
    strict.valid(NAME, resources=strict.resources(ec2Configuration=images))
    strict.queue(NAME)
    strict.register()
    return strict


def cluster_of(strict: Strict) -> str:
    return str(strict.environment(NAME)["ecsClusterArn"])


def counts(strict: Strict) -> tuple[int, ...]:
    (cluster,) = strict.client("ecs").describe_clusters(clusters=[cluster_of(strict)])["clusters"]
    return tuple(cluster[name] for name in COUNTS)


def test_counts_follow_the_jobs(queued: Strict) -> None:
    pace, control, seen = queued.control.pace, queued.control, [counts(queued)]
    queued.submit()
    queued.submit()
    for seconds in (pace.submitted + pace.runnable, pace.starting, pace.running, pace.idle):
        control.advance(seconds)
        seen.append(counts(queued))
    assert seen == [(0, 0, 0), (2, 0, 2), (2, 2, 0), (2, 0, 0), (0, 0, 0)]


def test_a_task_is_listed_while_it_is_pending_or_runs(queued: Strict) -> None:
    """ECS API reference, ListTasks: desiredStatus is RUNNING by default, also of a pending task."""
    ecs, cluster, pace = queued.client("ecs"), cluster_of(queued), queued.control.pace
    number = queued.submit()
    queued.control.advance(pace.submitted + pace.runnable)
    (arn,) = ecs.list_tasks(cluster=cluster)["taskArns"]
    (pending,) = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
    queued.control.advance(pace.starting)
    (running,) = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
    container = queued.job(number)["container"]
    assert [one["lastStatus"] for one in (pending, running)] == ["PENDING", "RUNNING"]
    assert (arn, running["containerInstanceArn"]) == (container["taskArn"], container["containerInstanceArn"])
    assert ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"] == []
    queued.control.advance(pace.running)
    assert ecs.list_tasks(cluster=cluster)["taskArns"] == []
    assert ecs.describe_tasks(cluster=cluster, tasks=[arn])["failures"][0]["reason"] == "MISSING"


def _instance(strict: Strict) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one container instance, and its EC2 instance."""
    ecs, cluster = strict.client("ecs"), cluster_of(strict)
    (arn,) = ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
    (found,) = ecs.describe_container_instances(cluster=cluster, containerInstances=[arn])["containerInstances"]
    ec2 = strict.client("ec2").describe_instances(InstanceIds=[found["ec2InstanceId"]])
    return found, ec2["Reservations"][0]["Instances"][0]


def test_an_instance_tells_its_image_and_architecture(queued: Strict) -> None:
    queued.submit()
    queued.until_running()
    instance, ec2 = _instance(queued)
    told = {one["name"]: one["value"] for one in instance["attributes"]}
    assert (told["ecs.ami-id"], told["ecs.cpu-architecture"]) == (queued.ami(), "arm64")
    assert (ec2["ImageId"], ec2["Architecture"], ec2["State"]["Name"]) == (queued.ami(), "arm64", "running")
    assert (instance["status"], instance["runningTasksCount"]) == ("ACTIVE", 1)


def test_instances_can_be_scripted_to_run_another_image(queued: Strict) -> None:
    other = queued.client("ec2").describe_images(Filters=[{"Name": "architecture", "Values": ["x86_64"]}])["Images"][0]
    queued.control.run_ami("encoder-*", other["ImageId"])
    queued.submit()
    queued.until_running()
    instance, ec2 = _instance(queued)
    assert {"name": "ecs.ami-id", "value": other["ImageId"]} in instance["attributes"]
    assert (ec2["ImageId"], ec2["Architecture"]) == (other["ImageId"], "x86_64")


def test_two_jobs_share_an_instance_that_is_large_enough(strict: Strict) -> None:
    strict.valid(NAME, resources=strict.resources(instanceTypes=["c7g.2xlarge"]))
    strict.queue(NAME)
    strict.register()
    strict.submit()
    strict.submit()
    strict.until_running()
    assert counts(strict) == (1, 2, 0)
    assert strict.environment(NAME)["computeResources"]["desiredvCpus"] == 8


def test_min_vcpus_are_there_without_a_job_and_in_a_disabled_environment(strict: Strict) -> None:
    """API reference, minvCpus: maintained even when DISABLED."""
    strict.valid(NAME, resources=strict.resources(minvCpus=4))
    assert counts(strict) == (1, 0, 0)
    strict.batch.update_compute_environment(computeEnvironment=NAME, state="DISABLED")
    strict.control.advance(100)
    assert counts(strict) == (1, 0, 0)
    strict.batch.update_compute_environment(computeEnvironment=NAME, computeResources={"minvCpus": 0})
    strict.control.advance(100)
    assert counts(strict) == (0, 0, 0)


def test_desired_vcpus_boot_at_once_and_leave_when_idle(strict: Strict) -> None:
    """API reference, desiredvCpus: what a clone of a busy environment would boot."""
    strict.valid(NAME, resources=strict.resources(desiredvCpus=8))
    assert counts(strict) == (2, 0, 0)
    strict.control.advance(strict.control.pace.idle)
    assert counts(strict) == (0, 0, 0)
    assert strict.environment(NAME)["computeResources"]["desiredvCpus"] == 0


def test_a_deleted_environment_takes_cluster_and_instances_along(queued: Strict) -> None:
    queued.valid("encoder-v2")
    queued.submit()
    queued.until_running()
    cluster = cluster_of(queued)
    _, ec2 = _instance(queued)
    queued.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order("encoder-v2"))
    queued.batch.update_compute_environment(computeEnvironment=NAME, state="DISABLED")
    queued.control.advance(queued.control.pace.updating + queued.control.pace.lingering)
    queued.batch.delete_compute_environment(computeEnvironment=NAME)
    queued.control.advance(queued.control.pace.deleting)
    gone = queued.client("ecs").describe_clusters(clusters=[cluster])
    assert (gone["clusters"], gone["failures"][0]["reason"]) == ([], "MISSING")
    assert cluster not in queued.client("ecs").list_clusters()["clusterArns"]
    found = queued.client("ec2").describe_instances(InstanceIds=[ec2["InstanceId"]])["Reservations"]
    assert found[0]["Instances"][0]["State"]["Name"] == "terminated"


def test_tasks_come_in_pages(queued: Strict) -> None:
    for _ in range(5):
        queued.submit()
    queued.until_running()
    pages = (
        queued.client("ecs")
        .get_paginator("list_tasks")
        .paginate(cluster=cluster_of(queued), PaginationConfig={"PageSize": 2})
    )
    assert [len(page["taskArns"]) for page in pages] == [2, 2, 1]


def test_an_empty_list_of_tasks_is_refused(queued: Strict) -> None:
    """ECS API reference, DescribeTasks."""
    with pytest.raises(ClientError) as failure:
        queued.client("ecs").describe_tasks(cluster=cluster_of(queued), tasks=[])
    assert failure.value.response["Error"]["Code"] == "InvalidParameterException"


def test_clusters_that_are_not_batchs_stay_ecss_own(queued: Strict) -> None:
    ecs = queued.client("ecs")
    arn = ecs.create_cluster(clusterName="own")["cluster"]["clusterArn"]
    assert ecs.list_tasks(cluster="own")["taskArns"] == []
    assert ecs.describe_clusters(clusters=["own"])["clusters"][0]["clusterArn"] == arn
    assert set(ecs.list_clusters()["clusterArns"]) == {arn, cluster_of(queued)}
