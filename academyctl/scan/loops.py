"""What a loop runs over, as far as literals and constants tell."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from academyctl.scan.folded import NO_ELEMENTS, Bound, Elements, together
from academyctl.scan.lookup import Lookup, pairs
from academyctl.scan.resolve import END
from academyctl.scan.scope import Binding, Each, Imported, Kind, Param, Scope
from academyctl.scan.values import Cls, Place

if TYPE_CHECKING:
    from academyctl.scan.fold import Fold

_SEQUENCES = frozenset({"tuple", "list", "set", "frozenset", "sorted", "reversed", "iter"})


class Loops:
    def __init__(self, lookup: Lookup, fold: "Fold") -> None:
        self.lookup, self.fold = lookup, fold

    def elements(self, place: Place, bound: Bound) -> Elements:
        if not self.fold.effort.enter():
            return NO_ELEMENTS
        try:
            return self._elements(place, bound)
        finally:
            self.fold.effort.leave()

    def _elements(self, place: Place, bound: Bound) -> Elements:
        expr, scope, at = place
        match expr:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return together(self._one(part, scope, at, bound) for part in parts)
            case ast.Dict(keys=keys, values=values):
                return together(
                    Elements((Place(key, scope, at),)) if key else self.elements(Place(value, scope, at), bound)
                    for key, value in zip(keys, values, strict=True)
                )
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                return together(self.elements(Place(one, scope, at), bound) for one in (left, right))
            case ast.IfExp(body=body, orelse=orelse):
                return together(self.elements(Place(one, scope, at), bound) for one in (body, orelse))
            case ast.ListComp(elt=elt) | ast.SetComp(elt=elt) | ast.GeneratorExp(elt=elt):
                return Elements((Place(elt, scope.module.inner[expr], at),))
            case ast.Name() | ast.Attribute():
                found = list(self.lookup.bindings(expr, scope, at))
                if not found:
                    return self._members_of_enum(expr, scope, at)
                grown = self._grown(expr, found[0].where.frame, bound) if isinstance(expr, ast.Name) else ()
                return together([*(self._of_binding(one, bound) for one in found), *grown])
            case ast.Call():
                return self._called(expr, scope, at, bound)
        return NO_ELEMENTS

    def _grown(self, name: ast.Name, frame: Scope, bound: Bound) -> Iterator[Elements]:
        """What `name.append(…)` and its like add, wherever that is called."""
        for use in frame.module.grown.get(name.id, ()):
            is_own = use.scope.frame is frame or name.id not in use.scope.frame.bindings
            match use.node:
                case ast.Call(func=ast.Attribute(attr="append" | "add"), args=[one]) if is_own:
                    yield Elements((Place(one, use.scope, use.line),))
                case ast.Call(args=[*_, over]) if is_own:
                    yield self.elements(Place(over, use.scope, use.line), bound)

    def _one(self, part: ast.expr, scope: Scope, at: int, bound: Bound) -> Elements:
        if isinstance(part, ast.Starred):
            return self.elements(Place(part.value, scope, at), bound)
        return Elements((Place(part, scope, at),))

    def _of_binding(self, binding: Binding, bound: Bound) -> Elements:
        match binding.what:
            case ast.expr() as value:
                return self.elements(Place(value, binding.where, binding.line - 1), bound)
            case Each(over, path):
                outer = self.elements(Place(over, binding.where, binding.line), bound)
                inner = [self.elements(one, bound) for one in outer.places] if not path else [NO_ELEMENTS]
                return together([*inner, outer._replace(places=())])
            case Param(function, name):
                key = f"*{name}" if name == function.vararg else name
                place = self.lookup.argument(function, key, bound)
                if place:
                    return self.elements(place, bound)
                return NO_ELEMENTS if function in bound else Elements(needs=frozenset({function}))
            case Scope(kind=Kind.CLASS) as scope:
                return _members(scope)
            case Imported():
                found = list(self.lookup.behind(binding.what))
                return together(self._of_binding(one, bound) for one in found) if found else NO_ELEMENTS
        return NO_ELEMENTS

    def _members_of_enum(self, expr: ast.expr, scope: Scope, at: int) -> Elements:
        value = self.lookup.program.resolve(expr, scope, at)
        return _members(value.scope) if isinstance(value, Cls) else NO_ELEMENTS

    def _called(self, call: ast.Call, scope: Scope, at: int, bound: Bound) -> Elements:
        match call:
            case ast.Call(func=ast.Name(id=name), args=[over, *_]) if name in _SEQUENCES:
                return self.elements(Place(over, scope, at), bound)
            case ast.Call(func=ast.Name(id="enumerate"), args=[over, *_]):
                found = self.elements(Place(over, scope, at), bound)
                return found._replace(places=tuple(_pair(ast.Constant(0), one) for one in found.places))
            case ast.Call(func=ast.Attribute(value=owner, attr="keys" | "copy"), args=[]):
                return self.elements(Place(owner, scope, at), bound)
            case ast.Call(func=ast.Attribute(value=owner, attr="items" | "values" as what), args=[]):
                return self._of_table(Place(owner, scope, at), what, bound)
            case ast.Call(func=ast.Attribute(value=owner, attr="split"), args=[] | [ast.Constant()]):
                return self._words(call, Place(owner, scope, at), bound)
        return NO_ELEMENTS

    def _of_table(self, owner: Place, what: str, bound: Bound) -> Elements:
        table = self.lookup.literal(owner, bound)
        if table is None or not isinstance(table.expr, ast.Dict):
            return NO_ELEMENTS
        rows = pairs(table)
        return Elements(tuple(value if what == "values" else _pair(key.expr, value) for key, value in rows))

    def _words(self, call: ast.Call, owner: Place, bound: Bound) -> Elements:
        found = self.fold.fold(owner, bound)
        at = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if not isinstance(at, str | None) or at == "":
            return NO_ELEMENTS
        words = [word for text in found.texts for word in text.split(at)]
        return Elements(
            tuple(Place(ast.Constant(word), owner.scope, owner.at) for word in words), found.unknown, found.needs
        )


def _pair(key: ast.expr, value: Place) -> Place:
    return Place(ast.Tuple(elts=[key, value.expr], ctx=ast.Load()), value.scope, value.at)


def _members(scope: Scope) -> Elements:
    """What an enum's class body binds."""
    bound = [one for many in scope.bindings.values() for one in many if isinstance(one.what, ast.expr)]
    return Elements(tuple(Place(one.what, scope, END) for one in bound if isinstance(one.what, ast.expr)))
