"""Jobs: submit, cancel, terminate."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from academyctl.sandbox.batch_definitions import find_definition
from academyctl.sandbox.batch_ends import fail
from academyctl.sandbox.batch_errors import RefusedError, faulty
from academyctl.sandbox.batch_rules import MAX_TAGS, check_name, check_run, check_tags, needs
from academyctl.sandbox.batch_state import NEVER, Batch, Definition, Ended, Job, Queue, given
from academyctl.sandbox.control import JobWish

UNSERVED = ("arrayProperties", "dependsOn", "nodeOverrides", "eksPropertiesOverride", "ecsPropertiesOverride")
NEWEST = "JobDefinition name {} does not exist or is not in ACTIVE status"


def submit_job(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    check_name(request["jobName"], "jobName")
    check_run(request)
    check_tags(request.get("tags") or {})
    for field in UNSERVED:
        if request.get(field):
            raise faulty(f"{field} is not served here")
    queue = _queue(batch, request["jobQueue"])
    definition = find_definition(batch, request["jobDefinition"], exactly=False)
    if definition is None or definition.status != "ACTIVE":
        raise RefusedError(NEWEST.format(request["jobDefinition"]))
    job = _job(batch, request, queue, definition)
    if job.wish.stuck != "SUBMITTED":
        job.due = batch.control.now() + batch.control.pace.submitted
    batch.jobs[job.id] = job
    return {"jobArn": job.arn, "jobName": job.name, "jobId": job.id}


def _queue(batch: Batch, named: str) -> Queue:
    found = batch.queue(named)
    if found is None:
        raise RefusedError(f"JobQueue {named} not found")
    if found.state != "ENABLED" or found.status in ("DELETING", "INVALID"):
        raise RefusedError(f"JobQueue {found.arn} is not in a state to accept jobs: it must be ENABLED and VALID")
    return found


def _job(batch: Batch, request: Mapping[str, Any], queue: Queue, definition: Definition) -> Job:
    """What SubmitJob gives outweighs what the definition says."""
    name, number = request["jobName"], str(uuid4())
    body = {**definition.body, **given(request, "retryStrategy", "timeout", "propagateTags")}
    body["retryStrategy"] = {"attempts": 1, **(body.get("retryStrategy") or {})}
    body["parameters"] = {**definition.body["parameters"], **(request.get("parameters") or {})}
    container = _container(body, request.get("containerOverrides") or {})
    tags = {**definition.tags, **(request.get("tags") or {})} if body.get("propagateTags") else request.get("tags")
    wish = batch.control.take("job", name)
    return Job(
        id=number,
        name=name,
        arn=batch.arn("job", number),
        queue=queue.arn,
        definition=definition.arn,
        body=body,
        container=container,
        vcpus=needs(container, "VCPU"),
        created=batch.control.now(),
        wish=wish.job if wish else JobWish(),
        tags=dict(tags or {}),
    )


def _container(body: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    properties = dict(body.get("containerProperties") or {})
    merged = {**properties, **given(overrides, "command", "vcpus", "memory")}
    for field, key in (("environment", "name"), ("resourceRequirements", "type")):
        rows = [*(properties.get(field) or ()), *(overrides.get(field) or ())]
        merged[field] = list({row[key]: row for row in rows}.values())
    merged["command"] = [_filled(word, body["parameters"]) for word in merged.get("command") or ()]
    return merged


def _filled(word: str, parameters: Mapping[str, str]) -> str:
    """Ref::name stands for a parameter (User Guide, job_definition_parameters)."""
    return re.sub(r"Ref::([A-Za-z0-9_-]+)", lambda found: parameters.get(found[1], found[0]), word)


def too_many_tags(batch: Batch, job: Job) -> bool:
    """Job and definition tags together: more than 50 make the job FAILED (API reference, SubmitJob)."""
    definition = find_definition(batch, job.definition, exactly=True)
    return (
        bool(job.body.get("propagateTags")) and len({**(definition.tags if definition else {}), **job.tags}) > MAX_TAGS
    )


def cancel_job(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """Ends what is not yet STARTING; otherwise it succeeds and does nothing (API reference, CancelJob)."""
    job = _asked(batch, request)
    if not (job.is_over or job.is_placed):
        job.is_cancelled = True
        fail(batch, job, batch.control.now(), request["reason"])
    return {}


def terminate_job(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """STARTING and RUNNING become FAILED once the container has stopped; earlier ones are cancelled."""
    job = _asked(batch, request)
    if job.is_over or job.is_terminated:
        return {}
    if not job.is_placed:
        return cancel_job(batch, request)
    job.is_terminated = True
    tells = job.run.stop() if job.run else False
    job.ending = Ended(exit_code=137, status_reason=request["reason"])
    job.due = NEVER if tells else batch.control.now() + batch.control.pace.stopping
    return {}


def _asked(batch: Batch, request: Mapping[str, Any]) -> Job:
    if not request.get("reason"):
        raise faulty("reason must be provided")
    job = batch.jobs.get(request["jobId"])
    if job is None:
        raise RefusedError(f"Job {request['jobId']} not found")
    return job
