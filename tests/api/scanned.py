"""What tests of the scan have in common: jobs with a Batch job, older than they are; the steps of a pass."""

from typing import Any

from api.videos import jobs
from api.videos.models import VideoTranscodeJob
from api.videos.scan import Report
from api.videos.submit import submit
from tests.api.rows import again, ago, job
from tests.api.world import World


def steps(report: Report) -> list[tuple[str, str]]:
    assert not report.error
    return [(step.do, step.result) for step in report.steps]


def submitted(state: str = "QUEUED", **fields: Any) -> VideoTranscodeJob:
    """A job with a Batch job of its own; RUNNING: run by that one."""
    row = job(**fields)
    assert submit(row)
    row = again(row)
    if state == "RUNNING":
        assert jobs.job_start(row.pk, row.attempt, row.aws_batch_job_id, f"hls/{row.video.pk}/")
    return again(row)


def backdate(row: VideoTranscodeJob, **seconds: float) -> None:
    """Times of the row, so many seconds ago."""
    VideoTranscodeJob.objects.filter(pk=row.pk).update(**{name: ago(age) for name, age in seconds.items()})


def of_name(row: VideoTranscodeJob, world: World) -> str:
    """A Batch job under the attempt's name that the row does not know of."""
    return world.strict.submit(row.batch_name)
