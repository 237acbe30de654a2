"""What the code reads against what the roles declare: verdicts, a row a key, and the YAML that is missing."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from academyctl.model.contract import EnvContract
from academyctl.model.finding import Finding, Location, error, info, warning
from academyctl.model.reference import How, Reference, Survey
from academyctl.model.role import Role

SECRETS = ("PASSWORD", "SECRET", "TOKEN", "PRIVATE_KEY", "ACCESS_KEY", "API_KEY", "CREDENTIALS", "PASSPHRASE")
"""Parts of a name that make the proposal call it a secret."""
MOST_PLACES = 3
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a role file can name."""
PLAIN = re.compile(r"[\w./][\w./-]*")
"""A path that needs no quotes in YAML."""


class KeyRow(NamedTuple):
    """`state`: declared, runtime, passthrough, undeclared or unreferenced."""

    key: str
    state: str
    how: str
    place: str


class ScanReport(NamedTuple):
    """`proposal`: role → the YAML that its file lacks."""

    findings: tuple[Finding, ...]
    rows: Mapping[str, tuple[KeyRow, ...]]
    proposal: Mapping[str, str]


def check_scan(
    survey: Survey,
    contract: EnvContract,
    roles: Sequence[Role],
    places: Mapping[tuple[str, str], Location] | None = None,
) -> ScanReport:
    """`places`: (role, key) → where the role file declares it, as far as that is known."""
    findings: list[Finding] = [*_faults(survey), *_stray(survey, contract)]
    rows: dict[str, tuple[KeyRow, ...]] = {}
    proposal: dict[str, str] = {}
    for role in roles:
        own = _by_key(one for one in survey.references if role.name in one.roles)
        missing = {key: many for key, many in own.items() if _is_undeclared(key, many, role, survey, contract)}
        findings += [_undeclared(role, key, many, contract) for key, many in missing.items()]
        unread = _unreferenced(role, own, survey)
        findings += [_unread(role, key, (places or {}).get((role.name, key))) for key in unread]
        rows[role.name] = tuple(_rows(role, own, missing, unread))
        text = _proposal(role, own, missing)
        if text:
            proposal[role.name] = text
    return ScanReport((*findings, *_dynamic(survey)), rows, proposal)


def _by_key(references: Iterable[Reference]) -> dict[str, list[Reference]]:
    found: dict[str, list[Reference]] = {}
    for one in sorted(references, key=lambda one: (one.name, one.path, one.line)):
        found.setdefault(one.name, []).append(one)
    return found


def is_declared(key: str, role: Role) -> bool:
    declared = {spec.name for spec in role.keys} | set(role.runtime)
    return key in declared or any(fnmatchcase(key, pattern) for pattern in role.passthrough)


def _is_undeclared(
    key: str, references: Iterable[Reference], role: Role, survey: Survey, contract: EnvContract
) -> bool:
    """A role without an entry point in the scanned files may not run this code: a key of any role is good there."""
    if all(one.how is How.IMPLICIT for one in references) or is_declared(key, role):
        return False
    return role.name in survey.entered or not any(is_declared(key, one) for one in contract.roles)


def _unreferenced(role: Role, own: Mapping[str, object], survey: Survey) -> list[str]:
    if survey.entered and role.name not in survey.entered:
        return []
    return [spec.name for spec in role.keys if spec.name not in own]


# --- findings ---


def _undeclared(role: Role, key: str, references: Sequence[Reference], contract: EnvContract) -> Finding:
    first, more = references[0], len({(one.path, one.line) for one in references}) - 1
    told = f"is read here ({first.how}) and role {role.name} does not declare it"
    told += f"; so {more} more time{'s' * (more > 1)}" if more else ""
    at = Location(first.path, first.line)
    return error("scan.undeclared", f"{role.name}:{key}", told, _remedy(role.name, key, references, contract), at)


def _remedy(role: str, key: str, references: Iterable[Reference], contract: EnvContract) -> str:
    alias = contract.aliases.get(key)
    if alias:
        return f"read {', '.join(alias.targets)}: {key} is a name of other systems"
    if not KEY.fullmatch(key):
        return "give it a name that an env file can carry: letters, digits and _, no digit first"
    declare = f"declare it in roles/{role}.yaml, keys: {key}: {_terms(key, references)}"
    near = contract.nearest(key)
    return f"did you mean {near}? else {declare}" if near and near != key else declare


def _terms(key: str, references: Iterable[Reference]) -> str:
    """The key's declaration on one line."""
    terms = [f"{name}: true" for name in _traits(key, references)]
    return f"{{{', '.join(terms)}}}"


def _traits(key: str, references: Iterable[Reference]) -> list[str]:
    required = any(one.required and not one.group for one in references)
    secret = any(part in key.upper() for part in SECRETS)
    return ["required"] * required + ["secret"] * secret


def _unread(role: Role, key: str, at: Location | None) -> Finding:
    told = f"is declared by role {role.name} and never read by its code"
    return warning("scan.unreferenced", f"{role.name}:{key}", told, "remove it, unless something else demands it", at)


def _faults(survey: Survey) -> Iterator[Finding]:
    for file in survey.unparsed:
        at = Location(file.path, max(file.line, 1))
        hint = "what it reads is not known: repair it, or leave it out of the PATHs"
        yield error("scan.unparsed", file.path, f"cannot be parsed: {file.why}", hint, at)
    for one in survey.undefined:
        told = f"is read, and no settings module of role {', '.join(one.roles)} defines it"
        yield error("scan.undefined-setting", f"settings.{one.name}", told, at=Location(one.path, one.line))


def _stray(survey: Survey, contract: EnvContract) -> Iterator[Finding]:
    """Code that no entry point reaches: its keys are held to what any role declares."""
    strays = _by_key(one for one in survey.references if not one.roles and one.how is not How.IMPLICIT)
    for key, many in strays.items():
        if not any(is_declared(key, role) for role in contract.roles):
            told = f"is read here ({many[0].how}) and no role declares it; no entry point reaches this module"
            near = contract.nearest(key)
            hint = f"did you mean {near}?" if near else "name the module in a role's entrypoints, and declare the key"
            yield error("scan.undeclared", key, told, hint, Location(many[0].path, many[0].line))


def _dynamic(survey: Survey) -> Iterator[Finding]:
    for one in survey.dynamic:
        told = f"reads a key whose name only a run can tell ({one.what})"
        yield info("scan.dynamic", one.path, told, at=Location(one.path, one.line))


# --- rows ---


def _rows(
    role: Role, own: Mapping[str, Sequence[Reference]], missing: Mapping[str, object], unread: Iterable[str]
) -> Iterator[KeyRow]:
    declared = {spec.name for spec in role.keys}
    for key in [*(spec.name for spec in role.keys), *(key for key in own if key not in declared)]:
        references = own.get(key, ())
        if references:
            hows = ", ".join(dict.fromkeys(str(one.how) for one in references))
            yield KeyRow(key, _state(key, role, missing), hows, _place(references))
        elif key in set(unread):
            yield KeyRow(key, "unreferenced", "", "")


def _state(key: str, role: Role, missing: Mapping[str, object]) -> str:
    if key in missing:
        return "undeclared"
    if key in role.runtime:
        return "runtime"
    if key in {spec.name for spec in role.keys}:
        return "declared"
    return "passthrough" if is_declared(key, role) else "of another role"


def _place(references: Sequence[Reference]) -> str:
    places = list(dict.fromkeys(f"{one.path}:{one.line}" for one in references))
    more = len(places) - MOST_PLACES
    return ", ".join(places[:MOST_PLACES]) + (f" and {more} more" if more > 0 else "")


# --- the YAML that is missing ---


def _proposal(role: Role, own: Mapping[str, Sequence[Reference]], missing: Mapping[str, Sequence[Reference]]) -> str:
    named = {key: references for key, references in missing.items() if KEY.fullmatch(key)}
    lines = ["keys:"] if named else []
    for key, references in named.items():
        lines.append(f"  {key}:")
        lines += [f"    {trait}: true" for trait in _traits(key, references)]
        files = dict.fromkeys(one.path for one in references)
        lines.append(f"    used_by: [{', '.join(map(_quoted, list(files)[:MOST_PLACES]))}]")
    groups = _groups(role, own)
    lines += ["one_of:"] if groups else []
    lines += [f"  - keys: [{', '.join(group)}]" for group in groups]
    return "".join(f"{line}\n" for line in lines)


def _quoted(path: str) -> str:
    return path if PLAIN.fullmatch(path) else json.dumps(path)


def _groups(role: Role, own: Mapping[str, Sequence[Reference]]) -> list[tuple[str, ...]]:
    """Any-of groups in which a read has nothing else to fall back on, and that the role does not declare yet."""
    declared = [set(group.keys) for group in role.one_of]
    required = {spec.name for spec in role.keys if spec.required}
    found: dict[tuple[str, ...], None] = {}
    for key, references in own.items():
        for one in references:
            members = {key, *one.group}
            is_open = one.group and one.required and all(map(KEY.fullmatch, members))
            if is_open and not members & required and members not in declared:
                found[tuple(sorted(members))] = None
    return [group for group in found if not any(set(group) < set(other) for other in found)]
