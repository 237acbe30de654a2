"""A job's run as the sandbox simulates it: it takes its time, writes two lines to its log, and ends as was wished."""

from dataclasses import dataclass

from academyctl.sandbox.batch_ends import SUCCEEDED, TIMED_OUT
from academyctl.sandbox.batch_state import NEVER, Batch, Ended, Job


@dataclass(kw_only=True)
class SimulatedRun:
    due: float
    ending: Ended

    def ended(self, now: float) -> Ended | None:
        return self.ending if now >= self.due else None

    def stop(self) -> None:
        return


def simulated(batch: Batch, job: Job, at: float) -> SimulatedRun:
    wish = job.wish
    seconds = _usual(batch, job) if wish.running is None else wish.running
    ending = Ended(exit_code=wish.exit_code, reason=wish.reason, status_reason=wish.status_reason or SUCCEEDED)
    limit = (job.body.get("timeout") or {}).get("attemptDurationSeconds", NEVER)
    if wish.stuck == "RUNNING":
        seconds = NEVER
    if seconds > limit:
        seconds, ending = limit, Ended(exit_code=137, status_reason=TIMED_OUT)
    _say(batch, job, at)
    return SimulatedRun(due=at + seconds, ending=ending)


def _usual(batch: Batch, job: Job) -> float:
    """An encode takes its time; one that only looks whether it could is short."""
    pace = batch.control.pace
    return pace.selfcheck if "worker.selfcheck" in (job.container.get("command") or ()) else pace.running


def _say(batch: Batch, job: Job, at: float) -> None:
    group = log_group(job)
    lines = (f"simulated run of {job.name}", " ".join(job.container.get("command") or ()) or "no command")
    batch.behind.write_log(group, job.log_stream, at, lines)


def log_group(job: Job) -> str:
    options = (job.container.get("logConfiguration") or {}).get("options") or {}
    return str(options.get("awslogs-group", "/aws/batch/job"))
