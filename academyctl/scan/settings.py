"""Django's settings as the code defines them: which names there are, and which env keys each was assigned from."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from academyctl.scan.django_settings import NAMES
from academyctl.scan.reads import Found
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Binding, Each, Imported, Module, Part

OPENERS = frozenset({"globals", "vars", "locals", "exec", "setattr"})
"""A settings module that calls one of these may define anything."""


class Settings:
    """`by_node`: the env reads of the program by the id of their node."""

    def __init__(self, program: Program, by_node: Mapping[int, Iterable[Found]]) -> None:
        self.program, self.by_node = program, by_node

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
        inside = [self.program.by_name.get(star) for star in module.stars]
        return any(star is None or self._is_open(star, seen) for star in inside)

    def keys_of(self, name: str, modules: Iterable[Module]) -> list[Found]:
        """The env reads that the setting's value is made of."""
        found: list[Found] = []
        for module in modules:
            found += self._keys(self.program.member(module, name), module, set())
        return found

    def _keys(self, bindings: Iterable[Binding], module: Module, seen: set[tuple[Module, str]]) -> Iterator[Found]:
        for binding in bindings:
            match binding.what:
                case Imported(source, attribute):
                    inside = self.program.by_name.get(source)
                    if inside and (inside, attribute) not in seen:
                        seen.add((inside, attribute))
                        yield from self._keys(self.program.member(inside, attribute), inside, seen)
                case ast.expr() as expr:
                    yield from self._in(expr, binding.where.module, seen)
                case Each(over) | Part(over):
                    yield from self._in(over, binding.where.module, seen)

    def _in(self, expr: ast.expr, module: Module, seen: set[tuple[Module, str]]) -> Iterator[Found]:
        for node in ast.walk(expr):
            yield from (one for one in self.by_node.get(id(node), ()) if not one.is_setting)
            if isinstance(node, ast.Name) and (module, node.id) not in seen:
                seen.add((module, node.id))
                yield from self._keys(self.program.member(module, node.id), module, seen)
