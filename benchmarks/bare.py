"""Settings and the one view of a server that does what upload-complete must, and takes no care of anything: one
HeadObject, one row read, one written, one SubmitJob. The measure of what those cost by themselves.
"""

from uuid import uuid4

from django.http import HttpRequest, JsonResponse
from django.urls import path

from api.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"


def bare(request: HttpRequest, video_id: int) -> JsonResponse:
    from api.videos import batch, r2
    from api.videos.models import Video, VideoTranscodeJob

    if request.method == "GET":
        return JsonResponse({"status": "ok"})
    video = Video.objects.get(pk=video_id)
    stored = r2.head(video.file_key)
    job = VideoTranscodeJob.objects.create(video=video, source_etag=stored.etag if stored else "")
    batch.submit_job(f"bare-{uuid4()}", job.pk, 1)
    return JsonResponse({"id": video.pk}, status=202)


urlpatterns = [path("healthz", bare, {"video_id": 0}), path("bare/<int:video_id>", bare)]
