"""The shape of `roles/NAME.yaml`, and what must hold between its parts."""

import re
from typing import Any

import yaml

from academyctl.model.role import Alias, Consumer, KeySpec, OneOf, Role, ValueType
from academyctl.profiles.shape import Either, Faults, Flag, Listing, Mapped, Record, Shape, Slot, Text, locate

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
        "keys": Slot(Listing(_name), "at least one of them has a value", required=True, default=()),
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
        faults.add(root, "role", f"must be {name}, the name of its file")
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
    _check_references(role, root, faults)
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


def _check_references(role: Role, root: yaml.Node, faults: Faults) -> None:
    """Names that a file gives must be names it declares, and each name has one meaning."""
    declared = {spec.name for spec in role.keys}
    for spec in role.keys:
        for field, other in (("with", spec.needs), ("required_when", spec.required_when.partition("=")[0])):
            if other and other not in declared:
                _fault(f"keys.{spec.name}.{field}", f"names {other}, which is not declared", root, faults)
        if spec.type.kind == "regex":
            _check_regex(spec, root, faults)
    for key in (key for group in role.one_of for key in group.keys if key not in declared):
        _fault("one_of", f"names {key}, which is not declared", root, faults)
    for alias in role.aliases:
        if alias.old in declared:
            _fault(f"aliases.{alias.old}", "is declared as a key too", root, faults)
        for key in (key for key in alias.targets if key not in declared):
            _fault(f"aliases.{alias.old}", f"maps to {key}, which is not declared", root, faults)
    for name in (name for name in role.runtime if name in declared):
        _fault("runtime", f"names {name}, which is declared as a key too", root, faults)


def _check_regex(spec: KeySpec, root: yaml.Node, faults: Faults) -> None:
    try:
        re.compile(spec.type.argument)
    except re.error:
        _fault(f"keys.{spec.name}.type", "is not a regular expression", root, faults)


def _fault(path: str, message: str, root: yaml.Node, faults: Faults) -> None:
    faults.add(locate(root, path), path, message)
