"""The keys of pydantic settings classes: one a field, under its prefix or its aliases.

Source: docs.pydantic.dev, "Settings Management" (and version 1's `Field(env=…)` and `class Config`). Names are matched
without case unless `case_sensitive`; they are told in capitals then, as environments have them.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from academyctl.model.reference import How
from academyctl.scan.calls import Calls
from academyctl.scan.fold import Fold
from academyctl.scan.reads import Found
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Scope, Use
from academyctl.scan.values import Cls, Ext, Place

ALIASES = ("validation_alias", "alias", "env")
"""Words of Field() that name the keys; the first one that is there holds."""


class Config(NamedTuple):
    prefix: str = ""
    is_exact: bool = False


class Pydantic:
    def __init__(self, program: Program, fold: Fold, calls: Calls) -> None:
        self.program, self.fold, self.calls = program, fold, calls
        classes = [scope for module in program.modules for scope in module.classes]
        self._settings = [scope for scope in classes if self._is_settings(scope, frozenset())]

    def found(self) -> Iterator[Found]:
        parents = {parent for scope in self._settings for parent in self._parents(scope)}
        for scope in self._settings:
            # A base that is only ever derived from has its fields read under its children's prefixes.
            if scope not in parents or self._is_made(scope):
                yield from self._fields(scope)

    def _is_settings(self, scope: Scope, seen: frozenset[Scope]) -> bool:
        for base in scope.bases if scope not in seen else ():
            match self.program.resolve(base, scope.parent or scope.module.scope, scope.line):
                case Ext(name) if name.startswith("pydantic") and name.endswith(".BaseSettings"):
                    return True
                case Cls(parent) if self._is_settings(parent, seen | {scope}):
                    return True
        return False

    def _parents(self, scope: Scope) -> list[Scope]:
        """The scanned classes it inherits from, nearest first."""
        found: list[Scope] = []
        for base in scope.bases:
            value = self.program.resolve(base, scope.parent or scope.module.scope, scope.line)
            if isinstance(value, Cls) and value.scope is not scope:
                found += [value.scope, *self._parents(value.scope)]
        return found

    def _is_made(self, scope: Scope) -> bool:
        uses = self.calls.named(self.calls.closure(scope.name))
        return any(one.of == Cls(scope) for use in uses for one in self.calls.applications(use))

    def _fields(self, scope: Scope) -> Iterator[Found]:
        config = self._config(scope)
        seen: set[str] = set()
        for owner in (scope, *self._parents(scope)):
            for node in owner.fields:
                if isinstance(node.target, ast.Name) and _is_field(node) and node.target.id not in seen:
                    seen.add(node.target.id)
                    yield from self._field(node, node.target, owner, config)

    def _field(self, node: ast.AnnAssign, target: ast.Name, owner: Scope, config: Config) -> Iterator[Found]:
        call = _field_call(node)
        names = self._aliases(call, owner) if call else []
        names = names or [config.prefix + target.id]
        names = names if config.is_exact else [name.upper() for name in names]
        required = _is_required(node.value)
        for name in names:
            others = tuple(other for other in names if other != name)
            yield Found(name, Use(target, owner), How.PYDANTIC, required, group=others)

    def _aliases(self, call: ast.Call, owner: Scope) -> list[str]:
        words = {word.arg: word.value for word in call.keywords}
        given = next((words[word] for word in ALIASES if word in words), None)
        if given is None:
            return []
        many = given.args if isinstance(given, ast.Call) and _called(given) == "AliasChoices" else _listed(given)
        heads = [one.args[0] if isinstance(one, ast.Call) and one.args else one for one in many]
        return [text for one in heads for text in self.fold.fold(Place(one, owner, one.lineno), {}).texts]

    def _config(self, scope: Scope) -> Config:
        for owner in (scope, *self._parents(scope)):
            words = self._words(owner)
            if words:
                prefix, exact = words.get("env_prefix"), words.get("case_sensitive")
                texts = self.fold.fold(Place(prefix, owner, prefix.lineno), {}).texts if prefix else ()
                is_exact = isinstance(exact, ast.Constant) and exact.value is True
                return Config(texts[0] if texts else "", is_exact)
        return Config()

    def _words(self, owner: Scope) -> dict[str, ast.expr]:
        """What the class's own words, model_config, or the class Config say."""
        given = {word.arg: word.value for word in owner.keywords if word.arg and word.arg != "metaclass"}
        return given or self._words_inside(owner)

    def _words_inside(self, owner: Scope) -> dict[str, ast.expr]:
        for binding in (*owner.bindings.get("model_config", ()), *owner.bindings.get("Config", ())):
            match binding.what:
                case ast.Call(keywords=keywords):
                    return {word.arg: word.value for word in keywords if word.arg}
                case ast.Dict(keys=keys, values=values):
                    pairs = zip(keys, values, strict=True)
                    return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
                case Scope() as inner:
                    bound = {name: many[-1].what for name, many in inner.bindings.items()}
                    return {name: what for name, what in bound.items() if isinstance(what, ast.expr)}
        return {}


def _is_field(node: ast.AnnAssign) -> bool:
    name = node.target.id if isinstance(node.target, ast.Name) else "_"
    return not name.startswith("_") and name != "model_config" and "ClassVar" not in ast.unparse(node.annotation)


def _field_call(node: ast.AnnAssign) -> ast.Call | None:
    """The Field() that is assigned, or stands in Annotated[…]."""
    places = [node.value, *ast.walk(node.annotation)]
    return next((one for one in places if isinstance(one, ast.Call) and _called(one) == "Field"), None)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _listed(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]


def _is_required(value: ast.expr | None) -> bool:
    match value:
        case None:
            return True
        case ast.Call(args=args, keywords=words) if _called(value) == "Field":
            has_default = any(word.arg in ("default", "default_factory") for word in words)
            first = args[0] if args else None
            return not has_default and (first is None or _is_ellipsis(first))
    return _is_ellipsis(value)


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
