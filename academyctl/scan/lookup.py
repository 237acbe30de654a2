"""From a name to what it is bound to, with the arguments of the calls on the way."""

import ast
from collections.abc import Iterable

from academyctl.scan.folded import DEEPEST, Bound
from academyctl.scan.resolve import Program, is_static
from academyctl.scan.scope import Binding, Imported, Kind, Param, Scope
from academyctl.scan.values import Cls, Inside, Inst, Place


class Lookup:
    def __init__(self, program: Program) -> None:
        self.program = program

    def bindings(self, expr: ast.Name | ast.Attribute, scope: Scope, at: int) -> Iterable[Binding]:
        if isinstance(expr, ast.Name):
            return self.program.bindings(expr.id, scope, at)
        match self.program.resolve(expr.value, scope, at):
            case Inside(module):
                return self.program.member(module, expr.attr)
            case Cls(owner) | Inst(owner):
                return self.program.class_bindings(owner, expr.attr)
        # An enum's member and its value.
        if expr.attr == "value" and isinstance(expr.value, ast.Name | ast.Attribute):
            return self.bindings(expr.value, scope, at)
        return ()

    def behind(self, imported: Imported) -> Iterable[Binding]:
        """What an imported name is bound to where it comes from."""
        inside = self.program.by_name.get(imported.module)
        return self.program.member(inside, imported.attribute) if inside and imported.attribute else ()

    def argument(self, function: Scope, name: str, bound: Bound) -> Place | None:
        """What the call handed over, else the default, where the call is known."""
        if function not in bound:
            return None
        if name in bound[function]:
            return bound[function][name]
        default = function.defaults.get(name)
        return Place(default, function.parent or function.module.scope, function.line) if default else None

    def literal(self, place: Place, bound: Bound) -> Place | None:
        """The dict, tuple or list that a name stands for."""
        for _ in range(DEEPEST):
            expr, scope, at = place
            if isinstance(expr, ast.Dict | ast.Tuple | ast.List):
                return place
            if not isinstance(expr, ast.Name | ast.Attribute):
                return None
            found = self._followed(expr, scope, at, bound)
            if found is None:
                return None
            place = found
        return None

    def _followed(self, expr: ast.Name | ast.Attribute, scope: Scope, at: int, bound: Bound) -> Place | None:
        for binding in self.bindings(expr, scope, at):
            match binding.what:
                case ast.expr() as value:
                    return Place(value, binding.where, binding.line - 1)
                case Param(function, name):
                    return self.argument(function, name, bound)
                case Imported():
                    for one in self.behind(binding.what):
                        if isinstance(one.what, ast.expr):
                            return Place(one.what, one.where, one.line - 1)
        return None


def is_own(function: Scope, name: str) -> bool:
    """self, or cls."""
    owner = function.parent.frame if function.parent else None
    is_method = owner is not None and owner.kind is Kind.CLASS and not is_static(function)
    return is_method and function.params[:1] == (name,)


def pairs(table: Place) -> list[tuple[Place, Place]]:
    expr, scope, at = table
    match expr:
        case ast.Dict(keys=keys, values=values):
            found = [(key, value) for key, value in zip(keys, values, strict=True) if key is not None]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            found = [(ast.Constant(number), part) for number, part in enumerate(parts)]
        case _:
            found = []
    return [(Place(key, scope, at), Place(value, scope, at)) for key, value in found]
