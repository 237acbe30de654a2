"""Reads and the names they read. A function whose parameter is the name is a reader itself, and each call of it a read:
followed to a fixpoint, through modules, methods and partial.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from academyctl.model.reference import How
from academyctl.scan.calls import Application, Calls
from academyctl.scan.fold import Fold
from academyctl.scan.folded import Bound
from academyctl.scan.libraries import ENVIRON_METHODS, EXPANDVARS, LIBRARIES, OPTIONS, Reader, reader_of
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Scope, Use, tails
from academyctl.scan.values import Ext, Made, Place, is_environ

SETTINGS = "django.conf.settings"
KEY_WORDS = ("key", "name", "var", "option")
_FACTORY_NAMES = ("config", "Config", "AutoConfig", "Env", "FileAwareEnv")
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)


class Read(NamedTuple):
    """One place where the environment, or Django's settings, are asked for `key`."""

    key: Place
    use: Use
    how: How
    must: bool
    default: Place | None = None
    is_setting: bool = False


class Found(NamedTuple):
    """A name that is read where `use` stands. `required`: there is nothing to fall back on. `group`: other names that
    the library takes in its stead."""

    name: str
    use: Use
    how: How
    required: bool
    is_setting: bool = False
    group: tuple[str, ...] = ()


class Reads:
    def __init__(self, program: Program, fold: Fold, calls: Calls) -> None:
        self.program, self.fold, self.calls = program, fold, calls
        self.found: dict[tuple[str, int, How], Found] = {}
        self.dynamic: dict[int, tuple[Use, How]] = {}
        self._followed: set[tuple[Scope, int, frozenset[Scope]]] = set()
        self._environs = calls.closure("environ", "environb")
        calls.hand_environments_over(self._environs)

    def run(self) -> None:
        for read in [*self._items(), *self._tests(), *self._called(), *self._settings()]:
            self._follow(read, {}, read.use, read.how)
        self._sweeps()
        self._expanded()
        self._options()

    # --- from a read to its names ---

    def _follow(self, read: Read, bound: Bound, use: Use, how: How) -> None:
        folded = self.fold.fold(read.key, bound)
        for name in folded.texts:
            if name:
                required = read.must and self._has_no_default(read, bound)
                self.add(Found(name, use, how, required, read.is_setting))
        if folded.unknown and not read.is_setting:
            self.dynamic.setdefault(id(use.node), (use, how))
        for function in folded.needs:
            self._follow_calls(function, read, bound)

    def add(self, found: Found) -> None:
        key = (found.name, id(found.use.node), found.how)
        known = self.found.get(key)
        if known is None or (known.required and not found.required):
            self.found[key] = found

    def _follow_calls(self, function: Scope, read: Read, bound: Bound) -> None:
        key = (function, id(read.use.node), frozenset(bound))
        if key in self._followed or function in bound:
            return
        self._followed.add(key)
        is_called = False
        for use, application, frame in self.calls.calls_of(function):
            is_called = True
            inner = {**bound, function: frame}
            if application.is_open and not self.fold.fold(read.key, inner).texts:
                continue
            self._follow(read, inner, use, How.SETTINGS if read.is_setting else How.WRAPPER)
        if not is_called and not read.is_setting:
            self.dynamic.setdefault(id(read.use.node), (read.use, read.how))

    def _has_no_default(self, read: Read, bound: Bound) -> bool:
        if read.default is None:
            return True
        folded = self.fold.fold(read.default, bound)
        return folded.values == (None,) and not folded.unknown and not folded.needs

    # --- where the environment is asked ---

    def _items(self) -> Iterator[Read]:
        for module in self.program.modules:
            for use in module.subscripts:
                match use.node:
                    case ast.Subscript(value=owner, slice=key) if self._is_environ(owner, use):
                        yield Read(Place(key, use.scope, use.line), use, How.SUBSCRIPT, must=True)

    def _tests(self) -> Iterator[Read]:
        for module in self.program.modules:
            for use in module.tests:
                match use.node:
                    case ast.Compare(left=key, comparators=[owner, *_]) if self._is_environ(_whole(owner), use):
                        yield Read(Place(key, use.scope, use.line), use, How.IN, must=False)

    def _is_environ(self, owner: ast.expr, use: Use) -> bool:
        if not any(tail in self._environs for tail in tails(owner)):
            return False
        return is_environ(self.program.resolve(owner, use.scope, use.line))

    def _called(self) -> Iterator[Read]:
        for use in self._candidates():
            for application in self.calls.applications(use):
                reader = _reader(application)
                key = _key(application, reader, use) if reader else None
                if reader and key:
                    yield Read(
                        self._prefixed(key, application, use),
                        use,
                        reader.how,
                        reader.must,
                        _default(application, reader),
                    )

    def _candidates(self) -> Iterator[Use]:
        """Calls whose words may mean a reader; what they mean is looked at next."""
        methods = self.calls.closure(*ENVIRON_METHODS) - ENVIRON_METHODS
        makers = self._makers()
        named = self.calls.closure("getenv", "getenvb") | self.calls.closure("partial") | {"map"} | methods | makers
        yield from self.calls.named(sorted(named))
        for module in self.program.modules:
            for use in module.calls:
                match use.node:
                    case ast.Call(func=ast.Name(id=name)) if name in ENVIRON_METHODS:
                        yield use
                    case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name not in named:
                        receivers = self._environs if name in ENVIRON_METHODS else makers
                        if any(tail in receivers or tail in makers for tail in tails(owner)):
                            yield use

    def _makers(self) -> set[str]:
        """The names of config libraries' readers, where such a library is imported at all."""
        imported = {one.module.partition(".")[0] for module in self.program.modules for one in module.imports}
        if not imported & LIBRARIES:
            return set()
        return self.calls.closure(*_FACTORY_NAMES) - ENVIRON_METHODS

    def _prefixed(self, key: Place, application: Application, use: Use) -> Place:
        """Inside of environs' `with env.prefixed("A_")` the name begins with that."""
        scope: Scope | None = use.scope
        is_environs = isinstance(application.of, Ext | Made) and application.of.name.startswith("environs.")
        while is_environs and scope is not None:
            call = use.scope.module.prefixed.get(scope)
            if call and call.args:
                key = Place(ast.BinOp(left=call.args[0], op=ast.Add(), right=key.expr), key.scope, key.at)
            scope = scope.parent
        return key

    def _settings(self) -> Iterator[Read]:
        names = self.calls.closure("settings")
        for module in self.program.modules:
            for use in module.uppers:
                match use.node:
                    case ast.Attribute(value=owner, attr=name) if any(tail in names for tail in tails(owner)):
                        if self._is_settings(owner, use):
                            yield Read(
                                Place(ast.Constant(name), use.scope, use.line), use, How.SETTINGS, True, None, True
                            )
        for use in self.calls.named(("getattr", "hasattr")):
            match use.node:
                case ast.Call(func=ast.Name(id=function), args=[owner, key, *rest]) if self._is_settings(owner, use):
                    must = function == "getattr" and not rest
                    yield Read(Place(key, use.scope, use.line), use, How.SETTINGS, must, None, True)

    def _is_settings(self, owner: ast.expr, use: Use) -> bool:
        return self.program.resolve(owner, use.scope, use.line) == Ext(SETTINGS)

    # --- reads of another kind ---

    def _sweeps(self) -> None:
        """A loop over the whole environment reads names that only a run knows."""
        for module in self.program.modules:
            for use in module.sweeps:
                if self._is_environ(_whole(use.node), use):
                    self.dynamic.setdefault(id(use.node), (use, How.GET))

    def _expanded(self) -> None:
        for use in self.calls.named(self.calls.closure("expandvars")):
            for application in self.calls.applications(use):
                if application.of == Ext(EXPANDVARS) and application.args:
                    for text in self.fold.fold(application.args[0], {}).texts:
                        self._add_all(_names_in(text), use, How.EXPANDVARS)

    def _options(self) -> None:
        for module in self.program.modules:
            for use in module.calls:
                for word in use.node.keywords if isinstance(use.node, ast.Call) else ():
                    if word.arg == "envvar":
                        self._option(use, word.value)

    def _option(self, use: Use, value: ast.expr) -> None:
        for application in self.calls.applications(use):
            if isinstance(application.of, Ext) and application.of.name.startswith(OPTIONS):
                place = Place(value, use.scope, use.line)
                listed = [self.fold.fold(one, {}) for one in self.fold.loops.elements(place, {}).places]
                names = [text for folded in (listed or [self.fold.fold(place, {})]) for text in folded.texts]
                self._add_all(names, use, How.OPTION)

    def _add_all(self, names: Iterable[str], use: Use, how: How) -> None:
        for name in names:
            self.add(Found(name, use, how, required=False))


def _reader(application: Application) -> Reader | None:
    match application.of:
        case Ext(name):
            return reader_of(name)
        case Made(name):
            return reader_of(f"{name}()")
    return None


def _key(application: Application, reader: Reader, use: Use) -> Place | None:
    if application.args:
        return application.args[0]
    named = next((application.words[word] for word in KEY_WORDS if word in application.words), None)
    if named or not reader.implied:
        return named
    return Place(ast.Constant(reader.implied), use.scope, use.line)


def _default(application: Application, reader: Reader) -> Place | None:
    if "default" in application.words:
        return application.words["default"]
    if reader.default is not None and len(application.args) > reader.default:
        return application.args[reader.default]
    return None


def _whole(node: ast.expr) -> ast.expr:
    """`environ` of environ.keys(), .items() and sorted(environ)."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="keys" | "items" | "values"), args=[]):
            return _whole(owner)
        case ast.Call(func=ast.Name(id="sorted" | "list" | "tuple" | "set" | "iter"), args=[owner, *_]):
            return _whole(owner)
    return node


def _names_in(text: str) -> list[str]:
    return [one or other for one, other in _REFERENCE.findall(text)]
