"""One mixed env → each role's own keys, with a proof: every key ends in a role, in several, or in a finding.

Old names are mapped here. A key of another role never crosses over: what a role gets is what it declares, what its
passthrough matches, and what an alias maps to one of its keys.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from academyctl.model.contract import EnvContract
from academyctl.model.env import Document, Entry
from academyctl.model.finding import Finding, error, warning
from academyctl.model.role import Alias
from academyctl.model.secret import Secret

_REDIS_URL = r"redis://(?::(?P<password>[^@/]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/@?#\s]+)(?::(?P<port>[0-9]+))?(?:/(?P<db>[0-9]*))?"


@dataclass(frozen=True, kw_only=True)
class Split:
    """`by_role` maps role → key → entry; `homes` maps each key of the source to the roles it went to (() = nowhere)."""

    by_role: Mapping[str, Mapping[str, Entry]]
    homes: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...] = ()
    dropped: tuple[str, ...] = field(default=())


def split_document(document: Document, contract: EnvContract, *, drop_unknown: bool = False) -> Split:
    """Splits a mixed source. Findings: duplicate, alias, alias-conflict, type (a redis URL), unknown."""
    findings = list(_duplicates(document))
    entries = document.last()
    mapped = _map_aliases(document, entries, contract, findings)
    homes = {key: _homes(key, contract) for key in entries}
    lost = [key for key, roles in homes.items() if not roles]
    findings += [_unknown(document, entries[key], contract, drop_unknown) for key in lost]
    by_role: dict[str, dict[str, Entry]] = {role.name: {} for role in contract.roles}
    for key, entry in {**mapped, **entries}.items():
        for role in contract.owners(key):
            by_role[role][key] = entry
    return Split(
        by_role=by_role,
        homes=homes,
        findings=tuple(findings),
        dropped=tuple(lost) if drop_unknown else (),
    )


def _homes(key: str, contract: EnvContract) -> tuple[str, ...]:
    """The owners of what an old name stands for, and those of the name itself: one role may declare another's alias."""
    alias = contract.aliases.get(key)
    if alias is None:
        return contract.owners(key)
    found = {role for name in (key, *alias.targets) for role in contract.owners(name)}
    return tuple(role.name for role in contract.roles if role.name in found)


def _duplicates(document: Document) -> Iterator[Finding]:
    first: dict[str, Entry] = {}
    for entry in document.entries:
        if entry.key not in first:
            first[entry.key] = entry
            continue
        before = f" (first on line {first[entry.key].line})" if entry.line else ""
        yield error("env.duplicate", entry.key, f"is set more than once{before}", "keep one", document.at(entry))


def _unknown(document: Document, entry: Entry, contract: EnvContract, dropped: bool) -> Finding:
    if dropped:
        return warning("env.unknown", entry.key, "is declared nowhere and is dropped", at=document.at(entry))
    if entry.key in contract.runtime:
        message, hint = "is set by the platform and never stands in a blob", "delete the line"
    elif near := contract.nearest(entry.key):
        message, hint = f"is declared nowhere; did you mean {near}?", f"rename it to {near}"
    else:
        message = "is declared nowhere"
        hint = "declare it in env_profiles/roles/, or pass --unknown drop"
    return error("env.unknown", entry.key, message, hint, document.at(entry))


def _map_aliases(
    document: Document, entries: Mapping[str, Entry], contract: EnvContract, findings: list[Finding]
) -> dict[str, Entry]:
    """New name → entry, for every old name in the source whose new name is not there."""
    mapped: dict[str, Entry] = {}
    origin: dict[str, str] = {}
    for old, alias in contract.aliases.items():
        entry = entries.get(old)
        if entry is None:
            continue
        targets = expand_alias(alias, entry)
        if targets is None:
            findings.append(_bad_url(document, entry, alias))
            continue
        conflicts = [
            origin.get(key, key) for key, new in targets.items() if _differs(entries.get(key) or mapped.get(key), new)
        ]
        fresh = {key: new for key, new in targets.items() if key not in entries and key not in mapped}
        mapped |= fresh
        origin |= dict.fromkeys(fresh, old)
        findings.append(_alias_finding(document, entry, alias, conflicts, is_spare=not fresh))
    return mapped


def _differs(present: Entry | None, new: Entry) -> bool:
    return present is not None and present.value != new.value


def _alias_finding(document: Document, entry: Entry, alias: Alias, conflicts: list[str], *, is_spare: bool) -> Finding:
    """`is_spare`: everything the old name stands for is in the source under other names too."""
    targets = ", ".join(alias.targets)
    if conflicts:
        names = ", ".join(conflicts)
        return error(
            "env.alias-conflict",
            entry.key,
            f"and {names} mean the same and have different values",
            f"keep {names}, delete {entry.key}",
            document.at(entry),
        )
    return warning(
        "env.alias",
        entry.key,
        f"is read as {targets}; the code never reads this name",
        f"delete {entry.key}" if is_spare else f"set {targets} instead of it",
        document.at(entry),
    )


def _bad_url(document: Document, entry: Entry, alias: Alias) -> Finding:
    return error(
        "env.type",
        entry.key,
        "is not redis://[:password@]host[:port][/db]; TLS (rediss://) and a user have no key to go to",
        f"set {', '.join(alias.targets)}",
        document.at(entry),
    )


def expand_alias(alias: Alias, entry: Entry) -> dict[str, Entry] | None:
    """The entries an old name stands for; None for a redis URL that the four keys cannot carry.

    Only what the URL states is set: without a port the reader's default serves, as it does for the URL.
    """
    if alias.new:
        return {alias.new: Entry(alias.new, entry.value, entry.line, entry.drift)}
    found = re.fullmatch(_REDIS_URL, entry.value.reveal())
    if found is None:
        return None
    stated = {part: unquote(text) for part, text in found.groupdict().items() if text}
    stated["host"] = stated["host"].strip("[]")
    return {key: Entry(key, Secret(stated[part]), entry.line) for part, key in alias.parts if part in stated}
