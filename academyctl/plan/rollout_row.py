"""The shape of a rollout's tables: one row a phase, and the notes that rows write as tags."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from academyctl.model.batch import TAG
from academyctl.model.batch_write import BatchWrite, TagResource
from academyctl.model.rollout import Phase, View


class Budget(StrEnum):
    """Which of the operator's times bounds a wait."""

    VALID = "valid-timeout"
    CANARY = "canary-timeout"
    SOAK = "soak"
    DRAIN = "drain-timeout"


def waits(view: View) -> BatchWrite | None:
    return None


def either(first: Callable[[View], bool], second: Callable[[View], bool]) -> Callable[[View], bool]:
    """True where one of the two is."""
    return lambda view: first(view) or second(view)


def sound(view: View) -> str:
    return ""


def _silent(view: View) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One phase. `write` is None while there is only waiting to do. `failure` says why the way forward is over.

    `waits_for`: what a person is told meanwhile. When `budget` runs out, or AWS refuses the write for good, the way
    back is taken where `turns_back`; else the run ends as incomplete and the same command goes on.
    """

    phase: Phase
    is_done: Callable[[View], bool]
    write: Callable[[View], BatchWrite | None] = waits
    failure: Callable[[View], str] = sound
    waits_for: Callable[[View], str] = _silent
    budget: Budget = Budget.VALID
    turns_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Move:
    """What is next: the row, its write if one is due now, and why the way forward is over, if it is."""

    row: Row
    write: BatchWrite | None = None
    failure: str = ""


def note(view: View, phase: str) -> BatchWrite | None:
    values = {"phase": phase, "at": stamp(view.facts.now)}
    return TagResource(arn=view.green.arn, tags=tags(values)) if view.green else None


def tags(values: Mapping[str, str]) -> dict[str, str]:
    return {TAG + name: value for name, value in values.items()}


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
