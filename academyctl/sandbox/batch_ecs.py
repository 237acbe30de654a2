"""ECS, as far as it is Batch's: each environment's cluster with its instances and tasks, told from the jobs.

What is not about such a cluster is None here and left to moto.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from academyctl.sandbox.batch_errors import RefusedError
from academyctl.sandbox.batch_pages import page
from academyctl.sandbox.batch_place import free_vcpus
from academyctl.sandbox.batch_rules import architecture
from academyctl.sandbox.batch_state import Batch, Environment, Instance, Job

Request = Mapping[str, Any]


def ecs_answer(batch: Batch, operation: str, request: Request) -> dict[str, Any] | None:
    if operation == "DescribeClusters":
        return _describe_clusters(batch, request)
    if operation == "ListClusters":
        own = [_cluster_arn(batch, one) for one in batch.environments.values()]
        rows, more = page([*own, *batch.behind.other_clusters()], request)
        return {"clusterArns": rows, **more}
    environment = _of_cluster(batch, request.get("cluster") or "")
    answer = _ANSWERS.get(operation)
    return answer(batch, environment, request) if answer and environment else None


def _cluster_arn(batch: Batch, environment: Environment) -> str:
    return f"arn:aws:ecs:{batch.region}:{batch.account}:cluster/{environment.cluster}"


def _of_cluster(batch: Batch, given: str) -> Environment | None:
    name = given.removeprefix(f"arn:aws:ecs:{batch.region}:{batch.account}:cluster/")
    return next((one for one in batch.environments.values() if one.cluster == name), None)


def _describe_clusters(batch: Batch, request: Request) -> dict[str, Any] | None:
    """Where at least one is Batch's; a cluster that is gone is a failure, MISSING."""
    found = {name: _of_cluster(batch, name) for name in request.get("clusters") or ()}
    if not any(found.values()):
        return None
    missing = [{"arn": name, "reason": "MISSING"} for name, one in found.items() if one is None]
    return {"clusters": [_cluster(batch, one) for one in found.values() if one], "failures": missing}


def _cluster(batch: Batch, environment: Environment) -> dict[str, Any]:
    jobs = batch.on(environment)
    return {
        "clusterArn": _cluster_arn(batch, environment),
        "clusterName": environment.cluster,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": len(environment.instances),
        "runningTasksCount": sum(job.status == "RUNNING" for job in jobs),
        "pendingTasksCount": sum(job.status == "STARTING" for job in jobs),
        "activeServicesCount": 0,
        "statistics": [],
        "tags": [],
        "settings": [],
        "capacityProviders": [],
        "defaultCapacityProviderStrategy": [],
    }


def _list_tasks(batch: Batch, environment: Environment, request: Request) -> dict[str, Any]:
    """Of desiredStatus RUNNING unless told otherwise; that is what pending tasks have, too."""
    jobs = batch.on(environment) if request.get("desiredStatus", "RUNNING") == "RUNNING" else []
    on = str(request.get("containerInstance") or "").rpartition("/")[2]
    fitting = [job.task for job in jobs if not on or (job.instance and job.instance.arn.endswith(f"/{on}"))]
    rows, more = page(fitting, request)
    return {"taskArns": rows, **more}


def _describe_tasks(batch: Batch, environment: Environment, request: Request) -> dict[str, Any]:
    jobs = {job.task.rpartition("/")[2]: job for job in batch.on(environment)}
    asked = _asked(request, "tasks")
    found = [_task(batch, environment, jobs[name]) for name in asked if name in jobs]
    return {"tasks": found, "failures": _missing(batch, environment, "task", asked, jobs)}


def _task(batch: Batch, environment: Environment, job: Job) -> dict[str, Any]:
    return {
        "taskArn": job.task,
        "clusterArn": _cluster_arn(batch, environment),
        "containerInstanceArn": job.instance.arn if job.instance else "",
        "lastStatus": "RUNNING" if job.status == "RUNNING" else "PENDING",
        "desiredStatus": "RUNNING",
        "launchType": "EC2",
        "startedBy": job.id,
        "group": f"family:{job.definition.rpartition('/')[2].replace(':', '-')}",
        "createdAt": job.created,
        "containers": [],
        "tags": [],
    }


def _list_instances(batch: Batch, environment: Environment, request: Request) -> dict[str, Any]:
    is_active = request.get("status", "ACTIVE") == "ACTIVE"
    rows, more = page([one.arn for one in environment.instances if is_active], request)
    return {"containerInstanceArns": rows, **more}


def _describe_instances(batch: Batch, environment: Environment, request: Request) -> dict[str, Any]:
    there = {one.arn.rpartition("/")[2]: one for one in environment.instances}
    asked = _asked(request, "containerInstances")
    found = [_instance(batch, environment, there[name]) for name in asked if name in there]
    return {
        "containerInstances": found,
        "failures": _missing(batch, environment, "container-instance", asked, there),
    }


def _instance(batch: Batch, environment: Environment, instance: Instance) -> dict[str, Any]:
    jobs = [job for job in batch.on(environment) if job.instance is instance]
    said = {
        "ecs.ami-id": instance.ami,
        "ecs.instance-type": instance.type,
        "ecs.cpu-architecture": architecture(instance.type),
        "ecs.os-type": "linux",
        "ecs.os-family": "LINUX",
        "ecs.availability-zone": batch.behind.availability_zone(instance.ec2_id),
    }
    return {
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.ec2_id,
        "status": "ACTIVE",
        "agentConnected": True,
        "runningTasksCount": sum(job.status == "RUNNING" for job in jobs),
        "pendingTasksCount": sum(job.status == "STARTING" for job in jobs),
        "registeredResources": [_cpu(instance.vcpus)],
        "remainingResources": [_cpu(free_vcpus(batch, instance))],
        "registeredAt": instance.registered,
        "attributes": [{"name": name, "value": value} for name, value in said.items()],
        "tags": [],
    }


def _cpu(vcpus: int) -> dict[str, Any]:
    """1024 CPU units a vCPU."""
    return {"name": "CPU", "type": "INTEGER", "integerValue": 1024 * vcpus}


def _asked(request: Request, field: str) -> Sequence[str]:
    names = request.get(field) or ()
    if not names:
        raise RefusedError(f"{field} cannot be empty.", code="InvalidParameterException")
    if len(names) > 100:
        raise RefusedError(f"{field} can have at most 100 items.", code="InvalidParameterException")
    return [str(name).rpartition("/")[2] for name in names]


def _missing(
    batch: Batch, environment: Environment, kind: str, asked: Sequence[str], there: Mapping[str, Any]
) -> list[dict[str, str]]:
    prefix = f"arn:aws:ecs:{batch.region}:{batch.account}:{kind}/{environment.cluster}"
    return [{"arn": f"{prefix}/{name}", "reason": "MISSING"} for name in asked if name not in there]


_ANSWERS: dict[str, Callable[[Batch, Environment, Request], dict[str, Any]]] = {
    "ListTasks": _list_tasks,
    "DescribeTasks": _describe_tasks,
    "ListContainerInstances": _list_instances,
    "DescribeContainerInstances": _describe_instances,
}
