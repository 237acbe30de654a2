"""What still runs on an environment. Two signals that do not depend on each other, ECS and Batch, must be silent.

A wrong "nothing runs" ends an encode for good: deleting an environment terminates its instances, and a job has one
attempt. So whatever cannot be told counts as still running.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from academyctl.model.batch import ClusterLoad, ComputeEnvironmentDetail
from academyctl.model.batch_job import JobDetail


def tasks_left(environment: ComputeEnvironmentDetail, load: ClusterLoad | None) -> str:
    """ECS's signal in words, empty when nothing runs. `load` is None where the environment has no cluster.

    A cluster that ECS does not know proves nothing of an environment that is VALID; an INVALID one may never have had
    one.
    """
    if load is None or (not load.is_known and environment.is_invalid):
        return ""
    if not load.is_known:
        return f"ECS does not know its cluster {load.name}"
    tasks = max(load.running + load.pending, len(load.tasks))
    return f"{tasks} task{'' if tasks == 1 else 's'}" if not load.is_empty else ""


def jobs_left(environment: ComputeEnvironmentDetail, jobs: Iterable[JobDetail]) -> tuple[JobDetail, ...]:
    """Batch's signal: which of the STARTING and RUNNING jobs are on this environment, or may be.

    A job that names no cluster yet counts, unless it was created after the environment was seen DISABLED and VALID:
    from then on nothing new is placed there.
    """
    since = disabled_since(environment)
    return tuple(job for job in jobs if _may_be_on(environment, job, since))


def _may_be_on(environment: ComputeEnvironmentDetail, job: JobDetail, since: datetime | None) -> bool:
    if job.cluster:
        return not environment.cluster or job.cluster == environment.cluster
    return since is None or datetime.fromtimestamp(job.created_at / 1000, UTC) <= since


def disabled_since(environment: ComputeEnvironmentDetail) -> datetime | None:
    """When it was seen DISABLED and VALID, by its tag; None where that was not noted or cannot be read."""
    try:
        since = datetime.fromisoformat(environment.tag("disabled-at"))
    except ValueError:
        return None
    return since if since.tzinfo else None
