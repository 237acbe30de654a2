"""One pass of the scan as a whole: dry, cut short, in parts, and what it leaves for the next one."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from api.videos import verdicts
from api.videos.models import Video, VideoTranscodeJob
from api.videos.scan import scan
from tests.api.rows import again, ago, job, video
from tests.api.scanned import backdate, steps, submitted
from tests.api.world import World, here
from tests.support.proxy import lose, proxied, refuse

pytestmark = pytest.mark.usefixtures("db", "at_work")


# The pass as a whole.


def test_a_dry_run_says_the_same_and_changes_nothing(world: World) -> None:
    world.strict.control.next_job("vt-*", times=2, exit_code=1)
    for row in (job(updated_at=ago(200)), submitted(), job("FAILED"), job("RETRY_WAIT"), job("RUNNING")):
        row.refresh_from_db()
    video(deleted_at=ago(100))
    world.wait(10)
    before = list(VideoTranscodeJob.objects.order_by("pk").values())
    writes = world.strict.control.writes
    planned = scan(dry_run=True)
    assert {step.result for step in planned.steps} == {"planned"}
    assert list(VideoTranscodeJob.objects.order_by("pk").values()) == before
    assert world.strict.control.writes == writes
    assert [step.do for step in scan().steps] == [step.do for step in planned.steps]
    assert planned.deletions == 1


@pytest.mark.parametrize("fault", [refuse("AccessDeniedException", 403), refuse("TooManyRequestsException", 429)])
def test_nothing_is_changed_when_batch_cannot_be_asked(world: World, fault: Any) -> None:
    for row in (job("FAILED"), job("RETRY_WAIT"), job("RUNNING"), job(updated_at=ago(200))):
        row.refresh_from_db()
    before = list(VideoTranscodeJob.objects.order_by("pk").values())
    with proxied(world.strict.url) as proxy, here(proxy.url):
        proxy.on("DescribeJobs", fault, nth=())
        report = scan()
    assert report.error.startswith("DescribeJobs")
    assert not report.is_sound
    assert list(VideoTranscodeJob.objects.order_by("pk").values()) == before
    assert proxy.writes == []


def test_a_list_that_fails_leaves_the_submission_for_later(world: World) -> None:
    row, other = job(updated_at=ago(200)), job("FAILED")
    with proxied(world.strict.url) as proxy, here(proxy.url):
        proxy.on("ListJobs", refuse("AccessDeniedException", 403), nth=())
        report = scan()
    assert sorted(steps(report)) == [("adopt_or_submit", "failed"), ("retry_later", "done")]
    assert (again(row).state, again(other).state) == ("QUEUED", "RETRY_WAIT")
    assert world.jobs() == []


def test_a_submission_whose_answer_is_lost_in_a_scan_is_adopted_by_a_later_one(world: World) -> None:
    row = job(updated_at=ago(200))
    with proxied(world.strict.url) as proxy, here(proxy.url):
        proxy.on("SubmitJob", lose(refuse("ServerException", 500).answer, applied=True), nth=())
        assert steps(scan()) == [("adopt_or_submit", "lost")]
        assert proxy.count("SubmitJob") == 1
    assert steps(scan()) == []
    backdate(row, submit_tried_at=121)
    assert steps(scan()) == [("adopt_or_submit", "done")]
    assert [each["jobId"] for each in world.jobs()] == [again(row).aws_batch_job_id]


def test_many_jobs_are_described_a_hundred_at_a_time(world: World) -> None:
    for number in range(130):
        job("RUNNING", executor_id=f"00000000-0000-0000-0000-{number:012}")
    with proxied(world.strict.url) as proxy, here(proxy.url):
        assert len(scan().steps) == 130
        assert proxy.count("DescribeJobs") == 2


def test_deletions_that_were_not_queued_are_queued(world: World) -> None:
    own = video(deleted_at=ago(100))
    video(deleted_at=timezone.now())
    video(deleted_at=ago(100), delete_sent_at=ago(90))
    assert scan().deletions == 1
    (message,) = world.messages()
    assert f'"video_id": {own.pk}' in message
    assert Video.objects.get(pk=own.pk).delete_sent_at is not None
    assert scan().deletions == 0


def test_the_grace_is_longer_than_a_submission_can_take() -> None:
    """Three tries of a list and one of a submission, each of 13 s at most, with their pauses."""
    assert timedelta(seconds=4 * 13 + 2 * 20) < verdicts.SUBMIT_GRACE
