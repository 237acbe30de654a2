"""What the code audit sees: references to env keys, reads whose name it cannot tell, files it cannot parse."""

from enum import StrEnum
from typing import NamedTuple


class How(StrEnum):
    """By what a key is read. The words are part of the JSON that scripts read."""

    GETENV = "getenv"
    SUBSCRIPT = "environ[]"
    GET = "environ.get"
    POP = "pop"
    SETDEFAULT = "setdefault"
    IN = "in"
    WRAPPER = "wrapper"
    """Through a function of the code that takes the name."""
    SETTINGS = "settings"
    """Through a Django setting that was assigned from it."""
    PYDANTIC = "pydantic"
    CONFIG = "config"
    """Through decouple, django-environ, environs or starlette."""
    OPTION = "option"
    """`envvar=` of a click or typer option."""
    EXPANDVARS = "expandvars"
    IMPLICIT = "implicit"
    """By a library that is imported."""


class Reference(NamedTuple):
    """`group`: the other keys of an `A or B`. `required`: the call has nothing to fall back on.

    `roles` reach it from their entry points; a role that has none in the scanned files reaches everything.
    """

    name: str
    path: str
    line: int
    how: How
    required: bool = False
    group: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    module: str = ""


class DynamicRead(NamedTuple):
    """`what` is the source's own call, cut short: names of code, never of a value."""

    path: str
    line: int
    what: str
    roles: tuple[str, ...] = ()
    module: str = ""


class Unparsed(NamedTuple):
    """`line` is 0 where the whole file cannot be read. `why` quotes nothing of the file."""

    path: str
    line: int
    why: str


class UndefinedSetting(NamedTuple):
    name: str
    path: str
    line: int
    roles: tuple[str, ...] = ()


class Survey(NamedTuple):
    """Everything that one scan saw. `entered` are the roles that have an entry point in the scanned files."""

    files: int = 0
    references: tuple[Reference, ...] = ()
    dynamic: tuple[DynamicRead, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()
    undefined: tuple[UndefinedSetting, ...] = ()
    entered: tuple[str, ...] = ()
