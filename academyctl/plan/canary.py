"""The canary: one job on a queue of its own that only green serves, in the production definition with another command.

It proves before any traffic that green starts instances, that they run the intended arm64 AMI, and that the worker's
image starts on them. Queue and definition live as long as the canary.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from academyctl.model.batch import NAME_MAX, TAG
from academyctl.model.batch_job import JobDefinitionDetail, JobDetail
from academyctl.model.batch_write import RegisterJobDefinition
from academyctl.model.rollout import View
from academyctl.model.worker_job import SELFCHECK


def canary_name(name: str) -> str:
    """`NAME-canary`; a name that would be over 128 characters is shortened and keeps a hash of itself."""
    longer = f"{name}-canary"
    if len(longer) <= NAME_MAX:
        return longer
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: NAME_MAX - len(digest) - 8]}-{digest}-canary"


def canary_tags(view: View) -> dict[str, str]:
    return {f"{TAG}stack": view.terms.stack, f"{TAG}rollout": view.terms.rollout, f"{TAG}role": "canary"}


def canary_definition(name: str, live: JobDefinitionDetail, tags: Mapping[str, str]) -> RegisterJobDefinition:
    """The live definition under another name and with the self-check as its command; nothing else differs."""
    properties: dict[str, Any] = {
        "type": live.type or "container",
        "containerProperties": {**live.container, "command": list(SELFCHECK)},
        "parameters": dict(live.parameters),
        "retryStrategy": {"attempts": live.attempts or 1},
        "propagateTags": live.propagate_tags,
    }
    if live.timeout:
        properties["timeout"] = {"attemptDurationSeconds": live.timeout}
    if live.platform_capabilities:
        properties["platformCapabilities"] = list(live.platform_capabilities)
    return RegisterJobDefinition(name=name, properties=properties, tags=tags)


def is_ours(tags: Mapping[str, str], view: View) -> bool:
    return tags.get(f"{TAG}rollout") == view.terms.rollout


def is_proven(job: JobDetail, view: View) -> bool:
    """It ended well, on an instance of green that EC2 says was started from the intended AMI."""
    instance = view.instance_of(job)
    return job.status == "SUCCEEDED" and instance is not None and not wrong_instance(job, view)


def wrong_instance(job: JobDetail, view: View) -> str:
    """Why the instance that the canary ran on is not what was meant; empty while nothing speaks against it."""
    instance, green = view.instance_of(job), view.green
    if green is None or (job.cluster and green.cluster and job.cluster != green.cluster):
        return f"the canary ran in cluster {job.cluster}, which is not green's"
    if instance is None or not instance.ami:
        return ""
    if green.tag("ami") and instance.ami != green.tag("ami"):
        return f"the canary ran on {instance.ami}, green was made for {green.tag('ami')}"
    if instance.architecture and instance.architecture != "arm64":
        return f"the canary ran on {instance.architecture}, not on arm64"
    return ""


def failed(job: JobDetail) -> str:
    """How the canary failed, in one line; empty where it did not."""
    if job.status != "FAILED":
        return ""
    said = [job.status_reason, job.container_reason]
    exit_code = f"exit code {job.exit_code}" if job.exit_code is not None else ""
    return "the canary failed: " + "; ".join(dict.fromkeys(part for part in (exit_code, *said) if part))
