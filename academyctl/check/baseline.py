"""Findings that were accepted for a while, with a reason: they are told, and no longer fail. Pure; the caller says what
day it is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from academyctl.check.preflight import with_findings
from academyctl.model.finding import Finding, Level, Location, info
from academyctl.model.preflight import Accepted, CheckResult, CheckStatus

NOT_MADE = (CheckStatus.DENIED, CheckStatus.FAILED, CheckStatus.SKIPPED)


def accepted(
    results: Sequence[CheckResult], baseline: Sequence[Accepted], today: date, left_out: Collection[str] = ()
) -> tuple[tuple[CheckResult, ...], tuple[Finding, ...]]:
    """The results with what was accepted as info; and an info for each entry that nothing needs any more.

    Whether an entry is needed is known only where every check of its family was made; `left_out`: the families of which
    some were not chosen.
    """
    weighed = tuple(
        with_findings(one, tuple(_weighed(finding, baseline, today) for finding in one.findings)) for one in results
    )
    met = {(finding.code, finding.subject) for one in results for finding in one.findings}
    unknown = {one.check.group for one in results if one.status in NOT_MADE}
    groups = {one.check.group for one in results} - unknown - set(left_out)
    unused = (entry for entry in baseline if (entry.code, entry.subject) not in met)
    return weighed, tuple(_unused(entry) for entry in unused if entry.code.partition(".")[0] in groups)


def _weighed(finding: Finding, baseline: Iterable[Accepted], today: date) -> Finding:
    entry = next((one for one in baseline if (one.code, one.subject) == (finding.code, finding.subject)), None)
    if entry is None or finding.level is Level.INFO:
        return finding
    if today > entry.expires:
        return replace(finding, message=f"{finding.message} (was accepted until {entry.expires}: {entry.reason})")
    said = f"{finding.message} (accepted until {entry.expires}: {entry.reason})"
    return replace(finding, level=Level.INFO, message=said)


def _unused(entry: Accepted) -> Finding:
    message = f"{entry.subject} is accepted in the baseline and found no more"
    at = Location(path=entry.path, line=entry.line)
    return info("check.baseline", entry.code, message, "take the entry out", at)
