"""Races on PostgreSQL, with connections, processes and HTTP calls of their own: one winner, no lost video."""

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from api.videos import jobs
from api.videos.models import Video, VideoTranscodeJob
from api.videos.states import ACTIVE, MOVES
from api.videos.submit import submit
from tests.api.racing import at_once, interleaved
from tests.api.rows import ME, OTHER, again, ago, job, video
from tests.api.world import World, here
from tests.support.api_server import Api
from tests.support.cli import ROOT
from tests.support.proxy import proxied

PATH = "hls/acme/1/j/e/master.m3u8"

MOVE: dict[str, Callable[[VideoTranscodeJob], bool]] = {
    "start": lambda row: jobs.job_start(row.pk, row.attempt, OTHER, "hls/o/"),
    "complete": lambda row: jobs.job_complete(row.pk, row.attempt, ME, hls_path=PATH, duration=1),
    "fail": lambda row: jobs.job_fail(row.pk, row.attempt, ME, code="NET", detail=""),
    "fail_seen": lambda row: jobs.fail_seen(row, code="SPOT", detail=""),
    "mark_dead": lambda row: jobs.job_mark_dead(row.pk, row.attempt, ME, code="BAD", detail=""),
    "retry_later": jobs.retry_later,
    "requeue": jobs.requeue,
    "cancel": jobs.cancel,
    "delete": lambda row: jobs.delete(row.video, row),
}
ENDS = ["complete", "fail", "fail_seen", "mark_dead", "cancel", "delete"]
TARGET = {name: MOVES[name].target for name in MOVES} | {"delete": "CANCELLED"}


@pytest.mark.usefixtures("pg")
@pytest.mark.parametrize(
    ("state", "first", "second"),
    [
        *(("RUNNING", *pair) for pair in itertools.product(ENDS, ENDS)),
        *(("QUEUED", *pair) for pair in itertools.product(["start", "cancel", "fail_seen"], repeat=2)),
        *(("FAILED", *pair) for pair in itertools.product(["retry_later", "cancel", "delete"], repeat=2)),
        *(("RETRY_WAIT", *pair) for pair in itertools.product(["requeue", "cancel", "delete"], repeat=2)),
    ],
)
def test_of_two_moves_the_second_sees_what_the_first_made(state: str, first: str, second: str) -> None:
    """It is lost, but where the table lets it follow: what is still active may be cancelled, a start be repeated."""
    row = job(state)
    one, other = again(row), again(row)
    is_active = TARGET[first] in ACTIVE and first != "requeue"
    follows = (second in ("cancel", "delete") and is_active) or first == second == "start"
    won = interleaved(lambda: MOVE[first](one), lambda: MOVE[second](other))
    assert won == (True, follows)
    assert again(row).state == TARGET[second if follows else first]
    assert again(row).attempt == (2 if first == "requeue" else 1)


@pytest.mark.usefixtures("pg")
def test_two_batch_jobs_of_one_attempt_have_one_winner_from_start_to_end() -> None:
    row = job(aws_batch_job_id=ME)
    started = interleaved(
        lambda: jobs.job_start(row.pk, 1, ME, "hls/a/"), lambda: jobs.job_start(row.pk, 1, OTHER, "hls/b/")
    )
    assert started == (True, False)
    assert not jobs.job_progress(row.pk, 1, OTHER, 50)
    assert not jobs.job_fail(row.pk, 1, OTHER, code="NET", detail="")
    assert not jobs.job_mark_dead(row.pk, 1, OTHER, code="BAD", detail="")
    assert not jobs.job_complete(row.pk, 1, OTHER, hls_path="hls/b/master.m3u8", duration=1)
    assert jobs.job_complete(row.pk, 1, ME, hls_path="hls/a/master.m3u8", duration=1)
    assert again(row).video.hls_path == "hls/a/master.m3u8"


@pytest.mark.usefixtures("pg")
def test_an_attempt_that_ends_late_does_not_touch_the_next_one() -> None:
    row = job("RUNNING")
    late = (row.pk, 1, ME)
    assert jobs.fail_seen(row, code="SPOT", detail="")
    assert jobs.retry_later(again(row))
    VideoTranscodeJob.objects.update(next_retry_at=ago(1))
    requeued = interleaved(
        lambda: jobs.requeue(again(row)), lambda: jobs.job_complete(*late, hls_path="late", duration=1)
    )
    assert requeued == (True, False)
    assert jobs.job_start(row.pk, 2, OTHER, "hls/2/")
    assert not jobs.job_complete(*late, hls_path="late", duration=1)
    assert not jobs.job_fail(*late, code="NET", detail="")
    assert jobs.job_complete(row.pk, 2, OTHER, hls_path="hls/2/master.m3u8", duration=1)
    assert again(row).video.hls_path == "hls/2/master.m3u8"


@pytest.mark.usefixtures("pg")
@pytest.mark.parametrize("second", ["complete", "mark_dead", "cancel"])
def test_a_video_that_gets_another_job_in_between_keeps_it_and_the_move_is_undone(second: str) -> None:
    """The move saw its job as the current one, and waits for the video's row behind who changes that."""
    row = job("RUNNING")
    newer = VideoTranscodeJob.objects.create(video=row.video, state="DEAD")
    own = Video.objects.filter(pk=row.video.pk)
    assert interleaved(lambda: own.update(current_job=newer), lambda: MOVE[second](row)) == (1, False)
    assert (again(row).state, again(row).video.status) == ("RUNNING", "PROCESSING")


@pytest.mark.usefixtures("pg")
def test_a_creation_waits_for_the_end_of_the_active_job_and_is_then_the_only_one() -> None:
    row = job("RUNNING")
    read = Video.objects.get(pk=row.video.pk)
    ended, made = interleaved(lambda: MOVE["fail_seen"](row) and jobs.cancel(again(row)), lambda: jobs.create(read))
    assert (ended, made is not None) == (True, True)
    assert [each.pk for each in VideoTranscodeJob.objects.filter(state__in=ACTIVE)] == [made.pk]
    assert Video.objects.get(pk=row.video.pk).current_job_id == made.pk


@pytest.mark.usefixtures("pg")
def test_a_creation_that_waits_behind_a_job_that_stays_active_is_lost() -> None:
    row = job("RUNNING")
    read = Video.objects.get(pk=row.video.pk)
    assert interleaved(lambda: MOVE["fail"](row), lambda: jobs.create(read)) == (True, None)


@pytest.mark.usefixtures("pg")
@pytest.mark.parametrize("order", ["create first", "delete first"])
def test_a_video_is_not_deleted_under_a_new_job(order: str) -> None:
    own = video()
    acts: list[Callable[[], Any]] = [lambda: jobs.create(own), lambda: jobs.delete(own, None)]
    first, second = interleaved(*(acts if order == "create first" else acts[::-1]))
    assert first
    assert not second
    assert Video.objects.filter(deleted_at__isnull=False, jobs__state__in=ACTIVE).count() == 0


@pytest.mark.usefixtures("pg")
def test_eight_creations_make_one_job() -> None:
    for _ in range(10):
        own = video()
        made = at_once([lambda own=own: jobs.create(Video.objects.get(pk=own.pk)) for _ in range(8)])  # type: ignore[misc]
        assert sum(each is not None for each in made) == 1
        assert VideoTranscodeJob.objects.filter(video=own).count() == 1


@pytest.mark.usefixtures("pg")
def test_eight_submissions_make_one_batch_job(world: World) -> None:
    row = job()
    with proxied(world.strict.url) as proxy, here(proxy.url):
        sent = at_once([lambda: submit(again(row)) for _ in range(8)])
        assert proxy.count("SubmitJob") == 1
    assert sent.count(True) == 1
    assert [each["jobId"] for each in world.jobs()] == [again(row).aws_batch_job_id]


@pytest.mark.usefixtures("pg")
def test_a_job_that_is_cancelled_in_mid_submission_is_terminated_by_the_submitter(world: World) -> None:
    row = job()
    with proxied(world.strict.url) as proxy, here(proxy.url):
        proxy.on("SubmitJob", _and_then(lambda: jobs.cancel(again(row))))
        assert not submit(row)
    world.wait(10)
    assert [each["status"] for each in world.jobs()] == ["FAILED"]
    assert again(row).state == "CANCELLED"


@pytest.mark.usefixtures("pg")
def test_a_worker_that_starts_before_its_submission_is_noted_goes_on(world: World) -> None:
    row = job()
    world.strict.control.next_job("vt-*", running=1000)

    def started() -> None:
        assert jobs.job_start(row.pk, 1, world.jobs()[0]["jobId"], "hls/a/")

    with proxied(world.strict.url) as proxy, here(proxy.url):
        proxy.on("SubmitJob", _and_then(started))
        assert submit(row)
        assert proxy.count("TerminateJob") == 0
    assert (again(row).state, again(row).aws_batch_job_id) == ("RUNNING", world.jobs()[0]["jobId"])


def _and_then(act: Callable[[], object]) -> Any:
    """After AWS did it, before the answer."""
    from django.db import connection

    from tests.support.proxy import Fault

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    return Fault(after=run)


# Processes.


def scans(env: dict[str, str], count: int = 2) -> list[dict[str, Any]]:
    """The reports of so many scans, started at once."""
    command = [sys.executable, "-m", "api.manage", "scan_stuck_video_jobs", "--json"]
    full = {**os.environ, "PYTHONPATH": str(ROOT), "SECRET_KEY": "x", "AWS_REGION": "ap-northeast-2", **env}
    running = [subprocess.Popen(command, env=full, stdout=subprocess.PIPE) for _ in range(count)]
    return [json.loads(each.communicate(timeout=60)[0]) for each in running]


def test_two_scans_at_once_do_each_thing_once(world: World, pg: dict[str, str]) -> None:
    world.strict.control.next_job("vt-*", times=-1, running=10**6)
    fresh = [job(updated_at=ago(200)) for _ in range(6)]
    failed = [job("FAILED") for _ in range(6)]
    due = [job("RETRY_WAIT") for _ in range(6)]
    spent = [job("FAILED", attempt=3) for _ in range(6)]
    reports = scans({**pg, **world.strict.env})
    done = Counter(step["job"] for report in reports for step in report["steps"] if step["result"] == "done")
    assert set(done.values()) == {1}, "a step was carried out twice"
    assert {each["result"] for report in reports for each in report["steps"]} <= {"done", "lost"}
    names = Counter(each["jobName"] for each in world.jobs())
    assert names == {**{f"vt-{each.pk}-a1": 1 for each in fresh}, **{f"vt-{each.pk}-a2": 1 for each in due}}
    assert {again(each).state for each in failed} <= {"RETRY_WAIT"}
    assert {again(each).attempt for each in due} == {2}
    assert {again(each).video.status for each in spent} == {"FAILED"}


@pytest.mark.usefixtures("rows")
def test_sixteen_upload_completes_begin_one_encoding(api: Api, world: World) -> None:
    made = api.uploaded()
    answers = at_once([lambda: api.post(f"/api/videos/{made}/upload-complete") for _ in range(16)])
    assert Counter(each.status for each in answers) == {202: 1, 200: 15}
    assert len({each.body["job"]["id"] for each in answers}) == 1
    assert len(world.jobs()) == 1
    assert VideoTranscodeJob.objects.filter(video=made).count() == 1


@pytest.mark.usefixtures("rows")
def test_sixteen_forced_retries_begin_one_encoding(api: Api, world: World) -> None:
    made = api.uploaded()
    api.post(f"/api/videos/{made}/upload-complete")
    row = VideoTranscodeJob.objects.get(video=made)
    assert jobs.job_complete(row.pk, 1, "x", hls_path=PATH, duration=1)
    answers = at_once([lambda: api.post(f"/api/videos/{made}/retry", {"force": True}) for _ in range(16)])
    assert Counter(each.status for each in answers) == {202: 1, 409: 15}
    assert VideoTranscodeJob.objects.filter(video=made).count() == 2


@pytest.mark.usefixtures("rows")
def test_whatever_is_called_at_once_a_video_has_one_active_job_at_most(api: Api, world: World) -> None:
    world.strict.control.next_job("vt-*", times=-1, running=10**6)
    for _ in range(3):
        made = api.uploaded()
        path = f"/api/videos/{made}"
        acts: list[Callable[[], Any]] = [
            *[lambda path=path: api.post(f"{path}/upload-complete") for _ in range(5)],
            *[lambda path=path: api.post(f"{path}/cancel") for _ in range(4)],
            *[lambda path=path: api.post(f"{path}/retry") for _ in range(4)],
            lambda path=path: api.call("DELETE", path),  # type: ignore[misc]
        ]
        answers = at_once(acts)
        assert {each.status for each in answers} <= {200, 202, 204, 404, 409}, answers
        assert answers[-1].status == 204
        assert VideoTranscodeJob.objects.filter(video=made, state__in=ACTIVE).count() == 0
    world.wait(10)
    assert world.live() == [], "every Batch job of a deleted video is terminated"
    assert Video.objects.filter(jobs__state__in=ACTIVE, deleted_at__isnull=False).count() == 0


@pytest.mark.usefixtures("rows")
def test_two_hundred_requests_of_sixteen_clients_make_no_error_and_no_double(api: Api, world: World) -> None:
    videos = [api.uploaded() for _ in range(20)]

    def client(number: int) -> list[int]:
        own = [videos[(number + step) % len(videos)] for step in range(13)]
        return [api.post(f"/api/videos/{each}/upload-complete").status for each in own]

    statuses = at_once([lambda number=number: client(number) for number in range(16)])  # type: ignore[misc]
    assert Counter(itertools.chain(*statuses)) == {202: 20, 200: 16 * 13 - 20}
    assert set(Counter(each["jobName"] for each in world.jobs()).values()) == {1}
    assert len(world.jobs()) == 20
