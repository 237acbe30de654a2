"""Which modules a role runs: from its entry points along imports, and along the names that Django imports by itself."""

import ast
from collections.abc import Iterable, Iterator

from academyctl.scan.calls import Calls
from academyctl.scan.fold import Fold
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Module, Use
from academyctl.scan.values import Place, is_environ

VARIABLE = "DJANGO_SETTINGS_MODULE"
IMPORTERS = frozenset({"import_module", "__import__", "import_string", "include", "run_module", "autodiscover_modules"})
COMMANDERS = frozenset({"execute_from_command_line", "call_command"})
"""Whoever calls one may run every management command of every app."""
PARTS = (".apps", ".models", ".admin", ".signals", ".urls")
"""Modules of an app that Django looks for by name."""


class Closure:
    def __init__(self, program: Program, fold: Fold, calls: Calls) -> None:
        self.program, self.fold = program, fold
        self._commanding = {use.scope.module for use in calls.named(COMMANDERS)}
        self._named: dict[Module, list[str]] = {}
        for use in calls.named(IMPORTERS):
            if isinstance(use.node, ast.Call) and use.node.args:
                self._named.setdefault(use.scope.module, []).extend(self._absolute(use, use.node))
        self._settings: dict[Module, list[Module]] = {}
        self._find_settings(calls)

    def _absolute(self, use: Use, call: ast.Call) -> Iterator[str]:
        """The names that the call imports; `.x` is one of the package that is handed over, else of the module's own."""
        words = [word.value for word in call.keywords if word.arg == "package"]
        within = [*call.args[1:2], *words]
        packages = self.fold.fold(Place(within[0], use.scope, use.line), {}).texts if within else ()
        for text in self.fold.fold(Place(call.args[0], use.scope, use.line), {}).texts:
            level = len(text) - len(text.lstrip("."))
            for package in (packages or (use.scope.module.package,)) if level else ("",):
                parts = package.split(".")
                yield ".".join([*parts[: len(parts) - max(level - 1, 0)], text[level:]]).strip(".")

    def settings_of(self, modules: Iterable[Module]) -> list[Module]:
        """The settings modules that `modules` choose; where nothing does, those that are called so."""
        chosen = [one for module in modules for one in self._settings.get(module, ())]
        return list(dict.fromkeys(chosen)) or [one for one in self.program.modules if _is_called_settings(one)]

    def reach(self, entrypoints: Iterable[str]) -> frozenset[Module]:
        """Empty where no entry point is among the scanned files."""
        found: set[Module] = set()
        new = [module for name in entrypoints for module in self._loaded(name, exactly=True)]
        while new:
            module = new.pop()
            if module not in found:
                found.add(module)
                new += self._edges(module)
                new += self._apps(found) if module in self._commanding or module in self._settings else ()
        return frozenset(found)

    def _edges(self, module: Module) -> Iterator[Module]:
        for one in module.imports:
            if one.runs:
                yield from self._loaded(one.module)
                yield from self._loaded(f"{one.module}.{one.attribute}" if one.attribute else one.module)
        for name in self._named.get(module, ()):
            yield from self._loaded(name)
        yield from self._settings.get(module, ())

    def _loaded(self, name: str, *, exactly: bool = False) -> Iterator[Module]:
        """What an import of a dotted name runs: the module, or the one that holds the attribute, and its packages."""
        parts = name.split(".")
        names = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        if not exactly or name in self.program.by_name:
            yield from (self.program.by_name[one] for one in names if one in self.program.by_name)

    def _apps(self, found: set[Module]) -> Iterator[Module]:
        """What the settings modules of a role name, and what Django loads of each app."""
        commands = bool(found & self._commanding)
        for settings in {one for module in found for one in self._settings.get(module, ())}:
            for text in self._texts(settings):
                for module in self._loaded(text):
                    yield module
                    package = module.name if module.is_package else module.package
                    yield from self._of_app(package, commands=commands)

    def _of_app(self, package: str, *, commands: bool) -> Iterator[Module]:
        for part in PARTS[:2]:
            yield from self._loaded(package + part, exactly=True)
        for module in self.program.modules if commands else ():
            if module.name.startswith((f"{package}.management.", f"{package}.migrations.")):
                yield module

    def _texts(self, settings: Module) -> Iterator[str]:
        """Dotted names that stand in a settings module, or in one that it takes everything from."""
        exprs = [one.what for many in settings.scope.bindings.values() for one in many]
        exprs += [use.node for use in settings.calls if use.scope.frame is settings.scope]
        for expr in exprs:
            for node in ast.walk(expr) if isinstance(expr, ast.expr) else ():
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_dotted(node.value):
                    yield node.value
        for star in settings.stars:
            inside = self.program.by_name.get(star)
            if inside and inside is not settings:
                yield from self._texts(inside)

    def _find_settings(self, calls: Calls) -> None:
        for module in self.program.modules:
            for target, value, scope in module.writes:
                if is_environ(self.program.resolve(target.value, scope, target.lineno)):
                    self._settle(Place(target.slice, scope, target.lineno), Place(value, scope, target.lineno))
        for use in calls.named(("setdefault", "putenv")):
            match use.node:
                case ast.Call(args=[key, value]):
                    self._settle(Place(key, use.scope, use.line), Place(value, use.scope, use.line))

    def _settle(self, key: Place, value: Place) -> None:
        if self.fold.fold(key, {}).texts == (VARIABLE,):
            for name in self.fold.fold(value, {}).texts:
                if name in self.program.by_name:
                    self._settings.setdefault(key.scope.module, []).append(self.program.by_name[name])


def _is_called_settings(module: Module) -> bool:
    return "settings" in module.name.split(".")[-2:]


def _is_dotted(text: str) -> bool:
    return len(text) < 200 and all(part.isidentifier() for part in text.split("."))
