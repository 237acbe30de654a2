"""What a role file declares: the keys one component needs, and who reads its blob.

NamedTuples, made with keywords: to define a frozen dataclass costs ten times as much, and every command defines these.
"""

from enum import StrEnum
from typing import NamedTuple


class Consumer(StrEnum):
    """Who reads the role's blob. The readers disagree on quotes, comments, `$` and `\\`."""

    DOCKER = "docker-env-file"
    DOTENV = "dotenv"


class ValueType(NamedTuple):
    """`str`, `int`, `port`, `bool`, `url`, `host`, or `enum`/`regex` with its argument."""

    kind: str = "str"
    argument: str = ""


class KeySpec(NamedTuple):
    """One declared key. `required_when` is `OTHER` (set and not empty) or `OTHER=value`."""

    name: str
    required: bool = False
    secret: bool = False
    type: ValueType = ValueType()
    default: str | None = None
    example: str | None = None
    about: str = ""
    used_by: tuple[str, ...] = ()
    needs: str = ""
    required_when: str = ""


class OneOf(NamedTuple):
    """At least one of `keys` has a value; with `same`, those that have one agree."""

    keys: tuple[str, ...]
    same: bool = False
    about: str = ""


class Alias(NamedTuple):
    """A name other systems use. It maps to `new`, or (a redis URL) expands into `parts`: host, port, password, db."""

    old: str
    new: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.new,) if self.new else tuple(key for _, key in self.parts)


class Role(NamedTuple):
    """One role file. `runtime` names are set by the platform: declared for the code audit, never in a blob."""

    name: str
    parameter: str
    consumer: Consumer
    container: str = ""
    about: str = ""
    keys: tuple[KeySpec, ...] = ()
    one_of: tuple[OneOf, ...] = ()
    aliases: tuple[Alias, ...] = ()
    passthrough: tuple[str, ...] = ()
    entrypoints: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()
