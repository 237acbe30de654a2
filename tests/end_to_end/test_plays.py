"""An upload becomes a film: over HTTP, Batch, ffmpeg and the store, up to its last frame in a browser."""

from functools import partial

import pytest

from tests.support.pipeline import Pipeline
from tests.support.player import Played, Read, play
from tests.support.servers import new_folder
from tests.worker import clips

SECONDS, RATE = 8, 25
RUNGS = {"640x360": 360, "426x240": 240}
HARMLESS = {"bufferSeekOverHole", "bufferStalledError", "bufferNudgeOnStall"}
"""With B-frames the first picture is two frames after the start, over which players step; and a busy machine stalls. A
gap would cost frames, or the end."""


@pytest.fixture(scope="module")
def film(line: Pipeline) -> dict[str, bytes]:
    """The output of an upload of 640x360 with sound: two rungs of two segments each."""
    clip = new_folder("clip") / "film.mp4"
    clips.ffmpeg(*clips.picture("640x360", SECONDS, RATE), *clips.tone(SECONDS), *clips.FAST, *clips.AAC, str(clip))
    return line.output(line.ready(line.created(clip)))


def check_whole(played: list[Played]) -> None:
    """Each went to its end, there was everything on the way, and nothing else was said."""
    assert {each.name for each in played} == {"master", *RUNGS}
    for each in played:
        assert each.ended, f"{each.name} never ended: it stands at {each.time} of {each.duration} s, {each.errors}"
        assert each.time == pytest.approx(SECONDS, abs=0.2)
        assert each.frames >= SECONDS * RATE, "a step back decodes some twice, but none is left out"
        assert each.height == RUNGS.get(each.name, each.height)
        assert set(each.errors) <= HARMLESS


def reader(files: dict[str, bytes]) -> Read:
    return partial(dict.__getitem__, files)


def test_what_was_uploaded_plays_to_its_end_in_every_size(line: Pipeline, film: dict[str, bytes]) -> None:
    check_whole(play(reader(film), SECONDS))
    check_told(line)


def check_told(line: Pipeline) -> None:
    """Batch, the row and the log agree on the one job that there was."""
    (number,) = [one["jobId"] for one in jobs(line)]
    job = line.until_over(number)
    assert (job["status"], job["container"]["exitCode"]) == ("SUCCEEDED", 0)
    assert job["container"]["command"][:3] == ["python", "-m", "worker.batch_main"]
    assert any(f"executor={number}" in text and "done: " in text for text in line.log(job))


def test_a_broken_ladder_is_noticed(film: dict[str, bytes]) -> None:
    """One rung lacks its last segment, another has a thousand bytes of it. Both playlists are as they should be."""
    short, lacking = "360p/seg_00001.ts", "240p/seg_00001.ts"
    broken = {**film, short: film[short][:1000]}
    del broken[lacking]
    played = play(reader(broken), SECONDS)
    with pytest.raises(AssertionError, match="never ended"):
        check_whole(played)
    assert [each.name for each in played if each.ended and each.frames >= SECONDS * RATE] == []


def jobs(line: Pipeline) -> list[dict[str, str]]:
    found = line.strict.batch.list_jobs(
        jobQueue="academy-video-batch-queue", filters=[{"name": "JOB_NAME", "values": ["vt-*"]}]
    )
    return list(found["jobSummaryList"])
