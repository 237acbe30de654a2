"""Submissions that fail, are refused, are not answered, or lose their answer: no request fails by it, and in the end
there is exactly one Batch job.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from api.videos import aws, batch
from api.videos.models import Video, VideoTranscodeJob
from api.videos.scan import scan
from tests.api.rows import again, ago
from tests.api.world import World, here
from tests.support.proxy import Dropped, Proxy, Refused, Silence, lose, proxied, refuse
from tests.support.seaweed import Store

FAULTS = {
    "refused": refuse("ClientException", 400, "the queue is disabled"),
    "denied": refuse("AccessDeniedException", 403),
    "throttled": refuse("TooManyRequestsException", 429),
    "broken": refuse("ServerException", 500),
    "broken after it was applied": lose(Refused("ServerException", 500), applied=True),
    "cut off before": lose(Dropped(), applied=False),
    "cut off after it was applied": lose(Dropped(), applied=True),
    "silent after it was applied": lose(Silence(), applied=True),
    "silent": lose(Silence(), applied=False),
}


@pytest.fixture
def aws_proxy(world: World, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setattr(aws, "READ_TIMEOUT", 0.5)
    world.strict.control.next_job("vt-*", times=-1, running=10**6)
    with proxied(world.strict.url) as proxy, here(proxy.url, store):
        yield proxy


def call(path: str, body: Any = None) -> tuple[int, Any]:
    """A POST of `acme`, in this process."""
    client = Client(raise_request_exception=False)
    data = json.dumps(body or {})
    answer = client.post(path, data, content_type="application/json", headers={"Authorization": "Bearer acme-token"})
    return answer.status_code, answer.json()


def uploaded(store: Store) -> Video:
    status, made = call("/api/videos", {"filename": "a.mp4", "size": 5})
    assert status == 201
    store.put(made["file_key"], b"video")
    own: Video = Video.objects.get(pk=made["id"])
    return own


def pass_grace() -> None:
    VideoTranscodeJob.objects.filter(aws_batch_job_id="").update(submit_tried_at=ago(121))


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_submission_that_fails_is_mended_by_the_scan(
    aws_proxy: Proxy, world: World, store: Store, fault: str
) -> None:
    own = uploaded(store)
    aws_proxy.on("SubmitJob", FAULTS[fault], nth=())
    status, body = call(f"/api/videos/{own.pk}/upload-complete")
    assert (status, body["status"], body["job"]["state"]) == (202, "PROCESSING", "QUEUED")
    assert aws_proxy.count("SubmitJob") == 1, "the SDK itself sent it again"
    assert call(f"/api/videos/{own.pk}/upload-complete")[0] == 200
    assert scan().steps == [], "it may still be under way"
    pass_grace()
    with here(world.strict.url, store):
        (step,) = scan().steps
    assert (step.do, step.result) == ("adopt_or_submit", "done")
    row = again(VideoTranscodeJob.objects.get(video=own))
    assert [each["jobId"] for each in world.jobs()] == [row.aws_batch_job_id]
    assert (row.attempt, row.state, row.error_code) == (1, "QUEUED", "")


@pytest.mark.usefixtures("db")
def test_a_submission_may_fail_for_hours_and_uses_up_no_attempt(aws_proxy: Proxy, world: World, store: Store) -> None:
    own = uploaded(store)
    aws_proxy.on("SubmitJob", FAULTS["broken"], nth=())
    call(f"/api/videos/{own.pk}/upload-complete")
    for _ in range(5):
        pass_grace()
        scan()
    row = again(VideoTranscodeJob.objects.get(video=own))
    assert (row.attempt, row.state, world.jobs()) == (1, "QUEUED", [])


@pytest.mark.usefixtures("db")
def test_a_bug_in_the_submission_fails_no_request(
    aws_proxy: Proxy, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("a bug")

    monkeypatch.setattr(batch, "submit_job", broken)
    own = uploaded(store)
    assert call(f"/api/videos/{own.pk}/upload-complete")[0] == 202
    assert Video.objects.get(pk=own.pk).current_job.state == "QUEUED"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("fault", ["denied", "broken", "cut off before"])
def test_a_cancellation_that_batch_refuses_is_still_done_and_repeated_by_the_scan(
    aws_proxy: Proxy, world: World, store: Store, fault: str
) -> None:
    own = uploaded(store)
    call(f"/api/videos/{own.pk}/upload-complete")
    aws_proxy.on("TerminateJob", FAULTS[fault], nth=())
    status, body = call(f"/api/videos/{own.pk}/cancel")
    assert (status, body["job"]["state"]) == (200, "CANCELLED")
    assert len(world.live()) == 1
    with here(world.strict.url, store):
        assert [step.do for step in scan().steps] == ["terminate"]
    world.wait(10)
    assert world.live() == []


@pytest.mark.usefixtures("db")
def test_a_retry_after_a_lost_answer_starts_no_third_job(aws_proxy: Proxy, world: World, store: Store) -> None:
    """Cancelled and begun anew while nobody knows what became of the first submission."""
    own = uploaded(store)
    aws_proxy.on("SubmitJob", FAULTS["cut off after it was applied"], name="", nth=())
    call(f"/api/videos/{own.pk}/upload-complete")
    call(f"/api/videos/{own.pk}/cancel")
    with here(world.strict.url, store):
        assert call(f"/api/videos/{own.pk}/retry")[0] == 202
        assert [step.do for step in scan().steps] == ["terminate_by_name"]
    world.wait(10)
    (live,) = world.live()
    assert live["jobId"] == again(VideoTranscodeJob.objects.get(state="QUEUED")).aws_batch_job_id


def test_a_submission_names_what_the_worker_reads(pg: dict[str, str], world: World, store: Store) -> None:
    with here(world.strict.url, store):
        own = uploaded(store)
        call(f"/api/videos/{own.pk}/upload-complete")
    row = again(VideoTranscodeJob.objects.get(video=own))
    made = world.strict.job(row.aws_batch_job_id)
    assert made["parameters"] == {"job_id": str(row.pk), "attempt": "1"}
    assert made["container"]["command"][-4:] == ["--job-id", str(row.pk), "--attempt", "1"]
    assert made["jobDefinition"].split("/")[-1].startswith("academy-video-batch-jobdef")
