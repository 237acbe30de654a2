"""`academyctl env scan`: what the code reads from its environment, against what each role declares."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from academyctl.check.scan import ScanReport, check_scan
from academyctl.cli.leaf import leaf
from academyctl.cli.options import RoleOption
from academyctl.cli.report_file import as_text, check_writable, write_report
from academyctl.cli.run import Run
from academyctl.model.errors import UsageError
from academyctl.model.finding import Location
from academyctl.model.outcome import Outcome, Table, checked
from academyctl.model.reference import Reference, Survey
from academyctl.model.role import Role
from academyctl.scan.audit import survey
from academyctl.scan.source import SUFFIXES

app = typer.Typer()
STYLES = {"undeclared": "bad", "unreferenced": "warn", "runtime": "dim", "passthrough": "dim", "of another role": "dim"}


class Format(StrEnum):
    """What is written: to people, to scripts, to code scanning, to GitHub."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


@leaf(app, "env scan", example="academyctl env scan api worker --format sarif --out env.sarif")
def scan(
    run: Run,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Python files, or folders of them.")],
    role: RoleOption = "all",
    format: Annotated[
        Format, typer.Option("--format", help="What is written. json is the same object as -o json.")
    ] = Format.TEXT,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file, and a summary to stdout.")] = None,
) -> Outcome:
    """Find every env key that the code reads, without running it, and compare with what each role declares.

    A role's code is what its entrypoints import; a role with none of them under PATH is taken to run all of it. Tests
    below PATH are left out. Exit 0: nothing is undeclared. 4: findings. 2: a PATH holds no Python.
    """
    roles = run.roles(role)
    check_writable(out)
    if out and out.suffix in SUFFIXES and out.exists():
        raise UsageError(f"{out} is a Python file: a report would replace it", code="usage.file", hint="name another")
    if run.is_json and out is None and format in (Format.SARIF, Format.GITHUB):
        raise UsageError(f"-o json and --format {format} both want stdout", hint=f"--format {format} --out FILE")
    seen = survey(_paths(paths), {one.name: one.entrypoints for one in roles}, _declared(roles))
    for one in roles:
        if one.name not in seen.entered:
            run.talk.hint(f"no entry point of role {one.name} is under PATH: it is taken to run everything there")
    report = check_scan(seen, run.contract, roles, dict(_places(run.folder, roles)))
    outcome = checked(report.findings, data=_data(seen, report, role), view=_view(seen, report))
    return _written(run, outcome, format, out)


def _paths(paths: Iterable[str]) -> Iterator[Path]:
    for path in paths:
        if not path:
            raise UsageError("a PATH is empty", code="usage.path", hint="name a file or a folder")
        yield Path(path)


def _declared(roles: Iterable[Role]) -> dict[str, list[str]]:
    return {role.name: [*(spec.name for spec in role.keys), *role.runtime] for role in roles}


def _places(folder: Path, roles: Iterable[Role]) -> Iterator[tuple[tuple[str, str], Location]]:
    """Where each role file declares its keys."""
    for role in roles:
        path = folder / "roles" / f"{role.name}.yaml"
        names = {spec.name for spec in role.keys}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            key = re.match(r"\s+[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?\s*:", line)
            if key and key[1] in names:
                names.discard(key[1])
                yield (role.name, key[1]), Location(str(path), number)


def _data(seen: Survey, report: ScanReport, role: str) -> dict[str, Any]:
    wanted = [one for one in seen.references if one.roles or role == "all"]
    return {
        "files": seen.files,
        "references": [_reference(one) for one in wanted],
        "dynamic": [{"path": one.path, "line": one.line, "how": one.what, "roles": one.roles} for one in seen.dynamic],
        "roles": {name: {row.key: row.state for row in rows} for name, rows in report.rows.items()},
        "proposal": dict(report.proposal),
    }


def _reference(one: Reference) -> dict[str, Any]:
    told = {"name": one.name, "path": one.path, "line": one.line, "how": str(one.how)}
    return {**told, "roles": list(one.roles), "group": list(one.group), "required": one.required}


def _view(seen: Survey, report: ScanReport) -> tuple[Table | str, ...]:
    tables = tuple(
        Table(
            title=f"{name} · {seen.files} file{'s' * (seen.files != 1)}",
            columns=("key", "is", "read by", "at"),
            rows=tuple(tuple(row) for row in rows),
            styles=tuple(STYLES.get(row.state, "") for row in rows),
        )
        for name, rows in report.rows.items()
    )
    return (*tables, *_proposed(report))


def _proposed(report: ScanReport) -> Iterator[str]:
    for role, text in report.proposal.items():
        yield f"to add to roles/{role}.yaml:"
        yield from (f"  {line}" for line in [*text.splitlines(), ""])


def _written(run: Run, outcome: Outcome, format: Format, out: Path | None) -> Outcome:
    if out is None:
        return outcome if format in (Format.TEXT, Format.JSON) else replace(outcome, text=_text(run, outcome, format))
    write_report(out, _text(run, outcome, format))
    return replace(outcome, view=(f"{_count(outcome)}; written to {out}",), findings_shown=True)


def _count(outcome: Outcome) -> str:
    references, files = len(outcome.data["references"]), outcome.data["files"]
    return f"{references} reference{'s' * (references != 1)} in {files} file{'s' * (files != 1)}"


def _text(run: Run, outcome: Outcome, format: Format) -> str:
    match format:
        case Format.TEXT:
            return as_text(outcome)
        case Format.JSON:
            from academyctl.render.envelope import envelope

            return envelope(run.command, run.stack_name, outcome) + "\n"
        case Format.SARIF:
            from importlib.metadata import version

            from academyctl.render.sarif import sarif

            exit_code = int(outcome.exit_code)
            return sarif(outcome.findings, version=version("academyctl"), command=run.command, exit_code=exit_code)
        case Format.GITHUB:
            from academyctl.render.github import github

            return github(outcome.findings)
