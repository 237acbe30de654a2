"""Where an env comes from: files, stdin, this process, stored parameters."""

from collections.abc import Iterable
from pathlib import Path

from academyctl.check.ssm import check_absent
from academyctl.cli.run import Run
from academyctl.envfile.read import environ, keys_in, read_blob, read_file, read_process
from academyctl.model.env import Document
from academyctl.model.errors import NotFound, Unreadable, UsageError
from academyctl.model.role import Role
from academyctl.model.ssm import ParameterMetadata, StoredParameter
from academyctl.plan.ssm import Stored


def read_parameters(run: Run, roles: Iterable[Role], version: int | None = None) -> dict[str, StoredParameter]:
    """Role name → parameter (a certain version, or the newest); roles without one are absent."""
    names = run.parameters(roles)
    run.talk.step(f"reading {', '.join(names.values())}")
    if version is not None:
        return {role: run.store.read_version(name, version) for role, name in names.items()}
    found = run.store.read(names.values())
    return {role: found[name] for role, name in names.items() if name in found}


def parse_stored(parameter: StoredParameter, role: Role) -> Document:
    """The blob as its consumer reads it; Unreadable when it cannot be."""
    return read_blob(parameter.value.reveal(), role.consumer, label=f"{parameter.name}@{parameter.version}")


def as_stored(parameter: StoredParameter, role: Role) -> Stored:
    """The blob for the guards: also where its consumer cannot read it."""
    try:
        document = parse_stored(parameter, role)
    except Unreadable:
        return Stored(parameter=parameter, document=None, keys=keys_in(parameter.value.reveal()))
    return Stored(parameter=parameter, document=document, keys=frozenset(document.last()))


def read_stored(run: Run, roles: Iterable[Role], *also: str) -> tuple[dict[str, Stored], dict[str, StoredParameter]]:
    """What a write starts from: role → parameter with key, tier and description; and the parameters named in `also`."""
    wanted = tuple(roles)
    names = run.parameters(wanted)
    run.talk.step(f"reading {', '.join(names.values())}")
    found = run.store.read([*names.values(), *also])
    present = [name for name in names.values() if name in found]
    metadata = run.store.read_metadata(present) if present else {}
    stored = {
        role.name: as_stored(found[name].described(metadata.get(name, ParameterMetadata())), role)
        for role in wanted
        if (name := names[role.name]) in found
    }
    return stored, {name: found[name] for name in also if name in found}


def read_source(run: Run, text: str, role: Role) -> Document:
    """One side of `env diff`: file:PATH, ssm:, ssm:@N, container:NAME, process:."""
    kind, _, rest = text.partition(":")
    if kind == "file" and rest:
        return read_file(Path(rest))
    if kind == "container" and rest:
        from academyctl.containers.read import look_at_container

        run.talk.step(f"reading container {rest}")
        return look_at_container(run.engine, rest).document
    if kind == "process" and not rest:
        return read_process(environ())
    if kind == "ssm" and (not rest or (rest.startswith("@") and rest[1:].isdecimal())):
        found = read_parameters(run, [role], int(rest[1:]) if rest else None)
        if role.name not in found:
            raise absent(run, role)
        return parse_stored(found[role.name], role)
    hint = "file:PATH, ssm:, ssm:@VERSION, container:NAME or process:"
    raise UsageError(f"{text!r} is no source", code="usage.source", hint=hint)


def absent(run: Run, role: Role) -> NotFound:
    """The error for a command that needs a stored parameter where there is none. (For a check it is a finding.)"""
    finding = check_absent(run.parameter(role), role.name, run.region)
    return NotFound(f"{finding.subject} {finding.message}", code=finding.code, hint=finding.hint)
