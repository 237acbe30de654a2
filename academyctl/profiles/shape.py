"""Shapes: what a YAML node must look like. One declaration reads the node and writes its JSON Schema.

Every scalar is taken as the text that stands in the file, so `NO`, `017`, `1_000` and `12:30:45` stay what they look
like (PyYAML's own schema would make them a bool, octals and sexagesimals).
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import yaml

from academyctl.model.finding import Finding, Location, error


class Faults:
    """The errors of one file, collected."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def add(self, node: yaml.Node | None, key_path: str, message: str) -> None:
        line = node.start_mark.line + 1 if node is not None else 1
        at = Location(path=self.path, line=line)
        self.findings.append(error("profile.invalid", key_path or "(file)", message, at=at))


class Shape(Protocol):
    def read(self, node: yaml.Node, path: str, faults: Faults) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


class Text(NamedTuple):
    """A scalar, as text. `pattern` must match all of it; `means` says the pattern in words."""

    pattern: str = ""
    means: str = ""
    choices: tuple[str, ...] = ()
    may_be_empty: bool = True

    def read(self, node: yaml.Node, path: str, faults: Faults) -> str:
        if not isinstance(node, yaml.ScalarNode):
            faults.add(node, path, "must be text")
            return ""
        text = str(node.value)
        if self.choices and text not in self.choices:
            faults.add(node, path, f"must be one of {', '.join(self.choices)}")
        elif self.pattern and not re.fullmatch(self.pattern, text):
            faults.add(node, path, f"must be {self.means}")
        elif not text and not self.may_be_empty:
            faults.add(node, path, "must not be empty")
        return text

    def schema(self) -> dict[str, Any]:
        if self.choices:
            return {"enum": list(self.choices)}
        # Editors apply YAML's own types, where an unquoted 6379 is a number; the text is what counts here.
        kinds: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
        return {**kinds, **({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})}


class Flag(NamedTuple):
    """`true` or `false`, in just these words."""

    def read(self, node: yaml.Node, path: str, faults: Faults) -> bool:
        if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
            faults.add(node, path, "must be true or false")
            return False
        return bool(node.value == "true")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Whole(NamedTuple):
    """A whole number in decimal digits, `least` to `most`."""

    least: int = 0
    most: int = 2**31

    def read(self, node: yaml.Node, path: str, faults: Faults) -> int:
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        # A leading zero would be an octal to other readers.
        if not re.fullmatch(r"0|[1-9][0-9]*", text) or not self.least <= int(text) <= self.most:
            faults.add(node, path, f"must be a whole number from {self.least} to {self.most}")
            return self.least
        return int(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Listing(NamedTuple):
    """A list of one shape."""

    of: Shape

    def read(self, node: yaml.Node, path: str, faults: Faults) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            faults.add(node, path, "must be a list")
            return ()
        return tuple(self.of.read(item, f"{path}[{i}]", faults) for i, item in enumerate(node.value))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema()}


class Mapped(NamedTuple):
    """A mapping whose keys are free names of `key_pattern`, whose values have one shape. Order is kept."""

    of: Shape
    key_pattern: str = r"\S+"
    empty_as: Any = None

    def read(self, node: yaml.Node, path: str, faults: Faults) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs(node, path, faults):
            if not re.fullmatch(self.key_pattern, key):
                faults.add(value, join(path, key), "is not a name this file can hold")
            elif self.empty_as is not None and isinstance(value, yaml.ScalarNode) and not value.value:
                found[key] = self.empty_as
            else:
                found[key] = self.of.read(value, join(path, key), faults)
        return found

    def schema(self) -> dict[str, Any]:
        of = self.of.schema() if self.empty_as is None else {"oneOf": [self.of.schema(), {"type": "null"}]}
        return {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {f"^(?:{self.key_pattern})$": of},
        }


class Slot(NamedTuple):
    """One field of a record: its shape, whether it must stand, what it means."""

    shape: Shape
    about: str
    required: bool = False
    default: Any = None


class Record(NamedTuple):
    """A mapping with declared fields; an unknown or a missing one is an error."""

    slots: Mapping[str, Slot]

    def read(self, node: yaml.Node, path: str, faults: Faults) -> dict[str, Any]:
        found = {name: slot.default for name, slot in self.slots.items()}
        seen = set()
        for key, value in pairs(node, path, faults):
            seen.add(key)
            if key in self.slots:
                found[key] = self.slots[key].shape.read(value, join(path, key), faults)
            else:
                faults.add(value, join(path, key), f"is unknown here; known: {', '.join(self.slots)}")
        for name, slot in self.slots.items():
            if slot.required and name not in seen and isinstance(node, yaml.MappingNode):
                faults.add(node, join(path, name), "is missing")
        return found

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [name for name, slot in self.slots.items() if slot.required],
            "properties": {
                name: {"description": slot.about, **slot.shape.schema()} for name, slot in self.slots.items()
            },
        }


class Either(NamedTuple):
    """Text where the node is a scalar, a record where it is a mapping."""

    text: Text
    record: Record

    def read(self, node: yaml.Node, path: str, faults: Faults) -> Any:
        return (self.record if isinstance(node, yaml.MappingNode) else self.text).read(node, path, faults)

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [self.text.schema(), self.record.schema()]}


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def pairs(node: yaml.Node, path: str, faults: Faults) -> list[tuple[str, yaml.Node]]:
    """The entries of a mapping node; a duplicate key and a key that is no scalar are faults."""
    if not isinstance(node, yaml.MappingNode):
        faults.add(node, path, "must be a mapping")
        return []
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            faults.add(key, path, "has a key that is not text")
        elif key.value in found:
            faults.add(key, join(path, str(key.value)), "stands twice")
        else:
            found[str(key.value)] = value
    return list(found.items())


def locate(root: yaml.Node, path: str) -> yaml.Node:
    """The node at a dotted key path, or the nearest one above it."""
    for name in path.split("."):
        below = root.value if isinstance(root, yaml.MappingNode) else []
        root = next((value for key, value in below if key.value == name), root)
    return root


def compose(text: str, faults: Faults) -> yaml.Node | None:
    """The root node of one YAML document; a file that is no YAML, empty, or self-referring is a fault."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as broken:
        at = broken.problem_mark.line + 1 if broken.problem_mark else 1
        message = f"is not YAML: {broken.problem}"
        faults.findings.append(error("profile.invalid", "(file)", message, at=Location(path=faults.path, line=at)))
        return None
    except yaml.YAMLError:
        faults.add(None, "", "is not YAML: it holds a character that YAML forbids")
        return None
    if root is None:
        faults.add(None, "", "is empty")
    return root
