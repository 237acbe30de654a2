"""One pass over all jobs that may be stuck: reads rows and Batch, judges each, carries each verdict out.

Safe beside other scans, the API and workers: every write is a compare-and-set against the row as it was read, and a
submission is claimed first. Nothing is changed when Batch cannot be asked.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from api.videos import actions, backlog, batch, jobs, keys, r2, submit
from api.videos.batch import BatchError, BatchJob
from api.videos.models import Video, VideoTranscodeJob
from api.videos.states import ACTIVE, State
from api.videos.verdicts import Do, Verdict, judge, needs_batch

ENDED_FOR = timedelta(days=7)
"""How long an ended job is watched: Batch keeps its own for about as long."""
UNSENT_FOR = timedelta(seconds=60)
"""How long the API's own try at the delete queue may be under way."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One verdict and what came of it. `result`: done, lost (somebody else was first), failed, planned or noted."""

    job: str
    attempt: int
    state: str
    do: str
    result: str
    why: str = ""
    batch: str = ""
    code: str = ""


@dataclass(kw_only=True)
class Report:
    checked: int = 0
    steps: list[Step] = field(default_factory=list)
    deletions: int = 0
    """Deletions that were (or would be) queued again."""
    backlog: int = 0
    error: str = ""

    @property
    def is_sound(self) -> bool:
        return not self.error and all(step.result != "failed" for step in self.steps)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def scan(*, dry_run: bool = False) -> Report:
    """A whole pass. `dry_run` asks Batch, and changes nothing anywhere."""
    report = Report()
    try:
        _jobs(report, dry_run=dry_run)
    except BatchError as unknown:
        report.error = str(unknown)
        return report
    report.deletions = _deletions(dry_run=dry_run)
    report.backlog = backlog.count()
    if not dry_run:
        backlog.publish(report.backlog)
    return report


def _jobs(report: Report, *, dry_run: bool) -> None:
    rows = list(VideoTranscodeJob.objects.filter(_watched()).order_by("created_at"))
    known = batch.describe(each for job in rows for each in needs_batch(job))
    report.checked = len(rows)
    for job in rows:
        own = {each: known[each] for each in needs_batch(job) if each in known}
        step = _step(job, own, dry_run=dry_run)
        if step:
            report.steps.append(step)


def _watched() -> Q:
    """All that is under way, and what was ended against Batch's will."""
    since = timezone.now() - ENDED_FOR
    return Q(state__in=ACTIVE) | Q(state__in=(State.CANCELLED, State.DEAD), finished_at__gte=since)


def _step(job: VideoTranscodeJob, known: dict[str, BatchJob], *, dry_run: bool) -> Step | None:
    verdict = judge(job, known, timezone.now())
    if verdict.do is Do.LEAVE:
        return None
    state, attempt = job.state, job.attempt
    if verdict.do is Do.WARN:
        result = "noted"
        _log.warning("job %s: %s", job.pk, verdict.why)
    else:
        result = "planned" if dry_run else _result(job, verdict)
    return Step(
        job=str(job.pk),
        attempt=attempt,
        state=state,
        do=verdict.do,
        result=result,
        why=verdict.why,
        batch=verdict.batch,
        code=verdict.code,
    )


def _result(job: VideoTranscodeJob, verdict: Verdict) -> str:
    try:
        return "done" if _CARRY_OUT[verdict.do](job, verdict) else "lost"
    except (BatchError, r2.StoreError) as failed:
        _log.warning("job %s: %s: %s", job.pk, verdict.do, failed)
        return "failed"


def _adopt_or_submit(job: VideoTranscodeJob, verdict: Verdict) -> bool:
    """The claim comes first: of several scans one goes on, and if it dies the next waits out the grace again."""
    if not jobs.claim_submit(job):
        return False
    found = batch.find_by_name(job.batch_name)
    if not found:
        return submit.send(job)
    chosen = max(found, key=lambda each: (each.status != "FAILED", each.created))
    is_ours = submit.record(job, chosen.id)
    submit.terminate([each.id for each in found if each is not chosen and not each.is_ended], "a second submission")
    return is_ours


def _fail(job: VideoTranscodeJob, verdict: Verdict) -> bool:
    return jobs.fail_seen(job, code=verdict.code, detail=verdict.why)


def _complete(job: VideoTranscodeJob, verdict: Verdict) -> bool:
    """Batch was asked after the row was read, and the worker may have said so itself meanwhile: it is read again."""
    now = VideoTranscodeJob.objects.get(pk=job.pk)
    if (now.state, now.attempt, now.executor_id) != (job.state, job.attempt, job.executor_id):
        return False
    master = keys.master_of(now) if now.executor_id else ""
    output = r2.head(master) if master else None
    if output is None:
        return jobs.fail_seen(job, code="NO_RESULT", detail="Batch says it succeeded, but its output is not there")
    duration = _seconds(output.metadata.get("duration", ""))
    return jobs.job_complete(job.pk, job.attempt, job.executor_id, hls_path=master, duration=duration)


def _seconds(text: str) -> float | None:
    return float(text) if text.replace(".", "", 1).isdecimal() else None


def _terminate(job: VideoTranscodeJob, verdict: Verdict) -> bool:
    for each in verdict.ids:
        batch.terminate(each, f"academy: {verdict.why}")
    return True


def _terminate_by_name(job: VideoTranscodeJob, verdict: Verdict) -> bool:
    live = [each.id for each in batch.find_by_name(job.batch_name) if not each.is_ended]
    for each in live:
        batch.terminate(each, f"academy: {verdict.why}")
    return bool(live)


def _requeue(job: VideoTranscodeJob, verdict: Verdict) -> bool:
    """The next attempt is submitted at once."""
    if not jobs.requeue(job):
        return False
    job.refresh_from_db()
    submit.submit(job)
    return True


_CARRY_OUT: dict[Do, Callable[[VideoTranscodeJob, Verdict], bool]] = {
    Do.ADOPT_OR_SUBMIT: _adopt_or_submit,
    Do.FAIL: _fail,
    Do.COMPLETE: _complete,
    Do.NOTE_MISSING: lambda job, _: jobs.note_missing(job),
    Do.NOTE_SEEN: lambda job, _: jobs.note_seen(job),
    Do.TERMINATE: _terminate,
    Do.TERMINATE_BY_NAME: _terminate_by_name,
    Do.RETRY_LATER: lambda job, _: jobs.retry_later(job),
    Do.GIVE_UP: lambda job, _: jobs.give_up(job),
    Do.REQUEUE: _requeue,
}


def _deletions(*, dry_run: bool) -> int:
    """Deleted videos whose message did not go out; sending one twice does no harm."""
    before = timezone.now() - UNSENT_FOR
    unsent = list(Video.objects.filter(deleted_at__lt=before, delete_sent_at=None))
    return len(unsent) if dry_run else sum(actions.send_delete(video) for video in unsent)
