"""Which AMI is wanted and which AMIs there are: SSM's public parameters, and EC2's images."""

import json
from collections.abc import Iterable

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
