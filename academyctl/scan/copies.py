"""Copies of the environment: `{**os.environ}`, `os.environ | {…}`, dict(), copy(), ChainMap. Keys that a copy has from
elsewhere are no reads of the environment.
"""

import ast
from collections.abc import Callable, Iterable

from academyctl.scan.values import Ext, Value, is_environ

CALLED = frozenset({"os.environ.copy", "os.environb.copy", "os.environ.__copy__"})
WRAPPERS = frozenset({"builtins.dict", "copy.copy", "copy.deepcopy", "types.MappingProxyType", "collections.ChainMap"})
Resolve = Callable[[ast.expr], Value | None]


def of_expression(expr: ast.expr, resolve: Resolve) -> Ext | None:
    match expr:
        case ast.Dict(keys=keys) if None in keys:
            return _of_display(expr, resolve)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _of_union(left, right, resolve)
    return None


def _of_display(display: ast.Dict, resolve: Resolve) -> Ext | None:
    """Of `{…, **os.environ, "A": …}`: what follows it is the display's own."""
    found: Ext | None = None
    for key, value in zip(display.keys, display.values, strict=True):
        if key is None:
            found = _environ(resolve(value)) or found
        elif found:
            found = found._replace(without=found.without | _texts([key]))
    return found


def _of_union(left: ast.expr, right: ast.expr, resolve: Resolve) -> Ext | None:
    """Of `A | B`: the right one's keys win."""
    whole = _environ(resolve(right))
    if whole:
        return whole
    found = _environ(resolve(left))
    over = right.keys if isinstance(right, ast.Dict) else []
    return found and found._replace(without=found.without | _texts(over))


def of_call(name: str, call: ast.Call, resolve: Resolve) -> Ext | None:
    if name not in WRAPPERS:
        return None
    spread = [word.value for word in call.keywords if word.arg is None]
    found = next((one for one in map(_environ, map(resolve, [*call.args, *spread])) if one), None)
    given = {word.arg for word in call.keywords if word.arg} if name == "builtins.dict" else set()
    return found and found._replace(without=found.without | given)


def _environ(value: Value | None) -> Ext | None:
    return value if isinstance(value, Ext) and is_environ(value) else None


def _texts(keys: Iterable[ast.expr | None]) -> frozenset[str]:
    return frozenset(key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
