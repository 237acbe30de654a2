"""One write to Batch, sent until reading shows it."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.apply.batch import RESEND_AFTER, is_sent, write_proven
from academyctl.apply.wait import Poll
from academyctl.model.batch import CeState
from academyctl.model.batch_write import BatchWrite, DeleteComputeEnvironment, DeleteJobQueue, UpdateComputeEnvironment
from academyctl.model.errors import Incomplete, Interrupted, NotFound, Refusal, Throttled
from tests.batch_builders import environment
from tests.support.batch_line import Fate, Line
from tests.support.batch_model import World

NAME = "ce-v3"
WRITE = UpdateComputeEnvironment(name=NAME, state=CeState.DISABLED)
READ, WROTE = "read_environments", "UpdateComputeEnvironment"


def _line(**faults: Any) -> Line:
    world = World()
    world.put(environment(NAME))
    return Line(world=world, queue="q", ours={NAME}, **faults)


def _prove(line: Line, *, within: float = 300, stopped_at: float = 1e9, said: list[str] | None = None) -> None:
    def is_proven() -> bool:
        (found,) = line.read_environments([NAME])
        return found.is_valid and not found.is_enabled

    poll = Poll(every=15, clock=line.world.clock, stop=lambda: line.world.seconds >= stopped_at, jitter=lambda: 0.0)
    progress = (said if said is not None else []).append
    write_proven(line, WRITE, is_proven, poll=poll, within=within, progress=progress)


def test_a_write_is_sent_once_and_read_for_until_it_holds() -> None:
    line, said = _line(), list[str]()
    _prove(line, said=said)
    assert line.calls == [READ, WROTE, READ, READ]
    assert said == ["updating ce-v3"]


def test_what_shows_already_is_not_sent() -> None:
    line = _line()
    line.world.put(environment(NAME, state="DISABLED"))
    _prove(line)
    assert line.calls == [READ]


@pytest.mark.parametrize("times", [1, 3])
def test_a_busy_resource_is_asked_again_at_each_look(times: int) -> None:
    line = _line(fates={2 * number: Fate.BUSY for number in range(1, times + 1)})
    _prove(line)
    assert line.calls.count(WROTE) == times + 1
    assert line.calls[: 2 * times + 2] == [READ, WROTE] * (times + 1)


def test_a_lost_answer_is_resolved_by_reading() -> None:
    line = _line(fates={2: Fate.LOST_APPLIED})
    _prove(line)
    assert line.calls.count(WROTE) == 1


def test_a_lost_write_is_sent_again_after_a_few_looks() -> None:
    line = _line(fates={2: Fate.LOST})
    _prove(line)
    assert line.calls[: RESEND_AFTER + 3] == [READ, WROTE, *[READ] * RESEND_AFTER, WROTE]


def test_what_never_shows_ends_as_incomplete_and_is_not_sent_all_the_time() -> None:
    line = _line(always=lambda call: Fate.LOST if call == WROTE else Fate.OK)
    with pytest.raises(Incomplete, match="does not show after 300 s"):
        _prove(line)
    assert line.calls.count(WROTE) == line.calls.count(READ) // RESEND_AFTER


def test_a_stop_ends_it_after_the_look_that_it_is_at() -> None:
    line = _line(always=lambda call: Fate.BUSY if call == WROTE else Fate.OK)
    with pytest.raises(Interrupted, match="while updating ce-v3"):
        _prove(line, stopped_at=40)
    assert line.world.seconds < 41


def test_a_stop_after_it_was_sent_still_says_interrupted() -> None:
    line = _line()
    line.world.pace = replace(line.world.pace, updating=200)
    with pytest.raises(Interrupted):
        _prove(line, stopped_at=20)
    assert line.world.truth == [WRITE]


@pytest.mark.parametrize(("fate", "error"), [(Fate.THROTTLED, Throttled)])
def test_other_failures_of_aws_pass_through(fate: Fate, error: type[Exception]) -> None:
    line = _line(fates={2: fate})
    with pytest.raises(error):
        _prove(line)


def test_a_refusal_passes_through_and_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _line()
    line.world.environments.clear()

    def refuse(write: object) -> str:
        line.calls.append(WROTE)
        raise Refusal("no")

    monkeypatch.setattr(line, "write", refuse)
    poll = Poll(clock=line.world.clock, jitter=lambda: 0.0)
    with pytest.raises(Refusal):
        write_proven(line, WRITE, lambda: False, poll=poll, within=100, progress=lambda text: None)
    assert line.calls == [WROTE]


class Gone(Line):
    """Where nothing of the name is left."""

    def write(self, write: BatchWrite) -> str:
        raise NotFound(f"{write.doing}: it does not exist")


def test_a_deletion_that_meets_nothing_any_more_was_carried_out() -> None:
    line = Gone(world=World(), queue="q")
    assert is_sent(line, DeleteComputeEnvironment(name=NAME))
    assert is_sent(line, DeleteJobQueue(name="q"))
    with pytest.raises(NotFound):
        is_sent(line, WRITE)
