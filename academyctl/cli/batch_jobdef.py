"""`academyctl batch jobdef-verify` and `jobdef-register`: the job definition against the stack, and registering it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import typer

from academyctl.apply.job_definition import check_base, register_proven
from academyctl.apply.wait import Poll
from academyctl.check.job_definition import definition_findings, job_findings
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.batch_job import ACTIVE_JOBS, JobDefinitionDetail
from academyctl.model.batch_write import RegisterJobDefinition
from academyctl.model.errors import AcademyError, Interrupted, NotFound
from academyctl.model.exit import Status
from academyctl.model.finding import Finding, Level, error
from academyctl.model.outcome import Outcome, Table, checked
from academyctl.model.plan import Change, Plan, State
from academyctl.plan.job_definition import plan_register

app = typer.Typer()
EVERY = 2.0
"""Seconds between two looks for a new revision, which mostly is there at the first one."""


@leaf(app, "batch jobdef-verify", example="academyctl batch jobdef-verify --live")
def verify(
    run: Run,
    live: Annotated[
        bool, typer.Option("--live", help="Also audit the jobs that are not over: what was submitted counts.")
    ] = False,
) -> Outcome:
    """Check the newest ACTIVE revision of the job definition against the stack. Changes nothing."""
    newest = _newest(run)
    findings = definition_findings(run.stack, newest)
    data: dict[str, Any] = {"definition": _facts(newest), "live": None}
    if live:
        audited, found = _audit(run)
        findings += found
        data["live"] = {"jobs": audited}
    return checked(findings, data=data, view=(*_table(run, newest), *_live_line(data["live"])))


def _newest(run: Run) -> JobDefinitionDetail | None:
    name = run.stack.job_definition.name
    run.talk.step(f"reading {name}")
    return next(iter(run.batch.read_job_definitions(name)), None)


def _audit(run: Run) -> tuple[int, tuple[Finding, ...]]:
    """How many jobs of the queue are not over, and what is wrong with them.

    ListJobs goes through the statuses one after the other, in the order a job does: one that moves on meanwhile is met
    twice, never missed.
    """
    queue = run.stack.job_queue.name
    run.talk.step(f"reading the jobs of {queue}")
    try:
        found = [job.id for status in ACTIVE_JOBS for job in run.batch.list_jobs(queue, status)]
    except NotFound:
        return 0, (error("queue.absent", queue, "does not exist: it has no jobs", "academyctl batch setup"),)
    jobs = run.batch.read_jobs(dict.fromkeys(found))
    return sum(not job.is_over for job in jobs), job_findings(jobs)


def _live_line(live: dict[str, int] | None) -> tuple[str, ...]:
    return (f"{live['jobs']} live jobs audited",) if live else ()


def _facts(definition: JobDefinitionDetail | None) -> dict[str, Any] | None:
    """For scripts. No environment and no command: somebody may have put a secret there."""
    if definition is None:
        return None
    options = (definition.container.get("logConfiguration") or {}).get("options") or {}
    return {
        "name": definition.name,
        "revision": definition.revision,
        "arn": definition.arn,
        "image": definition.container.get("image", ""),
        "attempts": definition.attempts or 1,
        "timeout_seconds": definition.timeout,
        "vcpus": definition.resource("VCPU"),
        "memory_mib": definition.resource("MEMORY"),
        "log_group": options.get("awslogs-group", ""),
        "job_role": definition.container.get("jobRoleArn", ""),
        "execution_role": definition.container.get("executionRoleArn", ""),
    }


def _table(run: Run, definition: JobDefinitionDetail | None) -> Iterator[Table]:
    if definition is None:
        return
    declared, iam = run.stack.job_definition, run.stack.iam
    stack = {
        "image": declared.image,
        "attempts": declared.attempts,
        "timeout_seconds": declared.timeout_seconds,
        "vcpus": declared.vcpus,
        "memory_mib": declared.memory_mib,
        "log_group": declared.log_group,
        "job_role": iam.job_role,
        "execution_role": iam.execution_role,
    }
    facts = _facts(definition) or {}
    rows = tuple((name, str(facts[name]).rpartition(":role/")[2], str(value)) for name, value in stack.items())
    yield Table(title=f"{run.stack_name} · {definition.label}", columns=("", "stands", "declared"), rows=rows)


@leaf(app, "batch jobdef-register", writes=True, example="academyctl batch jobdef-register --dry-run")
def register(run: Run) -> Outcome:
    """Register the job definition that the stack declares, if the newest ACTIVE revision differs; read back.

    Registering is deploying: every job that is submitted from then on runs the new revision.
    """
    head = run.head()
    newest = _newest(run)
    differences = definition_findings(run.stack, newest)
    plan = plan_register(run.stack, newest, differences)
    # They are what registering repairs: shown with the plan, they refuse nothing.
    shown = tuple(replace(found, level=Level.WARNING, hint="") for found in differences)
    plan = replace(plan, findings=(*plan.findings, *shown))
    made: list[JobDefinitionDetail] = []
    told = {"revision": newest.revision if newest else 0, "differences": [found.message for found in differences]}
    outcome = carry_out(run, plan, head=head, apply=lambda: _apply(run, plan, newest, made), data=told)
    if outcome.status is not Status.CHANGED:
        return outcome
    return replace(outcome, data={**outcome.data, "revision": made[0].revision, "arn": made[0].arn})


def _apply(
    run: Run,
    plan: Plan[RegisterJobDefinition],
    newest: JobDefinitionDetail | None,
    made: list[JobDefinitionDetail],
) -> tuple[Change, ...]:
    """Registers once. The change as it became; an error carries it too."""
    run.shield.up()
    write, base = plan.writes[0], newest.revision if newest else 0
    state = State.NOT_STARTED
    try:
        check_base(run.batch, write.name, base)
        state = State.FAILED
        new = register_proven(
            run.batch,
            write,
            base=base,
            is_desired=lambda one: not definition_findings(run.stack, one),
            poll=Poll(every=EVERY, stop=run.shield),
            progress=run.talk.step,
        )
    except AcademyError as failure:
        failure.changes = tuple(change.to(state) for change in plan.changes)
        raise
    made.append(new)
    why = f"is {new.label}, read back"
    changes = tuple(replace(change, state=State.DONE, why=why) for change in plan.changes)
    if run.shield():
        raise Interrupted(f"{run.shield.name} came when {new.label} was registered and read back", changes=changes)
    return changes
