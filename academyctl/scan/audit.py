"""One scan from paths to a survey: read, resolve, follow, and give each reference the roles that reach it."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from academyctl.model.reference import DynamicRead, How, Reference, Survey, UndefinedSetting
from academyctl.scan.calls import Calls
from academyctl.scan.closure import Closure
from academyctl.scan.fold import Fold
from academyctl.scan.groups import Groups
from academyctl.scan.libraries import IMPLICIT
from academyctl.scan.pydantic import Pydantic
from academyctl.scan.reads import Found, Reads
from academyctl.scan.resolve import Program
from academyctl.scan.scope import Import, Module
from academyctl.scan.settings import Settings
from academyctl.scan.source import read_sources


class Reach(NamedTuple):
    """A role and its modules; None where it has no entry point among the scanned files and reaches all of them."""

    role: str
    modules: frozenset[Module] | None
    settings: Sequence[Module]

    def holds(self, module: Module) -> bool:
        return self.modules is None or module in self.modules


def survey(
    paths: Iterable[Path], entrypoints: Mapping[str, Sequence[str]], declared: Mapping[str, Iterable[str]] | None = None
) -> Survey:
    """`entrypoints`: role → modules it starts from. `declared`: role → names whose implicit reads are of interest.

    UsageError: a path does not exist or holds no Python file.
    """
    with _without_collector():
        return _survey(paths, entrypoints, declared or {})


@contextmanager
def _without_collector() -> Iterator[None]:
    """The garbage collector would walk a growing heap of trees in vain, again and again: more time than the scan's."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _survey(
    paths: Iterable[Path], entrypoints: Mapping[str, Sequence[str]], declared: Mapping[str, Iterable[str]]
) -> Survey:
    scanned = read_sources(paths)
    program = Program(scanned.modules, scanned.also)
    fold = Fold(program)
    calls = Calls(program, fold)
    reads = Reads(program, fold, calls)
    reads.run()
    for one in Pydantic(program, fold, calls).found():
        reads.add(one)
    found = tuple(reads.found.values())
    reaches = _reaches(program, Closure(program, fold, calls), entrypoints)
    by_node = _by_node(found)
    settings = Settings(program, by_node)
    direct = _direct(found, Groups(program, found), reaches)
    return Survey(
        files=len(scanned.modules) + len(scanned.unparsed),
        references=_merged([*direct, *_through(found, settings, reaches), *_implicit(program, reaches, declared)]),
        dynamic=_dynamic(reads, reaches),
        unparsed=tuple(sorted(scanned.unparsed)),
        undefined=_undefined(found, settings, reaches),
        entered=tuple(one.role for one in reaches if one.modules is not None),
    )


def _reaches(program: Program, closure: Closure, entrypoints: Mapping[str, Sequence[str]]) -> tuple[Reach, ...]:
    found = []
    for role, names in entrypoints.items():
        modules = closure.reach(names) or None
        found.append(Reach(role, modules, closure.settings_of(modules or program.modules)))
    return tuple(found)


def _by_node(found: Iterable[Found]) -> Mapping[int, Sequence[Found]]:
    by_node: dict[int, list[Found]] = defaultdict(list)
    for one in found:
        by_node[id(one.use.node)].append(one)
    return by_node


def _roles(module: Module, reaches: Iterable[Reach]) -> tuple[str, ...]:
    return tuple(one.role for one in reaches if one.holds(module))


def _direct(found: Iterable[Found], groups: Groups, reaches: Sequence[Reach]) -> list[Reference]:
    return [
        Reference(
            name=one.name,
            path=one.use.scope.module.path,
            line=one.use.line,
            how=one.how,
            required=one.required and id(one.use.node) not in groups.eased,
            group=tuple(sorted({*one.group, *groups.others.get(id(one.use.node), ())})),
            roles=_roles(one.use.scope.module, reaches),
            module=one.use.scope.module.name,
        )
        for one in found
        if not one.is_setting
    ]


def _through(found: Iterable[Found], settings: Settings, reaches: Sequence[Reach]) -> list[Reference]:
    """Each use of a setting is a reference to the keys that it was assigned from, in the settings of that role."""
    return [
        Reference(
            name=key.name,
            path=one.use.scope.module.path,
            line=one.use.line,
            how=How.SETTINGS,
            roles=(reach.role,),
            module=one.use.scope.module.name,
        )
        for one in found
        if one.is_setting
        for reach in reaches
        if reach.holds(one.use.scope.module)
        for key in settings.keys_of(one.name, reach.settings)
    ]


def _undefined(found: Iterable[Found], settings: Settings, reaches: Sequence[Reach]) -> tuple[UndefinedSetting, ...]:
    uses = [one for one in found if one.is_setting]
    # Whoever asks first whether there is one, or brings a default, lives without it.
    spared = {(one.name, one.use.scope.module) for one in uses if not one.required}
    wanting = [one for one in uses if (one.name, one.use.scope.module) not in spared]
    undefined = []
    for one in wanting:
        module = one.use.scope.module
        roles = tuple(
            reach.role for reach in reaches if reach.holds(module) and settings.is_undefined(one.name, reach.settings)
        )
        if roles:
            undefined.append(UndefinedSetting(one.name, module.path, one.use.line, roles))
    return tuple(sorted(set(undefined)))


def _implicit(program: Program, reaches: Sequence[Reach], declared: Mapping[str, Iterable[str]]) -> Iterator[Reference]:
    """What imported libraries read of a role's declared names; each name once a role, at the first import."""
    imports = [(one, module) for module in program.modules for one in module.imports if one.runs]
    for reach in reaches:
        wanted = set(declared.get(reach.role, ()))
        for one, module in imports:
            names = {name for package in _packages(one) for name in IMPLICIT.get(package, ())} & wanted
            for name in names if reach.holds(module) else ():
                wanted.discard(name)
                yield Reference(
                    name=name,
                    path=module.path,
                    line=one.line,
                    how=How.IMPLICIT,
                    roles=(reach.role,),
                    module=module.name,
                )


def _packages(one: Import) -> list[str]:
    """Every package that the import loads: google, google.cloud, google.cloud.storage."""
    parts = f"{one.module}.{one.attribute}".split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _dynamic(reads: Reads, reaches: Sequence[Reach]) -> tuple[DynamicRead, ...]:
    found = {
        DynamicRead(use.scope.module.path, use.line, str(how), _roles(use.scope.module, reaches), use.scope.module.name)
        for use, how in reads.dynamic.values()
    }
    return tuple(sorted(found))


def _merged(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """One for each name, line and way of reading; what several say of it is joined."""
    merged: dict[tuple[str, int, str, str], Reference] = {}
    for one in references:
        key = (one.path, one.line, one.name, str(one.how))
        known = merged.get(key, one)
        merged[key] = one._replace(
            required=known.required or one.required,
            group=tuple(sorted({*known.group, *one.group})),
            roles=tuple(dict.fromkeys((*known.roles, *one.roles))),
        )
    return tuple(merged[key] for key in sorted(merged))
