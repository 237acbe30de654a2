"""The table of moves: each row is carried out from each state, on both databases, and only where the table says so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from api.videos import jobs
from api.videos.models import Video, VideoTranscodeJob
from api.videos.states import ACTIVE, MOVES, TERMINAL, State
from tests.api.rows import ME, OTHER, PREFIX, again, complete, job

pytestmark = pytest.mark.usefixtures("db")


@dataclass(frozen=True)
class Case:
    """A function of `jobs`, the row of the table that it is, and fields of a job for which all its guards hold."""

    move: str
    act: Callable[[VideoTranscodeJob], bool]
    fields: Any = None


CASES = [
    Case("submitted", lambda row: jobs.submitted(row.pk, row.attempt, "batch-1")),
    Case("start", lambda row: jobs.job_start(row.pk, row.attempt, ME, PREFIX)),
    Case("complete", complete),
    Case("fail", lambda row: jobs.job_fail(row.pk, row.attempt, ME, code="NET", detail="gone")),
    Case("fail_seen", lambda row: jobs.fail_seen(row, code="SPOT", detail="gone")),
    Case("mark_dead", lambda row: jobs.job_mark_dead(row.pk, row.attempt, ME, code="NO_VIDEO", detail="audio")),
    Case("retry_later", jobs.retry_later),
    Case("give_up", jobs.give_up, {"attempt": 3}),
    Case("requeue", jobs.requeue, {"next_retry_at": timezone.now()}),
    Case("cancel", jobs.cancel),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.move)
@pytest.mark.parametrize("state", State)
def test_a_move_is_made_from_its_sources_and_from_no_other_state(case: Case, state: State) -> None:
    row = job(state, **(case.fields or {}))
    before = (row.state, row.video.status)
    move = MOVES[case.move]
    assert case.act(row) is (state in move.sources)
    now = again(row)
    if state in move.sources:
        assert now.state == move.target
        assert not move.video or now.video.status in move.video
    else:
        assert (now.state, now.video.status) == before


def test_every_row_of_the_table_has_its_case() -> None:
    assert {case.move for case in CASES} | {"create"} == set(MOVES)
    assert {state for move in MOVES.values() for state in move.sources} == set(ACTIVE)
    assert set(ACTIVE) | set(TERMINAL) == set(State)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.move)
def test_an_attempt_that_is_over_moves_nothing(case: Case) -> None:
    """The row was read in attempt 1 and is in attempt 2 (3) by now."""
    row = job(MOVES[case.move].sources[0], **(case.fields or {}))
    VideoTranscodeJob.objects.filter(pk=row.pk).update(attempt=row.attempt + 1)
    assert not case.act(row)
    assert again(row).state == row.state


@pytest.mark.parametrize("case", [each for each in CASES if MOVES[each.move].video], ids=lambda case: case.move)
def test_a_job_that_is_not_the_current_one_changes_neither_itself_nor_the_video(case: Case) -> None:
    row = job(MOVES[case.move].sources[0], **(case.fields or {}))
    newer = VideoTranscodeJob.objects.create(video=row.video, state="DEAD")
    Video.objects.filter(pk=row.video.pk).update(current_job=newer)
    assert not case.act(row)
    assert (again(row).state, again(row).video.status) == (row.state, "PROCESSING")


@pytest.mark.parametrize("case", [each for each in CASES if MOVES[each.move].video], ids=lambda case: case.move)
def test_a_video_without_a_current_job_takes_the_move(case: Case) -> None:
    row = job(MOVES[case.move].sources[0], **(case.fields or {}))
    Video.objects.update(current_job=None)
    assert case.act(row)
    assert again(row).video.status in MOVES[case.move].video


@pytest.mark.parametrize("name", ["start", "complete", "fail", "mark_dead"])
def test_another_executor_of_the_same_attempt_moves_nothing(name: str) -> None:
    row = job("RUNNING", executor_id=OTHER)
    act = next(case.act for case in CASES if case.move == name)
    assert not act(row)
    assert (again(row).state, again(row).executor_id) == ("RUNNING", OTHER)
