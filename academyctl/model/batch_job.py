"""AWS Batch's job definitions and jobs, as it answers. Statuses are plain strings, since AWS may add values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from academyctl.model.batch import TAG, cluster_of

ACTIVE_JOBS = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
"""Job statuses that are no end, in the order a job goes through them."""
PLACED_JOBS = ("STARTING", "RUNNING")
"""Statuses in which a job is on an environment."""
JOB_STATUSES = (*ACTIVE_JOBS, "SUCCEEDED", "FAILED")


@dataclass(frozen=True, kw_only=True)
class JobDefinitionDetail:
    """One revision of DescribeJobDefinitions. `container` is `containerProperties` as AWS gives it.

    `attempts` is None where no retry strategy is stated (Batch then tries once). `timeout` in seconds, 0: none.
    """

    name: str
    revision: int = 0
    arn: str = ""
    status: str = "ACTIVE"
    type: str = "container"
    attempts: int | None = None
    evaluate_on_exit: tuple[Mapping[str, Any], ...] = ()
    timeout: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)
    container: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    platform_capabilities: tuple[str, ...] = ()
    propagate_tags: bool = False

    @property
    def is_active(self) -> bool:
        return self.status == "ACTIVE"

    @property
    def label(self) -> str:
        return f"{self.name}:{self.revision}"

    def tag(self, name: str) -> str:
        return self.tags.get(TAG + name, "")

    def resource(self, kind: str) -> str:
        """The value of the resource requirement `VCPU`, `MEMORY` (MiB) or `GPU`; empty where it is not stated.

        `vcpus` and `memory` are the old spelling of the first two.
        """
        stated = {one["type"]: str(one["value"]) for one in self.container.get("resourceRequirements", ())}
        old = self.container.get({"VCPU": "vcpus", "MEMORY": "memory"}.get(kind, ""), 0)
        return stated.get(kind) or (str(old) if old else "")


@dataclass(frozen=True, kw_only=True)
class JobDetail:
    """One job of DescribeJobs, or of ListJobs, which tells less (no container instance, no task, no attempts).

    Times in milliseconds since 1970, 0: not yet. `attempts` is the job's own retry strategy: what SubmitJob was given
    beats the definition's. `log_group` is empty where the job states none: Batch then takes its own.
    """

    id: str
    name: str = ""
    arn: str = ""
    status: str = ""
    status_reason: str = ""
    queue: str = ""
    definition: str = ""
    created_at: int = 0
    started_at: int = 0
    stopped_at: int = 0
    attempts: int | None = None
    timeout: int = 0
    task_arn: str = ""
    container_instance_arn: str = ""
    log_stream: str = ""
    exit_code: int | None = None
    container_reason: str = ""
    vcpus: int = 0
    memory_mib: int = 0
    log_group: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.status in ("SUCCEEDED", "FAILED")

    @property
    def cluster(self) -> str:
        """The ECS cluster that it runs in, by its task's ARN, else its container instance's; empty: not known.

        Long ARNs hold the cluster's name: `…:task/CLUSTER/ID`, `…:container-instance/CLUSTER/ID`.
        """
        return cluster_of(self.task_arn) or cluster_of(self.container_instance_arn)
