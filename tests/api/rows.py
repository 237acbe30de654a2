"""Rows as tests want them: valid by default, with only what the test is about spelled out."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from api.videos import jobs
from api.videos.models import Video, VideoTranscodeJob
from api.videos.states import ACTIVE, State

ME, OTHER = "batch-me", "batch-other"
ETAG = '"source"'
PREFIX = "hls/acme/1/job/batch-me/"


def video(**fields: Any) -> Video:
    """An uploaded video of `acme`."""
    fields = {"tenant_id": "acme", "source_etag": ETAG, "source_size": 10, **fields}
    made: Video = Video.objects.create(**fields)
    made.file_key = f"tenants/{made.tenant_id}/videos/{made.pk}/source"
    made.save()
    return made


def job(state: str = "QUEUED", of: Video | None = None, **fields: Any) -> VideoTranscodeJob:
    """A current job in this state, as its history would have left it; a RUNNING one is run by ME."""
    own = of or video(status="PROCESSING")
    usual: dict[str, Any] = {"source_etag": own.source_etag}
    if state == State.RUNNING:
        usual |= {"executor_id": ME, "started_at": timezone.now(), "output_prefix": f"hls/acme/{own.pk}/j/{ME}/"}
    if state == State.RETRY_WAIT:
        usual |= {"next_retry_at": ago(1)}
    if state not in ACTIVE:
        usual |= {"finished_at": timezone.now()}
    made: VideoTranscodeJob = VideoTranscodeJob.objects.create(video=own, state=state, **usual | fields)
    own.current_job = made
    own.save()
    return made


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def again(row: VideoTranscodeJob) -> VideoTranscodeJob:
    """The row as it is now, with its video."""
    now: VideoTranscodeJob = VideoTranscodeJob.objects.select_related("video").get(pk=row.pk)
    return now


def complete(row: VideoTranscodeJob, executor: str = ME, attempt: int = 0) -> bool:
    return jobs.job_complete(row.pk, attempt or row.attempt, executor, hls_path=f"{PREFIX}master.m3u8", duration=1.5)
