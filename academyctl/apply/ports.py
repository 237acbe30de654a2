"""What carrying out needs from the outside."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from academyctl.model.batch import (
    ClusterLoad,
    ComputeEnvironmentDetail,
    ContainerInstance,
    JobDefinitionDetail,
    JobDetail,
    JobQueueDetail,
)
from academyctl.model.batch_write import BatchWrite
from academyctl.model.iam import IamWrite, RoleDetail
from academyctl.model.logs import LogsWrite
from academyctl.model.ssm import ParameterWrite, StoredParameter

Progress = Callable[[str], None]
"""Told what happens next, in a few words."""

Stop = Callable[[], bool]
"""True once the operator wants to stop (Ctrl-C, SIGTERM). Asked between writes, never during one."""


class ParameterStore(Protocol):
    def now(self) -> datetime: ...
    def read(self, names: Iterable[str]) -> dict[str, StoredParameter]: ...
    def read_history(self, name: str, *, decrypt: bool = True) -> tuple[StoredParameter, ...]: ...
    def put(self, write: ParameterWrite) -> int: ...
    def delete(self, name: str) -> None: ...


class Batch(Protocol):
    """AWS Batch. Reads raise AwsError; `write` also AnswerLost (it may have been applied) and Busy (later)."""

    def read_environments(self, names: Iterable[str] | None = None) -> tuple[ComputeEnvironmentDetail, ...]: ...
    def read_queues(self, names: Iterable[str] | None = None) -> tuple[JobQueueDetail, ...]: ...
    def read_job_definitions(self, name: str) -> tuple[JobDefinitionDetail, ...]: ...
    def list_jobs(self, queue: str, status: str) -> tuple[JobDetail, ...]: ...
    def find_jobs(self, queue: str, name: str) -> tuple[JobDetail, ...]: ...
    def read_jobs(self, ids: Iterable[str]) -> tuple[JobDetail, ...]: ...
    def write(self, write: BatchWrite) -> str: ...


class Clusters(Protocol):
    """ECS and EC2 behind Batch, and AWS's clock."""

    def now(self) -> datetime: ...
    def read_load(self, cluster: str) -> ClusterLoad: ...
    def read_container_instances(self, cluster: str, arns: Iterable[str]) -> tuple[ContainerInstance, ...]: ...


class Iam(Protocol):
    """IAM. Each write may be sent twice: what is there already is no error."""

    def read_role(self, name: str) -> RoleDetail | None: ...
    def write(self, write: IamWrite) -> None: ...


class Logs(Protocol):
    """CloudWatch Logs. Each write may be sent twice."""

    def write(self, write: LogsWrite) -> None: ...
