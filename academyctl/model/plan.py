"""Changes and plans: what a command would do, does, or did. A plan is complete before the first write."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Generic, TypeVar

from academyctl.model.finding import Finding, has_errors


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NONE = "none"


class State(StrEnum):
    """How far one change came. `undone`: it was done and its former state is back."""

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"
    NOT_STARTED = "not_started"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change as people and scripts see it. `detail` lines start with `+`, `~` or `-` and name keys only."""

    action: Action
    kind: str
    target: str
    detail: tuple[str, ...] = ()
    why: str = ""
    state: State = State.PLANNED

    def to(self, state: State) -> "Change":
        return replace(self, state=state)


Write = TypeVar("Write", covariant=True)
"""Of frozen things: who wants steps of several writes takes those of one of them."""


@dataclass(frozen=True, kw_only=True)
class Step(Generic[Write]):
    """A change and what carries it out; `write` is None where there is nothing to do."""

    change: Change
    write: Write | None = None


@dataclass(frozen=True, kw_only=True)
class Plan(Generic[Write]):
    """Ordered steps, and the findings that refuse or accompany them."""

    steps: tuple[Step[Write], ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(step.change for step in self.steps)

    @property
    def writes(self) -> tuple[Write, ...]:
        return tuple(step.write for step in self.steps if step.write is not None)

    @property
    def is_empty(self) -> bool:
        return not self.writes

    @property
    def is_refused(self) -> bool:
        return has_errors(self.findings)


def key_changes(added: Iterable[str], changed: Iterable[str], removed: Iterable[str]) -> tuple[str, ...]:
    """`+ A`, `~ B`, `- C`, each part in order of name."""
    return tuple(
        f"{sign} {key}" for sign, keys in (("+", added), ("~", changed), ("-", removed)) for key in sorted(keys)
    )
