"""One role's env against its contract: a row for each key and a finding for each problem, all of them at once.

What a finding weighs depends on where the env comes from. A file may hold other roles' keys (they are split off); in a
stored blob a foreign key is what made uploads fail; a process has a whole system's variables round it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from shlex import quote

from academyctl.check.values import is_placeholder, is_required
from academyctl.model.contract import EnvContract
from academyctl.model.env import Document, Entry, SourceKind
from academyctl.model.finding import Finding, Location, error, info, warning
from academyctl.model.old_name import OldName, map_aliases
from academyctl.model.role import Consumer, KeySpec, OneOf, Role
from academyctl.model.value_type import type_problem


class KeyState(StrEnum):
    SET = "SET"
    MISSING = "MISSING"
    EMPTY = "EMPTY"
    BAD = "BAD"


@dataclass(frozen=True, kw_only=True)
class RoleReport:
    """`rows` is (key, state, why) in the role file's order, then what passthrough let in."""

    role: str
    rows: tuple[tuple[str, KeyState, str], ...]
    findings: tuple[Finding, ...]


def check_role(
    role: Role, env: Mapping[str, Entry], document: Document, unwritable: Iterable[Finding] = ()
) -> RoleReport:
    """Checks a role's own keys (`env`, old names already mapped). `unwritable`: what the writer of the role's blob
    refuses, where they are to be written."""
    values = {key: entry.value.reveal() for key, entry in env.items()}
    findings: list[Finding] = []
    rows = [_row(spec, role, env, values, document, findings) for spec in role.keys]
    declared = {spec.name for spec in role.keys}
    rows += [_passed(role, entry, document, findings) for key, entry in env.items() if key not in declared]
    for group in role.one_of:
        findings += _one_of(group, role, values, document)
    refused = {finding.subject: finding for finding in unwritable}
    findings += _readers(role, env, document, refused)
    marked = (_marked(row, refused.get(f"{role.name}:{row[0]}")) for row in rows)
    return RoleReport(role=role.name, rows=tuple(marked), findings=tuple(findings))


def _readers(
    role: Role, env: Mapping[str, Entry], document: Document, refused: Mapping[str, Finding]
) -> Iterator[Finding]:
    """What docker reads differently, where it can be written at all; and what cannot, with its line."""
    if role.consumer is Consumer.DOCKER:
        for key, entry in env.items():
            if entry.drift and f"{role.name}:{key}" not in refused:
                yield _drift(role, entry, document)
    at = {f"{role.name}:{key}": document.at(entry) for key, entry in env.items()}
    for subject, finding in refused.items():
        yield replace(finding, location=at.get(subject))


def _marked(row: tuple[str, KeyState, str], refused: Finding | None) -> tuple[str, KeyState, str]:
    """A key's row, bad too where its value cannot be written."""
    if refused is None:
        return row
    key, state, why = row
    return key, KeyState.BAD, f"{why}; {refused.message}" if state is KeyState.BAD else refused.message


def _row(
    spec: KeySpec,
    role: Role,
    env: Mapping[str, Entry],
    values: dict[str, str],
    document: Document,
    findings: list[Finding],
) -> tuple[str, KeyState, str]:
    """One declared key: its state, why, and what is wrong with it (appended to `findings`)."""
    subject, entry, required = f"{role.name}:{spec.name}", env.get(spec.name), is_required(spec, values)
    if entry is None:
        if required:
            findings.append(
                error("env.missing", subject, "is required and not set", _setting(role, spec.name, document))
            )
        return spec.name, KeyState.MISSING, _why_absent(spec, required)
    value, at = values[spec.name], document.at(entry)
    if not value:
        # An empty text is what `KEY=` in a template means: not set. A port or a bool cannot be read from it.
        if required or type_problem(spec.type, ""):
            message = "is required and empty" if required else "is empty, which its reader cannot take"
            findings.append(error("env.empty", subject, message, _setting(role, spec.name, document), at))
        return spec.name, KeyState.EMPTY, "required" if required else "optional"
    faults = tuple(_faults(spec, role, values, required, document, at))
    findings += faults
    return spec.name, KeyState.BAD if faults else KeyState.SET, "; ".join(fault.message for fault in faults)


def _faults(
    spec: KeySpec, role: Role, values: Mapping[str, str], required: bool, document: Document, at: Location | None
) -> Iterator[Finding]:
    """Everything that is wrong with a value: one that was never filled in may be of no type and lack its pair too."""
    value, subject, setting = values[spec.name], f"{role.name}:{spec.name}", _setting(role, spec.name, document)
    if problem := type_problem(spec.type, value):
        yield error("env.type", subject, problem, setting, at)
    if is_placeholder(value):
        make = error if required else warning
        yield make("env.placeholder", subject, "was never filled in", setting, at)
    if spec.needs and not values.get(spec.needs):
        hint = _setting(role, spec.needs, document)
        yield error("env.pair", subject, f"needs {spec.needs} beside it, or have neither", hint, at)


def _passed(role: Role, entry: Entry, document: Document, findings: list[Finding]) -> tuple[str, KeyState, str]:
    """A key that passthrough let in: any value is good, but for one that was never filled in."""
    value = entry.value.reveal()
    if is_placeholder(value):
        subject, hint = f"{role.name}:{entry.key}", _setting(role, entry.key, document)
        findings.append(warning("env.placeholder", subject, "was never filled in", hint, document.at(entry)))
        return entry.key, KeyState.BAD, "was never filled in"
    return entry.key, KeyState.SET if value else KeyState.EMPTY, "passthrough"


def _why_absent(spec: KeySpec, required: bool) -> str:
    if required:
        return "required"
    return f"optional, default {spec.default}" if spec.default is not None else "optional"


def _one_of(group: OneOf, role: Role, values: Mapping[str, str], document: Document) -> Iterator[Finding]:
    names, present = " or ".join(group.keys), [values[key] for key in group.keys if values.get(key)]
    subject = f"{role.name}:{'|'.join(group.keys)}"
    if not present:
        yield error("env.one-of", subject, f"one of {names} must be set", _setting(role, group.keys[0], document))
    elif group.same and len(set(present)) > 1:
        yield error("env.one-of", subject, f"{names} are both set and differ", "give them one value, or keep one")


def _setting(role: Role, key: str, document: Document) -> str:
    """What gives the key a value where the document comes from: a command, but in a file."""
    command = f"academyctl ssm set --role {role.name} {quote(key)}"
    match document.kind:
        case SourceKind.SSM:
            return command
        case SourceKind.CONTAINER:
            name = document.label.partition(":")[2]
            return f"{command}; academyctl env refresh --container {name} --role {role.name}"
        case _:
            return f"set {key}"


def _drift(role: Role, entry: Entry, document: Document) -> Finding:
    return warning(
        "env.reader",
        f"{role.name}:{entry.key}",
        "docker --env-file reads this line differently; academyctl takes what python-dotenv reads",
        "push writes the value in the form that docker reads back",
        document.at(entry),
    )


def check_strangers(role: Role, document: Document, contract: EnvContract) -> Iterator[Finding]:
    """Keys of `document` that are not the role's: foreign, unknown, or under a name that the code never reads.

    Aliases, duplicates and unknown keys of a file are found by the split; this is for blobs, containers, processes.
    """
    entries = document.last()
    old_names = {old.entry.key: old for old in map_aliases(entries, contract)[1]}
    for key, entry in entries.items():
        owners = contract.owners(key)
        if role.name in owners:
            continue
        if owners:
            if finding := _foreign(role, entry, owners, document):
                yield finding
        elif key in old_names and not document.kind.is_mixed:
            yield _old_name(role, old_names[key], document)
        elif document.kind is SourceKind.SSM and key not in contract.aliases:
            yield _unknown(role, key, contract)


def _old_name(role: Role, old: OldName, document: Document) -> Finding:
    """In a blob it means what it means in a file. Of a process or container the code reads the new name alone, and
    the platform may have set the old one for others."""
    subject, key = f"{role.name}:{old.entry.key}", old.entry.key
    if old.fault and document.kind is SourceKind.SSM:
        return error(old.code, subject, old.fault, f"academyctl ssm unset --role {role.name} {quote(key)}")
    message = f"is a name the code never reads; it reads {', '.join(old.alias.targets)}"
    return warning("env.alias", subject, message, f"academyctl ssm push --role {role.name}")


def _foreign(role: Role, entry: Entry, owners: tuple[str, ...], document: Document) -> Finding | None:
    message = f"belongs to {' and '.join(owners)}, not to {role.name}"
    make = {
        SourceKind.FILE: info,
        SourceKind.STDIN: info,
        SourceKind.SSM: error,
        SourceKind.CONTAINER: warning,
    }.get(document.kind)
    if make is None:
        return None
    hint = f"academyctl ssm unset --role {role.name} {entry.key}" if make is error else ""
    return make("env.foreign", f"{role.name}:{entry.key}", message, hint, document.at(entry))


def _unknown(role: Role, key: str, contract: EnvContract) -> Finding:
    subject, unset = f"{role.name}:{key}", f"academyctl ssm unset --role {role.name} {key}"
    if key in contract.runtime:
        return error("env.unknown", subject, "is set by the platform and never stands in a blob", unset)
    near = contract.nearest(key)
    message = f"is declared nowhere; did you mean {near}?" if near else "is declared nowhere"
    return error("env.unknown", subject, message, f"declare it in roles/{role.name}.yaml, or: {unset}")


def check_duplicates(role: Role, document: Document) -> Iterator[Finding]:
    """Keys that a stored blob sets twice: its readers take the last, but one of the two is a mistake."""
    seen: set[str] = set()
    for entry in document.entries:
        if entry.key in seen:
            hint = f"academyctl ssm push --role {role.name} --file .env"
            yield error("env.duplicate", f"{role.name}:{entry.key}", "is set more than once", hint)
        seen.add(entry.key)


def check_stored(role: Role, document: Document, contract: EnvContract) -> Iterator[Finding]:
    """What is wrong with a blob beyond its own keys: duplicates, and keys that are not the role's."""
    yield from check_duplicates(role, document)
    yield from check_strangers(role, document, contract)
