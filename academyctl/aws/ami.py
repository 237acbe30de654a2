"""Which AMI is wanted and which AMIs there are: SSM's public parameters, and EC2's images."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.batch import Ami
from academyctl.model.errors import NotFound, Refusal


def read_recommended(connection: Connection, parameter: str) -> str:
    """The AMI id that a public parameter names: `…/recommended` is JSON, `…/recommended/image_id` the id alone.

    NotFound when there is no such parameter, Refusal when its value names no AMI
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html).
    """
    answer = connection.call(
        "ssm", "get_parameters", doing=f"reading {parameter}", gives="Parameters", Names=[parameter]
    )
    if not answer["Parameters"]:
        raise NotFound(f"{parameter} does not exist", hint="correct compute_environment.ami in the stack file")
    named = _image_id(str(answer["Parameters"][0]["Value"]))
    if not named.startswith("ami-"):
        raise Refusal(
            f"{parameter} names no AMI", code="ce.ami", hint="correct compute_environment.ami in the stack file"
        )
    return named


def _image_id(value: str) -> str:
    if not value.lstrip().startswith("{"):
        return value.strip()
    try:
        return str(json.loads(value).get("image_id", ""))
    except ValueError:
        return ""


def read_images(connection: Connection, ids: Iterable[str]) -> dict[str, Ami]:
    """AMI id → image. One that does not exist, or was deregistered, is not there.

    A filter and not ImageIds: of those EC2 refuses the whole call for one that is gone.
    """
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    answer = connection.call(
        "ec2",
        "describe_images",
        doing="reading AMIs",
        gives="Images",
        Filters=[{"Name": "image-id", "Values": wanted}],
        IncludeDeprecated=True,
    )
    return {
        raw["ImageId"]: Ami(
            id=raw["ImageId"],
            architecture=raw.get("Architecture", ""),
            name=raw.get("Name", ""),
            created=raw.get("CreationDate", ""),
            state=raw.get("State", ""),
        )
        for raw in answer["Images"]
    }


def read_launch_template(connection: Connection, named: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A compute environment's launch template with its version as a number, and the AMI that this version names or "".

    Batch freezes `$Latest` and `$Default` when an environment is created; a number says which one a new one gets
    (User Guide, "Use Amazon EC2 launch templates").
    """
    template = {name: value for name, value in named.items() if name in ("launchTemplateId", "launchTemplateName")}
    asked = {name[:1].upper() + name[1:]: value for name, value in template.items()}
    answer = connection.call(
        "ec2",
        "describe_launch_template_versions",
        doing="reading the launch template",
        gives="LaunchTemplateVersions",
        Versions=[str(named.get("version") or "$Default")],
        **asked,
    )
    if not answer["LaunchTemplateVersions"]:
        raise NotFound(f"launch template {next(iter(template.values()), '')} has no such version")
    found = answer["LaunchTemplateVersions"][0]
    image = str(found.get("LaunchTemplateData", {}).get("ImageId", ""))
    return {**template, "version": str(found["VersionNumber"])}, image
