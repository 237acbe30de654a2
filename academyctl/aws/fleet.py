"""Observes the fleet, everything at the same time that does not wait for something else.

Clients are made in this thread, one after the other, while the calls of the former ones are on their way: making one
takes longer than a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from academyctl.aws.ami import read_images
from academyctl.aws.batch import Batch
from academyctl.aws.concurrent import begin
from academyctl.aws.connect import Connection
from academyctl.aws.ecs import read_counts
from academyctl.aws.machines import read_machines
from academyctl.model.batch import ComputeEnvironmentDetail, stem_of
from academyctl.model.batch_job import JobDetail
from academyctl.model.errors import NotFound
from academyctl.model.fleet import Fleet


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to look at. `stem`: its environments, and those of the queue, are the ones whose clusters are read."""

    queue: str
    canary_queue: str = ""
    stem: str = ""
    statuses: tuple[str, ...] = ()
    loads: bool = False
    images: bool = False
    machines: bool = False

    @property
    def services(self) -> tuple[str, ...]:
        """Those beside Batch."""
        return ("ecs",) * self.loads + ("ec2",) * (self.images or self.machines)


def read_fleet(connection: Connection, wanted: Wanted) -> Fleet:
    """A queue that does not exist is None, and has no jobs."""
    batch = Batch(connection)
    connection.client("batch")
    environments = begin(batch.read_environments)
    queues = begin(batch.read_queues, [name for name in (wanted.queue, wanted.canary_queue) if name])
    jobs = {status: begin(_listed, batch, wanted.queue, status) for status in wanted.statuses}
    for service in wanted.services:
        connection.client(service)
    named = {queue.name: queue for queue in queues.result()}
    fleet = Fleet(
        now=connection.now(),
        environments=environments.result(),
        queue=named.get(wanted.queue),
        canary_queue=named.get(wanted.canary_queue),
    )
    behind = _behind(connection, fleet, wanted)
    return replace(behind, jobs={status: listed.result() for status, listed in jobs.items()})


def _behind(connection: Connection, fleet: Fleet, wanted: Wanted) -> Fleet:
    """What ECS and EC2 know of the environments that are the stack's."""
    ours = _ours(fleet, wanted.stem)
    clusters = [one.cluster for one in ours if one.cluster and wanted.loads]
    types = [name for one in ours for name in one.instance_types if wanted.machines]
    loads = begin(read_counts, connection, clusters)
    images = begin(read_images, connection, [one.ami for one in ours if wanted.images])
    machines = begin(read_machines, connection, types)
    return replace(fleet, loads=loads.result(), images=images.result(), machines=machines.result())


def with_details(connection: Connection, fleet: Fleet, jobs: Iterable[JobDetail]) -> Fleet:
    """The fleet with DescribeJobs of these jobs, a hundred a call."""
    ids = dict.fromkeys(job.id for job in jobs)
    return replace(fleet, details={job.id: job for job in Batch(connection).read_jobs(ids)})


def _listed(batch: Batch, queue: str, status: str) -> tuple[JobDetail, ...]:
    try:
        return batch.list_jobs(queue, status)
    except NotFound:
        return ()


def _ours(fleet: Fleet, stem: str) -> list[ComputeEnvironmentDetail]:
    names = fleet.queue.environments if fleet.queue else ()
    return [one for one in fleet.environments if one.name in names or stem_of(one.name) == stem]
