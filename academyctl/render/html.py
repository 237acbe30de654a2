"""A preflight as one page: what to do, what jobs go through, every key of every role, every check."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import groupby

from academyctl.model.finding import Finding, Level
from academyctl.model.preflight import CheckResult, CheckStatus
from academyctl.model.report import Report, counted
from academyctl.render.matrix import matrix_section
from academyctl.render.page import page, pill, text
from academyctl.render.picture import picture_section

LEVELS = {Level.ERROR: "bad", Level.WARNING: "warn", Level.INFO: ""}
COMMANDS = ("academyctl ", "aws ", "docker ")
"""How a hint begins that is a command."""
STATUSES = {
    CheckStatus.OK: ("✓", "good"),
    CheckStatus.FINDINGS: ("✗", "bad"),
    CheckStatus.DENIED: ("?", "warn"),
    CheckStatus.FAILED: ("✗", "bad"),
    CheckStatus.SKIPPED: ("–", "dim"),
}


def html(report: Report) -> str:
    return page(
        f"Preflight of {report.stack}",
        _head(report),
        _findings(report.findings),
        picture_section(report.picture),
        matrix_section(report.matrices),
        _checks(report.results),
    )


def _verdict(report: Report) -> tuple[str, str]:
    errors, warnings = report.level_count(Level.ERROR), report.level_count(Level.WARNING)
    if report.count(CheckStatus.FAILED):
        return "Incomplete: AWS failed over some facts", "bad"
    if errors:
        return f"Not ready: {counted(errors, 'error')}" + (
            f", {counted(warnings, 'warning')}" if warnings else ""
        ), "bad"
    if warnings:
        return f"Ready, with {counted(warnings, 'warning')}", "warn"
    return "Ready", "good"


def _head(report: Report) -> str:
    verdict, style = _verdict(report)
    pills = "".join(
        pill(f"{report.count(status)} {status}", STATUSES[status][1]) for status in CheckStatus if report.count(status)
    )
    at = report.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    calls = f"{counted(sum(report.calls.values()), 'AWS call')}, {report.seconds:.1f} s"
    where = " · ".join(one for one in (report.region, f"account {report.account}", at, calls) if one)
    return (
        f'<header class="card head {style}"><div class="said"><h1>{text(report.stack)}: {text(verdict)}</h1>'
        f'<p class="soft small">{text(where)}</p><p class="soft small">{text(report.caller)}</p></div>'
        f'<div class="pills">{pills}</div></header>'
    )


def _findings(findings: Sequence[Finding]) -> str:
    """The worst first; those of one remedy together, where it is a command to run."""
    order = list(Level)
    ranked = sorted(findings, key=lambda one: (order.index(one.level), _command(one.hint)))
    if not ranked:
        return ""
    groups = [_remedy(command, tuple(some)) for command, some in groupby(ranked, key=lambda one: _command(one.hint))]
    return f"<section><h2>What to do</h2>{''.join(groups)}</section>"


def _command(hint: str) -> str:
    return hint if hint.startswith(COMMANDS) else ""


def _remedy(command: str, findings: Iterable[Finding]) -> str:
    remedy = f'<code class="remedy">{text(command)}</code>' if command else ""
    return f'<div class="card">{remedy}<ul>{"".join(map(_finding, findings))}</ul></div>'


def _finding(one: Finding) -> str:
    at = f' <span class="soft small">{text(one.location.path)}:{one.location.line}</span>' if one.location else ""
    hint = "" if _command(one.hint) or not one.hint else f'<br><span class="soft small">→ {text(one.hint)}</span>'
    return (
        f"<li>{pill(str(one.level), LEVELS[one.level])}<strong>{text(one.subject)}</strong> {text(one.message)}"
        f'{at} <code class="soft">{text(one.code)}</code>{hint}</li>'
    )


def _checks(results: Sequence[CheckResult]) -> str:
    groups = groupby(results, key=lambda one: one.check.group)
    cards = "".join(
        f'<div class="card tall"><h3>{text(name)}</h3><table class="checks">'
        '<colgroup><col class="c"><col><col class="t"></colgroup>'
        f"<tbody>{''.join(map(_check, some))}</tbody></table></div>"
        for name, some in groups
    )
    return f"<section><h2>Every check</h2>{cards}</section>"


def _check(one: CheckResult) -> str:
    sign, style = STATUSES[one.status]
    if one.status is CheckStatus.FINDINGS and one.level is not Level.ERROR:
        sign, style = "!", "warn"
    told = f'<strong>{text(one.check.title)}</strong><br><span class="small">{text(one.evidence)}</span>'
    return (
        f'<tr><td class="{style}"><span class="sign" title="{one.status}">{sign}</span></td>'
        f'<td>{told}<br><code class="id">{text(one.check.id)}</code></td>'
        f'<td class="time soft small">{one.seconds:.2f} s</td></tr>'
    )
