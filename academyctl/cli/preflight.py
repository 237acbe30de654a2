"""`academyctl preflight`: every read-only check at once."""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from academyctl.check.baseline import accepted
from academyctl.check.preflight import chosen, is_denial, made, needs_of, registry
from academyctl.cli.leaf import leaf
from academyctl.cli.preflight_told import Format, check_stdout, reported, told
from academyctl.cli.report_file import check_writable
from academyctl.cli.run import Run
from academyctl.model.errors import AwsError
from academyctl.model.outcome import Outcome
from academyctl.model.preflight import Check, CheckResult, Facts
from academyctl.model.report import counted

if TYPE_CHECKING:
    from academyctl.aws.concurrent import Answers

app = typer.Typer()


@leaf(app, "preflight", example="academyctl preflight --skip 'legacy.*' --format junit --out preflight.xml")
def preflight(
    run: Run,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="GLOB", help="Only checks whose id matches (env.*); may be given several times."
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", metavar="GLOB", help="No check whose id matches; may be given several times."),
    ] = None,
    format: Annotated[
        Format, typer.Option("--format", help="What is written. json is the same object as -o json.")
    ] = Format.TABLE,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file, and a summary to stdout.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Also check the env that this file would bring, as env validate does.")
    ] = None,
    container: Annotated[
        str | None,
        typer.Option("--container", metavar="NAME", help="Also show this container's env beside SSM and the file."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="A YAML file of findings that are accepted, each with reason and last day."),
    ] = None,
) -> Outcome:
    """Run every read-only check at once: env, SSM, account, IAM, ECR, logs, compute environment, queue, job definition,
    delete-r2, leftovers. Changes nothing.

    Exit 0: no error was found. 4: errors. 1: AWS failed over a fact. What may not be read is a warning, check.denied.
    """
    from academyctl.cli.preflight_facts import Reader
    from academyctl.cli.preflight_known import Known, read_env_file
    from academyctl.profiles.baseline_file import load_baseline

    check_writable(out)
    check_stdout(run, format, out)
    entries = load_baseline(baseline) if baseline else ()
    env_file = read_env_file(run, file) if file else None
    every = registry(run.stack, region=run.region, with_file=file is not None)
    checks = chosen(every, only or (), skip or ())
    run.talk.step(f"making {counted(len(checks), 'check')} of stack {run.stack_name} in {run.region}")
    started = time.monotonic()
    reader = Reader(run, needs_of(checks))
    answers = reader.read()
    facts = Known(run, reader, answers).facts(env_file)
    left_out = {one.group for one in every if one not in checks}
    results, notes = accepted([_made(check, facts, answers) for check in checks], entries, facts.now.date(), left_out)
    report = reported(run, facts, results, notes, time.monotonic() - started, container)
    return told(run, report, _failure(checks, answers), format=format, out=out)


def _made(check: Check, facts: Facts, answers: "Answers") -> CheckResult:
    started = time.monotonic()
    needed = [answers[need] for need in check.needs]
    missing = [answer.error for answer in needed if answer.error]
    result = made(check, facts, missing, max((answer.seconds for answer in needed), default=0.0))
    return replace(result, seconds=result.seconds + time.monotonic() - started)


def _failure(checks: Iterable[Check], answers: "Answers") -> AwsError | None:
    """The first fact that is not there though we may read it, of those that a check needs."""
    needed = needs_of(checks)
    errors = (answer.error for name, answer in answers.items() if name in needed)
    return next((error for error in errors if error and not is_denial(error)), None)
