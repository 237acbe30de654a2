"""The ECS images that moto's EC2 knows, by the date in their names, and how old they are."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.ec2.models import ec2_backends

AL2023_ARM = re.compile(r"al2023-ami-ecs-hvm-\d{4}\.\d+\.(\d{8})-kernel-[\d.]+-arm64")
AL2023_X86 = re.compile(r"al2023-ami-ecs-hvm-\d{4}\.\d+\.(\d{8})-kernel-[\d.]+-x86_64")


def images_named(account: str, region: str, pattern: "re.Pattern[str]") -> list[str]:
    """Ids, the newest first by the date that the pattern's group finds."""
    images = _ec2(account, region).amis.values()
    dated = [(found[1], image.id) for image in images if (found := pattern.fullmatch(image.name or ""))]
    return [name for _, name in sorted(dated, reverse=True)]


def age_image(account: str, region: str, image: str, age: timedelta) -> None:
    """Its CreationDate is so long ago: moto makes every image when it starts."""
    _ec2(account, region).amis[image].creation_date = datetime.now(UTC).replace(tzinfo=None) - age


def _ec2(account: str, region: str) -> Any:
    return ec2_backends[account][region]
