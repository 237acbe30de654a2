"""A sound env for every role, made up: what an account of the stack would hold."""

import secrets
from collections.abc import Iterable, Iterator

from academyctl.envfile.write import render_blob
from academyctl.model.env import Entry
from academyctl.model.errors import UsageError
from academyctl.model.role import KeySpec, Role
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite
from academyctl.model.stack import Stack
from academyctl.plan.ssm import Desired, in_order, plan_put, put_options

_OF_TYPE = {"int": "0", "port": "5432", "bool": "false"}


def seed_writes(stack: Stack, roles: Iterable[Role]) -> Iterator[ParameterWrite]:
    """The first version of each role's parameter. A key that two roles share has one value."""
    values: dict[str, str] = {}
    for role in roles:
        env = {spec.name: values.setdefault(spec.name, sample(spec)) for spec in wanted(role)}
        ordered = in_order({key: Entry(key, Secret(value)) for key, value in env.items()}, role)
        rendered = render_blob(ordered, role.consumer, role=role.name)
        desired = Desired(role=role, parameter=stack.parameter(role.name), env=ordered, text=rendered.text)
        write = plan_put(desired, None, put_options(stack)).write
        if write is not None:
            yield write


def wanted(role: Role) -> tuple[KeySpec, ...]:
    """The keys that a sound env has: the required ones, one of each group, and what must stand beside them."""
    names = {spec.name for spec in role.keys if spec.required or spec.required_when}
    names |= {_one(group.keys, role) for group in role.one_of if not names & set(group.keys)}
    names |= {spec.needs for spec in role.keys if spec.name in names and spec.needs}
    return tuple(spec for spec in role.keys if spec.name in names)


def _one(keys: Iterable[str], role: Role) -> str:
    """Of a group the key with an example, else the first."""
    examples = {spec.name for spec in role.keys if spec.example is not None}
    group = tuple(keys)
    return next((key for key in group if key in examples), group[0])


def sample(spec: KeySpec) -> str:
    """A value of the key's type: random for a secret, else its example, its default or one that tells its name."""
    if spec.secret:
        return secrets.token_urlsafe(24)
    given = spec.example if spec.example is not None else spec.default
    return given if given else _of_type(spec)


def _of_type(spec: KeySpec) -> str:
    name = spec.name.lower().replace("_", "-")
    match spec.type.kind:
        case "str":
            return name
        case "host":
            return f"{name}.sandbox.internal"
        case "url":
            return f"https://{name}.sandbox.example"
        case "enum":
            return spec.type.argument.partition(",")[0]
        case "regex":
            raise UsageError(
                f"no value of {spec.name} can be made up from its pattern",
                code="sandbox.sample",
                hint=f"give {spec.name} an example in its role file, or: --empty",
            )
        case kind:
            return _OF_TYPE[kind]
