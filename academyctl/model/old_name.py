"""What the old names in an env stand for: names that other systems use and the code never reads.

The one judgement of them, for a file that is split and for a stored blob. How much it weighs is for others to say.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

from academyctl.model.contract import EnvContract
from academyctl.model.env import Entry
from academyctl.model.role import Alias
from academyctl.model.secret import Secret

_REDIS_URL = r"redis://(?::(?P<password>[^@/]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/@?#\s]+)(?::(?P<port>[0-9]+))?(?:/(?P<db>[0-9]*))?"


class OldName(NamedTuple):
    """One old name of an env. `conflicts`: other names of the same keys, with other values. `is_spare`: everything it
    stands for is there under other names too. `is_broken`: a redis URL that its four keys cannot carry."""

    entry: Entry
    alias: Alias
    conflicts: tuple[str, ...] = ()
    is_spare: bool = False
    is_broken: bool = False

    @property
    def code(self) -> str:
        if self.is_broken:
            return "env.type"
        return "env.alias-conflict" if self.conflicts else "env.alias"

    @property
    def fault(self) -> str:
        """What makes it an error; "" where it is only a name of another system."""
        if self.is_broken:
            return "is not redis://[:password@]host[:port][/db]; TLS (rediss://) and a user have no key to go to"
        return f"and {', '.join(self.conflicts)} mean the same and have different values" if self.conflicts else ""


def map_aliases(entries: Mapping[str, Entry], contract: EnvContract) -> tuple[dict[str, Entry], tuple[OldName, ...]]:
    """New name → entry, for every old name whose new name is not among `entries`; and every old name."""
    mapped: dict[str, Entry] = {}
    origin: dict[str, str] = {}
    found: list[OldName] = []
    for old, alias in contract.aliases.items():
        entry = entries.get(old)
        if entry is None:
            continue
        targets = expand_alias(alias, entry)
        if targets is None:
            found.append(OldName(entry, alias, is_broken=True))
            continue
        conflicts = tuple(
            origin.get(key, key) for key, new in targets.items() if _differs(entries.get(key) or mapped.get(key), new)
        )
        fresh = {key: new for key, new in targets.items() if key not in entries and key not in mapped}
        mapped |= fresh
        origin |= dict.fromkeys(fresh, old)
        found.append(OldName(entry, alias, conflicts, is_spare=not fresh))
    return mapped, tuple(found)


def _differs(present: Entry | None, new: Entry) -> bool:
    return present is not None and present.value != new.value


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
