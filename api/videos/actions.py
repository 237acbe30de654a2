"""What a tenant may do with a video. Every change is compare-and-set against what was read; who loses reads again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from api.videos import jobs, keys, queues, r2, submit
from api.videos.answers import Refused
from api.videos.models import Video, VideoTranscodeJob
from api.videos.states import ACTIVE, LOCAL, State, VideoStatus

ROUNDS = 8
"""How often somebody who lost reads again; each loss means that another one got on."""
STOPPING = 60
"""Seconds that a terminated job may still write: SIGTERM, 30 s, SIGKILL."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Done:
    """`is_new`: this call made the job."""

    video: Video
    is_new: bool = False


def create(tenant: str, filename: str, size: int) -> tuple[Video, str]:
    """A video that waits for its upload, and the URL that takes it."""
    if size > settings.MAX_UPLOAD_BYTES:
        raise _too_large()
    with transaction.atomic():
        video = Video.objects.create(tenant_id=tenant, filename=filename, source_size=size)
        video.file_key = keys.source(video)
        video.save(update_fields=["file_key"])
        # Signed before the commit: a store that is not configured leaves no row.
        return video, r2.upload_url(video.file_key, size, settings.UPLOAD_URL_SECONDS)


def read(tenant: str, video_id: int) -> Video:
    """Of another tenant, deleted and absent are the same answer."""
    rows = Video.objects.select_related("current_job").filter(pk=video_id, tenant_id=tenant, deleted_at=None)
    video: Video | None = rows.first()
    if video is None:
        raise Refused(404, "not_found", "there is no such video")
    return video


def complete_upload(tenant: str, video_id: int, file_key: str | None) -> Done:
    """Begins the encoding of what was uploaded; the same upload begins it once."""
    video = read(tenant, video_id)
    if not keys.is_own(video, video.file_key) or file_key not in (None, video.file_key):
        raise Refused(422, "file_key", "file_key is not this video's")
    stored = _uploaded(video)
    return _until_won(video, lambda now: _begin(now, stored))


def retry(tenant: str, video_id: int, *, force: bool) -> Done:
    """A new job for the same source; `force` encodes a READY video again."""
    return _until_won(read(tenant, video_id), lambda now: _again(now, force=force))


def cancel(tenant: str, video_id: int) -> Done:
    """Ends the active job. Done again, it changes nothing."""
    return _until_won(read(tenant, video_id), _cancelled)


def delete(tenant: str, video_id: int) -> None:
    """Hides the video, ends its job, and asks for the deletion of its objects."""
    _until_won(read(tenant, video_id), _deleted)


def send_delete(video: Video, *, delay: int = 0) -> bool:
    """Hands the deleted video's objects to the delete queue; what fails is sent again by the scan."""
    outputs = list(VideoTranscodeJob.objects.filter(video=video).values_list("output_prefix", flat=True))
    try:
        queues.send_delete(video.pk, video.tenant_id, keys.deletable(video, outputs), delay=delay)
    except queues.QueueError as failed:
        _log.warning("video %s: its deletion is not queued yet (%s)", video.pk, failed)
        return False
    Video.objects.filter(pk=video.pk, delete_sent_at=None).update(delete_sent_at=timezone.now())
    return True


def _until_won(video: Video, attempt: Callable[[Video], Done | None]) -> Done:
    """What `attempt` did; with None it says that somebody else was first, and gets the video as it is now."""
    for _ in range(ROUNDS):
        if done := attempt(video):
            return done
        video = read(video.tenant_id, video.pk)
    raise Refused(409, "busy", "the video keeps changing; try again")


def _uploaded(video: Video) -> r2.Stored:
    stored = r2.head(video.file_key)
    if stored is None:
        raise Refused(409, "no_object", "nothing was uploaded yet")
    if stored.size == 0:
        raise Refused(422, "empty", "the uploaded file is empty")
    if stored.size > settings.MAX_UPLOAD_BYTES:
        raise _too_large()
    return stored


def _too_large() -> Refused:
    return Refused(413, "too_large", f"a video may have {settings.MAX_UPLOAD_BYTES} bytes")


def _begin(video: Video, stored: r2.Stored) -> Done | None:
    is_same = video.source_etag == stored.etag
    if _is_active(video):
        if not is_same:
            raise Refused(409, "source_changed", "another upload is being encoded; cancel it first")
        return Done(video=video)
    if video.status == VideoStatus.READY and is_same:
        return Done(video=video)
    return _created(video, source_etag=stored.etag, source_size=stored.size)


def _again(video: Video, *, force: bool) -> Done | None:
    if _is_active(video):
        raise Refused(409, "active", "the video is being encoded")
    if video.status == VideoStatus.READY and not force:
        raise Refused(409, "ready", "the video is ready; force encodes it again")
    if not video.source_etag:
        raise Refused(409, "no_source", "the upload was never completed")
    return _created(video)


def _created(video: Video, **source: str | int) -> Done | None:
    with transaction.atomic():
        job = jobs.create(video, **source)
        if job is None:
            return None
        submit.after_commit(lambda: submit.submit(job))
    return Done(video=read(video.tenant_id, video.pk), is_new=True)


def _cancelled(video: Video) -> Done | None:
    job = video.current_job
    if job and job.state == State.CANCELLED:
        return Done(video=video)
    if job is None or job.state not in ACTIVE:
        raise Refused(409, "not_active", "the video is not being encoded")
    with transaction.atomic():
        if not jobs.cancel(job):
            return None
        submit.after_commit(lambda: _terminate(job))
    return Done(video=read(video.tenant_id, video.pk))


def _deleted(video: Video) -> Done | None:
    job = video.current_job
    is_active = _is_active(video)
    with transaction.atomic():
        if not jobs.delete(video, job):
            return None
        if job and is_active:
            submit.after_commit(lambda: _terminate(job))
        submit.after_commit(lambda: send_delete(video, delay=STOPPING if is_active else 0))
    return Done(video=video)


def _terminate(job: VideoTranscodeJob) -> None:
    """Its Batch jobs as they are now: the row was read before it was cancelled."""
    job.refresh_from_db(fields=["executor_id", "aws_batch_job_id"])
    submit.terminate(batch_ids(job), "cancelled")


def batch_ids(job: VideoTranscodeJob) -> list[str]:
    """All Batch jobs that are known of the attempt."""
    return sorted({each for each in (job.executor_id, job.aws_batch_job_id) if each and not each.startswith(LOCAL)})


def _is_active(video: Video) -> bool:
    return video.current_job is not None and video.current_job.state in ACTIVE
