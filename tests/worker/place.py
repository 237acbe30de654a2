"""Where a worker of the tests runs: its database, its store, its temporary folder; and what it left there."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from api.videos.models import Video, VideoTranscodeJob
from tests.support.cli import ROOT
from tests.support.parts import require
from tests.support.seaweed import BUCKET, Store

EXECUTOR = "batch-job-1"
CONTRACT = {
    "API_BASE_URL": "https://api.academy.example",
    "INTERNAL_WORKER_TOKEN": "internal-token-value",
    "WORKER_ID": "worker-of-tests",
    "R2_PREFIX": "hls",
    "R2_REGION": "auto",
    "AWS_REGION": "ap-northeast-2",
    "VIDEO_SQS_QUEUE_NAME": "academy-video-jobs",
    "REDIS_HOST": "127.0.0.1",
    "REDIS_PORT": "1",
    "SECRET_KEY": "secret-key-value",
}
"""What the worker's contract demands beside the database's and the store's names."""
DATABASE = {
    "DB_NAME": "academy",
    "DB_USER": "academy",
    "DB_PASSWORD": "database-password-value",
    "DB_HOST": "127.0.0.1",
    "DB_PORT": "1",
}
STORE = {
    "R2_ENDPOINT": "http://127.0.0.1:1",
    "R2_ACCESS_KEY": "access-key-value",
    "R2_SECRET_KEY": "store-secret-value",
    "R2_VIDEO_BUCKET": "academy-video",
}
COMPLETE = CONTRACT | DATABASE | STORE
"""A complete environment in which nothing answers."""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass
class Program:
    """A module of the worker as a process; `env` is all that it has beside PATH and its temporary folder."""

    tmp: Path
    env: dict[str, str] = field(default_factory=dict)

    def start(
        self, module: str, *words: str, env: Mapping[str, str] | None = None, before: Sequence[str] = ()
    ) -> "subprocess.Popen[bytes]":
        """`before`: words that the command is handed to."""
        base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(self.tmp), "HOME": str(self.tmp)}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [*before, sys.executable, "-m", module, *words],
            cwd=self.tmp.parent,
            env={**base, **self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
        )

    def run(self, module: str, *words: str, env: Mapping[str, str] | None = None) -> Ended:
        return ended(self.start(module, *words, env=env))

    def leftovers(self) -> list[str]:
        return sorted(path.name for path in self.tmp.iterdir())


def ended(process: "subprocess.Popen[bytes]", within: float = 120) -> Ended:
    try:
        out, err = process.communicate(timeout=within)
    finally:
        process.kill()
    return Ended(process.returncode, out.decode(), err.decode())


def until(what: Callable[[], Any], process: "subprocess.Popen[bytes]", within: float = 60) -> Any:
    """Its first truth while the process runs; fails when the process ends before, or after `within` seconds."""
    end = time.monotonic() + within
    while not (found := what()):
        assert process.poll() is None, ended(process)
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return found


@dataclass
class Place(Program):
    store: Store = field(kw_only=True)
    tenant: str = field(default_factory=lambda: f"t{uuid4().hex[:8]}")
    """A new one for each test: the store is shared."""

    def job(self, clip: Path | None, *, video: Mapping[str, Any] | None = None, **fields: Any) -> VideoTranscodeJob:
        """A QUEUED current job; its source is `clip`, uploaded (None: nothing is there)."""
        made = Video.objects.create(tenant_id=self.tenant, status="PROCESSING")
        made.file_key = f"tenants/{self.tenant}/videos/{made.pk}/upload.mp4"
        made.source_etag = self.store.put(made.file_key, clip.read_bytes()) if clip else '"none"'
        made.source_size = clip.stat().st_size if clip else 10
        for name, value in (video or {}).items():
            setattr(made, name, value)
        row: VideoTranscodeJob = VideoTranscodeJob.objects.create(video=made, source_etag=made.source_etag, **fields)
        made.current_job = made.current_job or row
        made.save()
        return row

    def start_worker(self, job: VideoTranscodeJob, executor: str = EXECUTOR, **env: str) -> "subprocess.Popen[bytes]":
        words = ("--job-id", str(job.pk), "--attempt", str(job.attempt))
        return self.start("worker.batch_main", *words, env={"AWS_BATCH_JOB_ID": executor, **env})

    def work(self, job: VideoTranscodeJob, executor: str = EXECUTOR, **env: str) -> Ended:
        return ended(self.start_worker(job, executor, **env))

    def prefix(self, job: VideoTranscodeJob, executor: str = EXECUTOR) -> str:
        return f"hls/{self.tenant}/{job.video_id}/{job.pk}/{executor}/"

    def outputs(self) -> list[str]:
        """Every key of the test's tenant that is not an upload."""
        return self.store.keys(f"hls/{self.tenant}/")

    def read(self, key: str) -> bytes:
        return bytes(self.store.client().get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def head(self, key: str) -> dict[str, Any]:
        return dict(self.store.client().head_object(Bucket=BUCKET, Key=key))

    def fetched(self, prefix: str, to: Path) -> Path:
        """The output as a player would get it, in a folder of its own; its master playlist."""
        for key in self.store.keys(prefix):
            path = to / key.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.read(key))
        return to / "master.m3u8"


def again(job: VideoTranscodeJob) -> VideoTranscodeJob:
    """The row as it is now, with its video."""
    row: VideoTranscodeJob = VideoTranscodeJob.objects.select_related("video").get(pk=job.pk)
    return row


def ffprobe(playlist: Path) -> dict[str, Any]:
    """Every frame is decoded and counted."""
    words = ["-v", "error", "-allowed_extensions", "ALL", "-count_frames", "-show_streams", "-of", "json"]
    told = subprocess.run(
        [require("ffprobe", "results are looked at with it"), *words, str(playlist)], capture_output=True, check=True
    )
    return dict(json.loads(told.stdout))


def stream(playlist: Path, kind: str) -> dict[str, Any] | None:
    found = [each for each in ffprobe(playlist)["streams"] if each["codec_type"] == kind]
    return found[0] if found else None
