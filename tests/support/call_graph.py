"""Which AWS calls a command can come to, read from the source: what `academyctl iam policy` is made of.

`python -m tests.support.call_graph` writes them to academyctl/iam/calls.json.

From a command's function the graph goes to everything that its body names. A method counts where its name is said of
something and its class is made on the way (rapid type analysis), and so does the body of a `case SubmitJob():`. An
operation is a text in academyctl/aws that names one of a service which that module calls. So nothing that can happen is
missed; what never happens together may be found.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import botocore.session
from botocore import xform_name

from academyctl.model.rights import COMMANDS, Purpose
from academyctl.sandbox.calls import is_mutating
from tests.support.source import (
    ROOT,
    Entity,
    Module,
    definition,
    is_protocol,
    leaves,
    lineage,
    member,
    methods,
    module_named,
    read_module,
)

TABLE = ROOT / "academyctl/iam/calls.json"
RUN = Entity("academyctl.cli.run", "Run")
"""What every command is given."""
NOWHERE = re.compile(r"__\w+__")
"""Methods that nobody calls by name."""


class Place(NamedTuple):
    """Where a piece of code stands. `given`: `self`, and the parameters whose class their annotations tell."""

    module: Module
    given: Mapping[str, Entity]


class Method(NamedTuple):
    owner: Entity
    place: Place
    body: ast.FunctionDef


@dataclass
class Reach:
    """What can happen once a function runs; `calls` is what was found of AWS."""

    calls: set[str] = field(default_factory=set)
    _seen: set[Entity] = field(default_factory=set)
    _made: set[Entity] = field(default_factory=set)
    _said: dict[str, set[Entity | None]] = field(default_factory=dict)
    """Name of a method → of which class it is said; None: of something unknown."""
    _offered: dict[str, list[Method]] = field(default_factory=dict)
    """The methods of the classes that are made."""
    _cases: dict[Entity, list[tuple[Place, list[ast.stmt]]]] = field(default_factory=dict)
    """What happens once a class is made that is not, so far."""
    _entered: set[ast.AST] = field(default_factory=set)
    _todo: list[tuple[Place, ast.AST]] = field(default_factory=list)

    def add(self, *entities: Entity) -> "Reach":
        for entity in entities:
            self._reach(entity)
        while self._todo:
            self._visit(*self._todo.pop())
        return self

    def _reach(self, entity: Entity | None) -> None:
        if entity is None or entity in self._seen:
            return
        self._seen.add(entity)
        if isinstance(definition(entity), ast.ClassDef):
            self._make(entity)
        else:
            self._enter(_top(entity), definition(entity))

    def _make(self, made: Entity) -> None:
        """What it inherits is its own."""
        self._made.update(lineage(made))
        for entity in lineage(made):
            node, place = definition(entity), _top(entity)._replace(given={"self": entity})
            for part in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(part, ast.FunctionDef) and not NOWHERE.fullmatch(part.name):
                    self._offer(Method(made, place, part))
                else:
                    self._enter(place, part)
            for where, body in self._cases.pop(entity, ()):
                self._todo += [(where, one) for one in body]

    def _offer(self, method: Method) -> None:
        self._offered.setdefault(method.body.name, []).append(method)
        if any(_fits(method, of) for of in self._said.get(method.body.name, ())):
            self._enter(method.place, method.body)

    def _say(self, name: str, of: Entity | None) -> None:
        said = self._said.setdefault(name, set())
        if of in said:
            return
        for method in self._offered.get(name, ()):
            if _fits(method, of) and not any(_fits(method, one) for one in said):
                self._enter(method.place, method.body)
        said.add(of)

    def _enter(self, place: Place, node: ast.AST) -> None:
        """What stands in a function is seen with what its parameters are."""
        if node in self._entered:
            return
        self._entered.add(node)
        if isinstance(node, ast.FunctionDef):
            known = {one.arg: found for one in _parameters(node) if (found := place.module.entity(one.annotation))}
            place = place._replace(given={**place.given, **known})
            self._todo += [(place, one) for one in (*node.body, *node.args.defaults, *node.args.kw_defaults) if one]
        else:
            self._todo.append((place, node))

    def _visit(self, place: Place, node: ast.AST) -> None:
        match node:
            case ast.Name() | ast.Attribute():
                self._reference(place, node)
            case ast.Constant(value=str(text)):
                self.calls |= {call} if (call := _operations(place.module).get(text, "")) else set()
            case ast.Match():
                self._match(place, node)
            case ast.FunctionDef():
                self._enter(place, node)
            case _:
                for part in _running(node):
                    self._visit(place, part)

    def _reference(self, place: Place, node: ast.Name | ast.Attribute) -> None:
        found = place.module.entity(node)
        if found or isinstance(node, ast.Name):
            self._reach(found)
            return
        self._say(node.attr, _class_of(place, node.value))
        self._visit(place, node.value)

    def _match(self, place: Place, node: ast.Match) -> None:
        self._visit(place, node.subject)
        for case in node.cases:
            if case.guard:
                self._visit(place, case.guard)
            classes = set(_classes(place.module, case.pattern))
            if not classes or self._made & classes:
                self._todo += [(place, one) for one in case.body]
            for one in classes - self._made:
                self._cases.setdefault(one, []).append((place, case.body))


def _top(entity: Entity) -> Place:
    module = module_named(entity.module)
    assert module
    return Place(module, {})


def _class_of(place: Place, node: ast.expr) -> Entity | None:
    """What an expression is, as far as annotations tell."""
    match node:
        case ast.Name(id=name):
            return place.given.get(name)
        case ast.Attribute(value=value, attr=name):
            owner = _class_of(place, value)
            return member(owner, name) if owner else None
    return None


def _fits(method: Method, of: Entity | None) -> bool:
    """Whether something of this class, or that has this Protocol, may have the method."""
    if of is None or not isinstance(definition(of), ast.ClassDef):
        return True
    return methods(of) <= methods(method.owner) if is_protocol(of) else of in lineage(method.owner)


def _parameters(function: ast.FunctionDef) -> list[ast.arg]:
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """The parts that do something when they run: an annotation, a caught class, a tested one make nothing."""
    match node:
        case ast.AnnAssign(value=value):
            yield from (value,) if value else ()
        case ast.ExceptHandler(body=body):
            yield from body
        case ast.Call(func=ast.Name(id="isinstance"), args=[subject, *_]):
            yield subject
        case ast.arg() | ast.Import() | ast.ImportFrom():
            return
        case _:
            yield from ast.iter_child_nodes(node)


def _classes(module: Module, pattern: ast.pattern) -> Iterator[Entity]:
    """The classes of ours of which one must have been made for the pattern to fit."""
    match pattern:
        case ast.MatchClass(cls=named):
            yield from (found,) if (found := module.entity(named)) else ()
        case ast.MatchOr(patterns=patterns):
            yield from (one for part in patterns for one in _classes(module, part))


@cache
def _operations(module: Module) -> Mapping[str, str]:
    """Operation as botocore spells it → `service:Operation`, of the services that a module of aws/ calls."""
    return called(module, "call") if module.name.startswith("academyctl.aws.") else {}


def called(module: Module, method: str) -> dict[str, str]:
    """The operations of the services that are the first words of `….method("batch", …)`."""
    first = (
        node.args[0]
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
        if node.args
    )
    services = {one.value for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {spelled: call for service in sorted(services) for spelled, call in operations(service).items()}


@cache
def operations(service: str) -> Mapping[str, str]:
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): f"{service}:{name}" for name in model.operation_names}


def calls_of(*commands: str) -> set[str]:
    """A command that is not said to write makes no mutating call, whatever its checks have in common with plans."""
    named = [leaves()[command] for command in commands]
    writing = Reach().add(RUN, *(one.function for one in named if one.writes)).calls
    reading = Reach().add(RUN, *(one.function for one in named if not one.writes)).calls
    return writing | {call for call in reading if not is_mutating(call.partition(":")[2])}


def api_calls() -> frozenset[str]:
    """What the Django API asks AWS for. R2 is no AWS: its S3 is left out."""
    found = {call for path in sorted((ROOT / "api").rglob("*.py")) for call in _client_calls(path)}
    return frozenset(call for call in found if not call.startswith("s3:"))


def _client_calls(path: Path) -> Iterator[str]:
    """Methods of boto3's clients, and the operations that a paginator is asked for."""
    module = read_module(path)
    known = called(module, "client")
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(attr=name) | ast.Constant(value=str(name)) if name in known:
                yield known[name]


def purpose_calls(purpose: Purpose) -> Iterable[str]:
    if purpose is Purpose.API:
        return api_calls()
    return calls_of(*COMMANDS[purpose])


def table() -> str:
    """calls.json, as it should be."""
    return json.dumps({purpose: sorted(purpose_calls(purpose)) for purpose in Purpose}, indent=2) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
