"""How a trial of delete-r2 ends: however it does, the marked object is gone and nothing else was touched."""

from dataclasses import dataclass, field

import pytest

from academyctl.apply.delete_r2_probe import Ports, apply_probe
from academyctl.apply.wait import Poll
from academyctl.model.delete_r2_probe import Mark, Trial
from academyctl.model.errors import AccessDenied, AnswerLost, AwsError, Interrupted, Unreachable
from academyctl.model.legacy import Messages
from academyctl.plan.delete_r2_probe import plan_probe
from tests.support.fake_ssm import FakeTime

MARK = Mark(word="word")


@dataclass
class FakeR2:
    """A bucket and a queue. The function deletes after so many looks; `fails` names what fails, how often."""

    looks: int = 3
    objects: set[str] = field(default_factory=lambda: {"another"})
    fails: dict[str, list[AwsError]] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)

    def _may_fail(self, what: str) -> None:
        if self.fails.get(what):
            raise self.fails[what].pop(0)

    def put(self, key: str, body: bytes) -> None:
        self.objects.add(key)
        self._may_fail("put")

    def is_there(self, key: str) -> bool:
        self._may_fail("look")
        self.looks -= 1
        if self.bodies and not self.looks:
            self.objects.discard(MARK.key)
        return key in self.objects

    def delete(self, key: str) -> None:
        self._may_fail("delete")
        self.objects.discard(key)

    def send(self, body: str) -> None:
        self._may_fail("send")
        self.bodies.append(body)

    def count(self) -> tuple[Messages, Messages]:
        return Messages(visible=1), Messages()


def tried(r2: FakeR2, *, stop_at: float = 1e9) -> Trial:
    time = FakeTime()
    poll = Poll(every=2, clock=time.clock, stop=lambda: time.seconds > stop_at, jitter=lambda: 0.0)
    changes = plan_probe(MARK, "queue", ()).changes
    ports = Ports(store=r2, send=r2.send, count=r2.count, changes=changes)
    return apply_probe(ports, MARK, poll=poll, within=60, progress=lambda _: None)


def test_it_is_over_as_soon_as_the_object_is_gone() -> None:
    r2 = FakeR2()
    trial = tried(r2)
    assert (trial.is_deleted, trial.seconds, r2.bodies, r2.objects) == (True, 4, [MARK.body], {"another"})


def test_an_object_that_stays_is_removed_in_the_end() -> None:
    r2 = FakeR2(looks=1000)
    trial = tried(r2)
    assert (trial.is_deleted, trial.seconds, r2.objects) == (False, 60, {"another"})
    assert trial.queue == Messages(visible=1)


def test_a_message_whose_answer_is_lost_is_sent_again() -> None:
    r2 = FakeR2(fails={"send": [AnswerLost("lost"), AnswerLost("lost")]})
    assert tried(r2).is_deleted
    assert r2.bodies == [MARK.body]


@pytest.mark.parametrize(
    ("fails", "kind", "states"),
    [
        ({"put": [AnswerLost("lost")]}, AnswerLost, ["failed", "not_started"]),
        ({"send": [AccessDenied("no")]}, AccessDenied, ["undone", "failed"]),
        ({"send": [AnswerLost("lost")] * 3}, AnswerLost, ["undone", "failed"]),
        ({"look": [AccessDenied("no")]}, AccessDenied, ["undone", "done"]),
    ],
)
def test_a_failure_leaves_no_object(fails: dict[str, list[AwsError]], kind: type[AwsError], states: list[str]) -> None:
    r2 = FakeR2(fails=fails)
    with pytest.raises(kind) as failure:
        tried(r2)
    assert (r2.objects, [change.state for change in failure.value.changes]) == ({"another"}, states)


def test_what_the_store_refuses_is_not_taken_away() -> None:
    """Nothing was written; a second refusal would only confuse."""
    r2 = FakeR2(fails={"put": [AccessDenied("no")], "delete": [AccessDenied("no")]})
    with pytest.raises(AccessDenied) as failure:
        tried(r2)
    assert failure.value.message == "no"


def test_ctrl_c_leaves_no_object() -> None:
    r2 = FakeR2(looks=1000)
    with pytest.raises(Interrupted):
        tried(r2, stop_at=5)
    assert r2.objects == {"another"}


def test_an_object_that_cannot_be_removed_is_named() -> None:
    r2 = FakeR2(fails={"send": [AccessDenied("no")], "delete": [Unreachable("gone")]})
    with pytest.raises(AccessDenied) as failure:
        tried(r2)
    assert MARK.key in failure.value.message
