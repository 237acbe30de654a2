"""Who calls what: the calls of the whole program by the name they call, and what each hands over."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from academyctl.scan.fold import Fold
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Binding, Kind, Scope, Use
from academyctl.scan.tails import tails
from academyctl.scan.values import Cls, Ext, Func, Inside, Inst, Made, Partial, Place, Value, is_environ

STAND_INS = frozenset({"functools.partial", "builtins.map"})
"""Calls of these come to calls of what they are handed."""
ROUNDS = 6
"""How often an environment is followed from one function's parameter to the next one's."""


class Application(NamedTuple):
    """A call, or what comes to one: partial(f, …), map(f, …). `is_open`: more arguments may come later."""

    of: Value
    args: tuple[Place, ...]
    words: Mapping[str, Place]
    is_open: bool = False


class Reaching(NamedTuple):
    """A call of a function. `frame`: parameter → argument."""

    use: Use
    application: Application
    frame: Mapping[str, Place]


class Calls:
    def __init__(self, program: Program, fold: Fold) -> None:
        self.program, self.fold = program, fold
        self._by_name: dict[str, list[Use]] = defaultdict(list)
        self._aliases: dict[str, set[str]] = defaultdict(set)
        self._reaching: dict[Scope, Sequence[Reaching]] = {}
        for module in program.modules:
            for use in module.calls:
                for name in _called_names(use.node):
                    self._by_name[name].append(use)
            for tail, name in module.aliases:
                self._aliases[tail].add(name)

    def closure(self, *names: str) -> set[str]:
        """The names, and every name that something of these names was ever given."""
        found, new = set(names), list(names)
        while new:
            fresh = self._aliases.get(new.pop(), set()) - found
            found |= fresh
            new += fresh
        return found

    def named(self, names: Iterable[str]) -> Iterator[Use]:
        for name in names:
            yield from self._by_name.get(name, ())

    def applications(self, use: Use) -> Iterator[Application]:
        """What a call calls, with everything that is handed over; several for map()."""
        call = use.node
        assert isinstance(call, ast.Call)
        value = self.program.resolve(call.func, use.scope, use.line)
        places = tuple(Place(arg, use.scope, use.line) for arg in call.args)
        words = _words(call, use.scope, use.line)
        match value:
            case Ext("functools.partial") if places:
                yield from self._of(places[0], places[1:], words, is_open=True)
            case Ext("builtins.map") if len(places) == 2:
                for place in self.fold.loops.elements(places[1], {}).places:
                    yield from self._of(places[0], (place,), {}, is_open=False)
            case Partial(of, bound, scope, at):
                if places or words:
                    first = tuple(Place(arg, scope, at) for arg in bound.args[1:])
                    yield Application(of, (*first, *places), {**_words(bound, scope, at), **words})
            case _ if value is not None:
                yield Application(value, places, words)

    def _of(
        self, function: Place, args: tuple[Place, ...], words: Mapping[str, Place], *, is_open: bool
    ) -> Iterator[Application]:
        value = self.program.resolve(*function)
        if value is not None:
            yield Application(value, args, words, is_open)

    def calls_of(self, function: Scope) -> Sequence[Reaching]:
        """Every call that reaches `function`."""
        if function not in self._reaching:
            self._reaching[function] = tuple(self._calls_of(function))
        return self._reaching[function]

    def _calls_of(self, function: Scope) -> Iterator[Reaching]:
        names = self.closure(_called_as(function))
        indirect = self.closure("partial") | {"map"}
        for use in [*self.named(names), *self.named(indirect - names)]:
            for application in self.applications(use) if self._may_reach(use, function) else ():
                target = self._function(application.of)
                if target and target.scope is function:
                    yield Reaching(use, application, frame_of(target, application))

    def _may_reach(self, use: Use, function: Scope) -> bool:
        """Most calls of a common name are of something else: that is seen without a look at their arguments."""
        assert isinstance(use.node, ast.Call)
        value = self.program.resolve(use.node.func, use.scope, use.node.lineno)
        match value:
            case None | Made() | Inside():
                return False
            case Func(scope):
                return scope is function
            case Ext(name):
                return name in STAND_INS
        return True

    def _function(self, value: Value) -> Func | None:
        """What runs when the value is called."""
        match value:
            case Func():
                return value
            case Cls(scope):
                return self._method(self.program.class_bindings(scope, "__init__"))
            case Inst(scope):
                return self._method(self.program.class_bindings(scope, "__call__"))
        return None

    def _method(self, found: Iterable[Binding]) -> Func | None:
        return next((Func(one.what, 1) for one in found if isinstance(one.what, Scope)), None)

    def hand_environments_over(self, names: set[str]) -> None:
        """Follows os.environ into the parameters it is handed to; their names join `names`."""
        for _ in range(ROUNDS):
            before = len(self.program.handed)
            for module in self.program.modules:
                for use in module.calls:
                    if any(self._is_environ(arg, use, names) for arg in _arguments(use.node)):
                        self._hand_over(use, names)
            if len(self.program.handed) == before:
                return
            self.program.forget()

    def _is_environ(self, arg: ast.expr, use: Use, names: set[str]) -> bool:
        match arg:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in names:
                return is_environ(self.program.resolve(arg, use.scope, use.line))
        return False

    def _hand_over(self, use: Use, names: set[str]) -> None:
        for application in self.applications(use):
            target = self._function(application.of)
            for name, place in frame_of(target, application).items() if target else ():
                key = (target.scope, name) if target else None
                if key and key not in self.program.handed and is_environ(self.program.resolve(*place)):
                    self.program.handed[key] = [place]
                    names.update(self.closure(name))


def frame_of(function: Func, application: Application) -> Mapping[str, Place]:
    """Parameter → argument. What a `*` spreads is unknown to each parameter it may reach."""
    scope = function.scope
    names = scope.params[: scope.positional][function.skip :]
    frame: dict[str, Place] = {}
    for number, place in enumerate(application.args):
        if isinstance(place.expr, ast.Starred):
            frame |= dict.fromkeys(names[number:], place)
            break
        if number < len(names):
            frame[names[number]] = place
    if scope.vararg:
        frame[f"*{scope.vararg}"] = _rest(application.args[len(names) :], function)
    if "**" in application.words:
        frame = dict.fromkeys(scope.params, application.words["**"]) | frame
    return frame | {name: place for name, place in application.words.items() if name in scope.params}


def _rest(args: tuple[Place, ...], function: Func) -> Place:
    scope, at = (args[0].scope, args[0].at) if args else (function.scope, function.scope.line)
    return Place(ast.Tuple(elts=[one.expr for one in args], ctx=ast.Load()), scope, at)


def _words(call: ast.Call, scope: Scope, at: int) -> Mapping[str, Place]:
    return {
        word.arg or "**": Place(word.value if word.arg else ast.Starred(word.value), scope, at)
        for word in call.keywords
    }


def _called_as(function: Scope) -> str:
    owner = function.parent.frame if function.parent else None
    is_special = function.name in ("__init__", "__call__") and owner is not None and owner.kind is Kind.CLASS
    return owner.name if is_special and owner else function.name


def _called_names(node: ast.expr) -> Iterable[str]:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return (name,)
        case ast.Call(func=ast.Call() as maker):
            # `getattr(os, "getenv")("A")`, `reader()("A")`.
            return dict.fromkeys(tails(maker))
    return ()


def _arguments(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        yield from node.args
        for word in node.keywords:
            yield word.value
