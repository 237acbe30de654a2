"""Collects what was found about several roles into one outcome."""

from collections.abc import Iterable
from typing import Any

from academyctl.check.env import KeyState, RoleReport
from academyctl.model.finding import Finding
from academyctl.model.outcome import Outcome, Table, checked
from academyctl.model.role import Role

_STYLES = {KeyState.SET: "", KeyState.MISSING: "dim", KeyState.EMPTY: "dim", KeyState.BAD: "bad"}


class EnvReport:
    """`lines` stand above the tables, `data` beside `source` and `roles`: what a source has to tell of itself."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.lines: list[str] = []
        self.data: dict[str, Any] = {}
        self._tables: list[Table] = []
        self._roles: dict[str, dict[str, str]] = {}

    def add(self, role: Role, report: RoleReport, more: Iterable[Finding]) -> None:
        self.findings += [*report.findings, *more]
        self._tables.append(_table(f"{role.name} · {self.source}", report))
        self._roles[role.name] = {key: str(state) for key, state, _ in report.rows}

    def outcome(self) -> Outcome:
        """`data.roles` is role → key → SET, MISSING, EMPTY or BAD."""
        data = {"source": self.source, "roles": self._roles, **self.data}
        return checked(tuple(self.findings), data=data, view=(*self.lines, *self._tables))


def _table(title: str, report: RoleReport) -> Table:
    return Table(
        title=title,
        columns=("key", "state", "why"),
        rows=tuple((key, str(state), why) for key, state, why in report.rows),
        styles=tuple(
            "bad" if why == "required" and state is not KeyState.SET else _STYLES[state]
            for _, state, why in report.rows
        ),
    )
