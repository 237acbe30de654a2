"""Django's settings as the code defines them: which names there are, and which env keys each was assigned from."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from academyctl.scan.django_settings import NAMES
from academyctl.scan.lookup import Lookup
from academyctl.scan.reads import Found
from academyctl.scan.resolve import END, Program
from academyctl.scan.scope import Binding, Each, Imported, Kind, Module, Part, Scope
from academyctl.scan.tails import tails

OPENERS = frozenset({"globals", "vars", "locals", "exec", "setattr", "include", "DjangoDynaconf"})
"""A settings module that calls one of these may define anything; so may one with a class of django-configurations."""


class Settings:
    """`by_node`: the env reads of the program by the id of their node."""

    def __init__(self, program: Program, by_node: Mapping[int, Iterable[Found]]) -> None:
        self.program, self.by_node = program, by_node
        self.lookup = Lookup(program)

    def is_undefined(self, name: str, modules: Iterable[Module]) -> bool:
        """No settings module defines it, and none may do so unseen."""
        among = list(modules)
        if not among or name in NAMES:
            return False
        return not any(self._is_open(one, set()) or self.program.member(one, name) for one in among)

    def _is_open(self, module: Module, seen: set[str]) -> bool:
        if module.name in seen:
            return False
        seen.add(module.name)
        called = (use.node.func for use in module.calls if isinstance(use.node, ast.Call))
        if any(isinstance(name, ast.Name) and name.id in OPENERS for name in called):
            return True
        if any("Configuration" in tails(base) for one in module.classes for base in one.bases):
            return True
        inside = [self.program.by_name.get(star) for star in module.stars]
        return any(star is None or self._is_open(star, seen) for star in inside)

    def keys_of(self, name: str, modules: Iterable[Module]) -> list[Found]:
        """The env reads that the setting's value is made of."""
        found: list[Found] = []
        for module in modules:
            found += self._keys(self.program.member(module, name), set())
        return found

    def _keys(self, bindings: Iterable[Binding], seen: set[int]) -> Iterator[Found]:
        for binding in bindings:
            match binding.what:
                case Imported() as imported if id(imported) not in seen:
                    seen.add(id(imported))
                    yield from self._keys(self.lookup.behind(imported), seen)
                case ast.expr() as expr:
                    yield from self._in(expr, binding, seen)
                case Each(over) | Part(over):
                    yield from self._in(over, binding, seen)
                case Scope() as function:
                    for one in function.returns if function.kind is Kind.FUNCTION else ():
                        yield from self._in(one, Binding(END, one, function), seen)

    def _in(self, expr: ast.expr, binding: Binding, seen: set[int]) -> Iterator[Found]:
        """`binding`: what `expr` is evaluated for, before its line."""
        for node in ast.walk(expr):
            yield from (one for one in self.by_node.get(id(node), ()) if not one.is_setting)
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in seen:
                seen.add(id(node))
                yield from self._keys(self.lookup.bindings(node, binding.where, binding.line - 1), seen)
