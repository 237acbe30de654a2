"""How an attempt ends, and whether the job is tried again (User Guide, job_retries)."""

from fnmatch import fnmatchcase
from typing import Any

from academyctl.sandbox.batch_state import NEVER, Batch, Ended, Instance, Job, kept, milliseconds

SUCCEEDED = "Essential container in task exited"
TIMED_OUT = "Job attempt duration exceeded timeout"


def fail(batch: Batch, job: Job, at: float, reason: str, exit_code: int | None = None) -> None:
    """From outside: terminated, cancelled, or its instance is gone. Only the last is tried again."""
    if job.run:
        job.run.stop()
    end(batch, job, at, Ended(exit_code=exit_code, status_reason=reason))


def end(batch: Batch, job: Job, at: float, ended: Ended) -> None:
    is_good = ended.exit_code == 0 and not (job.is_terminated or job.is_cancelled)
    if job.is_placed:
        job.attempts.append(_attempt(job, at, ended))
    _leave(batch, job, at)
    job.reason, job.due = ended.status_reason, NEVER
    if not is_good and _again(job, ended):
        job.status, job.due = "RUNNABLE", at + batch.control.pace.runnable
        job.started, job.log_stream, job.ending = 0, "", None
        return
    job.status, job.stopped, job.ending = "SUCCEEDED" if is_good else "FAILED", at, ended


def _leave(batch: Batch, job: Job, at: float) -> None:
    """The instance is idle when nobody else is on it."""
    left, job.run = job.instance, None
    others = any(one.instance is left for one in batch.jobs.values() if one is not job and one.is_placed)
    if left and not others:
        left.idle_since = at


def _again(job: Job, ended: Ended) -> bool:
    """Cancelled and terminated jobs, and those past their timeout, are never retried."""
    strategy = job.body["retryStrategy"]
    if job.is_cancelled or job.is_terminated or len(job.attempts) >= strategy["attempts"] or not job.attempts:
        return False
    if ended.status_reason == TIMED_OUT:
        return False
    rules = strategy.get("evaluateOnExit") or ()
    return next((rule["action"].upper() == "RETRY" for rule in rules if _fits(rule, ended)), True)


def _fits(rule: dict[str, Any], ended: Ended) -> bool:
    said = {"onExitCode": str(ended.exit_code), "onReason": ended.reason, "onStatusReason": ended.status_reason}
    return all(fnmatchcase(text, rule[name]) for name, text in said.items() if rule.get(name))


def _attempt(job: Job, at: float, ended: Ended) -> dict[str, Any]:
    container = kept(
        containerInstanceArn=_arn(job.instance),
        taskArn=job.task,
        exitCode=ended.exit_code,
        reason=ended.reason or None,
        logStreamName=job.log_stream or None,
        networkInterfaces=[],
    )
    started = milliseconds(job.started) if job.started else None
    return kept(container=container, startedAt=started, stoppedAt=milliseconds(at), statusReason=ended.status_reason)


def _arn(instance: Instance | None) -> str | None:
    return instance.arn if instance else None
