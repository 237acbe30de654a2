"""Object keys. They are built from ids; what a client or a row says is checked against that before it is signed."""

import re

from api.videos.models import Video, VideoTranscodeJob

LIMIT = 1024
"""Bytes of a key (S3)."""
MASTER = "master.m3u8"
_REFUSED = re.compile(r"[\x00-\x1f\x7f\\]|//|^/|(^|/)\.{1,2}(/|$)")


def folder(video: Video) -> str:
    """Where all that a tenant uploads for a video lies; ends in `/`."""
    return f"tenants/{video.tenant_id}/videos/{video.pk}/"


def source(video: Video) -> str:
    """The user's file name is no part of it."""
    return f"{folder(video)}source"


def is_own(video: Video, key: str) -> bool:
    """It is a sound key, inside the video's own folder."""
    own = folder(video)
    is_sound = not _REFUSED.search(key) and ".." not in key and len(key.encode(errors="replace")) <= LIMIT
    return is_sound and key.startswith(own) and key != own


def master_of(job: VideoTranscodeJob) -> str:
    """The key that marks the attempt's output as whole; empty when it never began."""
    return f"{job.output_prefix.rstrip('/')}/{MASTER}" if job.output_prefix.strip("/") else ""


def deletable(video: Video, outputs: list[str]) -> list[str]:
    """The prefixes that hold everything of the video, each ending in `/<video id>/`."""
    end = f"/{video.tenant_id}/{video.pk}/"
    cut = {output[: output.rindex(end) + len(end)] for output in outputs if end in output}
    return [folder(video), *sorted(prefix for prefix in cut if not prefix.startswith("/"))]
