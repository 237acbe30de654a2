"""Shapes: what a YAML node must look like. One declaration reads the node and writes its JSON Schema.

Every scalar is taken as the text that stands in the file, so `NO`, `017`, `1_000` and `12:30:45` stay what they look
like (PyYAML's own schema would make them a bool, octals and sexagesimals).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import yaml

from academyctl.profiles.faults import Faults, join


class Shape(Protocol):
    def read(self, node: yaml.Node, path: str, faults: Faults) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


class Text(NamedTuple):
    """A scalar, as text. `pattern` must match all of it; `means` says the pattern in words."""

    pattern: str = ""
    means: str = "text"
    choices: tuple[str, ...] = ()
    may_be_empty: bool = True

    def read(self, node: yaml.Node, path: str, faults: Faults) -> str:
        if not isinstance(node, yaml.ScalarNode):
            faults.add(path, f"must be {self.means}")
            return ""
        text = str(node.value)
        if self.choices and text not in self.choices:
            faults.add(path, f"must be one of {', '.join(self.choices)}")
        elif self.pattern and not re.fullmatch(self.pattern, text):
            faults.add(path, f"must be {self.means}")
        elif not text and not self.may_be_empty:
            faults.add(path, "must not be empty")
        return text

    def schema(self) -> dict[str, Any]:
        if self.choices:
            return {"enum": list(self.choices)}
        # Editors apply YAML's own types, where an unquoted 6379 is a number; the text is what counts here.
        schema: dict[str, Any] = {"type": ["string", "number", "boolean", *(["null"] if self.may_be_empty else [])]}
        if self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$"
        if not self.may_be_empty:
            schema["minLength"] = 1
        return schema


class Flag(NamedTuple):
    """`true` or `false`, in just these words."""

    def read(self, node: yaml.Node, path: str, faults: Faults) -> bool:
        if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
            faults.add(path, "must be true or false")
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
        if not re.fullmatch(r"0|[1-9][0-9]{0,9}", text) or not self.least <= int(text) <= self.most:
            faults.add(path, f"must be a whole number from {self.least} to {self.most}")
            return self.least
        return int(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Listing(NamedTuple):
    """A list of one shape, of at least so many."""

    of: Shape
    least: int = 0

    def read(self, node: yaml.Node, path: str, faults: Faults) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            faults.add(path, "must be a list" if self.least else "must be a list; [] says none")
            return ()
        if len(node.value) < self.least:
            faults.add(path, f"must name at least {self.least}")
        return tuple(self._items(node, path, faults))

    def _items(self, node: yaml.SequenceNode, path: str, faults: Faults) -> Iterator[Any]:
        for i, item in enumerate(node.value):
            at = f"{path}[{i}]"
            faults.mark(at, item)
            yield self.of.read(item, at, faults)

    def schema(self) -> dict[str, Any]:
        least = {"minItems": self.least} if self.least else {}
        return {"type": "array", "items": self.of.schema(), **least}


class Mapped(NamedTuple):
    """A mapping whose keys are free names of `key_pattern`, whose values have one shape. Order is kept."""

    of: Shape
    key_pattern: str = r"\S+"
    empty_as: Any = None

    def read(self, node: yaml.Node, path: str, faults: Faults) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, at, value in pairs(node, path, faults):
            if not re.fullmatch(self.key_pattern, key):
                faults.add(at, "is not a name this file can hold")
            elif self.empty_as is not None and isinstance(value, yaml.ScalarNode) and not value.value:
                found[key] = self.empty_as
            else:
                found[key] = self.of.read(value, at, faults)
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
        for key, at, value in pairs(node, path, faults):
            seen.add(key)
            if key in self.slots:
                found[key] = self.slots[key].shape.read(value, at, faults)
            else:
                faults.add(at, f"is unknown here; {_likely(key, self.slots)}")
        for name, slot in self.slots.items():
            if slot.required and name not in seen and isinstance(node, yaml.MappingNode):
                faults.add(join(path, name), "is missing")
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


def _likely(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"


class Either(NamedTuple):
    """Text where the node is a scalar, a record where it is a mapping."""

    text: Text
    record: Record

    def read(self, node: yaml.Node, path: str, faults: Faults) -> Any:
        return (self.record if isinstance(node, yaml.MappingNode) else self.text).read(node, path, faults)

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [self.text.schema(), self.record.schema()]}


def pairs(node: yaml.Node, path: str, faults: Faults) -> Iterator[tuple[str, str, yaml.Node]]:
    """Key, key path and value of each entry of a mapping node; a duplicate, a merge and a key that is no text are
    faults."""
    if not isinstance(node, yaml.MappingNode):
        faults.add(path, "must be a mapping")
        return
    seen = set()
    for key, value in node.value:
        at = join(path, str(key.value))
        if not isinstance(key, yaml.ScalarNode):
            faults.add(path, "has a key that is not text", at=key)
        elif key.value == "<<":
            faults.add(at, "merges, which is not read here: write the fields out", at=key)
        elif at in seen:
            faults.add(at, f"stands twice, first in line {faults.line(at)}", at=key)
        else:
            seen.add(at)
            faults.mark(at, key)
            yield str(key.value), at, value
