"""The endpoints, over HTTP to gunicorn with PostgreSQL, a real store and a Batch that behaves."""

import json
from typing import Any

import pytest

from api.videos import jobs
from api.videos.models import Video, VideoTranscodeJob
from tests.api.rows import again
from tests.api.world import World
from tests.support.api_server import Api, put
from tests.support.seaweed import BUCKET, Store

pytestmark = pytest.mark.usefixtures("rows")


def current(video_id: int) -> VideoTranscodeJob:
    return again(VideoTranscodeJob.objects.get(pk=Video.objects.get(pk=video_id).current_job_id))


def encoding(api: Api, content: bytes = b"video") -> int:
    """A video whose upload is complete."""
    made = api.uploaded(content)
    assert api.post(f"/api/videos/{made}/upload-complete").status == 202
    return made


def ready(api: Api) -> int:
    made = encoding(api)
    row = current(made)
    assert jobs.job_start(row.pk, 1, "batch-x", f"hls/acme/{made}/{row.pk}/batch-x/")
    path = f"hls/acme/{made}/{row.pk}/batch-x/master.m3u8"
    assert jobs.job_complete(row.pk, 1, "batch-x", hls_path=path, duration=2.5)
    return made


def test_from_creation_to_a_batch_job(api: Api, world: World, store: Store) -> None:
    made = api.post("/api/videos", {"filename": "수업 1.mp4", "size": 5})
    assert (made.status, set(made.body)) == (201, {"id", "file_key", "upload_url"})
    key = f"tenants/acme/videos/{made.body['id']}/source"
    assert made.body["file_key"] == key
    path = f"/api/videos/{made.body['id']}"
    assert api.get(path).body == {
        "id": made.body["id"],
        "status": "UPLOADED",
        "hls_path": "",
        "duration": None,
        "error_code": "",
        "job": None,
    }
    assert put(made.body["upload_url"], b"video") == 200
    assert store.keys(key) == [key]
    done = api.post(f"{path}/upload-complete", {"file_key": key})
    assert (done.status, done.body["status"], done.body["job"]["state"]) == (202, "PROCESSING", "QUEUED")
    (batch,) = world.jobs()
    shown = api.get(path).body["job"]
    assert batch["jobName"] == f"vt-{shown['id']}-a1"
    assert shown == {
        "id": shown["id"],
        "state": "QUEUED",
        "attempt": 1,
        "progress": 0,
        "aws_batch_job_id": batch["jobId"],
    }
    assert (current(made.body["id"]).source_etag, current(made.body["id"]).video.source_size) == (
        store.client().head_object(Bucket=BUCKET, Key=key)["ETag"],
        5,
    )


def test_the_same_upload_begins_one_encoding(api: Api, world: World) -> None:
    made = encoding(api)
    again_ = api.post(f"/api/videos/{made}/upload-complete")
    assert (again_.status, again_.body["job"]["id"]) == (200, str(current(made).pk))
    assert len(world.jobs()) == 1


def test_a_ready_video_is_encoded_again_for_another_upload_only(api: Api, store: Store) -> None:
    made = ready(api)
    done = api.post(f"/api/videos/{made}/upload-complete")
    assert (done.status, done.body["status"], done.body["duration"]) == (200, "READY", 2.5)
    store.put(f"tenants/acme/videos/{made}/source", b"other video")
    assert api.post(f"/api/videos/{made}/upload-complete").status == 202
    assert current(made).video.hls_path != ""


def test_another_upload_during_the_encoding_is_told_apart(api: Api, store: Store) -> None:
    made = encoding(api)
    store.put(f"tenants/acme/videos/{made}/source", b"other video")
    assert api.post(f"/api/videos/{made}/upload-complete").code == "source_changed"


@pytest.mark.parametrize("word", ["upload-complete", "retry", "cancel"])
def test_what_is_not_there_is_not_found(api: Api, word: str) -> None:
    for number in ("999999999", "9" * 30, "0"):
        assert api.post(f"/api/videos/{number}/{word}").status == 404
    assert api.post(f"/api/videos/x/{word}").code == "not_found"


def test_an_upload_that_did_not_happen_makes_no_job(api: Api, store: Store) -> None:
    made = api.post("/api/videos", {"filename": "a.mp4", "size": 5}).body
    path = f"/api/videos/{made['id']}/upload-complete"
    absent = api.post(path)
    assert (absent.status, absent.code) == (409, "no_object")
    store.put(made["file_key"], b"")
    empty = api.post(path)
    assert (empty.status, empty.code) == (422, "empty")
    assert VideoTranscodeJob.objects.filter(video=made["id"]).count() == 0


# Retry.


def test_a_retry_makes_a_new_job_after_an_end(api: Api, world: World) -> None:
    made = encoding(api)
    dead = current(made)
    assert jobs.job_mark_dead(dead.pk, 1, "x", code="NO_VIDEO", detail="")
    assert api.get(f"/api/videos/{made}").body["error_code"] == "NO_VIDEO"
    done = api.post(f"/api/videos/{made}/retry")
    assert (done.status, done.body["status"], done.body["job"]["attempt"]) == (202, "PROCESSING", 1)
    assert done.body["error_code"] == ""
    assert done.body["job"]["id"] != str(dead.pk)
    assert len(world.jobs()) == 2


def test_a_retry_while_something_is_under_way_is_refused_even_by_force(api: Api) -> None:
    made = encoding(api)
    for body in ({}, {"force": True}):
        assert api.post(f"/api/videos/{made}/retry", body).code == "active"


def test_a_ready_video_is_retried_by_force_and_keeps_its_path_meanwhile(api: Api) -> None:
    made = ready(api)
    refused = api.post(f"/api/videos/{made}/retry")
    assert (refused.status, refused.code) == (409, "ready")
    done = api.post(f"/api/videos/{made}/retry", {"force": True})
    assert (done.status, done.body["status"]) == (202, "PROCESSING")
    assert done.body["hls_path"].endswith("/master.m3u8")
    assert api.post(f"/api/videos/{made}/cancel").body["status"] == "READY"


def test_a_retry_without_a_source_is_refused(api: Api) -> None:
    made = api.post("/api/videos", {"filename": "a.mp4", "size": 5}).body["id"]
    assert api.post(f"/api/videos/{made}/retry").code == "no_source"


# Cancel and delete.


def test_a_cancelled_job_is_terminated_in_batch(api: Api, world: World) -> None:
    made = encoding(api)
    done = api.post(f"/api/videos/{made}/cancel")
    assert (done.status, done.body["status"], done.body["job"]["state"]) == (200, "UPLOADED", "CANCELLED")
    world.wait(10)
    assert [each["status"] for each in world.jobs()] == ["FAILED"]
    assert api.post(f"/api/videos/{made}/cancel").status == 200
    assert api.post(f"/api/videos/{made}/retry").status == 202


def test_what_is_not_active_cannot_be_cancelled(api: Api) -> None:
    made = ready(api)
    refused = api.post(f"/api/videos/{made}/cancel")
    assert (refused.status, refused.code) == (409, "not_active")
    assert api.get(f"/api/videos/{made}").body["status"] == "READY"


def test_a_deleted_video_is_gone_and_its_objects_are_asked_to_be_deleted(api: Api, world: World) -> None:
    made = ready(api)
    answer = api.call("DELETE", f"/api/videos/{made}")
    assert (answer.status, answer.body) == (204, None)
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/retry"), ("POST", "/upload-complete")):
        assert api.call(method, f"/api/videos/{made}{path}").status == 404
    (message,) = world.messages()
    assert json.loads(message) == {
        "v": 1,
        "video_id": made,
        "tenant_id": "acme",
        "prefixes": [f"tenants/acme/videos/{made}/", f"hls/acme/{made}/"],
    }
    assert Video.objects.get(pk=made).delete_sent_at is not None


def test_a_video_that_is_deleted_during_its_encoding_is_cancelled_first(api: Api, world: World) -> None:
    made = encoding(api)
    row = current(made)
    assert api.call("DELETE", f"/api/videos/{made}").status == 204
    assert again(row).state == "CANCELLED"
    assert world.messages() == [], "what is being terminated may still write for a minute"
    world.wait(10)
    assert world.live() == []


def test_a_deletion_whose_message_is_not_sent_is_still_done(api: Api, world: World) -> None:
    made = ready(api)
    sqs = world.strict.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="academy-video-delete-r2")["QueueUrl"])
    assert api.call("DELETE", f"/api/videos/{made}").status == 204
    assert Video.objects.get(pk=made).delete_sent_at is None


# What a client may send.

JUNK: list[Any] = [b"{", b"[]", b"1", b"\xff\xfe", b'"x"', b"[" * 20_000, b'{"size":' + b"1" * 5000 + b"}"]


@pytest.mark.parametrize("body", JUNK, ids=range(len(JUNK)))
def test_what_is_no_json_object_is_refused(api: Api, body: bytes) -> None:
    made = api.uploaded()
    for path in ("/api/videos", f"/api/videos/{made}/upload-complete", f"/api/videos/{made}/retry"):
        refused = api.post(path, body)
        assert (refused.status, refused.code) == (400, "invalid_json")
    assert Video.objects.get(pk=made).current_job is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "filename"),
        ({"filename": "a.mp4"}, 422, "size"),
        ({"filename": 7, "size": 5}, 400, "invalid_field"),
        ({"filename": ["a"], "size": 5}, 400, "invalid_field"),
        ({"filename": None, "size": 5}, 400, "invalid_field"),
        ({"filename": "a.mp4", "size": "5"}, 400, "invalid_field"),
        ({"filename": "a.mp4", "size": 5.0}, 400, "invalid_field"),
        ({"filename": "a.mp4", "size": True}, 400, "invalid_field"),
        ({"filename": "a.mp4", "size": 0}, 422, "size"),
        ({"filename": "a.mp4", "size": -1}, 422, "size"),
        ({"filename": "a.mp4", "size": 5 * 1024**3 + 1}, 413, "too_large"),
        ({"filename": "a.mp4", "size": 10**300}, 413, "too_large"),
        ({"filename": "../../etc/passwd", "size": 5}, 422, "filename"),
        ({"filename": "..\\x.mp4", "size": 5}, 422, "filename"),
        ({"filename": "..", "size": 5}, 422, "filename"),
        ({"filename": "a\0.mp4", "size": 5}, 422, "filename"),
        ({"filename": "a\n.mp4", "size": 5}, 422, "filename"),
        ({"filename": "\ud800.mp4", "size": 5}, 422, "filename"),
        ({"filename": "x" * 256, "size": 5}, 422, "filename"),
    ],
)
def test_what_no_upload_can_be_is_refused(api: Api, body: Any, status: int, code: str) -> None:
    before = Video.objects.count()
    refused = api.post("/api/videos", body)
    assert (refused.status, refused.code) == (status, code)
    assert Video.objects.count() == before


def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    refused = api.post("/api/videos", {"filename": "a.mp4", "size": 5, "more": "x" * 70_000})
    assert (refused.status, refused.code) == (413, "body_too_large")


@pytest.mark.parametrize("force", [1, "true", [], {}])
def test_force_is_true_or_false(api: Api, force: Any) -> None:
    assert api.post(f"/api/videos/{ready(api)}/retry", {"force": force}).code == "invalid_field"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/videos"), ("PUT", "/api/videos/1"), ("GET", "/api/videos/1/retry")]
)
def test_another_method_is_refused(api: Api, method: str, path: str) -> None:
    assert (api.call(method, path).status, api.call(method, path).code) == (405, "method_not_allowed")


def test_every_error_has_the_envelope(api: Api) -> None:
    for answer in (api.get("/nowhere"), api.get("/api/videos/1/"), api.get("/api/videos/7", tenant="")):
        assert set(answer.body) == {"error"}
        assert set(answer.body["error"]) == {"code", "message"}


def test_the_process_and_the_database_are_told_without_a_token(api: Api) -> None:
    assert api.get("/healthz", tenant="").body == {"status": "ok"}
    told = api.get("/readyz", tenant="")
    assert (told.status, told.body) == (200, {"status": "ok", "database": "ok", "redis": "unset", "backlog": None})
