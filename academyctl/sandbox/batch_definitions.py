"""Job definitions: each registration is a revision, ACTIVE at once."""

from collections.abc import Mapping
from typing import Any

from academyctl.sandbox.batch_errors import RefusedError, faulty
from academyctl.sandbox.batch_pages import page
from academyctl.sandbox.batch_rules import check_definition
from academyctl.sandbox.batch_state import Batch, Definition, given

BODY = (
    "type",
    "parameters",
    "schedulingPriority",
    "containerProperties",
    "nodeProperties",
    "retryStrategy",
    "propagateTags",
    "timeout",
    "platformCapabilities",
    "ecsProperties",
    "eksProperties",
)


def register_definition(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    check_definition(request)
    name = request["jobDefinitionName"]
    revisions = batch.definitions.setdefault(name, [])
    number = len(revisions) + 1
    body = {"parameters": {}, "platformCapabilities": ["EC2"], **given(request, *BODY)}
    arn = batch.arn("job-definition", f"{name}:{number}")
    tags = dict(request.get("tags") or {})
    revisions.append(Definition(name=name, arn=arn, revision=number, body=body, tags=tags))
    return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": number}


def find_definition(batch: Batch, named: str, *, exactly: bool) -> Definition | None:
    """By name:revision or ARN; by a bare name the newest ACTIVE revision, where not `exactly` one is asked for."""
    short = named.removeprefix(batch.arn("job-definition", ""))
    name, _, number = short.partition(":")
    revisions = batch.definitions.get(name, [])
    if number:
        return next((one for one in revisions if str(one.revision) == number), None)
    return None if exactly else next((one for one in reversed(revisions) if one.status == "ACTIVE"), None)


def deregister_definition(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """Takes name:revision or an ARN only. INACTIVE revisions stay readable for 180 days."""
    named = request["jobDefinition"]
    found = find_definition(batch, named, exactly=True)
    if found is None:
        raise RefusedError(f"JobDefinition {named} does not exist or has no revision: use name:revision or the ARN")
    found.status = "INACTIVE"
    return {}


def describe_definitions(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """By ARNs or name:revision, or by name, or all; newest first; of one status where it is given."""
    asked, status = request.get("jobDefinitions") or (), request.get("status")
    if len(asked) > 100:
        raise faulty("jobDefinitions can not have more than 100 entries")
    wanted = _asked(batch, asked) if asked else _by_name(batch, request.get("jobDefinitionName"))
    rows, more = page([_shown(one) for one in wanted if not status or one.status == status], request)
    return {"jobDefinitions": rows, **more}


def _asked(batch: Batch, names: list[str]) -> list[Definition]:
    exact = [one for name in names if (one := find_definition(batch, name, exactly=True))]
    bare = [one for name in names for one in batch.definitions.get(name, ())]
    return [*exact, *bare]


def _by_name(batch: Batch, name: str | None) -> list[Definition]:
    return [one for one in reversed(list(batch.revisions())) if not name or one.name == name]


def _shown(found: Definition) -> dict[str, Any]:
    return {
        "jobDefinitionName": found.name,
        "jobDefinitionArn": found.arn,
        "revision": found.revision,
        "status": found.status,
        "containerOrchestrationType": "ECS",
        "tags": found.tags,
        **found.body,
    }
