"""The one pass over a module's tree: what binds a name, what may be a read. Nothing is judged here.

Written for speed: expressions are walked on a stack of their own, leaves are never pushed, annotations are left out.
"""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from academyctl.scan.branches import Branches
from academyctl.scan.names import annotated
from academyctl.scan.scope import Binding, Import, Imported, Kind, Module, Scope, Use
from academyctl.scan.tails import tails

_LEAVES = frozenset({ast.Name, ast.Constant, type(None)})
_NO_CHILD = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "kind", "conversion", "annotation", "returns"})
_CHILDREN: dict[type, tuple[str, ...]] = {
    kind: tuple(field for field in kind._fields if field not in _NO_CHILD)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


GROWERS = frozenset({"append", "add", "extend", "update"})


def visit(tree: ast.Module, name: str, path: str, *, is_package: bool) -> Module:
    """What the module binds and may read. `name` is its absolute name."""
    module = Module(name, path, is_package=is_package)
    _Visitor(module).statements(tree.body, module.scope)
    return module


class _Visitor(Branches):
    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.on_statement: dict[type, Callable[[Any, Scope], None]] = {
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self.while_,
            ast.If: self.if_,
            ast.Try: self.try_,
            ast.TryStar: self.try_,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Match: self.match_,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Return: self._return,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Global: self._global,
            ast.Nonlocal: self._nothing,
            ast.Delete: self._delete,
        }
        self.on_expression: dict[type, Callable[[Any, Scope], bool]] = {
            ast.Call: self._call,
            ast.Subscript: self._subscript,
            ast.Attribute: self._attribute,
            ast.BoolOp: self._or,
            ast.IfExp: self._choice,
            ast.Compare: self._compare,
            ast.BinOp: self._sum,
            ast.NamedExpr: self._walrus,
            ast.List: self._words,
            ast.Tuple: self._words,
            ast.Lambda: self._lambda,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.DictComp: self._comprehension,
        }

    def statements(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        for node in body:
            handler = self.on_statement.get(node.__class__)
            if handler is None:
                self.expressions([node], scope)
            else:
                handler(node, scope)

    def expressions(self, stack: list[Any], scope: Scope) -> None:
        """Everything below the nodes of `stack`, which is used up."""
        handlers = self.on_expression
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind in _LEAVES:
                continue
            handler = handlers.get(kind)
            if handler is not None and handler(node, scope):
                continue
            for field in _CHILDREN[kind]:
                child = getattr(node, field)
                if child.__class__ is list:
                    stack += child
                else:
                    stack.append(child)

    # --- what may be a read; True where the children are seen to already ---

    def _call(self, node: ast.Call, scope: Scope) -> bool:
        use = Use(node, scope)
        self.module.calls.append(use)
        function = node.func
        if function.__class__ is ast.Attribute and function.attr in GROWERS and function.value.__class__ is ast.Name:
            self.module.grown.setdefault(function.value.id, []).append(use)
        return False

    def _subscript(self, node: ast.Subscript, scope: Scope) -> bool:
        if node.ctx.__class__ is ast.Load:
            self.module.subscripts.append(Use(node, scope))
        return False

    def _attribute(self, node: ast.Attribute, scope: Scope) -> bool:
        if node.attr.isupper() and node.ctx.__class__ is ast.Load:
            self.module.uppers.append(Use(node, scope))
        return False

    def _or(self, node: ast.BoolOp, scope: Scope) -> bool:
        if node.op.__class__ is ast.Or:
            self.module.choices.append(Use(node, scope))
        return False

    def _choice(self, node: ast.IfExp, scope: Scope) -> bool:
        self.module.choices.append(Use(node, scope))
        return False

    def _compare(self, node: ast.Compare, scope: Scope) -> bool:
        kind = node.ops[0].__class__
        if kind in (ast.In, ast.NotIn):
            self.module.tests.append(Use(node, scope))
        elif kind in (ast.LtE, ast.GtE, ast.Lt, ast.Gt):
            self.module.sums.append(Use(node, scope))
        return False

    def _sum(self, node: ast.BinOp, scope: Scope) -> bool:
        if node.op.__class__ in (ast.Sub, ast.BitAnd):
            self.module.sums.append(Use(node, scope))
        return False

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> bool:
        self.bind(node.target, node.value, scope)
        return False

    def _words(self, node: ast.List | ast.Tuple, scope: Scope) -> bool:
        """`[sys.executable, "-m", "package.module"]` runs a module as an import does."""
        for before, after in zip(node.elts, node.elts[1:], strict=False):
            if isinstance(before, ast.Constant) and before.value == "-m" and isinstance(after, ast.Constant):
                self.module.imports.append(Import(str(after.value), "", node.lineno, self.runs))
        return False

    # --- scopes inside of an expression ---

    def _lambda(self, node: ast.Lambda, scope: Scope) -> bool:
        inner = self.module.inner[node] = Scope(Kind.FUNCTION, "", scope, self.module, node.lineno)
        self.parameters(node.args, inner, scope)
        inner.returns.append(node.body)
        self.expressions([node.body], inner)
        return True

    def _comprehension(self, node: Any, scope: Scope) -> bool:
        inner = self.module.inner[node] = self.block(scope)
        for generator in node.generators:
            self.loop_names(generator.target, generator.iter, inner)
            self.expressions([generator.iter, *generator.ifs], inner)
        self.expressions([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt], inner)
        return True

    # --- statements ---

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        self.expressions([node.value], scope)
        for target in node.targets:
            self.bind(target, node.value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if scope.kind is Kind.CLASS:
            scope.fields.append(node)
        if node.value is not None:
            self.expressions([node.value], scope)
            self.bind(node.target, node.value, scope)
        elif node.target.__class__ is not ast.Name:
            self.expressions([node.target], scope)
        self.expressions(list(annotated([node.annotation])), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        self.expressions([node.value], scope)
        if isinstance(node.target, ast.Name):
            before = ast.copy_location(ast.Name(id=node.target.id, ctx=ast.Load()), node)
            after = ast.copy_location(ast.BinOp(left=before, op=node.op, right=node.value), node)
            self.bind(node.target, after, scope)
            return
        self.expressions([node.target], scope)
        if isinstance(node.target, ast.Subscript):
            # It is read before it is written.
            self.module.subscripts.append(Use(node.target, scope))

    def _for(self, node: ast.For, scope: Scope) -> None:
        self.expressions([node.iter], scope)
        block = self.block(scope)
        self.loop_names(node.target, node.iter, block)
        self.statements(node.body, block)
        self.statements(node.orelse, self.block(scope))

    def _with(self, node: ast.With, scope: Scope) -> None:
        for item in node.items:
            self.expressions([item.context_expr], scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, item.context_expr, scope)
        body = self.block(scope)
        for item in node.items:
            if isinstance(item.context_expr, ast.Call) and "prefixed" in tails(item.context_expr):
                self.module.prefixed[body] = item.context_expr
        self.statements(node.body, body if body in self.module.prefixed else scope)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self.expressions(list(node.decorator_list), scope)
        inner = Scope(Kind.FUNCTION, node.name, scope, self.module, node.lineno)
        inner.decorators = node.decorator_list
        scope.frame.bind(node.name, Binding(node.lineno, inner, scope))
        self.parameters(node.args, inner, scope)
        self.statements(node.body, inner)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        self.expressions([*node.decorator_list, *node.bases, *(word.value for word in node.keywords)], scope)
        inner = Scope(Kind.CLASS, node.name, scope, self.module, node.lineno)
        inner.bases, inner.keywords, inner.decorators = node.bases, node.keywords, node.decorator_list
        scope.frame.bind(node.name, Binding(node.lineno, inner, scope))
        self.module.classes.append(inner)
        for base in node.bases:
            self.alias(base, node.name)
        self.statements(node.body, inner)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if node.value is not None and scope.frame.kind is Kind.FUNCTION:
            scope.frame.returns.append(node.value)
            self.alias(node.value, scope.frame.name)
            self.expressions([node.value], scope)

    def _global(self, node: ast.Global, scope: Scope) -> None:
        if scope.frame.kind is Kind.FUNCTION:
            scope.frame.outer_names.update(node.names)

    def _nothing(self, node: ast.stmt, scope: Scope) -> None:
        return

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        self.expressions(list(node.targets), scope)

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            self.module.imports.append(Import(alias.name, "", node.lineno, self.runs))
            bound = alias.asname or alias.name.partition(".")[0]
            what = Imported(alias.name if alias.asname else bound)
            scope.frame.bind(bound, Binding(node.lineno, what, scope))

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        source = self._absolute(node)
        for alias in node.names:
            self.module.imports.append(Import(source, alias.name, node.lineno, self.runs))
            if alias.name == "*":
                self.module.stars.append(source)
                continue
            bound = alias.asname or alias.name
            scope.frame.bind(bound, Binding(node.lineno, Imported(source, alias.name), scope))
            if bound != alias.name:
                self.module.aliases.append((alias.name, bound))

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.module.package.split(".") if self.module.package else []
        base = parts[: len(parts) - node.level + 1]
        return ".".join([*base, *([node.module] if node.module else [])])
