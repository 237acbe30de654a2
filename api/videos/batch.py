"""AWS Batch: the four calls that the pipeline makes. Knows no row of the database.

SubmitJob has no client token, and the SDK re-sends what was not answered: a submission is one HTTP try, and what
became of a lost one is found out by the job's name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from api.videos import aws

ENDED = ("SUCCEEDED", "FAILED")
TIMEOUT = 14400
"""Seconds after which Batch ends a job: SIGTERM, 30 s, SIGKILL."""
PAGE = 100
"""Ids that one DescribeJobs takes."""


class BatchError(Exception):
    """The call was refused, or was not answered: then it may have been carried out."""


@dataclass(frozen=True, kw_only=True)
class BatchJob:
    """`created` in ms since 1970; `exit_code` and `container_reason` of the container, where it came to one."""

    id: str
    name: str
    status: str
    reason: str = ""
    container_reason: str = ""
    exit_code: int | None = None
    created: int = 0

    @property
    def is_ended(self) -> bool:
        return self.status in ENDED


def _client(tries: int) -> Any:
    return aws.client("batch", tries=tries, region_name=settings.AWS_REGION or None)


def submit_job(name: str, job_id: UUID, attempt: int) -> str:
    """The id of the Batch job."""
    request = {
        "jobName": name,
        "jobQueue": settings.VIDEO_BATCH_JOB_QUEUE,
        "jobDefinition": settings.VIDEO_BATCH_JOB_DEFINITION,
        "parameters": {"job_id": str(job_id), "attempt": str(attempt)},
        "retryStrategy": {"attempts": 1},
        "timeout": {"attemptDurationSeconds": TIMEOUT},
        "tags": {"academy:video-job": str(job_id)},
    }
    return str(_answer(lambda: _client(1).submit_job(**request))["jobId"])


def find_by_name(name: str) -> list[BatchJob]:
    """All jobs of exactly this name in the queue, in any state; ListJobs itself ignores case."""
    request = {"jobQueue": settings.VIDEO_BATCH_JOB_QUEUE, "filters": [{"name": "JOB_NAME", "values": [name]}]}
    pages = _answer(lambda: list(_client(3).get_paginator("list_jobs").paginate(**request)))
    found = [_listed(each) for page in pages for each in page["jobSummaryList"]]
    return [job for job in found if job.name == name]


def describe(ids: Iterable[str]) -> dict[str, BatchJob]:
    """By id; those that Batch does not know (any longer) are absent."""
    wanted = sorted(set(ids))
    found: dict[str, BatchJob] = {}
    for start in range(0, len(wanted), PAGE):
        found |= _page(wanted[start : start + PAGE])
    return found


def _page(ids: list[str]) -> dict[str, BatchJob]:
    answer = _answer(lambda: _client(3).describe_jobs(jobs=ids))
    return {each["jobId"]: _described(each) for each in answer["jobs"]}


def terminate(id: str, reason: str) -> None:
    """CancelJob would have no effect on a job that starts or runs. A job that has ended, or is unknown, is no error."""
    _answer(lambda: _client(3).terminate_job(jobId=id, reason=reason))


def _answer(call: Callable[[], Any]) -> Any:
    """A message of AWS may hold what was sent; only the code and the operation are told."""
    try:
        return call()
    except ClientError as refused:
        raise BatchError(f"{refused.operation_name}: {refused.response['Error'].get('Code')}") from refused
    except (BotoCoreError, ValueError) as broken:
        raise BatchError(type(broken).__name__) from broken


def _listed(job: dict[str, Any]) -> BatchJob:
    return BatchJob(id=job["jobId"], name=job["jobName"], status=job["status"], created=job.get("createdAt", 0))


def _described(job: dict[str, Any]) -> BatchJob:
    container = job.get("container", {})
    return BatchJob(
        id=job["jobId"],
        name=job["jobName"],
        status=job["status"],
        reason=job.get("statusReason", ""),
        container_reason=container.get("reason", ""),
        exit_code=container.get("exitCode"),
        created=job.get("createdAt", 0),
    )
