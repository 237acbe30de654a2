"""The video demo's story: a clip is made and uploaded, a Batch job encodes it, and what comes out is fetched."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from academyctl.model.errors import AcademyError
from academyctl.sandbox.programs import direct
from academyctl.sandbox.video_api import Api

Tell = Callable[[str], None]
CLIP_SECONDS = 8
LOOK = 0.25
"""Seconds between two looks at the job."""
PATIENCE = 300.0
"""Seconds for the encode of a clip that takes a few."""
OVER = ("FAILED", "DEAD", "CANCELLED")
"""States of a job that do not lead on by themselves: nobody scans here."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """An encoded video. `hls_path` is the master's key, `seconds` its duration."""

    id: int
    hls_path: str
    seconds: float


def make_clip(ffmpeg: str, path: Path) -> None:
    """A test picture with a tone, in three rungs' worth of size."""
    picture = f"testsrc2=size=854x480:rate=25:duration={CLIP_SECONDS}"
    sound = f"sine=frequency=330:beep_factor=2:duration={CLIP_SECONDS}"
    words = ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    words += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)]
    done = subprocess.run([ffmpeg, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        told = done.stderr.strip().splitlines() or ["it said nothing"]
        raise AcademyError("ffmpeg cannot make the clip", code="sandbox.program", hint=told[-1][:200])


def upload(api: Api, clip: Path, tell: Tell) -> int:
    """POST, PUT to the presigned URL (which is told to nobody), POST upload-complete; the video's id."""
    data = clip.read_bytes()
    video = api.call("POST", "/api/videos", filename=clip.name, size=len(data))
    tell(f"POST /api/videos: video {video['id']}, its upload goes to {video['file_key']}")
    request = urllib.request.Request(video["upload_url"], data=data, method="PUT")
    try:
        direct().open(request, timeout=60).close()
    except urllib.error.URLError as refused:
        message = f"the store did not take the upload: {type(refused).__name__}"
        raise AcademyError(message, code="sandbox.store") from None
    tell(f"PUT of {len(data)} bytes to the presigned URL")
    api.call("POST", f"/api/videos/{video['id']}/upload-complete")
    tell(f"POST /api/videos/{video['id']}/upload-complete: the job is submitted")
    return int(video["id"])


def until_ready(api: Api, batch: Any, video: int, tell: Tell) -> Ready:
    """Follows the job to its end. AcademyError when that is not READY."""
    end, told = time.monotonic() + PATIENCE, ""
    while time.monotonic() < end:
        shown = api.call("GET", f"/api/videos/{video}")
        said = _said(shown["job"], batch)
        if said != told:
            tell(said)
            told = said
        if shown["status"] == "READY":
            return Ready(id=video, hls_path=shown["hls_path"], seconds=float(shown["duration"]))
        if shown["job"]["state"] in OVER:
            raise AcademyError(f"video {video} was not encoded: {said}", code="sandbox.video")
        time.sleep(LOOK)
    raise AcademyError(f"video {video} was not encoded within {PATIENCE:.0f} s: {told}", code="sandbox.video")


def _said(job: dict[str, Any], batch: Any) -> str:
    """How far the job has come: Batch's word for it, and the row's."""
    ids = [job["aws_batch_job_id"]] if job["aws_batch_job_id"] else []
    found = batch.describe_jobs(jobs=ids)["jobs"] if ids else []
    status = found[0]["status"] if found else "not submitted"
    return f"Batch job {status}, {job['state']} {job['progress']} %"


def fetch(page: str) -> dict[str, Any]:
    """What a player asks for first: the master, its first playlist and that one's first segment. Sizes in bytes."""
    master = urljoin(page, "video/master.m3u8")
    rungs = _named(master)
    segments = _named(rungs[0])
    segment = _get(segments[0])
    if not segment.startswith(b"\x47"):
        raise AcademyError("the first segment is no MPEG transport stream", code="sandbox.video")
    return {"master": master, "rungs": len(rungs), "segments": len(segments), "first_segment_bytes": len(segment)}


def _named(playlist: str) -> list[str]:
    """The URLs that a playlist names."""
    text = _get(playlist).decode()
    named = [urljoin(playlist, line) for line in text.splitlines() if line and not line.startswith("#")]
    if not text.startswith("#EXTM3U") or not named:
        raise AcademyError(f"{playlist} is no playlist", code="sandbox.video")
    return named


def _get(url: str) -> bytes:
    try:
        with direct().open(url, timeout=30) as answer:
            return bytes(answer.read())
    except urllib.error.URLError as refused:
        message = f"{url} cannot be fetched: {type(refused).__name__}"
        raise AcademyError(message, code="sandbox.video") from None
