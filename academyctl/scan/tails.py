"""The last names of what an expression may stand for: a cheap first sieve, which lets too much through."""

import ast
from collections.abc import Iterator

MERGERS = {"ChainMap": 9}
"""How many arguments a call may stand for, where that is not the first alone."""


def tails(node: ast.expr | None) -> Iterator[str]:
    """`os.environ` and `x or os.environ` for environ, `Env()` and `partial(Env)` for Env."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Call():
            yield from _of_call(node)
        case ast.NamedExpr(value=value):
            yield from tails(value)
        case _:
            for one in _parts(node):
                yield from tails(one)


def _parts(node: ast.expr | None) -> list[ast.expr]:
    match node:
        case ast.BoolOp(values=values):
            return values
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [left, right]
        case ast.Dict(keys=keys, values=values) if None in keys:
            return [value for key, value in zip(keys, values, strict=True) if key is None]
    return []


def _of_call(call: ast.Call) -> Iterator[str]:
    match call:
        case ast.Call(func=ast.Attribute(value=owner, attr="copy"), args=[]):
            yield from tails(owner)
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
            yield name
        case ast.Call(func=function, args=arguments):
            yield from tails(function)
            spread = [word.value for word in call.keywords if word.arg is None]
            for one in (*arguments[: MERGERS.get(_last(function), 1)], *spread):
                if isinstance(one, ast.Name | ast.Attribute):
                    yield from tails(one)


def _last(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
