"""`academyctl batch ce-check`: the serving environment and the queue against the stack. Writing ones: batch_ensure."""

from dataclasses import asdict
from typing import Any

from academyctl.check.compute_environment import absent_findings, environment_findings
from academyctl.check.job_queue import queue_findings
from academyctl.cli.batch_ce_told import environment_table, facts, queue_line
from academyctl.cli.batch_ensure import CeOption, app, chosen, stem
from academyctl.cli.batch_screen import queue_facts
from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.batch import ComputeEnvironmentDetail, stem_of
from academyctl.model.errors import NotFound, Refusal
from academyctl.model.finding import Finding, error
from academyctl.model.fleet import Fleet
from academyctl.model.outcome import Outcome, Table, checked
from academyctl.plan.fleet import Mark, Member, members, rollout_of
from academyctl.plan.serving import open_green, serving

__all__ = ["app"]


@leaf(app, "batch ce-check", example="academyctl batch ce-check -o json")
def check(run: Run, ce: CeOption = None) -> Outcome:
    """Compare the serving compute environment and the job queue with the stack. Changes nothing."""
    ce = ce or ""
    fleet, wanted, found = _observe(run, ce)
    judged = chosen(run, fleet.environments, fleet.queue, ce)
    findings = (*found, *_judge(run, fleet, judged, wanted, ce))
    rows = [facts(member, fleet, run.stack) for member in _members(run, fleet, judged)]
    rollout = rollout_of(fleet, run.stack_name, stem(run))
    data = {
        "environment": next((one for one in rows if judged and one["name"] == judged.name), None),
        "environments": rows,
        "queue": queue_facts(fleet.queue),
        "ami": {"parameter": run.stack.compute_environment.ami, "wanted": wanted},
        "rollout": asdict(rollout) if rollout else None,
    }
    return checked(findings, data=data, view=_view(run, fleet, rows, judged, findings))


def _view(
    run: Run,
    fleet: Fleet,
    rows: list[dict[str, Any]],
    judged: ComputeEnvironmentDetail | None,
    findings: tuple[Finding, ...],
) -> tuple[Table | str, ...]:
    line = queue_line(fleet.queue, run.stack.job_queue.name, run.region)
    if judged is None:
        return (line,)
    is_faulty = any(finding.subject == judged.name for finding in findings)
    title = f"{run.stack_name} · {run.region} · {judged.name} {_role(run, fleet, judged)}"
    return (environment_table(rows, title, judged.name if is_faulty else ""), line)


def _role(run: Run, fleet: Fleet, one: ComputeEnvironmentDetail) -> str:
    if serving(stem(run), fleet.environments, fleet.queue) is not one:
        return "was asked for"
    takes_jobs = one.is_enabled and not one.is_invalid and fleet.queue and one.name in fleet.queue.environments
    return "serves" if takes_jobs else "should serve"


def _observe(run: Run, ce: str) -> tuple[Fleet, str, tuple[Finding, ...]]:
    """The fleet with the images of its AMIs, and the AMI that the parameter names ("": none, and why).

    Three reads that need nothing of each other go on while the client of the fourth is made.
    """
    from academyctl.aws.ami import read_images
    from academyctl.aws.concurrent import begin

    run.talk.step(f"reading {run.stack.job_queue.name} and its environments")
    connection, batch = run.connection, run.batch
    for service in ("batch", "ssm"):
        connection.client(service)
    environments = begin(batch.read_environments)
    queues = begin(batch.read_queues, [run.stack.job_queue.name])
    parameter = begin(_wanted, run)
    connection.client("ec2")
    wanted, findings = parameter.result()
    queue = next(iter(queues.result()), None)
    shown = {ce, *(queue.environments if queue else ())}
    amis = [one.ami for one in environments.result() if one.name in shown or stem_of(one.name) == stem(run)]
    images = read_images(connection, amis)
    fleet = Fleet(now=connection.now(), environments=environments.result(), queue=queue, images=images)
    return fleet, wanted, findings


def _wanted(run: Run) -> tuple[str, tuple[Finding, ...]]:
    from academyctl.aws.ami import read_recommended

    parameter = run.stack.compute_environment.ami
    try:
        return read_recommended(run.connection, parameter), ()
    except (NotFound, Refusal) as failure:
        message = failure.message.removeprefix(parameter).strip()
        return "", (error("ce.ami", parameter, message, failure.hint),)


def _members(run: Run, fleet: Fleet, judged: ComputeEnvironmentDetail | None) -> list[Member]:
    """The queue's and the stem's environments, and the judged one where it is neither."""
    shown = members(fleet, run.stack_name, stem(run))
    if judged is None or any(one.environment is judged for one in shown):
        return list(shown)
    return [*shown, Member(environment=judged, mark=Mark.FOREIGN)]


def _judge(
    run: Run, fleet: Fleet, judged: ComputeEnvironmentDetail | None, wanted: str, ce: str
) -> tuple[Finding, ...]:
    stack, identity = run.stack, stem(run)
    if judged is None:
        found = absent_findings(stack, ce)
    else:
        found = environment_findings(
            stack, judged, wanted_ami=wanted, images=fleet.images, now=fleet.now, by_name=bool(ce)
        )
    serves = serving(identity, fleet.environments, fleet.queue)
    green = open_green(run.stack_name, identity, fleet.environments)
    return (*found, *queue_findings(stack, fleet.queue, fleet.environments, serving=serves, green=green))
