"""`academyctl batch status` and `why`."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.errors import AwsError, Interrupted, NotFound, UsageError
from academyctl.model.finding import Level
from academyctl.model.outcome import Outcome, checked

if TYPE_CHECKING:
    from academyctl.check.why import Explanation
    from academyctl.cli.batch_screen import StatusScreen
    from academyctl.model.batch_job import JobDetail
    from academyctl.model.fleet import Fleet

app = typer.Typer()


@leaf(app, "batch status", example="academyctl batch status --watch")
def status(
    run: Run,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again and again, until Ctrl-C.")] = False,
    poll: Annotated[float, typer.Option("--poll", min=0.1, help="With --watch: seconds between two looks.")] = 15.0,
) -> Outcome:
    """One screen: the queue, its environments blue and green, capacity, AMI age, jobs by state. Changes nothing.

    With --watch one live screen on a terminal, elsewhere one block a look; Ctrl-C is its ordinary end.
    """
    if watch and run.is_json:
        raise UsageError(
            "--watch is for people; a script looks as often as it likes", hint="academyctl batch status -o json"
        )
    run.talk.step("reading the fleet")
    screen = _look(run)
    if watch:
        return _watched(run, screen, poll)
    return Outcome(data=screen.data(), view=screen.view())


def _look(run: Run) -> "StatusScreen":
    from academyctl.aws.fleet import Wanted, read_fleet
    from academyctl.cli.batch_screen import StatusScreen
    from academyctl.model.batch import stem_of
    from academyctl.model.batch_job import ACTIVE_JOBS
    from academyctl.plan.canary import canary_name

    queue = run.stack.job_queue.name
    wanted = Wanted(
        queue=queue,
        canary_queue=canary_name(queue),
        stem=stem_of(run.stack.compute_environment.name),
        statuses=(*ACTIVE_JOBS, "FAILED"),
        loads=True,
        images=True,
    )
    return StatusScreen(read_fleet(run.connection, wanted), run.stack, run.region)


def _watched(run: Run, screen: "StatusScreen", poll: float) -> Outcome:
    """From here on Ctrl-C is the ordinary end, and Interrupted is raised when another signal ends it.

    A look that fails is told below the last one that did not.
    """
    from academyctl.apply.wait import Poll
    from academyctl.render.live import live_screen, screen_blocks

    run.shield.up()
    run.talk.close()
    pauses, told = Poll(every=poll, stop=run.shield), f"every {poll:g} s; Ctrl-C ends it"
    with live_screen(sys.stdout, color=run.talk.color) as show:
        while not run.shield():
            show(screen_blocks((*screen.view(), told)))
            pauses.pause(float("inf"))
            if run.shield():
                break
            try:
                screen, told = _look(run), f"every {poll:g} s; Ctrl-C ends it"
            except AwsError as failure:
                told = f"this is old: {failure.message}"
    if run.shield.name not in ("", "SIGINT"):
        raise Interrupted(f"{run.shield.name} ended the watch; it writes nothing", hint="academyctl batch status")
    return Outcome(result_shown=True)


LOOKED_AT = 100
"""RUNNABLE jobs that are described: the oldest ones, whose turn it is."""


@leaf(app, "batch why", example="academyctl batch why --job 5c1f2d9e-3a4b-4c5d-8e6f-7a8b9c0d1e2f")
def why(
    run: Run,
    job: Annotated[str | None, typer.Option("--job", metavar="JOB_ID", help="Explain this job, too.")] = None,
) -> Outcome:
    """Why is an environment INVALID, the queue blocked, a job RUNNABLE or FAILED: one screen, each with its remedy.

    Exit 0: nothing is stuck. 4: something is, and stands there with what to do.
    """
    run.talk.step("reading the fleet")
    detail = _described(run, job) if job else None
    queue = detail.queue if detail else run.stack.job_queue.name
    found = tuple(_explained(run, _look_closely(run, queue, detail), queue, detail))
    findings = tuple(one.finding() for one in found if one.level is not Level.INFO)
    view = (
        f"stack {run.stack.name}  region {run.region}  queue {queue}",
        *(_line(one) for one in found if one.level is Level.INFO),
    )
    calm = () if findings else ("nothing is stuck",)
    return checked(findings, data={"queue": queue, "explanations": list(map(_told, found))}, view=(*view, *calm))


def _described(run: Run, job: str) -> "JobDetail":
    found = run.batch.read_jobs([job])
    if not found:
        raise NotFound(f"job {job} does not exist, or is over for more than a week", hint="academyctl batch jobs")
    return found[0]


def _look_closely(run: Run, queue: str, job: "JobDetail | None") -> "Fleet":
    from academyctl.aws.fleet import Wanted, read_fleet, with_details
    from academyctl.model.batch import stem_of
    from academyctl.model.batch_job import ACTIVE_JOBS, PLACED_JOBS

    stem = stem_of(run.stack.compute_environment.name)
    wanted = Wanted(queue=queue, stem=stem, statuses=ACTIVE_JOBS, loads=True, machines=True)
    fleet = read_fleet(run.connection, wanted)
    waiting = sorted(fleet.jobs["RUNNABLE"], key=lambda one: one.created_at)[:LOOKED_AT]
    placed = [one for status in PLACED_JOBS for one in fleet.jobs[status]]
    return with_details(run.connection, fleet, [*waiting, *placed, *([job] if job else [])])


def _explained(run: Run, fleet: "Fleet", queue: str, job: "JobDetail | None") -> Iterator["Explanation"]:
    from academyctl.check.why import explain_environments, explain_job, explain_queue, explain_waiting
    from academyctl.model.batch import stem_of
    from academyctl.plan.fleet import Mark, members, rollout_of

    stack, stem = run.stack, stem_of(run.stack.compute_environment.name)
    ours, is_stacks = members(fleet, stack.name, stem), queue == stack.job_queue.name
    is_steady = is_stacks and rollout_of(fleet, stack.name, stem) is None
    serving = next((one.environment.name for one in ours if is_steady and one.mark is Mark.BLUE), "")
    yield from explain_environments((one.environment for one in ours), serving)
    yield from explain_queue(fleet, queue, stem if is_stacks else "")
    if job:
        yield explain_job(fleet, fleet.details.get(job.id, job))
    elif fleet.queue:
        yield from explain_waiting(fleet)


def _line(one: "Explanation") -> str:
    return f"{one.subject}  {one.state}  {one.why}" + (f"; {one.remedy}" if one.remedy else "")


def _told(one: "Explanation") -> dict[str, str]:
    return {
        "subject": one.subject,
        "state": one.state,
        "why": one.why,
        "remedy": one.remedy,
        "level": str(one.level),
        "code": one.code,
    }
