"""A preflight → Markdown, for the summary of a GitHub job. What is data is escaped, to be read as it stands."""

import re
from collections.abc import Iterator
from html import escape

from academyctl.model.finding import Finding, Level
from academyctl.model.preflight import CheckResult, CheckStatus
from academyctl.model.report import Report

_MARKS = re.compile(r"[\\`*_{}\[\]()#+\-!|~@:\r\n]")
SIGNS = {
    CheckStatus.OK: "✅",
    CheckStatus.FINDINGS: "❌",
    CheckStatus.DENIED: "🔒",
    CheckStatus.FAILED: "💥",
    CheckStatus.SKIPPED: "⏭️",
}
LEVELS = {Level.ERROR: "❌ error", Level.WARNING: "⚠️ warning", Level.INFO: "note"}


def markdown(report: Report) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"## Preflight of {_plain(report.stack)}"
    yield ""
    yield f"{_plain(report.summary)} ({_plain(report.region)}, account {_plain(report.account)})"
    yield ""
    told = [one for one in report.findings if one.level is not Level.INFO]
    if told:
        yield "| level | what | code | remedy |"
        yield "|---|---|---|---|"
        yield from map(_finding, told)
        yield ""
    yield "<details><summary>All checks</summary>"
    yield ""
    yield "| | check | evidence |"
    yield "|---|---|---|"
    yield from map(_check, report.results)
    yield ""
    yield "</details>"
    yield ""


def _finding(one: Finding) -> str:
    what = f"{_plain(one.subject)} {_plain(one.message)}"
    return f"| {LEVELS[one.level]} | {what} | {_plain(one.code)} | {_plain(one.hint)} |"


def _check(one: CheckResult) -> str:
    is_warning = one.status is CheckStatus.FINDINGS and one.level is not Level.ERROR
    sign = "⚠️" if is_warning else SIGNS[one.status]
    return f"| {sign} | {_plain(one.check.id)} | {_plain(one.evidence)} |"


def _plain(text: str) -> str:
    """No mark-up, no mention, no link: HTML and Markdown see characters only."""
    return _MARKS.sub(lambda found: f"&#{ord(found[0])};", escape(text, quote=True))
