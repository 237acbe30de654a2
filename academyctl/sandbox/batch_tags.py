"""Tags of environments, queues, job definitions and jobs."""

from collections.abc import Iterable, Mapping
from typing import Any

from academyctl.sandbox.batch_errors import RefusedError
from academyctl.sandbox.batch_rules import check_tags
from academyctl.sandbox.batch_state import Batch, Definition, Job, Resource


def tags_of(batch: Batch, arn: str) -> dict[str, str]:
    """The resource's own tags, to be changed in place."""
    holders: Iterable[Resource | Definition | Job]
    holders = [
        *batch.environments.values(),
        *batch.queues.values(),
        *batch.revisions(),
        *batch.jobs.values(),
    ]
    for holder in holders:
        if holder.arn == arn:
            return holder.tags
    raise RefusedError(f"Resource {arn} does not exist", status=404)


def list_tags(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"tags": tags_of(batch, request["resourceArn"])}


def tag_resource(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """Added to those that are there; the limit holds for both together."""
    tags = tags_of(batch, request["resourceArn"])
    check_tags({**tags, **request["tags"]})
    tags |= request["tags"]
    return {}


def untag_resource(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    tags = tags_of(batch, request["resourceArn"])
    for key in request["tagKeys"]:
        tags.pop(key, None)
    return {}
