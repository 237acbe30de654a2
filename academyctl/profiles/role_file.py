"""The shape of `roles/NAME.yaml`, and what must hold between its parts."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from academyctl.model.role import Alias, Consumer, KeySpec, OneOf, Role, ValueType
from academyctl.model.value_type import type_problem
from academyctl.profiles.faults import Faults
from academyctl.profiles.shape import Either, Flag, Listing, Mapped, Record, Shape, Slot, Text

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
KINDS = ("str", "int", "port", "bool", "url", "host")

_name: Shape = Text(pattern=NAME, means="a key name (letters, digits and _)")

KEY = Record(
    {
        "required": Slot(Flag(), "true: a push without it is refused", default=False),
        "secret": Slot(Flag(), "true: a credential", default=False),
        "type": Slot(
            Text(
                pattern=rf"{'|'.join(KINDS)}|enum:.+|regex:.+",
                means=f"{', '.join(KINDS)}, enum:a,b or regex:…",
            ),
            "what the value must be; enum:a,b lists the words, regex:… must match all of it",
            default="str",
        ),
        "default": Slot(Text(), "what the code uses when the key is absent"),
        "example": Slot(Text(), "what `env template` fills in; checks never do"),
        "about": Slot(Text(), "what the key is for", default=""),
        "used_by": Slot(Listing(Text()), "the code that reads it", default=()),
        "with": Slot(_name, "the key that must stand beside it", default=""),
        "required_when": Slot(
            Text(pattern=rf"{NAME}(=.*)?", means="OTHER or OTHER=value"),
            "OTHER (set) or OTHER=value: then this key is required",
            default="",
        ),
    }
)

ONE_OF = Record(
    {
        "keys": Slot(Listing(_name, least=1), "at least one of them has a value", required=True, default=()),
        "same": Slot(Flag(), "true: those that have a value must agree", default=False),
        "about": Slot(Text(), "why", default=""),
    }
)

ALIAS = Either(
    Text(pattern=NAME, means="a key name, or the parts of a redis URL"),
    Record(
        {
            part: Slot(_name, f"the key that takes the URL's {part}", required=True, default="")
            for part in ("host", "port", "password", "db")
        }
    ),
)

ROLE = Record(
    {
        "role": Slot(Text(pattern=r"[a-z][a-z0-9-]*", means="a lower-case name"), "the file's name", required=True),
        "about": Slot(Text(), "what the component is", default=""),
        "parameter": Slot(
            Text(pattern=r"/[A-Za-z0-9_.\-/]+", means="an SSM parameter name that starts with /"),
            "the SSM parameter that holds the blob, unless the stack names another",
            required=True,
            default="",
        ),
        "container": Slot(Text(), "the docker container that runs it", default=""),
        "consumer": Slot(Text(choices=tuple(Consumer)), "who reads the blob", required=True, default=Consumer.DOTENV),
        "keys": Slot(Mapped(KEY, NAME, empty_as={}), "the declared keys, in the order they are written", True, {}),
        "one_of": Slot(Listing(ONE_OF), "groups of which one must be set", default=()),
        "aliases": Slot(Mapped(ALIAS, NAME), "names other systems use: old name → new name", default={}),
        "passthrough": Slot(
            Listing(Text(pattern=r"[A-Za-z_][A-Za-z0-9_]*\*?", means="a key name, or a prefix and one *")),
            "undeclared keys that belong to this role",
            default=(),
        ),
        "entrypoints": Slot(Listing(Text()), "modules the code audit starts from", default=()),
        "runtime": Slot(Listing(_name), "names the platform sets: never in a blob, never required", default=()),
    }
)


def read_role(root: yaml.Node, name: str, faults: Faults) -> Role:
    """The role of a composed file. What is wrong is in `faults`; the role is then not to be used."""
    raw = ROLE.read(root, "", faults)
    if raw["role"] and raw["role"] != name:
        faults.add("role", f"must be {name}, the name of its file")
    if name == "all":
        faults.add("role", "must not be all, which means every role")
    role = Role(
        name=name,
        about=raw["about"],
        parameter=raw["parameter"],
        container=raw["container"],
        consumer=Consumer(raw["consumer"]) if raw["consumer"] in tuple(Consumer) else Consumer.DOTENV,
        keys=tuple(_key(key, KEY_DEFAULTS | fields) for key, fields in raw["keys"].items()),
        one_of=tuple(OneOf(**group) for group in raw["one_of"]),
        aliases=tuple(_alias(old, new) for old, new in raw["aliases"].items()),
        passthrough=raw["passthrough"],
        entrypoints=raw["entrypoints"],
        runtime=raw["runtime"],
    )
    for path, message in _broken_references(role):
        faults.add(path, message)
    return role


KEY_DEFAULTS: dict[str, Any] = {name: slot.default for name, slot in KEY.slots.items()}


def _key(name: str, raw: dict[str, Any]) -> KeySpec:
    kind, _, argument = raw["type"].partition(":")
    return KeySpec(
        name=name,
        required=raw["required"],
        secret=raw["secret"],
        type=ValueType(kind=kind, argument=argument),
        default=raw["default"],
        example=raw["example"],
        about=raw["about"],
        used_by=raw["used_by"],
        needs=raw["with"],
        required_when=raw["required_when"],
    )


def _alias(old: str, new: Any) -> Alias:
    return Alias(old=old, new=new) if isinstance(new, str) else Alias(old=old, parts=tuple(new.items()))


def _broken_references(role: Role) -> Iterator[tuple[str, str]]:
    """Names that a file gives must be names it declares, and each name has one meaning: (key path, what is wrong)."""
    declared = {spec.name for spec in role.keys}
    named = [(f"one_of[{i}].keys[{j}]", key) for i, group in enumerate(role.one_of) for j, key in enumerate(group.keys)]
    for path, key in named:
        if key not in declared:
            yield path, f"names {key}, which is not declared"
    for i, name in enumerate(role.runtime):
        if name in declared:
            yield f"runtime[{i}]", f"names {name}, which is declared as a key too"
    for spec in role.keys:
        yield from _broken_key(spec, declared)
    for alias in role.aliases:
        yield from _broken_alias(alias, declared)


def _broken_key(spec: KeySpec, declared: set[str]) -> Iterator[tuple[str, str]]:
    at = f"keys.{spec.name}"
    for path, other in ((f"{at}.with", spec.needs), (f"{at}.required_when", spec.required_when.partition("=")[0])):
        if other == spec.name:
            yield path, "names the key itself"
        elif other and other not in declared:
            yield path, f"names {other}, which is not declared"
    if spec.type.kind == "regex" and not _is_regex(spec.type.argument):
        yield f"{at}.type", "is not a regular expression"
    elif spec.default is not None and (problem := type_problem(spec.type, spec.default)):
        yield f"{at}.default", f"{problem}, the key's own type"


def _broken_alias(alias: Alias, declared: set[str]) -> Iterator[tuple[str, str]]:
    at = f"aliases.{alias.old}"
    if alias.old in declared:
        yield at, "is declared as a key too"
    for path, key in [(at, alias.new)] if alias.new else [(f"{at}.{part}", key) for part, key in alias.parts]:
        if key not in declared:
            yield path, f"maps to {key}, which is not declared"


def _is_regex(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, OverflowError):
        return False
    return True


def broken_agreements(role: Role, others: tuple[Role, ...]) -> Iterator[tuple[str, str]]:
    """An old name means one thing in all roles, and is a key of none: (key path in `role`'s file, what is wrong)."""
    for alias in role.aliases:
        for other in others:
            if any(spec.name == alias.old for spec in other.keys):
                yield f"aliases.{alias.old}", f"is declared as a key in roles/{other.name}.yaml"
            if any(theirs.old == alias.old and theirs != alias for theirs in other.aliases):
                yield f"aliases.{alias.old}", f"maps to something else in roles/{other.name}.yaml"
