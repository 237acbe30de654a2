"""What may come between an upload and its film: a failing attempt, a change of mind, a deletion."""

import json
from typing import Any

from tests.support.pipeline import Pipeline
from tests.worker import clips

QUEUE = "academy-video-delete-r2"


def failed(shown: dict[str, Any]) -> bool:
    return bool(shown["job"]["state"] == "FAILED")


def test_a_failing_attempt_is_followed_by_one_that_works(line: Pipeline) -> None:
    """The store refuses the worker's key, until somebody mends its parameter: no upload is lost over it."""
    line.configure(R2_SECRET_KEY="an-old-one")
    video = line.created(clips.plain())
    shown = line.until(video, failed)
    first = shown["job"]["aws_batch_job_id"]
    job = line.until_over(first)
    assert (shown["status"], shown["job"]["attempt"]) == ("PROCESSING", 1)
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 1)
    assert any("STORE" in text for text in line.log(job))
    assert "an-old-one" not in "".join(line.log(job))
    line.configure()
    assert [step["do"] for step in line.scan()["steps"]] == ["retry_later"]
    line.sql("UPDATE videos_videotranscodejob SET next_retry_at = now() WHERE state = 'RETRY_WAIT'")
    assert [step["do"] for step in line.scan()["steps"]] == ["requeue"]
    shown = line.ready(video)
    assert (shown["job"]["state"], shown["job"]["attempt"], shown["job"]["id"]) == ("SUCCEEDED", 2, shown["job"]["id"])
    assert shown["job"]["aws_batch_job_id"] != first
    assert "master.m3u8" in line.output(shown)


def test_a_cancelled_encode_stops_and_leaves_no_film(line: Pipeline) -> None:
    """SIGTERM reaches the process while ffmpeg is at it, and it ends as such; the video may be tried again."""
    video = line.created(clips.looped(200))
    shown = line.until(video, lambda shown: any(" s: 360p 240p" in text for text in line.log(batch_job(line, shown))))
    number = shown["job"]["aws_batch_job_id"]
    assert shown["job"]["state"] == "RUNNING"
    answer = line.api.post(f"/api/videos/{video}/cancel")
    assert (answer.status, answer.body["status"], answer.body["job"]["state"]) == (200, "UPLOADED", "CANCELLED")
    job = line.until_over(number)
    assert (job["status"], job["statusReason"], job["container"]["exitCode"]) == ("FAILED", "academy: cancelled", 143)
    assert line.shown(video)["job"]["state"] == "CANCELLED"
    assert not [key for key in line.store.keys(f"hls/acme/{video}/") if key.endswith("master.m3u8")]
    assert line.api.post(f"/api/videos/{video}/retry").status == 202
    assert line.api.post(f"/api/videos/{video}/cancel").status == 200


def test_a_deleted_video_leaves_nothing_in_the_store(line: Pipeline) -> None:
    """The API hides it and asks; the Lambda deletes the upload and every output, and nothing of the neighbour's."""
    video, neighbour = line.created(clips.silent()), line.created(clips.silent())
    for each in (video, neighbour):
        line.ready(each)
    before = keys(line, neighbour)
    assert len(before) > 3
    assert len(keys(line, video)) == len(before)
    assert line.api.call("DELETE", f"/api/videos/{video}").status == 204
    assert line.api.get(f"/api/videos/{video}").status == 404
    sqs = line.strict.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(one["Body"])["video_id"] for one in messages] == [video]
    assert line.delete_r2(messages) == {"batchItemFailures": []}
    assert (keys(line, video), keys(line, neighbour)) == ([], before)
    assert line.delete_r2(messages) == {"batchItemFailures": []}, "a message that comes twice does no harm"


def batch_job(line: Pipeline, shown: dict[str, Any]) -> dict[str, Any]:
    number = shown["job"]["aws_batch_job_id"]
    return line.strict.job(number) if number else {}


def keys(line: Pipeline, video: int) -> list[str]:
    """The upload and every output."""
    return [*line.store.keys(f"tenants/acme/videos/{video}/"), *line.store.keys(f"hls/acme/{video}/")]
