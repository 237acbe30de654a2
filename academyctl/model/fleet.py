"""The encoder's fleet at one moment: what `batch status`, `jobs` and `why` look at. Observed, nothing concluded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from academyctl.model.batch import Ami, ClusterLoad, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_job import ACTIVE_JOBS, JobDetail


@dataclass(frozen=True, kw_only=True)
class MachineType:
    """What an EC2 instance type offers. `memory_mib` is the nominal memory: ECS keeps some of it for itself."""

    name: str
    vcpus: int
    memory_mib: int


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """One observation. `environments` are all of the region; `loads` is cluster name → load, `images` AMI id → image.

    `jobs` is status → jobs of the production queue, as ListJobs tells of them; a status that was not asked for is not
    there. `details` is job id → DescribeJobs, for the jobs that were asked for.
    """

    now: datetime
    environments: tuple[ComputeEnvironmentDetail, ...] = ()
    queue: JobQueueDetail | None = None
    canary_queue: JobQueueDetail | None = None
    loads: Mapping[str, ClusterLoad] = field(default_factory=dict)
    images: Mapping[str, Ami] = field(default_factory=dict)
    jobs: Mapping[str, tuple[JobDetail, ...]] = field(default_factory=dict)
    details: Mapping[str, JobDetail] = field(default_factory=dict)
    machines: Mapping[str, MachineType] = field(default_factory=dict)

    @property
    def now_ms(self) -> int:
        """`now` as Batch counts time."""
        return int(self.now.timestamp() * 1000)

    @property
    def active(self) -> tuple[JobDetail, ...]:
        """The jobs that are not over, oldest first."""
        found = [job for status in ACTIVE_JOBS for job in self.jobs.get(status, ())]
        return tuple(sorted(found, key=lambda job: job.created_at))

    def environment(self, name: str) -> ComputeEnvironmentDetail | None:
        return next((one for one in self.environments if one.name == name), None)

    def load(self, environment: ComputeEnvironmentDetail) -> ClusterLoad | None:
        """None where it has no cluster, or ECS does not know it."""
        return self.loads.get(environment.cluster)

    def environment_of(self, job: JobDetail) -> str:
        """The name of the environment that a job was placed on, by its cluster; empty when that is not known."""
        cluster = self.details.get(job.id, job).cluster
        return next((one.name for one in self.environments if cluster and one.cluster == cluster), "")
