"""Whether a run is wanted, and how it ends when it is disturbed: real processes, killed and stopped in their middle."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from api.videos import jobs
from api.videos.models import Video, VideoTranscodeJob
from tests.support.parts import require
from tests.worker import clips
from tests.worker.place import EXECUTOR, Ended, Place, again, ended, stream, until


def under(folder: Path) -> list[int]:
    """The processes whose command line names something in `folder`."""
    lines = {int(path.parent.name): _command(path) for path in Path("/proc").glob("[0-9]*/cmdline")}
    return [pid for pid, line in lines.items() if str(folder).encode() in line and pid != os.getpid()]


def _command(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def encoding(place: Place) -> Callable[[], list[Path]]:
    """Whether ffmpeg has written something."""
    return lambda: [path for path in place.tmp.glob("*/hls/*/*.ts*") if path.stat().st_size]


def next_attempt(job: VideoTranscodeJob) -> VideoTranscodeJob:
    """As the scan leaves it: failed, waited, and QUEUED again."""
    assert jobs.fail_seen(again(job), code="SPOT", detail="the host is gone")
    assert jobs.retry_later(again(job))
    VideoTranscodeJob.objects.filter(pk=job.pk).update(next_retry_at="2000-01-01T00:00:00Z")
    assert jobs.requeue(again(job))
    return again(job)


NOT_WANTED: dict[str, dict[str, Any]] = {
    "cancelled": {"state": "CANCELLED"},
    "dead": {"state": "DEAD"},
    "succeeded": {"state": "SUCCEEDED"},
    "failed already": {"state": "FAILED"},
    "run by another": {"state": "RUNNING", "executor_id": "batch-job-0"},
}


@pytest.mark.parametrize("fields", NOT_WANTED.values(), ids=NOT_WANTED)
def test_a_job_that_does_not_wait_for_this_run_is_left_alone(fields: dict[str, Any], place: Place) -> None:
    is_untouched(place, place.job(clips.silent(), **fields))


def is_untouched(place: Place, job: VideoTranscodeJob, attempt: int = 0) -> None:
    before = Video.objects.values().get(), VideoTranscodeJob.objects.values().get(pk=job.pk)
    words = ("--job-id", str(job.pk), "--attempt", str(attempt or job.attempt))
    told = place.run("worker.batch_main", *words, env={"AWS_BATCH_JOB_ID": EXECUTOR})
    assert told.code == 0, told.err
    assert "nothing to do" in told.err
    assert (Video.objects.values().get(), VideoTranscodeJob.objects.values().get(pk=job.pk)) == before
    assert place.outputs() == []
    assert place.leftovers() == []


def test_a_run_of_an_earlier_or_a_later_attempt_changes_nothing(place: Place) -> None:
    job = place.job(clips.silent(), attempt=2)
    is_untouched(place, job, attempt=1)
    is_untouched(place, job, attempt=3)


def test_a_video_that_has_another_job_by_now_is_left_alone(place: Place) -> None:
    job = place.job(clips.silent(), state="CANCELLED")
    other = VideoTranscodeJob.objects.create(video=job.video)
    Video.objects.update(current_job=other)
    VideoTranscodeJob.objects.filter(pk=other.pk).update(state="DEAD")
    VideoTranscodeJob.objects.filter(pk=job.pk).update(state="QUEUED")
    is_untouched(place, again(job))


def test_a_job_that_does_not_exist_ends_well(place: Place) -> None:
    told = place.run("worker.batch_main", "--job-id", str(uuid.uuid4()), "--attempt", "1")
    assert (told.code, "there is no such job" in told.err) == (0, True)


def test_a_video_that_is_ready_completes_its_job_without_the_store(place: Place) -> None:
    job = place.job(None, video={"status": "READY", "hls_path": "hls/before/master.m3u8", "duration": 7.5})
    assert place.work(job, R2_ENDPOINT="http://127.0.0.1:1").code == 0
    row = again(job)
    assert (row.state, row.video.hls_path, row.video.duration) == ("SUCCEEDED", "hls/before/master.m3u8", 7.5)


def test_outside_of_batch_the_executor_has_a_name_of_its_own(place: Place) -> None:
    job = place.job(clips.silent())
    assert place.work(job, executor="").code == 0
    assert again(job).executor_id.startswith("local-")


def test_a_store_that_refuses_is_a_failure_that_may_pass(place: Place) -> None:
    job = place.job(clips.silent())
    told = place.work(job, R2_SECRET_KEY="not-the-key")
    row = again(job)
    assert (told.code, row.state, row.error_code, row.video.status) == (1, "FAILED", "STORE", "PROCESSING"), told.err
    assert "not-the-key" not in told.err
    assert place.leftovers() == []


def test_sigterm_in_the_middle_is_recorded_and_nothing_goes_on(place: Place) -> None:
    job = place.job(clips.looped(120))
    process = place.start_worker(job)
    until(place.outputs, process)
    asked = time.time()
    process.send_signal(signal.SIGTERM)
    told = ended(process, within=20)
    row = again(job)
    assert (told.code, row.state, row.error_code, row.video.status) == (143, "FAILED", "SIGTERM", "PROCESSING"), (
        told.err
    )
    assert under(place.tmp) == []
    assert place.leftovers() == []
    assert not any(key.endswith(".m3u8") for key in place.outputs())
    # The store keeps whole seconds.
    assert all(place.head(key)["LastModified"].timestamp() <= asked + 1 for key in place.outputs())


def test_sigterm_while_the_database_is_stuck_ends_within_its_time(place: Place) -> None:
    job = place.job(clips.looped(120))
    process = place.start_worker(job)
    until(encoding(place), process)
    with transaction.atomic():
        VideoTranscodeJob.objects.select_for_update().get(pk=job.pk)
        process.send_signal(signal.SIGTERM)
        assert ended(process, within=29).code == 143
    assert again(job).state == "RUNNING"
    assert under(place.tmp) == []


def test_after_sigkill_the_same_executor_runs_it_again(place: Place, tmp_path: Path) -> None:
    job = place.job(clips.looped(8))
    process = place.start_worker(job)
    until(encoding(place), process)
    process.kill()
    process.wait()
    until_gone = time.monotonic() + 10
    while under(place.tmp):
        assert time.monotonic() < until_gone, "ffmpeg outlives its worker"
    assert (again(job).state, len(place.leftovers())) == ("RUNNING", 1)
    assert place.work(job).code == 0
    assert again(job).state == "SUCCEEDED"
    assert place.leftovers() == []
    master = place.fetched(place.prefix(job), tmp_path / "fetched")
    picture = stream(master.parent / "360p" / "index.m3u8", "video")
    assert picture is not None
    assert int(picture["nb_read_frames"]) == 400


def killed_before_completion(place: Place, job: VideoTranscodeJob) -> None:
    """The master stands, the database has not heard of it: a lock on the video's row holds the last step back."""
    process = place.start_worker(job)
    with transaction.atomic():
        Video.objects.select_for_update().get(pk=job.video_id)
        until(lambda: f"{place.prefix(job)}master.m3u8" in place.outputs(), process)
        process.kill()
        process.wait()


def test_what_a_crashed_attempt_finished_is_taken_over_by_the_next(place: Place) -> None:
    job = place.job(clips.plain())
    killed_before_completion(place, job)
    second = next_attempt(job)
    before = place.outputs()
    told = place.work(second, executor="batch-job-2")
    row = again(job)
    assert (told.code, row.state, row.attempt, row.executor_id) == (0, "SUCCEEDED", 2, "batch-job-2"), told.err
    assert (row.video.hls_path, row.video.duration) == (f"{place.prefix(job)}master.m3u8", 2.0)
    assert place.outputs() == before
    assert "taken over" in told.err


def test_what_was_made_of_another_source_is_not_taken_over(place: Place) -> None:
    job = place.job(clips.silent())
    place.store.put(
        f"{place.prefix(job, 'batch-job-0')}master.m3u8", b"#EXTM3U\n", Metadata={"source-etag": "x", "duration": "1"}
    )
    assert place.work(job).code == 0
    assert again(job).video.hls_path == f"{place.prefix(job)}master.m3u8"


def disturbed(place: Place, job: VideoTranscodeJob, act: Callable[[], Any]) -> Ended:
    """`act` in the middle of the encode."""
    process = place.start_worker(job)
    until(place.outputs, process)
    act()
    return ended(process)


def test_a_job_cancelled_in_the_middle_ends_quietly_and_leaves_nothing(place: Place) -> None:
    job = place.job(clips.looped(120))
    told = disturbed(place, job, lambda: jobs.cancel(again(job)))
    assert (told.code, again(job).state) == (0, "CANCELLED"), told.err
    assert place.outputs() == []
    assert place.leftovers() == []


def test_an_attempt_that_was_given_up_does_not_complete_the_next(place: Place) -> None:
    job = place.job(clips.looped(120))
    told = disturbed(place, job, lambda: next_attempt(job))
    row = again(job)
    assert (told.code, row.state, row.attempt, row.video.status) == (0, "QUEUED", 2, "PROCESSING"), told.err
    assert row.executor_id == ""
    assert place.outputs() == []


def test_a_result_that_comes_after_the_cancellation_is_deleted(place: Place) -> None:
    """Cancelled when the master stood already: a lock on the job's row holds its completion back."""
    job = place.job(clips.looped(8))
    process = place.start_worker(job)
    until(lambda: has_reported(again(job)), process)
    with transaction.atomic():
        VideoTranscodeJob.objects.select_for_update().get(pk=job.pk)
        until(lambda: f"{place.prefix(job)}master.m3u8" in place.outputs(), process)
        assert jobs.cancel(again(job))
    told = ended(process)
    assert (told.code, again(job).state, again(job).video.hls_path) == (0, "CANCELLED", ""), told.err
    assert place.outputs() == []


def has_reported(row: VideoTranscodeJob) -> bool:
    """Its first progress stands; the next comes in five seconds."""
    return row.started_at is not None and row.updated_at > row.started_at + timedelta(milliseconds=50)


FULL_DISK = 'mount -t tmpfs -o size=1m none "$TMPDIR" && "$@"; code=$?; ls -A "$TMPDIR"; exit $code'


def test_a_disk_that_fills_up_is_a_failure_that_may_pass(place: Place) -> None:
    """ffmpeg ends with 0 then, says nothing, and leaves empty segments."""
    job = place.job(clips.swelling())
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    prefix = ["unshare", "--mount", *as_root, "sh", "-c", FULL_DISK, "sh"]
    words = ("--job-id", str(job.pk), "--attempt", "1")
    told = ended(place.start("worker.batch_main", *words, env={"AWS_BATCH_JOB_ID": EXECUTOR}, before=prefix))
    if "mount:" in told.err or "unshare:" in told.err:
        require("a mount of one's own", f"a full disk needs a file system: {told.err.strip()}")
    row = again(job)
    assert (told.code, row.state, row.error_code, row.video.status) == (1, "FAILED", "DISK", "PROCESSING"), told.err
    assert "the disk is full" in row.error_detail
    assert told.out == ""
    assert place.outputs() == []


def test_without_room_for_the_source_and_its_rungs_nothing_is_fetched(place: Place) -> None:
    job = place.job(clips.silent(), video={"source_size": 2**60})
    assert place.work(job).code == 1
    assert (again(job).state, again(job).error_code) == ("FAILED", "DISK")
