"""Reads and the names they read. A function whose parameter is the name is a reader itself, and each call of it a read:
followed to a fixpoint, through modules, methods and partial.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from academyctl.model.reference import How
from academyctl.scan.asking import default_in, key_in, names_in, reader_in, whole
from academyctl.scan.calls import Application, Calls
from academyctl.scan.fold import Fold
from academyctl.scan.folded import Bound, Folded
from academyctl.scan.libraries import ENVIRON_METHODS, EXPANDVARS, LIBRARIES, OPTIONS
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Binding, Param, Scope, Use
from academyctl.scan.tails import tails
from academyctl.scan.values import Ext, Made, Place, is_environ

SETTINGS = "django.conf.settings"
MOST_FOLLOWED = 500
"""Functions that one read is followed into."""
_FACTORY_NAMES = ("config", "Config", "AutoConfig", "Env", "FileAwareEnv")


class Read(NamedTuple):
    """One place where the environment, or Django's settings, are asked for `key`."""

    key: Place
    use: Use
    how: How
    must: bool
    default: Place | None = None
    is_setting: bool = False
    hidden: frozenset[str] = frozenset()
    """Names that a copy of the environment has from elsewhere."""


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
        self._followed: Counter[int] = Counter()
        self._environs = calls.closure("environ", "environb")
        calls.hand_environments_over(self._environs)

    def run(self) -> None:
        for read in [*self._items(), *self._tests(), *self._called(), *self._settings()]:
            self._follow(read, {}, read.use, read.how, Folded())
        self._sweeps()
        self._sums()
        self._expanded()
        self._options()

    # --- from a read to its names ---

    def _follow(self, read: Read, bound: Bound, use: Use, how: How, known: Folded) -> None:
        """`known`: what was told already, without the call `use`."""
        folded = self.fold.fold(read.key, bound)
        for name in folded.texts:
            if name and name not in read.hidden and name not in known.texts:
                required = read.must and self._has_no_default(read, bound)
                self.add(Found(name, use, how, required, read.is_setting))
        if folded.unknown and not known.unknown and not read.is_setting:
            self.dynamic.setdefault(id(use.node), (use, how))
        for function in sorted(folded.needs, key=lambda one: (one.module.path, one.line)):
            self._follow_calls(function, read, bound, folded)

    def add(self, found: Found) -> None:
        key = (found.name, id(found.use.node), found.how)
        known = self.found.get(key)
        if known is None or (known.required and not found.required):
            self.found[key] = found

    def _follow_calls(self, function: Scope, read: Read, bound: Bound, known: Folded) -> None:
        self._followed[id(read.use.node)] += 1
        if self._followed[id(read.use.node)] > MOST_FOLLOWED:
            self.dynamic.setdefault(id(read.use.node), (read.use, read.how))
            return
        is_called = False
        for use, application, frame in self.calls.calls_of(function):
            is_called = True
            inner = {**bound, function: frame}
            if self._only_recurs(use, frame, inner):
                continue
            if application.is_open and not self.fold.fold(read.key, inner).texts:
                continue
            self._follow(read, inner, use, How.SETTINGS if read.is_setting else How.WRAPPER, known)
        if not is_called and not read.is_setting:
            self.dynamic.setdefault(id(read.use.node), (read.use, read.how))

    def _only_recurs(self, use: Use, frame: Mapping[str, Place], bound: Bound) -> bool:
        """A function that calls itself, by whatever way, with what it was called with: no further name."""
        if not any(use.scope.is_inside(function) for function in bound):
            return False
        named = [one for one in frame.values() if isinstance(one.expr, ast.Name)]
        return any(isinstance(found.what, Param) for one in named for found in self._bindings(one)) and all(
            isinstance(one.expr, ast.Name | ast.Constant) for one in frame.values()
        )

    def _bindings(self, place: Place) -> Sequence[Binding]:
        assert isinstance(place.expr, ast.Name)
        return self.program.bindings(place.expr.id, place.scope, place.at)

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
                    case ast.Subscript(value=owner, slice=key):
                        environ = self._environ(owner, use)
                        if environ:
                            place = Place(key, use.scope, use.line)
                            yield Read(place, use, How.SUBSCRIPT, must=True, hidden=environ.without)

    def _tests(self) -> Iterator[Read]:
        for module in self.program.modules:
            for use in module.tests:
                match use.node:
                    case ast.Compare(left=key, comparators=[owner, *_]) if self._is_environ(whole(owner), use):
                        yield Read(Place(key, use.scope, use.line), use, How.IN, must=False)

    def _is_environ(self, owner: ast.expr, use: Use) -> bool:
        return self._environ(owner, use) is not None

    def _environ(self, owner: ast.expr, use: Use) -> Ext | None:
        if not any(tail in self._environs for tail in tails(owner)):
            return None
        value = self.program.resolve(owner, use.scope, use.line)
        return value if isinstance(value, Ext) and is_environ(value) else None

    def _called(self) -> Iterator[Read]:
        for use in self._candidates():
            for application in self.calls.applications(use):
                reader = reader_in(application)
                key = key_in(application, reader, use) if reader else None
                if reader and key is None and "**" in application.words:
                    self.dynamic.setdefault(id(use.node), (use, reader.how))
                if reader and key:
                    yield Read(
                        self._prefixed(key, application, use),
                        use,
                        reader.how,
                        reader.must,
                        default_in(application, reader),
                        hidden=application.of.without if isinstance(application.of, Ext) else frozenset(),
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
                            place, must = Place(ast.Constant(name), use.scope, use.line), not _is_shielded(use)
                            yield Read(place, use, How.SETTINGS, must, is_setting=True)
        for use in self.calls.named(("getattr", "hasattr")):
            match use.node:
                case ast.Call(func=ast.Name(id=function), args=[owner, key, *rest]) if self._is_settings(owner, use):
                    must = function == "getattr" and not rest and not _is_shielded(use)
                    yield Read(Place(key, use.scope, use.line), use, How.SETTINGS, must, is_setting=True)

    def _is_settings(self, owner: ast.expr, use: Use) -> bool:
        return self.program.resolve(owner, use.scope, use.line) == Ext(SETTINGS)

    # --- reads of another kind ---

    def _sweeps(self) -> None:
        """A loop over the whole environment reads names that only a run knows."""
        for module in self.program.modules:
            for use in module.sweeps:
                if self._is_environ(whole(use.node), use):
                    self.dynamic.setdefault(id(use.node), (use, How.GET))

    def _sums(self) -> None:
        """`{"A", "B"} - os.environ.keys()`, `{"A"} <= set(os.environ)`: as many times `in`."""
        for use in [use for module in self.program.modules for use in module.sums]:
            match use.node:
                case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]):
                    for asked, environ in ((left, right), (right, left)):
                        if self._is_environ(whole(environ), use):
                            self._asked(Place(asked, use.scope, use.line), use)

    def _asked(self, names: Place, use: Use) -> None:
        elements = self.fold.loops.elements(names, {})
        folded = [self.fold.fold(one, {}) for one in elements.places]
        self._add_all((text for one in folded for text in one.texts), use, How.IN)
        if elements.unknown or elements.needs or any(one.unknown or one.needs for one in folded):
            self.dynamic.setdefault(id(use.node), (use, How.IN))

    def _expanded(self) -> None:
        for use in self.calls.named(self.calls.closure("expandvars")):
            for application in self.calls.applications(use):
                if application.of == Ext(EXPANDVARS) and application.args:
                    folded = self.fold.fold(application.args[0], {})
                    self._add_all((name for text in folded.texts for name in names_in(text)), use, How.EXPANDVARS)
                    if folded.unknown or folded.needs:
                        self.dynamic.setdefault(id(use.node), (use, How.EXPANDVARS))

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


def _is_shielded(use: Use) -> bool:
    return use.node in use.scope.module.shielded
