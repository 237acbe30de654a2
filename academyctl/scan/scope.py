"""What one pass over a module keeps of it: scopes with their bindings, imports, and the uses that may be reads."""

import ast
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    BLOCK = "block"
    """A branch, a loop's body or a comprehension: part of its function; the last two have names of their own."""


class Imported(NamedTuple):
    """`import module` (no attribute) or `from module import attribute`; the module's name is absolute."""

    module: str
    attribute: str = ""


class Each(NamedTuple):
    """The loop variable over `over`; `path` leads into elements that are unpacked."""

    over: ast.expr
    path: tuple[int, ...] = ()


class Part(NamedTuple):
    """One of the names that `whole` is unpacked to."""

    whole: ast.expr
    path: tuple[int, ...]


class Param(NamedTuple):
    """A parameter of `function`; its default is in the function's scope."""

    function: "Scope"
    name: str


class Binding(NamedTuple):
    """`where` is the innermost scope or block that binds: for every use inside of it, this replaces what was bound
    earlier."""

    line: int
    what: "ast.expr | Imported | Each | Part | Param | Scope | None"
    where: "Scope"


class Scope:
    """`params` are a function's names in their order; `defaults` are evaluated in the parent."""

    __slots__ = (
        "annotations", "bases", "bindings", "decorators", "defaults", "fields", "frame", "keywords", "kind", "line",
        "module", "name", "outer_names", "params", "parent", "positional", "returns", "vararg",
    )  # fmt: skip

    def __init__(self, kind: Kind, name: str, parent: "Scope | None", module: "Module", line: int = 0) -> None:
        self.kind, self.name, self.parent, self.module, self.line = kind, name, parent, module, line
        self.bindings: dict[str, list[Binding]] = {}
        self.frame: Scope = parent.frame if kind is Kind.BLOCK and parent else self
        """The function, class or module whose run binds the names."""
        if kind is Kind.BLOCK:
            return
        self.params: tuple[str, ...] = ()
        self.positional = 0
        self.vararg = ""
        self.outer_names: set[str] = set()
        """Declared global."""
        self.defaults: dict[str, ast.expr] = {}
        self.annotations: dict[str, ast.expr] = {}
        self.returns: list[ast.expr] = []
        self.bases: list[ast.expr] = []
        self.keywords: list[ast.keyword] = []
        self.decorators: list[ast.expr] = []
        self.fields: list[ast.AnnAssign] = []
        """A class's annotated names, for libraries that read a class as a list of fields."""

    def is_inside(self, other: "Scope") -> bool:
        scope: Scope | None = self
        while scope is not None and scope is not other:
            scope = scope.parent
        return scope is other

    def bind(self, name: str, what: Binding) -> None:
        self.bindings.setdefault(name, []).append(what)


class Use(NamedTuple):
    """A node that may be a read, where it stands."""

    node: ast.expr
    scope: Scope

    @property
    def line(self) -> int:
        return self.node.lineno


class Import(NamedTuple):
    """`runs`: not under TYPE_CHECKING."""

    module: str
    attribute: str
    line: int
    runs: bool


class Module:
    """One file. `name` is what an import calls it; `is_package`: it is an `__init__.py`."""

    __slots__ = (
        "aliases", "calls", "choices", "classes", "grown", "imports", "inner", "is_package", "name", "path", "prefixed",
        "scope", "shielded", "stars", "subscripts", "sums", "sweeps", "tests", "uppers", "writes",
    )  # fmt: skip

    def __init__(self, name: str, path: str, *, is_package: bool) -> None:
        self.name, self.path, self.is_package = name, path, is_package
        self.scope = Scope(Kind.MODULE, name, None, self)
        self.imports: list[Import] = []
        self.stars: list[str] = []
        self.aliases: list[tuple[str, str]] = []
        """(last name of what is bound, name that it is bound to): which names may stand for which."""
        self.calls: list[Use] = []
        self.subscripts: list[Use] = []
        self.tests: list[Use] = []
        """`X in Y`."""
        self.choices: list[Use] = []
        """`A or B`, `A if … else B`."""
        self.uppers: list[Use] = []
        """`something.UPPER`."""
        self.writes: list[tuple[ast.Subscript, ast.expr, Scope]] = []
        self.inner: dict[ast.AST, Scope] = {}
        """The scopes of lambdas and comprehensions."""
        self.sweeps: list[Use] = []
        """What loops run over."""
        self.prefixed: dict[Scope, ast.Call] = {}
        """Bodies of `with env.prefixed(…)`."""
        self.classes: list[Scope] = []
        self.grown: dict[str, list[Use]] = {}
        """Name → calls of its append, add, extend and update."""
        self.sums: list[Use] = []
        """`A - B`, `A & B`, `A <= B`, which ask sets too."""
        self.shielded: set[ast.expr] = set()
        """Uses that an `except AttributeError` lives without."""

    @property
    def package(self) -> str:
        return self.name if self.is_package else self.name.rpartition(".")[0]
