"""One registration: sent once, whatever becomes of its answer, and read back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import pytest

from academyctl.apply.job_definition import SHOWS_WITHIN, check_base, register_proven
from academyctl.apply.ports import Batch
from academyctl.apply.wait import Clock, Poll
from academyctl.model.batch_job import JobDefinitionDetail
from academyctl.model.batch_write import BatchWrite, RegisterJobDefinition
from academyctl.model.errors import AnswerLost, AwsError, Conflict, Incomplete, Interrupted, Refusal
from tests.batch_builders import definition

WRITE = RegisterJobDefinition(name="d", properties={})
OURS = "ours"


@dataclass
class Registry:
    """Job definitions, of which reads may be `behind` so many looks. `meets`: what becomes of the write.

    `overtaken`: somebody else registers right after.
    """

    newest: int = 7
    behind: int = 0
    meets: str = "answered"
    overtaken: bool = False
    sent: list[BatchWrite] = field(default_factory=list)

    def read_job_definitions(self, name: str) -> Iterable[JobDefinitionDetail]:
        if not self.sent or self.meets == "never arrives" or self.behind > 0:
            self.behind -= bool(self.sent)
            return [definition(name=name, revision=self.newest, tags={})] if self.newest else []
        ours = definition(name=name, revision=self.newest + 1, tags={OURS: ""})
        theirs = definition(name=name, revision=self.newest + 2, tags={})
        return [theirs, ours] if self.overtaken else [ours]

    def write(self, write: BatchWrite) -> str:
        self.sent.append(write)
        if self.meets == "refused":
            raise Refusal("no")
        if self.meets != "answered":
            raise AnswerLost("registering d: no answer")
        return f"arn:aws:batch:r:1:job-definition/d:{self.newest + 1}"


@dataclass
class Time:
    now: float = 0
    told: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def poll(self, stops_at: float = 1e9) -> Poll:
        clock = Clock(monotonic=lambda: self.now, sleep=self.sleep)
        return Poll(every=2, clock=clock, stop=lambda: self.now >= stops_at, jitter=lambda: 0)


def registered(registry: Registry, time: Time, stops_at: float = 1e9) -> JobDefinitionDetail:
    return register_proven(
        cast(Batch, registry),
        WRITE,
        base=registry.newest,
        is_desired=lambda one: OURS in one.tags,
        poll=time.poll(stops_at),
        progress=time.told.append,
    )


@pytest.mark.parametrize("meets", ["answered", "applied, and its answer lost"])
@pytest.mark.parametrize("behind", [0, 3])
@pytest.mark.parametrize("newest", [0, 7])
def test_it_is_sent_once_and_read_until_it_shows(meets: str, behind: int, newest: int) -> None:
    registry, time = Registry(meets=meets, behind=behind, newest=newest), Time()
    assert registered(registry, time).revision == newest + 1
    assert registry.sent == [WRITE]
    assert time.now == 2 * behind
    assert time.told == ["registering d", "reading d back"]


def test_one_that_never_arrived_is_told_and_not_sent_again() -> None:
    registry, time = Registry(meets="never arrives"), Time()
    with pytest.raises(AwsError, match="no new revision shows, so it was not applied") as failed:
        registered(registry, time)
    assert (failed.value.exit_code, failed.value.code) == (1, "aws.answer-lost")
    assert len(registry.sent) == 1
    assert time.now == SHOWS_WITHIN


def test_a_refusal_passes_through() -> None:
    registry = Registry(meets="refused")
    with pytest.raises(Refusal):
        registered(registry, Time())
    assert len(registry.sent) == 1


@pytest.mark.parametrize("meets", ["answered", "applied, and its answer lost"])
def test_somebody_elses_newer_revision_is_a_conflict(meets: str) -> None:
    with pytest.raises(Conflict, match="d:9 is the newest ACTIVE revision and not what was registered"):
        registered(Registry(meets=meets, overtaken=True), Time())


def test_one_that_is_answered_and_does_not_show_is_incomplete() -> None:
    with pytest.raises(Incomplete):
        registered(Registry(behind=1000), Time())


@pytest.mark.parametrize("meets", ["answered", "never arrives"])
def test_ctrl_c_while_it_does_not_show_ends_the_wait(meets: str) -> None:
    time = Time()
    with pytest.raises(Interrupted):
        registered(Registry(meets=meets, behind=1000), time, stops_at=3)
    assert time.now < 4


@pytest.mark.parametrize(("base", "newest", "moved"), [(7, 7, False), (0, 0, False), (7, 8, True), (7, 0, True)])
def test_a_plan_from_another_revision_is_not_carried_out(base: int, newest: int, moved: bool) -> None:
    registry = cast(Batch, Registry(newest=newest))
    if not moved:
        check_base(registry, "d", base)
        return
    with pytest.raises(Conflict, match="nothing was registered"):
        check_base(registry, "d", base)
