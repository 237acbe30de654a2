"""Jobs as they are told: DescribeJobs and ListJobs."""

from collections.abc import Callable, Mapping
from typing import Any

from academyctl.sandbox.batch_errors import RefusedError, faulty
from academyctl.sandbox.batch_pages import page
from academyctl.sandbox.batch_rules import check_choice
from academyctl.sandbox.batch_state import Batch, Job, kept, milliseconds

STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
MOST, MOST_FILTERED = 1000, 100
"""Jobs a page of ListJobs (API reference, ListJobs, maxResults)."""


def describe_jobs(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """By ids or ARNs; unknown ones are left out."""
    if len(request["jobs"]) > 100:
        raise faulty("jobs can not have more than 100 entries")
    ids = [name.removeprefix(batch.arn("job", "")) for name in request["jobs"]]
    return {"jobs": [_detail(batch, batch.jobs[one]) for one in ids if one in batch.jobs]}


def _detail(batch: Batch, job: Job) -> dict[str, Any]:
    """A JobDetail."""
    body = {name: job.body[name] for name in ("timeout", "propagateTags") if job.body.get(name) is not None}
    return kept(
        jobQueue=job.queue,
        jobDefinition=job.definition,
        attempts=job.attempts,
        retryStrategy={"evaluateOnExit": [], **job.body["retryStrategy"]},
        dependsOn=[],
        parameters=job.body["parameters"],
        container=_container(batch, job),
        tags=job.tags,
        platformCapabilities=job.body.get("platformCapabilities"),
        eksAttempts=[],
        **body,
        **_common(job),
    )


def _common(job: Job) -> dict[str, Any]:
    """What a detail and a summary share."""
    return {
        "jobArn": job.arn,
        "jobId": job.id,
        "jobName": job.name,
        "status": job.status,
        "statusReason": job.reason or None,
        "createdAt": milliseconds(job.created),
        "startedAt": milliseconds(job.started) if job.started else None,
        "stoppedAt": milliseconds(job.stopped) if job.stopped else None,
        "isCancelled": job.is_cancelled,
        "isTerminated": job.is_terminated,
    }


def _container(batch: Batch, job: Job) -> dict[str, Any]:
    """A placed job may not yet tell where it is; nothing of the place is told before."""
    ended = job.ending if job.is_over else None
    tells = job.instance is not None and (batch.control.now() >= job.tells_at or job.status != "STARTING")
    is_somewhere = tells and (job.is_placed or job.is_over)
    nothing: dict[str, Any] = {"volumes": [], "mountPoints": [], "ulimits": [], "networkInterfaces": [], "secrets": []}
    return {
        **nothing,
        **job.container,
        **kept(
            exitCode=ended.exit_code if ended else None,
            reason=(ended.reason or None) if ended else None,
            containerInstanceArn=job.instance.arn if is_somewhere and job.instance else None,
            taskArn=job.task if is_somewhere else None,
            logStreamName=job.log_stream or None,
        ),
    }


def list_jobs(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """Of one queue; RUNNING ones unless a status or a filter is given. With a filter the status is ignored."""
    queue = batch.queue(request.get("jobQueue") or "")
    if queue is None:
        raise RefusedError(f"JobQueue {request.get('jobQueue')} not found")
    filters = request.get("filters") or ()
    if len(filters) > 1:
        raise faulty("Only one filter can be used at a time")
    check_choice(request.get("jobStatus"), STATUSES, "jobStatus")
    fits = _filter(filters[0]) if filters else _of_status(request.get("jobStatus") or "RUNNING")
    found = [job for job in reversed(batch.jobs.values()) if job.queue == queue.arn and fits(job)]
    newest_first = sorted(found, key=lambda job: -job.created)
    rows, more = page([_summary(job) for job in newest_first], request, MOST_FILTERED if filters else MOST)
    return {"jobSummaryList": rows, **more}


def queue_snapshot(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """GetJobQueueSnapshot: the first 100 RUNNABLE jobs, in their order."""
    queue = batch.queue(request["jobQueue"])
    if queue is None:
        raise RefusedError(f"JobQueue {request['jobQueue']} not found")
    waiting = [job for job in batch.jobs.values() if job.queue == queue.arn and job.status == "RUNNABLE"]
    jobs = [{"jobArn": job.arn, "earliestTimeAtPosition": milliseconds(job.created)} for job in waiting[:100]]
    return {"frontOfQueue": {"jobs": jobs, "lastUpdatedAt": milliseconds(batch.control.now())}}


def _of_status(status: str) -> Callable[[Job], bool]:
    return lambda job: job.status == status


def _filter(given: Mapping[str, Any]) -> Callable[[Job], bool]:
    name, values = given.get("name"), given.get("values") or [""]
    value = str(values[0])
    match name:
        case "JOB_NAME":
            return lambda job: _matches(job.name.lower(), value.lower())
        case "JOB_DEFINITION":
            return lambda job: _of_definition(job, value)
        case "AFTER_CREATED_AT":
            return lambda job: milliseconds(job.created) > int(value)
        case "BEFORE_CREATED_AT":
            return lambda job: milliseconds(job.created) < int(value)
        case _:
            raise faulty(f"Filter name {name} is not valid")


def _matches(text: str, pattern: str) -> bool:
    """An asterisk counts at the end only."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _of_definition(job: Job, value: str) -> bool:
    if value.startswith("arn:"):
        return job.definition == value
    return _matches(job.definition.rpartition("/")[2].partition(":")[0], value)


def _summary(job: Job) -> dict[str, Any]:
    """A JobSummary."""
    ended = job.ending if job.is_over else None
    container = kept(exitCode=ended.exit_code, reason=ended.reason or None) if ended else None
    return kept(**_common(job), container=container, jobDefinition=job.definition)
