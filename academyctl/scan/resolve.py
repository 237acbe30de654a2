"""What a name or an expression stands for, across modules. Nothing is imported or run: unknown stays unknown."""

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence

from academyctl.scan.copies import CALLED, of_call, of_expression
from academyctl.scan.libraries import FACTORIES
from academyctl.scan.scope import Binding, Each, Imported, Kind, Module, Param, Part, Scope
from academyctl.scan.tails import tails
from academyctl.scan.values import Cls, Ext, Func, Inside, Inst, Made, Partial, Place, Value

END = 1 << 30
"""A line after every line: the state in which a frame is left."""
DEEPEST = 40
STARTED = ("os", "posix", "sys", "builtins")
"""Loaded before any program is: a file of such a name is never what an import finds."""


class Program:
    """All modules that were scanned, by every name they can be imported under."""

    def __init__(self, modules: Iterable[Module], also: dict[str, Module]) -> None:
        self.modules = tuple(modules)
        self.by_name = {**also, **{module.name: module for module in self.modules}}
        for name in STARTED:
            self.by_name.pop(name, None)
        self.handed: dict[tuple[Scope, str], list[Place]] = {}
        """What calls hand to a parameter, where that is known to matter."""
        self._known: dict[tuple[int, int], Value | None] = {}
        self._depth = 0
        self._importing: set[tuple[str, str]] = set()

    def forget(self) -> None:
        """After `handed` has changed."""
        self._known.clear()

    # --- names ---

    def bindings(self, name: str, scope: Scope, at: int) -> Sequence[Binding]:
        """What `name` may be bound to for a use in `scope` at line `at`; the last one first."""
        later: Sequence[Binding] = ()
        place: Scope | None = scope
        while place is not None:
            own = place.bindings.get(name)
            if own and (place.kind is not Kind.CLASS or place is scope.frame):
                if place.kind is Kind.BLOCK or place.frame is not scope.frame:
                    return _live(own, scope if place.kind is Kind.BLOCK else place)
                before = [one for one in own if one.line <= at]
                if before:
                    return _live(before, scope)
                later = later or own
            place = place.parent
        return self._starred(name, scope.module, set()) or later

    def member(self, module: Module, name: str) -> Sequence[Binding]:
        """The bindings of a module's name, as an import of it finds them."""
        own = module.scope.bindings.get(name)
        return _live(own, module.scope) if own else self._starred(name, module, set())

    def _starred(self, name: str, module: Module, seen: set[str]) -> Sequence[Binding]:
        for star in reversed(module.stars):
            inside = self.by_name.get(star)
            if inside is None:
                if star == "os" and name in ("environ", "environb", "getenv", "getenvb"):
                    return (Binding(0, Imported("os", name), module.scope),)
            elif star not in seen:
                seen.add(star)
                own = inside.scope.bindings.get(name)
                found = _live(own, inside.scope) if own else self._starred(name, inside, seen)
                if found:
                    return found
        return ()

    # --- expressions ---

    def resolve(self, expr: ast.expr, scope: Scope, at: int) -> Value | None:
        key = (id(expr), at)
        if key in self._known:
            return self._known[key]
        if self._depth > DEEPEST:
            return None
        self._known[key] = None
        self._depth += 1
        try:
            value = self._known[key] = self._resolve(expr, scope, at)
        finally:
            self._depth -= 1
        return value

    def _resolve(self, expr: ast.expr, scope: Scope, at: int) -> Value | None:
        match expr:
            case ast.Name(id=name):
                found = self.bindings(name, scope, at)
                if not found and hasattr(builtins, name):
                    return Ext(f"builtins.{name}")
                return _first(self.of_binding(one) for one in found)
            case ast.Attribute(value=owner, attr=name):
                value = self.resolve(owner, scope, at)
                return self.attribute(value, name) if value else None
            case ast.Call():
                return self._result(expr, scope, at)
            case ast.BoolOp(values=values):
                return _first(self.resolve(value, scope, at) for value in values)
            case ast.IfExp(body=body, orelse=orelse):
                return _first(self.resolve(value, scope, at) for value in (body, orelse))
            case ast.NamedExpr(value=value_of) | ast.Await(value=value_of):
                return self.resolve(value_of, scope, at)
            case ast.Lambda():
                return Func(scope.module.inner[expr]) if expr in scope.module.inner else None
        return of_expression(expr, lambda one: self.resolve(one, scope, at))

    def of_binding(self, binding: Binding) -> Value | None:
        match binding.what:
            case Imported(module, attribute):
                return self.imported(module, attribute)
            case Scope(kind=Kind.CLASS) as scope:
                return Cls(scope)
            case Scope() as scope:
                return Func(scope)
            case Param(function, name):
                return self._parameter(function, name)
            case Each() | Part() | None:
                return None
            case expr:
                return self.resolve(expr, binding.where, binding.line - 1)

    def _parameter(self, function: Scope, name: str) -> Value | None:
        owner = function.parent.frame if function.parent else None
        if owner and owner.kind is Kind.CLASS and function.params[:1] == (name,) and not is_static(function):
            return Cls(owner) if is_class_method(function) else Inst(owner)
        for given in self.handed.get((function, name), ()):
            value = self.resolve(*given)
            if value:
                return value
        outer = function.parent or function.module.scope
        if name in function.annotations:
            kind = self.resolve(function.annotations[name], outer, function.line)
            if isinstance(kind, Cls):
                return Inst(kind.scope)
        default = function.defaults.get(name)
        return self.resolve(default, outer, function.line) if default else None

    def imported(self, module: str, attribute: str = "") -> Value:
        inside = self.by_name.get(module)
        if not attribute:
            return Inside(inside) if inside else Ext(module)
        outside = Ext(f"{module}.{attribute}")
        if (module, attribute) in self._importing:
            return outside
        # Modules may import each other in a circle.
        self._importing.add((module, attribute))
        try:
            return self.attribute(Inside(inside) if inside else Ext(module), attribute) or outside
        finally:
            self._importing.discard((module, attribute))

    def attribute(self, value: Value, name: str) -> Value | None:
        match value:
            case Ext(owner, without):
                inside = self.by_name.get(f"{owner}.{name}")
                return Inside(inside) if inside else Ext(f"{owner}.{name}", without)
            case Made(owner):
                return Ext(f"{owner}().{name}")
            case Inside(module):
                found = _first(self.of_binding(one) for one in self.member(module, name))
                inside = self.by_name.get(f"{module.name}.{name}")
                return found or (Inside(inside) if inside else None)
            case Inst(scope) if name == "__class__":
                return Cls(scope)
            case Cls(scope) | Inst(scope):
                return self._class_attribute(scope, name, of_instance=isinstance(value, Inst))
        return None

    def class_bindings(self, scope: Scope, name: str, seen: frozenset[Scope] = frozenset()) -> Sequence[Binding]:
        """The class's own, else what it inherits from classes that were scanned."""
        own = scope.bindings.get(name)
        if own or scope in seen:
            return _live(own, scope) if own else ()
        for base in scope.bases:
            kind = self.resolve(base, scope.parent or scope.module.scope, scope.line)
            if isinstance(kind, Cls):
                found = self.class_bindings(kind.scope, name, seen | {scope})
                if found:
                    return found
        return ()

    def _class_attribute(self, scope: Scope, name: str, *, of_instance: bool) -> Value | None:
        for binding in self.class_bindings(scope, name):
            value = self.of_binding(binding)
            if isinstance(value, Func) and binding.what is value.scope:
                return self._method(value.scope, of_instance=of_instance)
            if value:
                return value
        return None

    def _method(self, function: Scope, *, of_instance: bool) -> Value | None:
        if of_instance and any("property" in tail for one in function.decorators for tail in tails(one)):
            return self._returned(function)
        is_bound = of_instance or is_class_method(function)
        return Func(function, 0 if is_static(function) or not is_bound else 1)

    def _returned(self, function: Scope) -> Value | None:
        return _first(self.resolve(one, function, END) for one in function.returns)

    def _result(self, call: ast.Call, scope: Scope, at: int) -> Value | None:
        function = self.resolve(call.func, scope, at)
        match function:
            case Ext(name, without) if name in CALLED:
                return Ext("os.environ", without)
            case Ext(name):
                return self._made(name, call, scope, at)
            case Cls(inside):
                return Inst(inside)
            case Func(inside):
                return self._returned(inside)
        return None

    def _made(self, name: str, call: ast.Call, scope: Scope, at: int) -> Value | None:
        if name in FACTORIES:
            return Made(name)
        copy = of_call(name, call, lambda one: self.resolve(one, scope, at))
        if copy:
            return copy
        if name == "builtins.super" and not call.args:
            return self._parent(scope)
        first = self.resolve(call.args[0], scope, at) if call.args else None
        match name, call.args:
            case "functools.partial", [_, *_] if first:
                return Partial(first, call, scope, at)
            case "builtins.type", [_] if isinstance(first, Inst):
                return Cls(first.scope)
            case "builtins.staticmethod" | "builtins.classmethod", [_]:
                return first
            case "builtins.getattr", [_, ast.Constant(value=str(attribute)), *_] if first:
                return self.attribute(first, attribute)
            case "importlib.import_module" | "builtins.__import__", [ast.Constant(value=str(module)), *_]:
                return self.imported(module)
        return None

    def _parent(self, scope: Scope) -> Value | None:
        """What super() is inside of a method; None where it has several bases to go through."""
        method = scope.frame
        owner = method.parent.frame if method.parent else None
        if owner is None or owner.kind is not Kind.CLASS or len(owner.bases) != 1:
            return None
        base = self.resolve(owner.bases[0], owner.parent or owner.module.scope, owner.line)
        return Inst(base.scope) if isinstance(base, Cls) and not is_class_method(method) else base


def is_static(function: Scope) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in function.decorators)


def is_class_method(function: Scope) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "classmethod" for one in function.decorators)


def _live(bindings: Sequence[Binding], scope: Scope) -> Sequence[Binding]:
    """From the last back to the one that certainly ran."""
    found: list[Binding] = []
    for binding in reversed(bindings):
        found.append(binding)
        if scope.is_inside(binding.where):
            break
    return found


def _first(values: Iterable[Value | None] | Iterator[Value | None]) -> Value | None:
    return next((value for value in values if value is not None), None)
