"""The env matrix: of each key of a role, how it stands in every place that was looked at. Pure; no values."""

from collections.abc import Iterable, Mapping

from academyctl.check.env import RoleReport
from academyctl.model.finding import Finding
from academyctl.model.report import Cell, Matrix

STRANGERS = {"env.foreign": "FOREIGN", "env.unknown": "UNKNOWN", "env.alias": "ALIAS"}
"""Codes of keys that are not the role's → the state of their cell."""
REQUIRED = "required"
"""Why a key is missing or empty that must not be (check/env)."""


def role_matrix(
    role: str, reports: Mapping[str, RoleReport], strangers: Mapping[str, Iterable[Finding]] | None = None
) -> Matrix:
    """`reports` is place → what was found there; `strangers` place → findings, of which those of keys that are not the
    role's become rows below the role's own."""
    cells: dict[str, dict[str, Cell]] = {}
    for place, report in reports.items():
        for key, state, why in report.rows:
            cells.setdefault(key, {})[place] = Cell(state=str(state), why=why)
    for place, findings in (strangers or {}).items():
        for finding in (one for one in findings if one.code in STRANGERS):
            key = finding.subject.partition(":")[2]
            cells.setdefault(key, {})[place] = Cell(state=STRANGERS[finding.code], why=finding.message)
    rows = tuple((key, tuple(known.get(place) for place in reports)) for key, known in cells.items())
    return Matrix(role=role, sources=tuple(reports), rows=rows)


def is_amiss(cell: Cell | None) -> bool:
    """Somebody has to do something about it: a required key that is not set, a value that is bad, a key of others."""
    if cell is None:
        return False
    return cell.state in ("BAD", *STRANGERS.values()) or (cell.state != "SET" and cell.why == REQUIRED)
