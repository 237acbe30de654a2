"""Any-of groups: `A or B`, `A if "A" in environ else B`, and a default that is itself a read."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from academyctl.model.reference import How
from academyctl.scan.reads import Found
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Scope, Use

TRIMS = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "removesuffix", "removeprefix"})
DEEPEST = 12


class Groups:
    """`others[id(node)]`: the names that stand in for what the node reads. `eased`: nodes with another fall-back."""

    def __init__(self, program: Program, found: Iterable[Found]) -> None:
        self.program = program
        self.others: dict[int, set[str]] = defaultdict(set)
        self.eased: set[int] = set()
        self._by_node: dict[int, list[Found]] = defaultdict(list)
        for one in found:
            self._by_node[id(one.use.node)].append(one)
        modules = {one.use.scope.module for many in self._by_node.values() for one in many}
        for use in [use for module in modules for use in module.choices]:
            self._choice(use)
        for many in list(self._by_node.values()):
            self._default(many[0].use)

    def _choice(self, use: Use) -> None:
        match use.node:
            case ast.BoolOp(values=values):
                parts = [self._read(value, use.scope, use.line) for value in values]
                self._join([one for part in parts for one in part])
                falls_back = [not part and not _is_nothing(value) for part, value in zip(parts, values, strict=True)]
                for number, part in enumerate(parts):
                    if any(falls_back[number + 1 :]):
                        self.eased.update(id(one.use.node) for one in part)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                first, other = (self._read(part, use.scope, use.line) for part in (body, orelse))
                asked = {one.name for node in ast.walk(test) for one in self._by_node.get(id(node), ())}
                asked |= {one.name for one in self._read(test, use.scope, use.line)}
                if other and asked & {one.name for one in first}:
                    self._join([*first, *other])

    def _default(self, use: Use) -> None:
        if isinstance(use.node, ast.Call):
            given = [*use.node.args[1:], *(word.value for word in use.node.keywords)]
            inner = [one for value in given for one in self._read(value, use.scope, use.line)]
            own = [one for one in self._by_node[id(use.node)] if one.how is not How.IN]
            if inner and own:
                self._join([*own, *inner])

    def _join(self, members: Sequence[Found]) -> None:
        names = {one.name for one in members}
        for one in members:
            self.others[id(one.use.node)] |= names - {one.name}

    def _read(self, node: ast.expr, scope: Scope, at: int, depth: int = 0) -> list[Found]:
        """The reads whose value `node` is; none where it is anything else."""
        own = [one for one in self._by_node.get(id(node), ()) if one.how is not How.IN and not one.is_setting]
        if own or depth > DEEPEST:
            return [*own, *self._nested(node, scope, at, depth)]
        match node:
            case ast.Name(id=name):
                return list(self._bound(name, scope, at, depth))
            case ast.NamedExpr(value=value):
                return self._read(value, scope, at, depth + 1)
            case ast.BoolOp(op=ast.Or(), values=values):
                return [one for value in values for one in self._read(value, scope, at, depth + 1)]
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in TRIMS:
                return self._read(value, scope, at, depth + 1)
        return []

    def _nested(self, node: ast.expr, scope: Scope, at: int, depth: int) -> list[Found]:
        given = [*node.args[1:], *(word.value for word in node.keywords)] if isinstance(node, ast.Call) else []
        return [one for value in given for one in self._read(value, scope, at, depth + 1)] if depth < DEEPEST else []

    def _bound(self, name: str, scope: Scope, at: int, depth: int) -> Iterator[Found]:
        found = self.program.bindings(name, scope, at)
        if len(found) == 1 and isinstance(found[0].what, ast.expr):
            yield from self._read(found[0].what, found[0].where, found[0].line - 1, depth + 1)


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
