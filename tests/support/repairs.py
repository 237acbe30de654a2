"""Carrying out what a hint says, as it stands."""

import re

from tests.support.healthy import Healthy


def aws(world: Healthy, line: str) -> None:
    """Carries out `aws SERVICE OPERATION --option value …` as the aws CLI would."""
    _, service, operation, *rest = line.split()
    client, name = world.strict.client(service), operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name]).input_shape
    spelled = {member.lower(): member for member in shape.members}
    options = {spelled[option[2:].replace("-", "")]: value for option, value in zip(rest[::2], rest[1::2], strict=True)}
    getattr(client, name)(**options)
    world.strict.control.advance(1)


def commands(hint: str) -> list[str]:
    """The command lines of a hint, without the words round them."""
    return [found.strip() for found in re.findall(r"(?:academyctl|aws) [^;,]+", hint)]
