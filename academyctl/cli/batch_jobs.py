"""`academyctl batch jobs` and `logs`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.errors import NotFound, UsageError
from academyctl.model.outcome import Outcome, Table

if TYPE_CHECKING:
    from academyctl.aws.log_events import LogReader
    from academyctl.model.batch_job import JobDetail
    from academyctl.model.fleet import Fleet
    from academyctl.model.log_event import LogEvent

app = typer.Typer()
COLUMNS = ("job", "name", "status", "since", "waited", "ran", "environment", "exit", "reason")
DEFAULT_GROUP = "/aws/batch/job"
"""Where Batch logs a job whose definition names no group (API, LogConfiguration)."""
SETTLED = 60
"""Seconds after a job's end in which CloudWatch may still take in its last events."""


@leaf(app, "batch jobs", example="academyctl batch jobs --status RUNNABLE --status RUNNING")
def jobs(
    run: Run,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="Only jobs in this status; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest.")] = 50,
) -> Outcome:
    """The queue's jobs, newest first: how long they waited and ran, where, and how they ended.

    Without --status those that are not over.
    """
    from academyctl.aws.fleet import Wanted, read_fleet, with_details
    from academyctl.model.batch_job import ACTIVE_JOBS

    statuses, queue = _statuses(status) or ACTIVE_JOBS, run.stack.job_queue.name
    run.talk.step(f"listing jobs of {queue}")
    fleet = read_fleet(run.connection, Wanted(queue=queue, statuses=statuses))
    if fleet.queue is None:
        raise NotFound(f"the job queue {queue} does not exist", hint="academyctl batch setup")
    found = sorted((job for some in fleet.jobs.values() for job in some), key=lambda job: -job.created_at)
    shown = found[:limit]
    fleet = with_details(run.connection, fleet, [job for job in shown if job.started_at or job.status == "STARTING"])
    told = [_told(fleet, job) for job in shown]
    more = () if len(found) <= limit else (f"{len(found) - limit} older not shown (--limit)",)
    table = Table(columns=COLUMNS, rows=tuple(map(_row, told)), styles=tuple(map(_style, shown)))
    view: tuple[Table | str, ...] = (table, *more) if told else (f"no job of {queue} is {' or '.join(statuses)}",)
    return Outcome(data={"queue": queue, "total": len(found), "jobs": told}, view=view)


def _statuses(named: list[str] | None) -> tuple[str, ...]:
    from academyctl.model.batch_job import JOB_STATUSES
    from academyctl.model.near import did_you_mean

    for name in named or ():
        if name.upper() not in JOB_STATUSES:
            hint = did_you_mean(name.upper(), JOB_STATUSES, f"known: {', '.join(JOB_STATUSES)}")
            raise UsageError(f"{name!r} is no job status", code="usage.status", hint=hint)
    return tuple(dict.fromkeys(name.upper() for name in named or ()))


def _told(fleet: "Fleet", job: "JobDetail") -> dict[str, Any]:
    """Times in UTC, spans in seconds; null where it did not come so far."""
    end = job.stopped_at or fleet.now_ms
    return {
        "id": job.id,
        "name": job.name,
        "status": job.status,
        "status_reason": job.status_reason,
        "created_at": _moment(job.created_at),
        "started_at": _moment(job.started_at),
        "stopped_at": _moment(job.stopped_at),
        "waited_seconds": _seconds(job.created_at, job.started_at or end),
        "ran_seconds": _seconds(job.started_at, end),
        "environment": fleet.environment_of(job),
        "exit_code": job.exit_code,
        "reason": job.container_reason or job.status_reason,
    }


def _seconds(start: int, end: int) -> int | None:
    return max(end - start, 0) // 1000 if start else None


def _moment(milliseconds: int) -> str | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if milliseconds else None


def _row(told: dict[str, Any]) -> tuple[str, ...]:
    from academyctl.model.span import spell

    spans = ("-" if told[name] is None else spell(told[name]) for name in ("waited_seconds", "ran_seconds"))
    return (
        told["id"],
        told["name"],
        told["status"],
        told["created_at"] or "-",
        *spans,
        told["environment"] or "-",
        "-" if told["exit_code"] is None else str(told["exit_code"]),
        told["reason"] or "-",
    )


def _style(job: "JobDetail") -> str:
    return {"FAILED": "bad", "SUCCEEDED": "good", "RUNNABLE": "warn"}.get(job.status, "")


@leaf(app, "batch logs", example="academyctl batch logs 5c1f2d9e-3a4b-4c5d-8e6f-7a8b9c0d1e2f --follow")
def logs(
    run: Run,
    job_id: Annotated[str, typer.Argument(metavar="JOB_ID", help="A job's id, from batch jobs.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job is over.")] = False,
    poll: Annotated[float, typer.Option("--poll", min=0.1, help="With --follow: seconds between two looks.")] = 5.0,
    tail: Annotated[
        int | None, typer.Option("--tail", min=1, max=10_000, help="Begin with the newest N events.")
    ] = None,
) -> Outcome:
    """What a job's container printed, as it is.

    With --follow exit 0 means: the job is over, well or not, and everything is printed. Ctrl-C before that is 130.
    """
    from academyctl.render.lines import write_lines

    run.talk.step(f"reading job {job_id}")
    job = _job(run, job_id)
    source = _Source(run, job, tail)
    events: list[LogEvent] = []
    is_silent = True
    for page in _followed(run, source, poll) if follow else source.read():
        is_silent = False
        run.talk.close()
        if run.is_json:
            events += page
        else:
            write_lines(event.message for event in page)
    if is_silent:
        run.talk.hint(_silence(source.job))
    told = {"job": job_id, "status": source.job.status, "log_group": source.group, "log_stream": source.job.log_stream}
    data = {**told, "events": [{"timestamp": event.at, "message": event.message} for event in events]}
    return Outcome(data=data, result_shown=not run.is_json)


def _job(run: Run, job_id: str) -> "JobDetail":
    found = run.batch.read_jobs([job_id])
    if not found:
        raise NotFound(f"job {job_id} does not exist, or is over for more than a week", hint="academyctl batch jobs")
    return found[0]


def _silence(job: "JobDetail") -> str:
    """Why nothing was printed."""
    if job.is_over and job.log_stream:
        return f"job {job.id} printed nothing"
    if job.is_over:
        return f"job {job.id} never started, so it printed nothing: {job.status_reason or 'AWS gives no reason'}"
    return f"job {job.id} is {job.status} and has printed nothing yet; --follow waits for it"


class _Source:
    """One job and its log, as far as they are known."""

    def __init__(self, run: Run, job: "JobDetail", tail: int | None) -> None:
        self._run, self.job, self._tail = run, job, tail
        self._reader: LogReader | None = None

    @property
    def group(self) -> str:
        return self.job.log_group or DEFAULT_GROUP

    def read(self) -> "Iterator[tuple[LogEvent, ...]]":
        """What is new. NotFound when the log of a job that is over is gone; before that it may not be there yet."""
        if not self.job.log_stream:
            return
        try:
            yield from self._pages()
        except NotFound:
            if not self.job.is_over:
                return
            where = f"log stream {self.job.log_stream} in {self.group}"
            hint = "its retention ran out, it was deleted, or the container could write none: academyctl batch why"
            raise NotFound(f"there is no {where}", hint=f"{hint} --job {self.job.id}") from None

    def _pages(self) -> "Iterator[tuple[LogEvent, ...]]":
        from academyctl.aws.log_events import LogReader, LogStream

        if self._reader is None:
            reader = LogReader(self._run.connection, LogStream(group=self.group, stream=self.job.log_stream))
            newest = reader.read_last(self._tail) if self._tail is not None else ()
            self._reader = reader
            yield from (newest,) if newest else ()
        yield from self._reader.read_new()

    def look(self) -> bool:
        """Reads the job again; True when it is over."""
        if not self.job.is_over:
            self.job = _job(self._run, self.job.id)
        return self.job.is_over


def _followed(run: Run, source: _Source, poll: float) -> "Iterator[tuple[LogEvent, ...]]":
    """Pages until the job is over and its log has settled: events come late, so two looks must bring nothing new."""
    from academyctl.apply.wait import Poll

    pauses, quiet = Poll(every=poll), 0
    if not source.job.log_stream and not source.job.is_over:
        run.talk.step(f"job {source.job.id} is {source.job.status}; waiting for its container")
    while True:
        is_over, is_new = source.look(), False
        for page in source.read():
            is_new = is_new or bool(page)
            yield page
        quiet = quiet + 1 if is_over and not is_new else 0
        if is_over and (quiet == 2 or not source.job.log_stream or _settled(run, source.job)):
            return
        pauses.pause(float("inf"))


def _settled(run: Run, job: "JobDetail") -> bool:
    """It stopped so long ago that no event is on its way any more."""
    return run.connection.now().timestamp() - job.stopped_at / 1000 > SETTLED
