"""Ways to break the healthy world's Batch, and repairs that are no command of academyctl: environments, their AMIs, the
queue, the job definition."""

import re
from datetime import timedelta
from typing import Any

from academyctl.plan.job_definition import desired_definition
from academyctl.sandbox.batch_images import AL2023_ARM, age_image, images_named
from tests.support.breaks import Act
from tests.support.healthy import Healthy
from tests.support.strict import DEFINITION, QUEUE, order

CE, OTHER = "academy-video-batch-ce-v3", "academy-video-batch-ce-v9"
AL2_ARM = re.compile(r"amzn2-ami-ecs-hvm-\d+\.\d+\.(\d{8})-arm64-ebs")


def updated(**params: Any) -> Act:
    def act(world: Healthy) -> None:
        world.strict.batch.update_compute_environment(computeEnvironment=CE, **params)
        world.strict.control.advance(1)

    return act


def _ordered(world: Healthy, *names: str) -> None:
    world.strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order(*names))
    world.strict.control.advance(1)


def swapped(age: int = 0, family: "re.Pattern[str]" = AL2023_ARM, **changes: Any) -> Act:
    """Another environment of the stem serves; `age`: on an older image, so many days old; `family`: of which kind."""

    def act(world: Healthy) -> None:
        strict = world.strict
        images = images_named(strict.stack.account, strict.stack.region, family)
        ami = images[1 if age else 0]
        if age:
            age_image(strict.stack.account, strict.stack.region, ami, timedelta(days=age))
        named = {"ec2Configuration": [{"imageType": "ECS_AL2023", "imageIdOverride": ami}]}
        more = {"serviceRole": changes["serviceRole"]} if "serviceRole" in changes else {}
        types = changes.get("instanceTypes", ["c7g.xlarge"])
        strict.valid(OTHER, resources=strict.resources(instanceTypes=types, **named), **more)
        _ordered(world, OTHER)

    return act


def unswapped(world: Healthy) -> None:
    _ordered(world, CE)
    _deleted(world, OTHER)


def _deleted(world: Healthy, name: str) -> None:
    batch, control = world.strict.batch, world.strict.control
    batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    control.advance(1)
    batch.delete_compute_environment(computeEnvironment=name)
    control.advance(1)


def invalid(world: Healthy) -> None:
    world.strict.control.invalidate(CE, "CLIENT_ERROR - You are not authorized to use launch template")
    world.strict.control.advance(1)


def healed(world: Healthy) -> None:
    world.strict.control.heal(CE)


def without_queue(world: Healthy) -> None:
    batch, control = world.strict.batch, world.strict.control
    batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    control.advance(1)
    batch.delete_job_queue(jobQueue=QUEUE)
    control.advance(1)


def without_environment(world: Healthy) -> None:
    without_queue(world)
    _deleted(world, CE)


def disabled_queue(world: Healthy) -> None:
    world.strict.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    world.strict.control.advance(1)


def stranger_first(world: Healthy) -> None:
    world.strict.valid("thumbnails-ce-v1")
    _ordered(world, "thumbnails-ce-v1", CE)


def stranger_gone(world: Healthy) -> None:
    _ordered(world, CE)
    _deleted(world, "thumbnails-ce-v1")


def no_ami_named(world: Healthy) -> None:
    world.strict.client("ssm").put_parameter(Name="/custom/ami", Value="none", Type="String", Overwrite=True)


def ami_named(world: Healthy) -> None:
    world.strict.client("ssm").put_parameter(
        Name="/custom/ami", Value=world.strict.ami(), Type="String", Overwrite=True
    )


def undefined(world: Healthy) -> None:
    batch = world.strict.batch
    for one in batch.describe_job_definitions(jobDefinitionName=DEFINITION, status="ACTIVE")["jobDefinitions"]:
        batch.deregister_job_definition(jobDefinition=one["jobDefinitionArn"])


def registered(**changes: Any) -> Act:
    """A revision that differs: of its own members, or of its containerProperties'."""

    def act(world: Healthy) -> None:
        wanted = desired_definition(world.strict.stack)
        properties = dict(wanted.properties)
        own = {key: value for key, value in changes.items() if key in ("retryStrategy", "timeout", "parameters")}
        container = {key: value for key, value in changes.items() if key not in own}
        properties |= own | {"containerProperties": {**properties["containerProperties"], **container}}
        world.strict.batch.register_job_definition(jobDefinitionName=wanted.name, **properties)

    return act
