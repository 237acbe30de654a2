"""ECS behind Batch: how busy an environment's cluster is, and what its instances were started from."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.batch import ClusterLoad, ContainerInstance

DESCRIBE_MAX = 100


class Clusters:
    """ECS in one region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> datetime:
        """AWS's clock."""
        return self._connection.now()

    def read_load(self, cluster: str) -> ClusterLoad:
        return read_load(self._connection, cluster)

    def read_container_instances(self, cluster: str, arns: Iterable[str]) -> tuple[ContainerInstance, ...]:
        return read_container_instances(self._connection, cluster, arns)


def read_load(connection: Connection, cluster: str) -> ClusterLoad:
    """The counts and the tasks of one cluster (name or ARN). A cluster that ECS does not know is not `is_known`.

    ListTasks with its default status names tasks whose desired status is RUNNING, the pending ones among them.
    """
    doing = f"reading cluster {cluster.rpartition('/')[2]}"
    answer = connection.call("ecs", "describe_clusters", doing=doing, gives="clusters", clusters=[cluster])
    found = [one for one in answer["clusters"] if one.get("status", "ACTIVE") == "ACTIVE"]
    if not found:
        return ClusterLoad(name=cluster.rpartition("/")[2], is_known=False)
    return ClusterLoad(
        name=found[0]["clusterName"],
        running=int(found[0].get("runningTasksCount", 0)),
        pending=int(found[0].get("pendingTasksCount", 0)),
        instances=int(found[0].get("registeredContainerInstancesCount", 0)),
        tasks=_tasks(connection, cluster),
    )


def read_counts(connection: Connection, clusters: Iterable[str]) -> dict[str, ClusterLoad]:
    """Cluster name → counts, a hundred clusters a call; lists no task. A cluster that ECS does not know is absent."""
    wanted, found = sorted(set(clusters)), dict[str, ClusterLoad]()
    for start in range(0, len(wanted), DESCRIBE_MAX):
        some = wanted[start : start + DESCRIBE_MAX]
        answer = connection.call("ecs", "describe_clusters", doing="reading clusters", gives="clusters", clusters=some)
        found |= {one["clusterName"]: _counts(one) for one in answer["clusters"] if one.get("status") == "ACTIVE"}
    return found


def _counts(raw: dict[str, Any]) -> ClusterLoad:
    return ClusterLoad(
        name=raw["clusterName"],
        running=int(raw.get("runningTasksCount", 0)),
        pending=int(raw.get("pendingTasksCount", 0)),
        instances=int(raw.get("registeredContainerInstancesCount", 0)),
    )


def _tasks(connection: Connection, cluster: str) -> tuple[str, ...]:
    found: list[str] = []
    token: dict[str, Any] = {}
    while True:
        answer = connection.call(
            "ecs", "list_tasks", doing="listing its tasks", gives="taskArns", cluster=cluster, **token
        )
        found += answer["taskArns"]
        if not answer.get("nextToken"):
            return tuple(found)
        token = {"nextToken": answer["nextToken"]}


def read_container_instances(
    connection: Connection, cluster: str, arns: Iterable[str]
) -> tuple[ContainerInstance, ...]:
    """The instances that still are registered, each with the AMI and architecture that EC2 itself states for it."""
    wanted = list(arns)[:DESCRIBE_MAX]
    answer = connection.call(
        "ecs",
        "describe_container_instances",
        doing="reading container instances",
        gives="containerInstances",
        cluster=cluster,
        containerInstances=wanted,
    )
    ids = {one["containerInstanceArn"]: one.get("ec2InstanceId", "") for one in answer["containerInstances"]}
    machines = _machines(connection, [one for one in ids.values() if one])
    return tuple(
        ContainerInstance(arn=arn, instance_id=machine, ami=found[0], architecture=found[1])
        for arn, machine in ids.items()
        for found in (machines.get(machine, ("", "")),)
    )


def _machines(connection: Connection, ids: list[str]) -> dict[str, tuple[str, str]]:
    """Instance id → AMI and architecture; one that EC2 has forgotten is not there.

    A filter and not InstanceIds: of those EC2 refuses the whole call for one that is gone.
    """
    if not ids:
        return {}
    named = [{"Name": "instance-id", "Values": ids}]
    answer = connection.call(
        "ec2", "describe_instances", doing="reading instances", gives="Reservations", Filters=named
    )
    return {
        one["InstanceId"]: (one.get("ImageId", ""), one.get("Architecture", ""))
        for reservation in answer["Reservations"]
        for one in reservation["Instances"]
    }
