"""An env as it was read: entries with their lines, and where they came from."""

from dataclasses import dataclass
from enum import StrEnum

from academyctl.model.finding import Location
from academyctl.model.secret import Secret


class SourceKind(StrEnum):
    """Where an env comes from. A file or stdin is what will be pushed; the others are what a process really sees."""

    FILE = "file"
    STDIN = "stdin"
    SSM = "ssm"
    CONTAINER = "container"
    PROCESS = "process"

    @property
    def is_mixed(self) -> bool:
        """It may hold the keys of several roles, under old names too: it is split before anything reads it."""
        return self in (SourceKind.FILE, SourceKind.STDIN)


class Entry:
    """One `KEY=value`. `line` counts from 1 and is 0 where there are no lines; `drift` says that docker reads
    the same line differently."""

    __slots__ = ("drift", "key", "line", "value")

    def __init__(self, key: str, value: Secret, line: int = 0, drift: bool = False) -> None:
        self.key = key
        self.value = value
        self.line = line
        self.drift = drift

    def __repr__(self) -> str:
        return f"Entry({self.key!r}, line {self.line})"


@dataclass(frozen=True, kw_only=True)
class Document:
    """All entries of one source, in its order; a key may stand twice. `label` names the source to people."""

    kind: SourceKind
    label: str
    entries: tuple[Entry, ...] = ()

    def at(self, entry: Entry) -> Location | None:
        return Location(path=self.label, line=entry.line) if entry.line and self.kind.is_mixed else None

    def last(self) -> dict[str, Entry]:
        """Key → entry; of two with one key the last wins, as it does in a process."""
        return {entry.key: entry for entry in self.entries}

    @property
    def values(self) -> dict[str, Secret]:
        """Key → value, of the last one too."""
        return {entry.key: entry.value for entry in self.entries}
