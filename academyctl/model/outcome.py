"""What a command returns: one frozen value that every renderer shows and every script can rely on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from academyctl.model.exit import ExitCode, Status
from academyctl.model.finding import Finding, has_errors

if TYPE_CHECKING:
    from academyctl.model.plan import Change


class Table(NamedTuple):
    """Rows for people. Cells are data: no markup is read in them. `styles[i]` names the style of row i."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    styles: tuple[str, ...] = ()


class ErrorView(NamedTuple):
    """What went wrong, for people and scripts: a stable code, what happened, and a command to run."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of a command.

    `data` is what scripts read; `view` (tables and lines) is how people see it. `text`, when set, is printed as it is
    and is the whole result (a template, a revealed env, a JSON Schema). `findings_shown`: they stood with the plan.
    `result_shown`: stdout has its result already (a child's, or one shown before the command went on serving).
    """

    status: Status = Status.OK
    exit_code: ExitCode = ExitCode.OK
    changes: "tuple[Change, ...]" = ()
    findings: tuple[Finding, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    view: tuple[Table | str, ...] = ()
    text: str | None = None
    error: ErrorView | None = None
    findings_shown: bool = False
    result_shown: bool = False


def checked(findings: tuple[Finding, ...], *, data: Mapping[str, Any], view: tuple[Table | str, ...] = ()) -> Outcome:
    """The outcome of a check: findings of level error make it exit 4."""
    if has_errors(findings):
        return Outcome(status=Status.FINDINGS, exit_code=ExitCode.FINDINGS, findings=findings, data=data, view=view)
    return Outcome(findings=findings, data=data, view=view)


def compared(differs: bool, *, data: Mapping[str, Any], view: tuple[Table | str, ...] = ()) -> Outcome:
    """The outcome of a diff: a difference makes it exit 5."""
    if differs:
        return Outcome(status=Status.PENDING, exit_code=ExitCode.PENDING, data=data, view=view)
    return Outcome(data=data, view=view)
