"""The live world: a Batch that has been encoding for weeks, on an image that is no longer the newest, with leftovers.

What happened before now really happens, on a clock that begins in the past and comes up to the present.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from academyctl.model.stack import Stack
from academyctl.plan.job_definition import desired_definition
from academyctl.sandbox.batch_images import AL2023_ARM, age_image, images_named
from academyctl.sandbox.control import Control, JobWish
from academyctl.sandbox.seed import Client
from academyctl.sandbox.world_delete_r2 import build_delete_r2
from academyctl.sandbox.world_legacy import build_legacy

MINUTE, DAY = 60.0, 86400.0
ROLLOUT = "7d1f0c52-5a0e-4d0e-9a55-6b1c5a6b2f10"
"""The id of the rollout that brought the serving environment."""
AGES = (3, 37, 96)
"""Days since the newest, the serving and the retained environment's image were made."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the world is built. `control` moves its clock."""

    clients: Client
    stack: Stack
    control: Control
    network: Mapping[str, list[str]]

    @property
    def batch(self) -> Any:
        return self.clients("batch")


def build_live(clients: Client, stack: Stack, control: Control) -> None:
    """To be called on a seeded account; its calls are not in the log."""
    place = Place(clients=clients, stack=stack, control=control, network=network_of(clients("ec2"), stack))
    serving, retained = _names(stack)
    images = _images(stack)
    control.shift(-30 * DAY)
    create_environment(place, retained, images[2], {"role": "blue", "min-vcpus": "0"})
    ended = {"role": "green", "phase": "done", "from": retained, "ami": images[1]}
    create_environment(place, serving, images[1], ended)
    create_queue(place, serving, retained)
    _disable(place, retained)
    register_definition(place)
    control.shift(-DAY)
    _finished_jobs(place)
    control.shift(-10 * MINUTE)
    _present_jobs(place)
    control.shift(0)
    build_delete_r2(clients, stack)
    build_legacy(clients, stack, serving)
    control.clear_calls()


def _names(stack: Stack) -> tuple[str, str]:
    """The declared environment and the one before it; a name without a number is followed by -v1."""
    stem, _, number = stack.compute_environment.name.rpartition("-v")
    if not stem or not number.isdigit():
        return stack.compute_environment.name, f"{stack.compute_environment.name}-v1"
    return stack.compute_environment.name, f"{stem}-v{int(number) - 1}"


def network_of(ec2: Any, stack: Stack) -> dict[str, list[str]]:
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [stack.name]}])
    return {"subnets": subnets, "securityGroupIds": [groups["SecurityGroups"][0]["GroupId"]]}


def _images(stack: Stack) -> list[str]:
    """The newest three AL2023 arm64 images, newest first, as old as AGES."""
    chosen = images_named(stack.account, stack.region, AL2023_ARM)[:3]
    for image, days in zip(chosen, AGES, strict=True):
        age_image(stack.account, stack.region, image, timedelta(days=days))
    return chosen


def create_environment(place: Place, name: str, image: str, tags: Mapping[str, str]) -> None:
    declared = place.stack.compute_environment
    said = {"stack": place.stack.name, "rollout": ROLLOUT, **tags}
    place.batch.create_compute_environment(
        computeEnvironmentName=name,
        type="MANAGED",
        computeResources={
            "type": "EC2",
            "allocationStrategy": declared.allocation_strategy,
            "minvCpus": declared.min_vcpus,
            "maxvCpus": declared.max_vcpus,
            "desiredvCpus": declared.min_vcpus,
            "instanceTypes": list(declared.instance_types),
            "instanceRole": f"arn:aws:iam::{place.stack.account}:instance-profile/{place.stack.iam.instance_role}",
            "ec2Configuration": [{"imageType": "ECS_AL2023", "imageIdOverride": image}],
            **place.network,
        },
        tags={f"academyctl:{key}": value for key, value in said.items()},
    )
    place.control.advance(MINUTE)


def create_queue(place: Place, *environments: str) -> None:
    order = [{"order": number, "computeEnvironment": name} for number, name in enumerate(environments, 1)]
    declared = place.stack.job_queue
    place.batch.create_job_queue(
        jobQueueName=declared.name, state="ENABLED", priority=declared.priority, computeEnvironmentOrder=order
    )
    place.control.advance(MINUTE)


def _disable(place: Place, name: str) -> None:
    place.batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    place.control.advance(MINUTE)


def register_definition(place: Place) -> None:
    wanted = desired_definition(place.stack)
    place.batch.register_job_definition(jobDefinitionName=wanted.name, tags=dict(wanted.tags), **wanted.properties)


def _finished_jobs(place: Place) -> None:
    """Yesterday's: encodes that went well, and one of each way to fail."""
    for number in range(1, 4):
        _submit(place, number, JobWish(running=11 * MINUTE))
    _submit(place, 4, JobWish(running=2 * MINUTE, exit_code=1))
    _submit(place, 5, JobWish(running=MINUTE, exit_code=137, reason="OutOfMemoryError: Container killed"))


def _present_jobs(place: Place) -> None:
    """Running for minutes already, and for minutes more; the last ones wait for room. One asks for too much."""
    room = max(1, place.stack.compute_environment.max_vcpus // place.stack.job_definition.vcpus)
    for number in range(room):
        _submit(place, 6 + number, JobWish(running=(11 + number) * MINUTE))
    for number in range(2):
        _submit(place, 6 + room + number, JobWish(running=3 * MINUTE))
    too_large = [{"type": "VCPU", "value": str(2 * place.stack.compute_environment.max_vcpus)}]
    _submit(place, 8 + room, JobWish(), containerOverrides={"resourceRequirements": too_large})


def _submit(place: Place, number: int, wish: JobWish, **more: Any) -> None:
    """As the API submits: jobName vt-<job uuid>-a<attempt>."""
    job = f"00000000-0000-4000-8000-{number:012d}"
    name = f"vt-{job}-a1"
    place.control.next_job(name, exit_code=wish.exit_code, running=wish.running, reason=wish.reason)
    place.batch.submit_job(
        jobName=name,
        jobQueue=place.stack.job_queue.name,
        jobDefinition=place.stack.job_definition.name,
        parameters={"job_id": job, "attempt": "1"},
        **more,
    )
