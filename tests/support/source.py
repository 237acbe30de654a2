"""The product's source as names: what a module defines, what its imports mean, and what follows one name."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Entity(NamedTuple):
    """What a module defines at its top."""

    module: str
    name: str


@dataclass(eq=False)
class Module:
    """One file. Imports count wherever they stand."""

    name: str
    tree: ast.Module
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    imported: dict[str, Entity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for statement in self.tree.body:
            self.defined |= dict.fromkeys(_names(statement), statement)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                self.imported |= {one.asname or one.name: Entity(node.module, one.name) for one in node.names}

    def entity(self, node: ast.AST | None) -> Entity | None:
        """What `Name`, `module.Name` or the text of an annotation stands for, where it is the product's."""
        match node:
            case ast.Name(id=name):
                return self.named(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                module = module_named(".".join(self.imported.get(name, ())))
                return module.named(attr) if module else None
            case ast.Constant(value=str(text)) if text.isidentifier():
                return self.named(text)
        return None

    def named(self, name: str) -> Entity | None:
        """Followed to where it is defined."""
        if name in self.defined:
            return Entity(self.name, name)
        origin = self.imported.get(name)
        module = module_named(origin.module) if origin else None
        return module.named(origin.name) if module and origin else None


def _names(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def read_module(path: Path) -> Module:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return Module(name, ast.parse(path.read_text(encoding="utf-8")))


@cache
def module_named(name: str) -> Module | None:
    """A module of academyctl; None for what is none."""
    path = (ROOT / name.replace(".", "/")).with_suffix(".py")
    return read_module(path) if name.startswith("academyctl.") and path.is_file() else None


def definition(entity: Entity) -> ast.stmt:
    module = module_named(entity.module)
    assert module, entity
    return module.defined[entity.name]


class Leaf(NamedTuple):
    """A function that @leaf registers. One that does not say `writes=True` makes no mutating call."""

    function: Entity
    writes: bool


@cache
def leaves() -> Mapping[str, Leaf]:
    """By `group command`."""
    return {
        found[0]: Leaf(Entity(module.name, node.name), found[1])
        for module in map(_module_at, sorted((ROOT / "academyctl/cli").glob("*.py")))
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and (found := _registered(node))
    }


def _module_at(path: Path) -> Module:
    module = module_named(f"academyctl.cli.{path.stem}")
    assert module
    return module


def _registered(function: ast.FunctionDef) -> tuple[str, bool] | None:
    """The command, and whether it writes."""
    for one in function.decorator_list:
        match one:
            case ast.Call(func=ast.Name(id="leaf"), args=[_, ast.Constant(value=str(command)), *_], keywords=options):
                return command, any(each.arg == "writes" for each in options)
    return None


@cache
def lineage(entity: Entity) -> tuple[Entity, ...]:
    """A class and what it inherits from, as far as that is the product's."""
    node, module = definition(entity), module_named(entity.module)
    bases = node.bases if isinstance(node, ast.ClassDef) and module else []
    return (entity, *(one for base in bases if module and (found := module.entity(base)) for one in lineage(found)))


@cache
def methods(entity: Entity) -> frozenset[str]:
    """Those that a class has; of what is no class, none."""
    bodies = (node.body for one in lineage(entity) if isinstance(node := definition(one), ast.ClassDef))
    return frozenset(part.name for body in bodies for part in body if isinstance(part, ast.FunctionDef))


def is_protocol(entity: Entity) -> bool:
    node = definition(entity)
    return isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases)


@cache
def member(owner: Entity, name: str) -> Entity | None:
    """The class of a field or a property, where its annotation tells."""
    for one in lineage(owner):
        module, node = module_named(one.module), definition(one)
        for part in node.body if module and isinstance(node, ast.ClassDef) else ():
            match part:
                case ast.AnnAssign(target=ast.Name(id=found), annotation=said) if found == name:
                    return module.entity(said) if module else None
                case ast.FunctionDef(name=found, returns=said, decorator_list=[_, *_]) if found == name:
                    return module.entity(said) if module else None
    return None
