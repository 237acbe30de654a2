"""The half of the pass that binds names: assignments, unpacking, loops, parameters."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from academyctl.scan.scope import Binding, Each, Kind, Module, Param, Part, Scope, Use
from academyctl.scan.tails import tails


class Names(ABC):
    def __init__(self, module: Module) -> None:
        self.module = module

    @abstractmethod
    def expressions(self, stack: list[Any], scope: Scope) -> None:
        """Walks the expressions that stand in a target or a default."""

    def bind(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        match target:
            case ast.Name(id=name):
                self._bind_name(name, value, target.lineno, scope)
            case ast.Tuple(elts=names) | ast.List(elts=names):
                self._unpack(names, value, scope, target.lineno)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                self._bind_attribute(name, value, target.lineno, scope)
            case ast.Attribute(value=owner):
                self.expressions([owner], scope)
            case ast.Subscript(value=owner, slice=key):
                self.module.writes.append((target, value, scope))
                self.expressions([owner, key], scope)

    def _bind_name(self, name: str, value: ast.expr, line: int, scope: Scope) -> None:
        frame = scope.frame
        if frame.kind is Kind.FUNCTION and name in frame.outer_names:
            frame = self.module.scope
        frame.bind(name, Binding(line, value, scope))
        self.alias(value, name)

    def _bind_attribute(self, name: str, value: ast.expr, line: int, scope: Scope) -> None:
        owner = scope.frame.parent
        if owner is not None and owner.frame.kind is Kind.CLASS:
            owner.frame.bind(name, Binding(line, value, scope))
            self.alias(value, name)

    def alias(self, value: ast.expr, name: str) -> None:
        if value.__class__ is ast.Lambda and value in self.module.inner:
            self.module.inner[value].name = name
        elif value.__class__ is not ast.Constant:
            for tail in tails(value):
                if tail != name:
                    self.module.aliases.append((tail, name))

    def _unpack(self, names: Sequence[ast.expr], value: ast.expr, scope: Scope, line: int) -> None:
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(names):
            for target, part in zip(names, value.elts, strict=True):
                self.bind(target, part, scope)
            return
        for name, path in _paths(names):
            scope.frame.bind(name, Binding(line, None if path is None else Part(value, path), scope))

    def loop_names(self, target: ast.expr, over: ast.expr, block: Scope) -> None:
        self.module.sweeps.append(Use(over, block))
        if isinstance(target, ast.Attribute | ast.Subscript):
            self.expressions([target], block)
        for name, path in _paths([target]):
            block.bind(name, Binding(target.lineno, None if path is None else Each(over, path[1:]), block))

    def parameters(self, args: ast.arguments, inner: Scope, outer: Scope) -> None:
        positional = [*args.posonlyargs, *args.args]
        defaults = dict(zip(reversed([one.arg for one in positional]), reversed(args.defaults), strict=False))
        defaults |= {one.arg: value for one, value in zip(args.kwonlyargs, args.kw_defaults, strict=True) if value}
        inner.params = tuple(one.arg for one in (*positional, *args.kwonlyargs))
        inner.positional, inner.defaults = len(positional), defaults
        inner.annotations = {one.arg: one.annotation for one in (*positional, *args.kwonlyargs) if one.annotation}
        inner.vararg = args.vararg.arg if args.vararg else ""
        extra = [one.arg for one in (args.vararg, args.kwarg) if one]
        for name in (*inner.params, *extra):
            inner.bind(name, Binding(0, Param(inner, name), inner))
        for name, value in defaults.items():
            self.alias(value, name)
        self.expressions([*defaults.values(), *annotated(inner.annotations.values())], outer)

    def block(self, scope: Scope) -> Scope:
        return Scope(Kind.BLOCK, scope.name, scope, self.module)


def annotated(annotations: Iterable[ast.expr]) -> list[ast.expr]:
    """Those that hold calls of meaning: `Annotated[str, Option(…)]`."""
    return [one for one in annotations if isinstance(one, ast.Subscript) and "Annotated" in tails(one.value)]


def _paths(targets: Sequence[ast.expr], above: tuple[int, ...] | None = ()) -> list[tuple[str, tuple[int, ...] | None]]:
    """The names that are unpacked to, each with the way to its element. A star and what follows it have none."""
    found: list[tuple[str, tuple[int, ...] | None]] = []
    for place, target in enumerate(targets):
        match target:
            case ast.Name(id=name):
                found.append((name, None if above is None else (*above, place)))
            case ast.Tuple(elts=inner) | ast.List(elts=inner):
                found += _paths(inner, None if above is None else (*above, place))
            case ast.Starred(value=rest):
                above = None
                found += _paths([rest], None)
    return found
