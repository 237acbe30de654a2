"""The part of the pass that goes into branches: if, while, try, match."""

import ast
from abc import abstractmethod
from collections.abc import Sequence

from academyctl.scan.names import Names
from academyctl.scan.scope import Binding, Module, Scope
from academyctl.scan.tails import tails


class Branches(Names):
    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.runs = True

    @abstractmethod
    def statements(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Walks the statements of a body."""

    def if_(self, node: ast.If, scope: Scope) -> None:
        """A long row of elif is a deep tree: it is gone down without recursion."""
        following: ast.stmt | None = node
        while isinstance(following, ast.If):
            self._branch(following, scope)
            orelse, scope = following.orelse, self.block(scope)
            following = orelse[0] if len(orelse) == 1 else None
        self.statements(orelse, scope)

    def _branch(self, node: ast.If, scope: Scope) -> None:
        ran = self.runs
        if "TYPE_CHECKING" in tails(node.test):
            self.runs = False
        self.expressions([node.test], scope)
        self.statements(node.body, self.block(scope))
        self.runs = ran

    def while_(self, node: ast.While, scope: Scope) -> None:
        self.expressions([node.test], scope)
        self.statements(node.body, self.block(scope))
        if node.orelse:
            self.statements(node.orelse, self.block(scope))

    def try_(self, node: ast.Try, scope: Scope) -> None:
        calls, uppers = len(self.module.calls), len(self.module.uppers)
        self.statements(node.body, self.block(scope))
        if any(_lives_on(handler) for handler in node.handlers):
            self.module.shielded.update(use.node for use in self.module.calls[calls:])
            self.module.shielded.update(use.node for use in self.module.uppers[uppers:])
        for handler in node.handlers:
            block = self.block(scope)
            self.expressions([handler.type], block)
            if handler.name:
                block.bind(handler.name, Binding(handler.lineno, None, block))
            self.statements(handler.body, block)
        self.statements(node.orelse, self.block(scope))
        self.statements(node.finalbody, scope)

    def match_(self, node: ast.Match, scope: Scope) -> None:
        self.expressions([node.subject], scope)
        for case in node.cases:
            block = self.block(scope)
            for name in _captured(case.pattern):
                scope.frame.bind(name, Binding(case.pattern.lineno, None, block))
            self.expressions([case.guard], block)
            self.statements(case.body, block)


def _lives_on(handler: ast.ExceptHandler) -> bool:
    """It catches what a missing attribute raises, and goes on."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    is_wide = handler.type is None or any(set(tails(one)) & {"AttributeError", "Exception"} for one in caught)
    return is_wide and not any(isinstance(node, ast.Raise) for one in handler.body for node in ast.walk(one))


def _captured(pattern: ast.pattern) -> list[str]:
    """The names that a match binds."""
    found = [getattr(one, "rest" if isinstance(one, ast.MatchMapping) else "name", None) for one in ast.walk(pattern)]
    return [name for name in found if name]
