"""`scan`, carried out: rows in both databases, a Batch that behaves, and a store that may hold the output."""

from typing import Any

import pytest
from django.utils import timezone

from api.videos import jobs, verdicts
from api.videos.models import VideoTranscodeJob
from api.videos.scan import scan
from tests.api.rows import ME, again, ago, job
from tests.api.scanned import backdate, of_name, steps, submitted
from tests.api.world import World, here
from tests.support.seaweed import Store

pytestmark = pytest.mark.usefixtures("db", "at_work")


# QUEUED without a Batch job.


def test_a_young_one_is_left(world: World) -> None:
    job()
    assert steps(scan()) == []
    assert world.jobs() == []


def test_one_that_was_never_submitted_is_submitted_under_its_name(world: World) -> None:
    row = job(updated_at=ago(121))
    assert steps(scan()) == [("adopt_or_submit", "done")]
    (made,) = world.jobs()
    assert (made["jobName"], made["jobId"]) == (f"vt-{row.pk}-a1", again(row).aws_batch_job_id)
    assert (again(row).attempt, again(row).state) == (1, "QUEUED")
    described = world.strict.job(made["jobId"])
    assert described["container"]["command"][-3:] == [str(row.pk), "--attempt", "1"]
    assert (described["timeout"], described["retryStrategy"]["attempts"]) == ({"attemptDurationSeconds": 14400}, 1)


def test_one_whose_answer_was_lost_is_adopted(world: World) -> None:
    row = job(submit_tried_at=ago(121))
    there = of_name(row, world)
    assert steps(scan()) == [("adopt_or_submit", "done")]
    assert again(row).aws_batch_job_id == there
    assert len(world.jobs()) == 1


def test_of_several_the_newest_that_has_not_failed_is_adopted_and_the_rest_terminated(world: World) -> None:
    world.strict.control.next_job("vt-*", times=-1, running=10**6)
    row = job(submit_tried_at=ago(121))
    ids = []
    for _ in range(3):
        ids.append(of_name(row, world))
        world.wait(0.005)
    world.strict.batch.terminate_job(jobId=ids[2], reason="test")
    world.wait(1)
    assert steps(scan()) == [("adopt_or_submit", "done")]
    assert again(row).aws_batch_job_id == ids[1]
    world.wait(1)
    assert [(each["jobId"], each["status"]) for each in world.jobs()] == [
        (ids[0], "FAILED"),
        (ids[1], "RUNNING"),
        (ids[2], "FAILED"),
    ]


def test_a_job_of_a_like_name_is_not_adopted(world: World) -> None:
    row = job(submit_tried_at=ago(121))
    other = world.strict.submit(row.batch_name.upper())
    scan()
    assert again(row).aws_batch_job_id not in ("", other)


def test_an_adopted_job_that_failed_is_mirrored_by_the_next_pass(world: World) -> None:
    row = job(submit_tried_at=ago(121))
    world.strict.control.next_job("vt-*", exit_code=1)
    of_name(row, world)
    world.wait(10)
    assert steps(scan()) == [("adopt_or_submit", "done")]
    assert steps(scan()) == [("fail", "done")]
    assert again(row).error_code == "EXIT_1"


# A Batch job that waits, runs, or is over.


def test_one_that_waits_or_runs_is_left(world: World) -> None:
    world.strict.control.next_job("vt-*", running=10_000)
    row = submitted()
    assert steps(scan()) == []
    world.wait(5)
    assert world.jobs()[0]["status"] == "RUNNING"
    assert steps(scan()) == []
    assert again(row).state == "QUEUED"


def test_one_that_waits_for_an_hour_is_told_and_left(world: World) -> None:
    world.strict.control.next_job("vt-*", stuck="RUNNABLE", status_reason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
    row = submitted()
    backdate(row, submitted_at=3700)
    world.wait(60)
    report = scan()
    assert steps(report) == [("warn", "noted")]
    assert "CAPACITY" in report.steps[0].why
    assert len(world.jobs()) == 1


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"exit_code": 1}, "EXIT_1"),
        ({"exit_code": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}, "OOM"),
        ({"exit_code": 137, "status_reason": "Host EC2 (instance i-0a) terminated."}, "SPOT"),
    ],
)
def test_what_failed_in_batch_has_failed_for_its_reason(
    world: World, state: str, wish: dict[str, Any], code: str
) -> None:
    world.strict.control.next_job("vt-*", **wish)
    row = submitted(state)
    world.wait(10)
    assert steps(scan()) == [("fail", "done")]
    assert (again(row).state, again(row).error_code, again(row).video.status) == ("FAILED", code, "PROCESSING")


def test_what_succeeded_is_completed_when_its_output_is_there(world: World, store: Store) -> None:
    row = submitted("RUNNING")
    store.put(f"hls/{row.video.pk}/master.m3u8", b"#EXTM3U", Metadata={"duration": "12.5"})
    world.wait(10)
    assert steps(scan()) == [("complete", "done")]
    done = again(row).video
    assert (done.status, done.hls_path, done.duration) == ("READY", f"hls/{done.pk}/master.m3u8", 12.5)


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
def test_what_succeeded_without_output_has_failed(world: World, store: Store, state: str) -> None:
    row = submitted(state)
    store.client().delete_object(Bucket=store.env["R2_VIDEO_BUCKET"], Key=f"hls/{row.video.pk}/master.m3u8")
    world.wait(10)
    assert steps(scan()) == [("complete", "done")]
    assert (again(row).state, again(row).error_code) == ("FAILED", "NO_RESULT")


def test_a_store_that_does_not_answer_decides_nothing(world: World) -> None:
    row = submitted("RUNNING")
    world.wait(10)
    with here(
        world.strict.url, R2_ENDPOINT="http://127.0.0.1:1", R2_ACCESS_KEY="a", R2_SECRET_KEY="s", R2_VIDEO_BUCKET="b"
    ):
        report = scan()
    assert steps(report) == [("complete", "failed")]
    assert not report.is_sound
    assert again(row).state == "RUNNING"


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
def test_what_batch_does_not_know_fails_on_the_second_pass_five_minutes_later(state: str) -> None:
    fields: dict[str, Any] = {"aws_batch_job_id": "00000000-0000-0000-0000-000000000000"} if state == "QUEUED" else {}
    row = job(state, **fields)
    assert steps(scan()) == [("note_missing", "done")]
    assert steps(scan()) == []
    backdate(row, missing_since=301)
    assert steps(scan()) == [("fail", "done")]
    assert again(row).error_code == "BATCH_GONE"


def test_what_comes_back_is_no_longer_missing(world: World) -> None:
    row = submitted()
    backdate(row, missing_since=200)
    assert steps(scan()) == [("note_seen", "done")]
    assert again(row).missing_since is None


def test_a_run_that_does_not_end_is_terminated_and_fails_in_the_next_pass(world: World) -> None:
    world.strict.control.next_job("vt-*", running=10**6)
    row = submitted("RUNNING")
    world.wait(10)
    backdate(row, started_at=verdicts.LONGEST_RUN.total_seconds() + 5)
    assert steps(scan()) == [("terminate", "done")]
    assert again(row).state == "RUNNING"
    world.wait(10)
    assert steps(scan()) == [("fail", "done")]
    assert again(row).error_code == "TIMEOUT"


# FAILED, RETRY_WAIT, and what is over.


def test_a_job_gets_three_attempts_each_with_a_batch_job_of_its_own(world: World) -> None:
    world.strict.control.next_job("vt-*", times=3, exit_code=1)
    row = submitted()
    for attempt in (1, 2, 3):
        world.wait(10)
        assert steps(scan()) == [("fail", "done")]
        assert again(row).attempt == attempt
        if attempt < 3:
            assert steps(scan()) == [("retry_later", "done")]
            assert steps(scan()) == []
            backdate(row, next_retry_at=0)
            assert steps(scan()) == [("requeue", "done")]
    assert steps(scan()) == [("give_up", "done")]
    assert (again(row).state, again(row).video.status, again(row).video.error_code) == ("DEAD", "FAILED", "EXIT_1")
    assert sorted(each["jobName"] for each in world.jobs()) == [f"vt-{row.pk}-a{each}" for each in (1, 2, 3)]


@pytest.mark.parametrize("state", ["CANCELLED", "DEAD"])
def test_what_is_over_does_not_go_on_in_batch(world: World, state: str) -> None:
    world.strict.control.next_job("vt-*", running=10**6)
    row = submitted("RUNNING")
    VideoTranscodeJob.objects.filter(pk=row.pk).update(state=state, finished_at=timezone.now())
    world.wait(10)
    assert steps(scan()) == [("terminate", "done")]
    world.wait(10)
    assert world.live() == []
    assert steps(scan()) == []


def test_what_was_cancelled_in_mid_submission_does_not_run(world: World) -> None:
    world.strict.control.next_job("vt-*", running=10**6)
    row = job(submit_tried_at=ago(5))
    of_name(row, world)
    assert jobs.cancel(row)
    assert steps(scan()) == [("terminate_by_name", "done")]
    world.wait(10)
    assert world.live() == []


def test_what_was_over_a_week_ago_is_not_asked_for(world: World) -> None:
    job("DEAD", executor_id=ME, finished_at=ago(8 * 24 * 3600))
    assert scan().checked == 0


def test_a_job_that_is_done_by_the_time_of_the_step_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's completion lands between the read of the row and the step."""
    row = submitted("RUNNING")
    world.wait(10)

    def late(*args: Any) -> verdicts.Verdict:
        jobs.job_complete(row.pk, 1, row.executor_id, hls_path="hls/x/master.m3u8", duration=1)
        return judge(*args)

    judge = verdicts.judge
    monkeypatch.setattr("api.videos.scan.judge", late)
    assert steps(scan()) == [("complete", "lost")]
    assert (again(row).state, again(row).video.hls_path) == ("SUCCEEDED", "hls/x/master.m3u8")
