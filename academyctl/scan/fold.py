"""The texts that an expression can be, from constants alone. What depends on a parameter says on whose."""

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from academyctl.scan.folded import UNKNOWN, Bound, Effort, Folded, join, union
from academyctl.scan.lookup import Lookup, is_own, pairs
from academyctl.scan.loops import Loops
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Binding, Each, Imported, Param, Part, Scope
from academyctl.scan.values import Place

_METHODS: Mapping[str, Callable[..., str]] = {
    **{name: getattr(str, name) for name in ("upper", "lower", "strip", "lstrip", "rstrip", "title")},
    **{name: getattr(str, name) for name in ("replace", "removeprefix", "removesuffix")},
    "encode": lambda text, *_: text,
    "decode": lambda text, *_: text,
}
"""Methods of str with constant arguments."""


class Fold:
    def __init__(self, program: Program) -> None:
        self.lookup = Lookup(program)
        self.effort = Effort()
        self.loops = Loops(self.lookup, self)

    def fold(self, place: Place, bound: Bound) -> Folded:
        if not self.effort.enter():
            return UNKNOWN
        try:
            return self._fold(place, bound)
        finally:
            self.effort.leave()

    def _fold(self, place: Place, bound: Bound) -> Folded:
        expr, scope, at = place
        match expr:
            case ast.Constant(value=value):
                return Folded((value.decode(errors="replace") if isinstance(value, bytes) else value,))
            case ast.Name() | ast.Attribute():
                return union(self._binding(one, bound) for one in self.lookup.bindings(expr, scope, at))
            case ast.IfExp(body=body, orelse=orelse):
                return union(self.fold(Place(one, scope, at), bound) for one in (body, orelse))
            case ast.BoolOp(values=values):
                return union(self.fold(Place(one, scope, at), bound) for one in values)
            case ast.NamedExpr(value=value):
                return self.fold(Place(value, scope, at), bound)
            case ast.Subscript(value=owner, slice=index):
                return self._item(Place(owner, scope, at), Place(index, scope, at), bound)
        return self._built(place, bound)

    def _built(self, place: Place, bound: Bound) -> Folded:
        """Texts that are put together from others."""
        expr, scope, at = place
        match expr:
            case ast.JoinedStr(values=values):
                return join([self.fold(Place(value, scope, at), bound) for value in values])
            case ast.FormattedValue(value=value, conversion=-1 | 115, format_spec=None):
                return self.fold(Place(value, scope, at), bound)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return join([self.fold(Place(side, scope, at), bound) for side in (left, right)])
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self._percent(Place(left, scope, at), right, bound)
            case ast.Call():
                return self._call(expr, place, bound)
        return UNKNOWN

    def _binding(self, binding: Binding, bound: Bound) -> Folded:
        match binding.what:
            case Each(over, path):
                found = self.loops.elements(Place(over, binding.where, binding.line), bound)
                parts = [self._part(one, path, bound) for one in found.places]
                return union([*parts, Folded(unknown=found.unknown, needs=found.needs)])
            case Part(whole, path):
                return self._part(Place(whole, binding.where, binding.line - 1), path, bound)
            case Param(function, name):
                return self._parameter(function, name, bound)
            case ast.expr() as expr:
                return self.fold(Place(expr, binding.where, binding.line - 1), bound)
            case Imported():
                return union(self.fold_binding(one, bound) for one in self.lookup.behind(binding.what))
        return UNKNOWN

    def fold_binding(self, binding: Binding, bound: Bound) -> Folded:
        if not self.effort.enter():
            return UNKNOWN
        try:
            return self._binding(binding, bound)
        finally:
            self.effort.leave()

    def _parameter(self, function: Scope, name: str, bound: Bound) -> Folded:
        place = self.lookup.argument(function, name, bound)
        if place:
            return self.fold(place, bound)
        return UNKNOWN if function in bound or is_own(function, name) else Folded(needs=frozenset({function}))

    def _part(self, place: Place, path: tuple[int, ...], bound: Bound) -> Folded:
        for index in path:
            parts = self.loops.elements(place, bound).places if not isinstance(place.expr, ast.Dict) else ()
            if not 0 <= index < len(parts):
                return UNKNOWN
            place = parts[index]
        return self.fold(place, bound)

    def _percent(self, template: Place, right: ast.expr, bound: Bound) -> Folded:
        values = right.elts if isinstance(right, ast.Tuple) else [right]
        texts = self.fold(template, bound)
        return self._filled(texts, re.compile("%s"), values, template, bound)

    def _filled(
        self, texts: Folded, gap: re.Pattern[str], values: Iterable[ast.expr], place: Place, bound: Bound
    ) -> Folded:
        """Templates with plain gaps, filled in order; any other form of gap stays unknown."""
        inner = [self.fold(Place(value, place.scope, place.at), bound) for value in values]
        found = [Folded(unknown=texts.unknown, needs=texts.needs)] if texts.unknown or texts.needs else []
        for text in texts.texts:
            parts = gap.split(text)
            if len(parts) != len(inner) + 1 or any(sign in part for part in parts for sign in "%{}"):
                return UNKNOWN
            pieces = [piece for pair in zip(parts, [*inner, Folded(("",))], strict=True) for piece in pair]
            found.append(join([Folded((one,)) if isinstance(one, str) else one for one in pieces]))
        return union(found)

    def _call(self, call: ast.Call, place: Place, bound: Bound) -> Folded:
        _, scope, at = place
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr="format"), args=values, keywords=[]):
                return self._filled(
                    self.fold(Place(owner, scope, at), bound), re.compile(r"\{\d?\}"), values, place, bound
                )
            case ast.Call(func=ast.Attribute(value=owner, attr="join"), args=[over], keywords=[]):
                return self._joined(Place(owner, scope, at), Place(over, scope, at), bound)
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args, keywords=[]) if name in _METHODS:
                return _applied(name, args, self.fold(Place(owner, scope, at), bound))
            case ast.Call(func=ast.Name(id="str"), args=[value]):
                return self.fold(Place(value, scope, at), bound)
        return UNKNOWN

    def _joined(self, separator: Place, over: Place, bound: Bound) -> Folded:
        parts = self.loops.elements(over, bound)
        between = self.fold(separator, bound)
        if parts.unknown or parts.needs or not parts.places:
            return Folded(unknown=not parts.needs, needs=parts.needs)
        pieces = [piece for one in parts.places for piece in (between, self.fold(one, bound))]
        return join(pieces[1:])

    def _item(self, owner: Place, index: Place, bound: Bound) -> Folded:
        """An item of a literal: the one that is named, or, where the key is no constant, any of them."""
        table = self.lookup.literal(owner, bound)
        if table is None:
            return UNKNOWN
        rows = pairs(table)
        wanted = self.fold(index, bound)
        if not wanted.unknown and not wanted.needs and wanted.values:
            keys = set(wanted.values)
            rows = [pair for pair in rows if set(self.fold(pair[0], bound).values) & keys]
        return union(self.fold(value, bound) for _, value in rows) if rows else UNKNOWN


def _applied(method: str, args: Sequence[ast.expr], to: Folded) -> Folded:
    given = [arg.value for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    try:
        texts = tuple(_METHODS[method](text, *given) for text in to.texts) if len(given) == len(args) else None
    except TypeError:
        texts = None
    return UNKNOWN if texts is None else to._replace(values=texts)
