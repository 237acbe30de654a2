"""How a preflight is told: its table, its JSON, and the reports that other programs read."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from academyctl.check.preflight import findings_of
from academyctl.cli.places import Places
from academyctl.cli.report_file import as_text, write_report
from academyctl.cli.run import Run
from academyctl.model.batch import stem_of
from academyctl.model.errors import AwsError, UsageError
from academyctl.model.exit import ExitCode, Status
from academyctl.model.finding import Finding, Level
from academyctl.model.fleet import Fleet
from academyctl.model.outcome import ErrorView, Outcome, Table, checked
from academyctl.model.preflight import CheckResult, CheckStatus, Facts
from academyctl.model.report import Matrix, Picture, PicturedEnvironment, Report
from academyctl.plan.fleet import members


class Format(StrEnum):
    """What is written: to people, to scripts, to CI servers, to code scanning, to GitHub, to a browser."""

    TABLE = "table"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"
    HTML = "html"


def reported(
    run: Run,
    facts: Facts,
    results: Sequence[CheckResult],
    notes: Sequence[Finding],
    seconds: float,
    container: str | None = None,
) -> Report:
    """One object for all formats."""
    calls = Counter(run.connection.calls) if any(one.check.needs for one in results) else Counter()
    return Report(
        stack=run.stack_name,
        region=run.region,
        account=facts.stack.account,
        caller=facts.caller,
        at=facts.now,
        seconds=seconds,
        calls=dict(sorted(calls.items())),
        results=tuple(results),
        findings=(*findings_of(results), *notes),
        matrices=tuple(_matrices(run, facts, container)),
        picture=_picture(run, facts) if any(map(_saw_fleet, results)) else None,
    )


def _matrices(run: Run, facts: Facts, container: str | None) -> Iterator[Matrix]:
    """Role × key × source, as far as a source was read."""
    places = Places(run, facts.contract.roles)
    if facts.file:
        places.add_file(facts.file.document, facts.file.by_role)
    for role in facts.contract.roles:
        blob = facts.blobs.get(role.name)
        if blob and blob.document:
            places.add("SSM", role, blob.document)
    if container:
        places.add_containers(container)
    return places.matrices()


def _saw_fleet(result: CheckResult) -> bool:
    """Environments and queue are needed together: who judged by the ones had the other."""
    return "environments" in result.check.needs and result.status not in (CheckStatus.DENIED, CheckStatus.FAILED)


def _picture(run: Run, facts: Facts) -> Picture:
    from academyctl.check.compute_environment import age_days

    stack, queue = facts.stack, facts.queue
    fleet = Fleet(now=facts.now, environments=facts.environments, queue=queue, images=facts.amis)
    shown = members(fleet, run.stack_name, stem_of(stack.compute_environment.name))
    return Picture(
        queue=stack.job_queue.name,
        queue_state=queue.state if queue else "",
        wanted_ami=facts.ami,
        environments=tuple(
            PicturedEnvironment(
                name=one.environment.name,
                mark=str(one.mark),
                state=one.environment.state,
                status=one.environment.status,
                ami=one.environment.ami,
                place=one.place,
                age_days=age_days(facts.amis.get(one.environment.ami), facts.now),
                is_serving=one.environment is facts.serving,
                is_wanted_ami=bool(facts.ami) and one.environment.ami == facts.ami,
            )
            for one in shown
        ),
    )


def check_stdout(run: Run, format: Format, out: Path | None) -> None:
    """UsageError where two reports would share stdout."""
    if run.is_json and out is None and format not in (Format.TABLE, Format.JSON):
        raise UsageError(f"-o json and --format {format} both want stdout", hint=f"--format {format} --out FILE")


def told(run: Run, report: Report, failure: AwsError | None, *, format: Format, out: Path | None) -> Outcome:
    """The outcome, its report written. `failure`: AWS failed over a fact, which ends in exit 1 however the rest is."""
    outcome = checked(report.findings, data=_data(report), view=_view(report))
    if failure:
        view = ErrorView(code=failure.code, message=failure.message, hint=failure.hint)
        outcome = replace(outcome, status=Status.FAILED, exit_code=ExitCode.FAILED, error=view)
    if format is Format.GITHUB:
        _summarise(run, report)
    if out is None:
        return (
            outcome
            if format in (Format.TABLE, Format.JSON)
            else replace(outcome, text=_text(run, report, outcome, format))
        )
    _write(out, _text(run, report, outcome, format), outcome)
    return replace(outcome, view=(f"{report.summary}; written to {out}",), findings_shown=True)


def _write(out: Path, text: str, outcome: Outcome) -> None:
    """What was found is told also where the file takes nothing: the disk is full."""
    try:
        write_report(out, text)
    except UsageError as refused:
        found, data = outcome.findings, outcome.data
        raise UsageError(refused.message, code=refused.code, hint=refused.hint, findings=found, data=data) from None


def _text(run: Run, report: Report, outcome: Outcome, format: Format) -> str:
    match format:
        case Format.TABLE:
            return as_text(outcome)
        case Format.JSON:
            from academyctl.render.envelope import envelope

            return envelope(run.command, run.stack_name, outcome) + "\n"
        case Format.JUNIT:
            from academyctl.render.junit import junit

            return junit(report)
        case Format.SARIF:
            from importlib.metadata import version

            from academyctl.render.sarif import sarif

            return sarif(
                report.findings,
                version=version("academyctl"),
                command=run.command,
                exit_code=int(outcome.exit_code),
                default_path=_stack_path(run),
            )
        case Format.GITHUB:
            from academyctl.render.github import github

            return github(report.findings)
        case Format.HTML:
            from academyctl.render.html import html

            return html(report)


def _stack_path(run: Run) -> str:
    """The file that a finding without one is shown at."""
    from academyctl.profiles.load import stack_file

    return str(stack_file(run.folder, run.stack_name))


def _summarise(run: Run, report: Report) -> None:
    """The step summary, where GitHub wants one (docs.github.com, "Adding a job summary"). The gate's answer does not
    hang on it."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from academyctl.render.summary import markdown

    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as summary:
            summary.write(markdown(report))
    except OSError as refused:
        run.talk.hint(f"GITHUB_STEP_SUMMARY cannot be written: {refused.strerror}")


def _data(report: Report) -> dict[str, Any]:
    return {
        "account": report.account,
        "region": report.region,
        "caller": report.caller,
        "checks": [_check(one) for one in report.results],
        "counts": {str(status): report.count(status) for status in CheckStatus},
        "calls": {"total": sum(report.calls.values()), "actions": dict(report.calls)},
        "seconds": round(report.seconds, 3),
    }


def _check(one: CheckResult) -> dict[str, Any]:
    return {
        "id": one.check.id,
        "title": one.check.title,
        "status": str(one.status),
        "level": str(one.level),
        "evidence": one.evidence,
        "hint": one.hint,
        "seconds": round(one.seconds, 3),
    }


STYLES = {CheckStatus.OK: "", CheckStatus.FINDINGS: "bad", CheckStatus.FAILED: "bad", CheckStatus.DENIED: "warn"}


def _view(report: Report) -> tuple[Table | str, ...]:
    rows = tuple((one.check.id, str(one.status), one.evidence) for one in report.results)
    styles = tuple(
        "warn" if one.level is Level.WARNING and one.status is CheckStatus.FINDINGS else STYLES.get(one.status, "dim")
        for one in report.results
    )
    title = f"{report.stack} · {report.region} · {report.account}"
    return Table(title=title, columns=("check", "status", "evidence"), rows=rows, styles=styles), report.summary
