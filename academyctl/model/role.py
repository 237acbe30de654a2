"""What a role file declares: the keys one component needs, and who reads its blob."""

from dataclasses import dataclass, field
from enum import StrEnum


class Consumer(StrEnum):
    """Who reads the role's blob. The readers disagree on quotes, comments, `$` and `\\`."""

    DOCKER = "docker-env-file"
    DOTENV = "dotenv"


@dataclass(frozen=True, kw_only=True)
class ValueType:
    """`str`, `int`, `port`, `bool`, `url`, `host`, or `enum`/`regex` with its argument."""

    kind: str = "str"
    argument: str = ""


@dataclass(frozen=True, kw_only=True)
class KeySpec:
    """One declared key. `required_when` is `OTHER` (set and not empty) or `OTHER=value`."""

    name: str
    required: bool = False
    secret: bool = False
    type: ValueType = field(default_factory=ValueType)
    default: str | None = None
    example: str | None = None
    about: str = ""
    used_by: tuple[str, ...] = ()
    needs: str = ""
    required_when: str = ""


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """At least one of `keys` has a value; with `same`, those that have one agree."""

    keys: tuple[str, ...]
    same: bool = False
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A name other systems use. It maps to `new`, or (a redis URL) expands into `parts`: host, port, password, db."""

    old: str
    new: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.new,) if self.new else tuple(key for _, key in self.parts)


@dataclass(frozen=True, kw_only=True)
class Role:
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
