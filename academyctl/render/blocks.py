"""Outcome → blocks: what a person is shown, in order, before anyone decides how it is drawn."""

from collections.abc import Iterable, Iterator, Mapping

from academyctl.model.exit import Status
from academyctl.model.finding import Finding, Level
from academyctl.model.outcome import Outcome, Table
from academyctl.render.line import Block, Line

_LEVEL_STYLE = {Level.ERROR: "bad", Level.WARNING: "warn", Level.INFO: "dim"}
_STATUS_STYLE = {Status.OK: "good", Status.CHANGED: "good", Status.UNCHANGED: "good", Status.PENDING: "warn"}


def outcome_blocks(outcome: Outcome, *, verbose: bool) -> Iterator[Block]:
    """Everything that belongs on stdout."""
    for part in outcome.view:
        yield part if isinstance(part, Table) else Line(part)
    if outcome.changes:
        # Checks have none: they start without the model of changes.
        from academyctl.render.changes import change_blocks

        yield from change_blocks(outcome.changes)
    if outcome.error is None:
        if not outcome.findings_shown:
            yield from finding_blocks(outcome.findings, verbose=verbose)
        yield Line(summary(outcome), _STATUS_STYLE.get(outcome.status, "bad"))


def error_blocks(outcome: Outcome, *, verbose: bool) -> Iterator[Block]:
    """What belongs on stderr when a command failed."""
    if not outcome.findings_shown:
        yield from finding_blocks(outcome.findings, verbose=verbose)
    if outcome.error:
        yield Line(f"error: {outcome.error.message}", "bad")
        if outcome.error.hint:
            yield Line(f"hint: {outcome.error.hint}", "dim")


def head_blocks(head: Mapping[str, str]) -> Iterator[Block]:
    if head:
        yield Line("  ".join(f"{name} {value}" for name, value in head.items()), "head")


def finding_blocks(findings: Iterable[Finding], *, verbose: bool) -> Iterator[Block]:
    """Errors first. Infos are counted, and listed with --verbose."""
    found = tuple(findings)
    for level in (Level.ERROR, Level.WARNING, Level.INFO):
        if level is Level.INFO and not verbose:
            continue
        for finding in (finding for finding in found if finding.level is level):
            yield from _finding(finding)
    infos = sum(finding.level is Level.INFO for finding in found)
    if infos and not verbose:
        yield Line(f"{_count(infos, 'note')} not shown (--verbose)", "dim")


def _finding(finding: Finding) -> Iterator[Block]:
    at = f"{finding.location.path}:{finding.location.line}: " if finding.location else ""
    yield Line(
        f"{finding.level}: {at}{finding.subject} {finding.message} [{finding.code}]",
        _LEVEL_STYLE[finding.level],
    )
    if finding.hint:
        yield Line(f"    hint: {finding.hint}", "dim")


def summary(outcome: Outcome) -> str:
    """The last line: the status, and the counts behind it."""
    levels = [finding.level for finding in outcome.findings]
    errors, warnings = levels.count(Level.ERROR), levels.count(Level.WARNING)
    counts = []
    if outcome.status is Status.PENDING and outcome.changes:
        counts.append(_count(sum(change.action != "none" for change in outcome.changes), "change"))
    counts += [_count(errors, "error")] if errors else []
    counts += [_count(warnings, "warning")] if warnings else []
    if outcome.status is Status.FINDINGS and outcome.changes:
        done = sum(change.state == "done" and change.action != "none" for change in outcome.changes)
        counts.append(f"{_count(done, 'change')} done" if done else "nothing was changed")
    return f"{outcome.status}" + (f": {', '.join(counts)}" if counts else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
