"""One mixed env → each role's own keys, with a proof: every key ends in a role, in several, or in a finding.

Old names are mapped here. A key of another role never crosses over: what a role gets is what it declares, what its
passthrough matches, and what an alias maps to one of its keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from academyctl.model.contract import EnvContract
from academyctl.model.env import Document, Entry
from academyctl.model.finding import Finding, error, warning
from academyctl.model.old_name import OldName, map_aliases


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
    mapped, old_names = map_aliases(entries, contract)
    findings += [_old_name(document, old) for old in old_names]
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
        hint = "declare it in env_profiles/roles/, or push with --unknown drop"
    return error("env.unknown", entry.key, message, hint, document.at(entry))


def _old_name(document: Document, old: OldName) -> Finding:
    entry, at, targets = old.entry, document.at(old.entry), ", ".join(old.alias.targets)
    if old.is_broken:
        return error(old.code, entry.key, old.fault, f"set {targets}", at)
    if old.conflicts:
        return error(old.code, entry.key, old.fault, f"keep {', '.join(old.conflicts)}, delete {entry.key}", at)
    hint = f"delete {entry.key}" if old.is_spare else f"set {targets} instead of it"
    return warning(old.code, entry.key, f"is read as {targets}; the code never reads this name", hint, at)
