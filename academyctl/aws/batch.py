"""AWS Batch: `read_*` observes, `write` carries out one write. Answers become the values of model/batch.

Batch has no client token and two error codes only (ClientException, ServerException): what a refusal means stands in
its text, which aws/errors reads.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model import batch_write as model
from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail, JobDetail

DESCRIBE_MAX = 100
"""Names or ids in one Describe call (API)."""


class Batch:
    """Batch in one region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_environments(self, names: Iterable[str] | None = None) -> tuple[ComputeEnvironmentDetail, ...]:
        """All environments of the region, or those of `names` that exist. One that does not is simply not there."""
        pages = self._described("describe_compute_environments", "computeEnvironments", names, "reading environments")
        return tuple(_environment(raw) for raw in pages)

    def read_queues(self, names: Iterable[str] | None = None) -> tuple[JobQueueDetail, ...]:
        """All queues of the region, or those of `names` that exist."""
        pages = self._described("describe_job_queues", "jobQueues", names, "reading job queues")
        return tuple(_queue(raw) for raw in pages)

    def read_job_definitions(self, name: str) -> tuple[JobDefinitionDetail, ...]:
        """The ACTIVE revisions of one definition, newest first."""
        raws = self._pages(
            "describe_job_definitions",
            "jobDefinitions",
            doing=f"reading {name}",
            jobDefinitionName=name,
            status="ACTIVE",
        )
        return tuple(sorted(map(_definition, raws), key=lambda one: -one.revision))

    def list_jobs(self, queue: str, status: str) -> tuple[JobDetail, ...]:
        """The jobs of a queue in one status, as ListJobs tells of them: no cluster, no attempts."""
        raws = self._pages(
            "list_jobs", "jobSummaryList", doing=f"listing {status} jobs of {queue}", jobQueue=queue, jobStatus=status
        )
        return tuple(_summary(raw, queue) for raw in raws)

    def find_jobs(self, queue: str, name: str) -> tuple[JobDetail, ...]:
        """The jobs of that name in a queue, in whatever status."""
        named = [{"name": "JOB_NAME", "values": [name]}]
        raws = self._pages(
            "list_jobs", "jobSummaryList", doing=f"looking for job {name}", jobQueue=queue, filters=named
        )
        return tuple(_summary(raw, queue) for raw in raws)

    def read_jobs(self, ids: Iterable[str]) -> tuple[JobDetail, ...]:
        """DescribeJobs, a hundred ids a call. A job that is gone is not there."""
        found: list[JobDetail] = []
        for some in _hundreds(tuple(ids)):
            answer = self._call("describe_jobs", doing="reading jobs", gives="jobs", jobs=list(some))
            found += [_job(raw) for raw in answer["jobs"]]
        return tuple(found)

    def write(self, write: model.BatchWrite) -> str:
        """Carries out one write; the id or ARN of what it made, "" where it makes nothing."""
        operation, params, gives = _request(write)
        answer = self._call(operation, doing=write.doing, gives=gives, write=True, **params)
        return str(answer[gives]) if gives else ""

    def _described(
        self, operation: str, member: str, names: Iterable[str] | None, doing: str
    ) -> Iterator[dict[str, Any]]:
        if names is None:
            yield from self._pages(operation, member, doing=doing)
            return
        for some in _hundreds(tuple(names)):
            yield from self._pages(operation, member, doing=doing, **{member: list(some)})

    def _pages(self, operation: str, member: str, *, doing: str, **params: Any) -> Iterator[dict[str, Any]]:
        token: dict[str, str] = {}
        while True:
            answer = self._call(operation, doing=doing, gives=member, **params, **token)
            yield from answer[member]
            if not answer.get("nextToken"):
                return
            token = {"nextToken": answer["nextToken"]}

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:
        return self._connection.call("batch", operation, **params)


def _hundreds(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(names), DESCRIBE_MAX):
        yield names[start : start + DESCRIBE_MAX]


def _environment(raw: Mapping[str, Any]) -> ComputeEnvironmentDetail:
    return ComputeEnvironmentDetail(
        name=raw["computeEnvironmentName"],
        arn=raw["computeEnvironmentArn"],
        state=raw.get("state", ""),
        status=raw.get("status", ""),
        status_reason=raw.get("statusReason", ""),
        type=raw.get("type", ""),
        service_role=raw.get("serviceRole", ""),
        cluster_arn=raw.get("ecsClusterArn", ""),
        update_policy=raw.get("updatePolicy") or {},
        resources=raw.get("computeResources") or {},
        tags=raw.get("tags") or {},
    )


def _queue(raw: Mapping[str, Any]) -> JobQueueDetail:
    order = sorted(raw.get("computeEnvironmentOrder", ()), key=lambda one: int(one["order"]))
    return JobQueueDetail(
        name=raw["jobQueueName"],
        arn=raw["jobQueueArn"],
        state=raw.get("state", ""),
        status=raw.get("status", ""),
        status_reason=raw.get("statusReason", ""),
        priority=int(raw.get("priority", 0)),
        order=tuple(one["computeEnvironment"] for one in order),
        tags=raw.get("tags") or {},
        time_limits=tuple(raw.get("jobStateTimeLimitActions") or ()),
    )


def _definition(raw: Mapping[str, Any]) -> JobDefinitionDetail:
    retry = raw.get("retryStrategy") or {}
    return JobDefinitionDetail(
        name=raw["jobDefinitionName"],
        revision=int(raw["revision"]),
        arn=raw["jobDefinitionArn"],
        status=raw.get("status", ""),
        type=raw.get("type", ""),
        attempts=retry.get("attempts"),
        evaluate_on_exit=tuple(retry.get("evaluateOnExit") or ()),
        timeout=int((raw.get("timeout") or {}).get("attemptDurationSeconds", 0)),
        parameters=raw.get("parameters") or {},
        container=raw.get("containerProperties") or {},
        tags=raw.get("tags") or {},
        platform_capabilities=tuple(raw.get("platformCapabilities") or ()),
        propagate_tags=bool(raw.get("propagateTags")),
    )


def _summary(raw: Mapping[str, Any], queue: str) -> JobDetail:
    container = raw.get("container") or {}
    return JobDetail(
        id=raw["jobId"],
        name=raw.get("jobName", ""),
        arn=raw.get("jobArn", ""),
        status=raw.get("status", ""),
        status_reason=raw.get("statusReason", ""),
        queue=queue,
        definition=raw.get("jobDefinition", ""),
        created_at=int(raw.get("createdAt") or 0),
        started_at=int(raw.get("startedAt") or 0),
        stopped_at=int(raw.get("stoppedAt") or 0),
        exit_code=container.get("exitCode"),
        container_reason=container.get("reason", ""),
    )


def _job(raw: Mapping[str, Any]) -> JobDetail:
    container = raw.get("container") or {}
    needs = {one["type"]: one["value"] for one in container.get("resourceRequirements", ())}
    return JobDetail(
        id=raw["jobId"],
        name=raw.get("jobName", ""),
        arn=raw.get("jobArn", ""),
        status=raw.get("status", ""),
        status_reason=raw.get("statusReason", ""),
        queue=raw.get("jobQueue", "").rpartition("/")[2],
        definition=raw.get("jobDefinition", "").rpartition("/")[2],
        created_at=int(raw.get("createdAt") or 0),
        started_at=int(raw.get("startedAt") or 0),
        stopped_at=int(raw.get("stoppedAt") or 0),
        attempts=(raw.get("retryStrategy") or {}).get("attempts"),
        timeout=int((raw.get("timeout") or {}).get("attemptDurationSeconds", 0)),
        task_arn=container.get("taskArn") or "",
        container_instance_arn=container.get("containerInstanceArn") or "",
        log_stream=container.get("logStreamName") or "",
        exit_code=container.get("exitCode"),
        container_reason=container.get("reason") or "",
        vcpus=int(float(needs.get("VCPU") or container.get("vcpus") or 0)),
        memory_mib=int(needs.get("MEMORY") or container.get("memory") or 0),
        log_group=((container.get("logConfiguration") or {}).get("options") or {}).get("awslogs-group", ""),
        tags=raw.get("tags") or {},
    )


def _request(write: model.BatchWrite) -> tuple[str, dict[str, Any], str]:
    """The operation, its parameters, and the member of its answer that names what was made."""
    match write:
        case model.CreateComputeEnvironment():
            role = {"serviceRole": write.service_role} if write.service_role else {}
            params: dict[str, Any] = {
                "computeEnvironmentName": write.name,
                "type": "MANAGED",
                "state": "ENABLED",
                "computeResources": dict(write.resources),
                "tags": dict(write.tags),
                **role,
            }
            return "create_compute_environment", params, "computeEnvironmentArn"
        case model.UpdateComputeEnvironment():
            return "update_compute_environment", _environment_update(write), ""
        case model.DeleteComputeEnvironment():
            return "delete_compute_environment", {"computeEnvironment": write.name}, ""
        case model.CreateJobQueue():
            params = {
                "jobQueueName": write.name,
                "state": "ENABLED",
                "priority": write.priority,
                "computeEnvironmentOrder": _order(write.order),
                "tags": dict(write.tags),
            }
            return "create_job_queue", params, "jobQueueArn"
        case model.UpdateJobQueue():
            params = {"jobQueue": write.name, **_given(state=write.state, priority=write.priority)}
            order = {} if write.order is None else {"computeEnvironmentOrder": _order(write.order)}
            return "update_job_queue", {**params, **order}, ""
        case model.DeleteJobQueue():
            return "delete_job_queue", {"jobQueue": write.name}, ""
        case _:
            return _job_request(write)


def _job_request(
    write: model.RegisterJobDefinition
    | model.DeregisterJobDefinition
    | model.SubmitJob
    | model.TerminateJob
    | model.TagResource,
) -> tuple[str, dict[str, Any], str]:
    match write:
        case model.RegisterJobDefinition():
            params = {"jobDefinitionName": write.name, **write.properties, "tags": dict(write.tags)}
            return "register_job_definition", params, "jobDefinitionArn"
        case model.DeregisterJobDefinition():
            return "deregister_job_definition", {"jobDefinition": write.label}, ""
        case model.SubmitJob():
            params = {
                "jobName": write.name,
                "jobQueue": write.queue,
                "jobDefinition": write.definition,
                "tags": dict(write.tags),
            }
            return "submit_job", params, "jobId"
        case model.TerminateJob():
            return "terminate_job", {"jobId": write.id, "reason": write.reason}, ""
        case model.TagResource():
            return "tag_resource", {"resourceArn": write.arn, "tags": dict(write.tags)}, ""


def _environment_update(write: model.UpdateComputeEnvironment) -> dict[str, Any]:
    resources = _given(minvCpus=write.min_vcpus, maxvCpus=write.max_vcpus)
    params = {"computeEnvironment": write.name, **_given(state=write.state)}
    if resources:
        params["computeResources"] = resources
    if write.update_policy is not None:
        params["updatePolicy"] = dict(write.update_policy)
    return params


def _given(**members: Any) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, str) else value for name, value in members.items() if value is not None
    }


def _order(arns: Sequence[str]) -> list[dict[str, Any]]:
    return [{"order": place, "computeEnvironment": arn} for place, arn in enumerate(arns, 1)]
