"""The tail of every command that writes: show the plan, refuse or stop, ask, apply, say what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from academyctl.cli.run import Run
from academyctl.model.errors import Declined, Unconfirmed
from academyctl.model.exit import ExitCode, Status
from academyctl.model.finding import Finding, has_errors
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Change, Plan

Write = TypeVar("Write")


def carry_out(
    run: Run,
    plan: Plan[Write],
    *,
    head: Mapping[str, str],
    apply: Callable[[], tuple[Change, ...]],
    data: Mapping[str, Any] | None = None,
    kept: tuple[Finding, ...] = (),
) -> Outcome:
    """Ends a writing command. `apply` returns the changes as they became; it raises with `changes` when it fails.

    `kept` is what the command was asked to change and leaves as it is. It stops nothing of the plan; one of level error
    makes exit 4 of what would have ended well.
    """
    told, whole = {**head, **(data or {})}, replace(plan, findings=(*plan.findings, *kept))
    if plan.is_refused:
        return _ended(whole, Status.FINDINGS, ExitCode.FINDINGS, head, told)
    outcome = _carried(run, whole, head, apply, told)
    if not has_errors(kept):
        return outcome
    return replace(outcome, status=Status.FINDINGS, exit_code=ExitCode.FINDINGS, findings_shown=False)


def _carried(
    run: Run,
    plan: Plan[Write],
    head: Mapping[str, str],
    apply: Callable[[], tuple[Change, ...]],
    told: Mapping[str, Any],
) -> Outcome:
    """What becomes of a plan that no guard refuses."""
    if plan.is_empty:
        return _ended(plan, Status.UNCHANGED, ExitCode.OK, head, told)
    if run.shared.check:
        return _ended(plan, Status.PENDING, ExitCode.PENDING, head, told)
    if run.shared.dry_run:
        return _ended(plan, Status.PENDING, ExitCode.OK, head, told)
    run.talk.plan(plan.changes, head, plan.findings, asks=not run.shared.yes)
    _confirm(run, plan)
    return Outcome(status=Status.CHANGED, changes=apply(), findings=plan.findings, data=told, findings_shown=True)


def _ended(
    plan: Plan[Write], status: Status, exit_code: ExitCode, head: Mapping[str, str], data: Mapping[str, Any]
) -> Outcome:
    """The plan is the result; it begins with the account, region and caller that it is for."""
    view = ("  ".join(f"{name} {value}" for name, value in head.items()),) if head else ()
    return Outcome(
        status=status, exit_code=exit_code, changes=plan.changes, findings=plan.findings, data=data, view=view
    )


def _confirm(run: Run, plan: Plan[Write]) -> None:
    if run.shared.yes:
        return
    if not run.on_terminal:
        raise Unconfirmed(
            "nothing was changed: without a terminal to ask on, this needs --yes",
            hint="read the plan (--dry-run), then add --yes",
            changes=plan.changes,
            findings=plan.findings,
        )
    if not run.talk.ask("apply this?"):
        raise Declined("not confirmed; nothing was changed", changes=plan.changes, findings=plan.findings)
