"""Compute environments: create, describe, update, delete, as the API reference tells."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import uuid4

from academyctl.sandbox.batch_behind import UNAUTHORIZED
from academyctl.sandbox.batch_ends import fail
from academyctl.sandbox.batch_errors import RefusedError, already_exists, being_modified, faulty, related
from academyctl.sandbox.batch_pages import page
from academyctl.sandbox.batch_rules import (
    MAX_ENVIRONMENTS,
    SCALING,
    UPDATABLE,
    check_choice,
    check_environment,
    check_resources,
)
from academyctl.sandbox.batch_state import NEVER, Batch, Environment, Resource, kept
from academyctl.sandbox.control import Wish

UNSCALABLE = (
    "Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment"
    " will cause it to scale-down to minvCpus"
)
"""User Guide, error-desired-vcpus-update."""
Found = TypeVar("Found", bound=Resource)
DEFAULT_POLICY = {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 30}


def create_environment(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """Accepted without a look at roles, subnets and images: what is wrong with them shows later, as INVALID."""
    check_environment(request)
    name = request["computeEnvironmentName"]
    if name in batch.environments:
        raise already_exists()
    if len(batch.environments) >= MAX_ENVIRONMENTS:
        raise RefusedError(f"The maximum number of compute environments ({MAX_ENVIRONMENTS}) has been reached")
    _check_types(batch, request["computeResources"])
    if not request.get("serviceRole"):
        batch.behind.make_service_linked_role()
    found = _environment(batch, request)
    move(batch, found, "CREATING", batch.control.pace.creating)
    wish = batch.control.take("invalid", name)
    if wish:
        _break(batch, found, wish)
    batch.environments[name] = found
    return _named(found)


def _break(batch: Batch, found: Environment, wish: Wish) -> None:
    """In place of VALID, or so long after it."""
    if wish.number < 0:
        found.broken = wish.text
    else:
        valid = batch.control.now() + batch.control.pace.creating
        found.fails_at, found.failure = valid + wish.number, wish.text


def _environment(batch: Batch, request: Mapping[str, Any]) -> Environment:
    name = request["computeEnvironmentName"]
    defaults = {"minvCpus": 0, "allocationStrategy": "BEST_FIT", "ec2Configuration": [{"imageType": "ECS_AL2023"}]}
    resources = {**defaults, **request["computeResources"]}
    return Environment(
        wanted=resources.pop("desiredvCpus", 0),
        name=name,
        arn=batch.arn("compute-environment", name),
        healthy="ComputeEnvironment Healthy",
        state=request.get("state") or "ENABLED",
        tags=dict(request.get("tags") or {}),
        uuid=str(uuid4()),
        cluster=f"{name}_Batch_{uuid4()}",
        type=request["type"],
        service_role=_role_arn(batch, request.get("serviceRole")),
        resources=resources,
        policy={},
    )


def _role_arn(batch: Batch, given: str | None) -> str:
    """A short name is taken for a role without a path, also where the service-linked role was meant (aws-cdk#20727)."""
    if not given:
        return batch.behind.service_linked_role
    return given if given.startswith("arn:") else f"arn:aws:iam::{batch.account}:role/{given}"


def move(batch: Batch, found: Resource, status: str, seconds: float, then: str = "VALID", reason: str = "") -> None:
    """Turns a resource over, for ever where that is scripted."""
    held = batch.control.take(f"hold:{status}", found.name)
    found.turn(status, NEVER if held else batch.control.now() + seconds, then, reason)


def describe_environments(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """By names or ARNs, absent ones left out, or all; pages of up to 100."""
    asked = request.get("computeEnvironments") or ()
    if len(asked) > 100:
        raise faulty("computeEnvironments can not have more than 100 entries")
    wanted = [one for name in asked if (one := batch.environment(name))] if asked else batch.environments.values()
    rows, more = page([shown(batch, one) for one in wanted], request)
    return {"computeEnvironments": rows, **more}


def shown(batch: Batch, environment: Environment) -> dict[str, Any]:
    """A ComputeEnvironmentDetail."""
    return kept(
        computeEnvironmentName=environment.name,
        computeEnvironmentArn=environment.arn,
        ecsClusterArn=f"arn:aws:ecs:{batch.region}:{batch.account}:cluster/{environment.cluster}",
        tags=environment.tags,
        type=environment.type,
        state=environment.state,
        status=environment.status,
        statusReason=environment.reason or None,
        computeResources=_resources(environment),
        serviceRole=environment.service_role,
        updatePolicy=environment.policy or DEFAULT_POLICY,
        containerOrchestrationType="ECS",
        uuid=environment.uuid,
    )


def _resources(environment: Environment) -> dict[str, Any]:
    resources = {**environment.resources, "desiredvCpus": environment.desired_vcpus}
    images = resources.get("ec2Configuration") or ()
    if environment.has_scaled and not any(one.get("imageIdOverride") for one in images):
        resources["ec2Configuration"] = [{**one, "batchImageStatus": "LATEST"} for one in images]
    return resources


def update_environment(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    found = changeable(batch, batch.environment(request["computeEnvironment"]), request["computeEnvironment"], "update")
    check_choice(request.get("state"), ("ENABLED", "DISABLED"), "state")
    changed = request.get("computeResources") or {}
    _check_infrastructure(batch, found, request, set(changed) - SCALING)
    _check_desired(found, changed)
    merged = {**found.resources, **changed}
    merged.pop("updateToLatestImageVersion", None)
    if changed:
        check_resources(merged)
        _check_types(batch, changed)
    found.wanted = merged.pop("desiredvCpus", found.wanted)
    found.resources = merged
    found.state = request.get("state") or found.state
    found.service_role = _role_arn(batch, request.get("serviceRole") or found.service_role)
    if request.get("updatePolicy"):
        found.policy = {**DEFAULT_POLICY, **found.policy, **request["updatePolicy"]}
    move(batch, found, "UPDATING", batch.control.pace.updating)
    return _named(found)


def _check_types(batch: Batch, resources: Mapping[str, Any]) -> None:
    unknown = batch.behind.unknown_types(resources.get("instanceTypes") or ())
    if unknown:
        raise faulty(f"Instance type {', '.join(unknown)} is none of those that Batch supports")


def _check_infrastructure(batch: Batch, found: Environment, request: Mapping[str, Any], fields: set[str]) -> None:
    """User Guide, updating-compute-environments: who may change more than its scale."""
    is_linked = found.service_role == batch.behind.service_linked_role
    role = request.get("serviceRole")
    if role and (_role_arn(batch, role) == batch.behind.service_linked_role) != is_linked:
        raise faulty("The service role cannot be changed between the service-linked role and a role of your own")
    if not fields:
        return
    listed = ", ".join(sorted(fields))
    if not is_linked:
        raise faulty(f"Cannot update {listed}: the service role must be AWSServiceRoleForBatch")
    strategy = found.resources.get("allocationStrategy")
    if strategy not in UPDATABLE:
        raise faulty(f"Cannot update {listed}: allocation strategy {strategy} does not support infrastructure updates")


def _check_desired(found: Environment, changed: Mapping[str, Any]) -> None:
    if changed.get("desiredvCpus", found.desired_vcpus) < found.desired_vcpus:
        raise faulty(UNSCALABLE)


def changeable(batch: Batch, found: Found | None, given: str, verb: str) -> Found:
    """The resource, where it may now be updated or deleted."""
    if found is None:
        raise RefusedError(f"{given} does not exist")
    if found.is_moving or batch.control.take("modified", found.name):
        raise being_modified(verb)
    return found


def delete_environment(batch: Batch, request: Mapping[str, Any]) -> dict[str, Any]:
    """Its instances are terminated, and the jobs on them fail (User Guide, blue-green-updates)."""
    given = request["computeEnvironment"]
    found = changeable(batch, batch.environment(given), given, "delete")
    if found.state != "DISABLED":
        raise RefusedError("Cannot delete, compute environment must be DISABLED")
    is_lingering = batch.lingering.get(found.arn, 0) > batch.control.now()
    if batch.is_attached(found) or is_lingering or batch.control.take("related", found.name):
        raise related()
    then = "DELETED" if batch.behind.has_role(found.service_role) else "INVALID"
    reason = "" if then == "DELETED" else UNAUTHORIZED
    move(batch, found, "DELETING", batch.control.pace.deleting, then, reason)
    if then == "DELETED":
        _terminate_instances(batch, found)
    return {}


def _terminate_instances(batch: Batch, found: Environment) -> None:
    now = batch.control.now()
    for job in batch.on(found):
        if job.instance:
            fail(batch, job, now, f"Host EC2 (instance {job.instance.ec2_id}) terminated.")
    batch.behind.terminate(one.ec2_id for one in found.instances)
    found.instances.clear()


def _named(found: Environment) -> dict[str, Any]:
    return {"computeEnvironmentName": found.name, "computeEnvironmentArn": found.arn}
