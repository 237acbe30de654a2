"""Submissions. A QUEUED row without a Batch job is the outbox: whoever claims it submits it, once.

A refused or lost submission fails no request and uses up no attempt; the scan finds the job by its name, or submits it
again under the same name.
"""

import logging
from collections.abc import Callable

from django.db import transaction

from api.videos import batch, jobs
from api.videos.batch import BatchError
from api.videos.models import VideoTranscodeJob
from api.videos.states import State

_log = logging.getLogger(__name__)


def after_commit(act: Callable[[], object]) -> None:
    """Robust: the rows are committed, and whatever goes wrong from there on is the scan's to mend.

    `act` is a function: Django's report of its failure asks for a __qualname__, which functools.partial has not.
    """
    transaction.on_commit(lambda: act(), robust=True)


def submit(job: VideoTranscodeJob) -> bool:
    """The attempt's first submission. False: somebody else tries or tried it, or what became of ours is not known.

    A second one is the scan's, which lets the first run out and looks for its job before.
    """
    if job.submit_tried_at is not None or not jobs.claim_submit(job):
        return False
    return send(job)


def send(job: VideoTranscodeJob) -> bool:
    """Submits a claimed attempt."""
    try:
        batch_id = batch.submit_job(job.batch_name, job.pk, job.attempt)
    except BatchError as lost:
        _log.warning("%s: not known to be submitted (%s); the scan will look", job.batch_name, lost)
        return False
    return record(job, batch_id)


def record(job: VideoTranscodeJob, batch_id: str) -> bool:
    """Notes the attempt's Batch job; one that nobody waits for any longer is terminated."""
    if jobs.submitted(job.pk, job.attempt, batch_id):
        return True
    now = VideoTranscodeJob.objects.filter(pk=job.pk, attempt=job.attempt).first()
    if now and batch_id in (now.executor_id, now.aws_batch_job_id) and now.state != State.CANCELLED:
        return True
    terminate([batch_id], "nobody waits for it")
    return False


def terminate(ids: list[str], reason: str) -> list[str]:
    """Ends Batch jobs; those where that did not work, for the scan to try again."""
    failed = []
    for each in ids:
        try:
            batch.terminate(each, f"academy: {reason}")
        except BatchError as lost:
            _log.warning("Batch job %s is not terminated: %s", each, lost)
            failed.append(each)
    return failed
