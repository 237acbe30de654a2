"""Deletions one after the other: repeated, stopped, refused, lost."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from academyctl.apply.legacy import apply_cleanup
from academyctl.model.errors import (
    AcademyError,
    AnswerLost,
    Conflict,
    Interrupted,
    NotFound,
    Refusal,
)
from academyctl.model.legacy import AutoScalingGroup, Leftovers, LegacyQueue, LegacyWrite, Messages
from academyctl.model.plan import Plan
from academyctl.plan.legacy import plan_cleanup

EMPTY = Messages()


@dataclass
class Account:
    """What stands, by name; `answers` are raised by the deletions of a name, in turn."""

    standing: set[str]
    answers: dict[str, list[tuple[Exception, bool]]] = field(default_factory=dict)
    messages: Messages = EMPTY
    sent: list[str] = field(default_factory=list)

    def fails(self, name: str, *failures: Exception, applied: bool = False) -> None:
        self.answers[name] = [(failure, applied) for failure in failures]

    def delete(self, write: LegacyWrite) -> None:
        self.sent.append(write.name)
        failure, applied = self.answers.get(write.name, []).pop(0) if self.answers.get(write.name) else (None, True)
        if failure is None and write.name not in self.standing:
            raise NotFound("gone")
        if applied:
            self.standing.discard(write.name)
        if failure:
            raise failure

    def stands(self, write: LegacyWrite) -> bool:
        return write.name in self.standing

    def read_messages(self, url: str) -> Messages:
        if url not in self.standing:
            raise NotFound("gone")
        return self.messages


def plan() -> Plan[LegacyWrite]:
    found = Leftovers(
        groups=(AutoScalingGroup(name="a"), AutoScalingGroup(name="busy", instances=1), AutoScalingGroup(name="b")),
        queues=(LegacyQueue(name="q", url="q", readings=(EMPTY,) * 3),),
    )
    return plan_cleanup(found).plan


def states(
    account: Account, stop: Callable[[], bool] = lambda: False
) -> tuple[dict[str, str], type[AcademyError] | None]:
    try:
        changes = apply_cleanup(account, plan(), stop=stop, progress=lambda _: None)
    except AcademyError as failure:
        return {change.target: str(change.state) for change in failure.changes}, type(failure)
    return {change.target: str(change.state) for change in changes}, None


DONE = {"a": "done", "busy": "done", "b": "done", "q": "done"}


def test_everything_planned_is_deleted_and_what_is_kept_is_not_touched() -> None:
    account = Account({"a", "b", "busy", "q"})
    assert states(account) == (DONE, None)
    assert account.standing == {"busy"}


@pytest.mark.parametrize("standing", [set(), {"b"}, {"q"}, {"a", "q"}])
def test_what_is_gone_already_counts_as_done(standing: set[str]) -> None:
    assert states(Account(set(standing))) == (DONE, None)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_stop_takes_effect_between_two_deletions(after: int) -> None:
    account = Account({"a", "b", "q"})
    told, failure = states(account, lambda: len(account.sent) == after)
    assert failure is Interrupted
    assert [told[name] for name in ("a", "b", "q")] == ["done"] * after + ["not_started"] * (3 - after)
    assert len(account.sent) == after


@pytest.mark.parametrize("applied", [True, False])
def test_a_deletion_whose_answer_was_lost_is_sent_again(applied: bool) -> None:
    account = Account({"a", "b", "q"})
    account.fails("a", AnswerLost("lost"), applied=applied)
    assert states(account) == (DONE, None)
    assert account.sent.count("a") == 2


def test_answers_lost_for_good_end_in_a_failure_unless_it_is_gone() -> None:
    account = Account({"a", "b", "q"})
    account.fails("a", AnswerLost("lost"), AnswerLost("lost"))
    assert states(account) == ({"a": "failed", "busy": "done", "b": "not_started", "q": "not_started"}, AnswerLost)
    account.fails("a", AnswerLost("lost"), AnswerLost("lost"), applied=True)
    assert states(account) == (DONE, None)


def test_a_refusal_ends_it_and_what_was_done_is_told() -> None:
    account = Account({"a", "b", "q"})
    account.fails("b", Refusal("ResourceInUse"))
    assert states(account) == ({"a": "done", "busy": "done", "b": "failed", "q": "not_started"}, Refusal)


def test_a_refusal_because_it_is_gone_is_no_failure() -> None:
    account = Account({"a", "b", "q"})
    account.fails("b", Refusal("ValidationError: AutoScalingGroup name not found"), applied=True)
    assert states(account) == (DONE, None)


def test_a_queue_that_got_messages_since_the_plan_is_kept() -> None:
    account = Account({"a", "b", "q"}, messages=Messages(visible=1))
    told, failure = states(account)
    assert (told["q"], failure) == ("failed", Conflict)
    assert "q" in account.standing
    assert "q" not in account.sent
