"""What an expression can stand for, as far as the source alone tells."""

import ast
from typing import NamedTuple

from academyctl.scan.scope import Module, Scope


class Ext(NamedTuple):
    """Something outside of the scanned files, by its dotted name. `without`: keys that a copy of the environment has
    from elsewhere."""

    name: str
    without: frozenset[str] = frozenset()


class Inside(NamedTuple):
    module: Module


class Func(NamedTuple):
    """`skip` parameters are given already: self, or the class."""

    scope: Scope
    skip: int = 0


class Cls(NamedTuple):
    scope: Scope


class Inst(NamedTuple):
    scope: Scope


class Made(NamedTuple):
    """What an outside factory returns."""

    name: str


class Partial(NamedTuple):
    of: "Value"
    call: ast.Call
    scope: Scope
    at: int


Value = Ext | Inside | Func | Cls | Inst | Made | Partial


class Place(NamedTuple):
    """An expression where and when it is evaluated: at a line of its scope's frame."""

    expr: ast.expr
    scope: Scope
    at: int


def is_environ(value: Value | None) -> bool:
    return isinstance(value, Ext) and value.name in ENVIRON


ENVIRON = frozenset({"os.environ", "os.environb", "posix.environ"})
