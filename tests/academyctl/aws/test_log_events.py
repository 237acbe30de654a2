"""Reading a log stream: pages, empty pages, the end, and what comes later. Answers as GetLogEvents gives them."""

from typing import Any, cast

import pytest

from academyctl.aws.connect import Connection
from academyctl.aws.log_events import LogReader, LogStream


class Answers:
    """Stands for the connection: gives the answers in turn and notes what was asked."""

    def __init__(self, *answers: tuple[str, str, str]) -> None:
        """Each is messages (one a letter), nextForwardToken, nextBackwardToken."""
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def call(self, service: str, operation: str, *, doing: str, gives: str, **params: Any) -> dict[str, Any]:
        shown = ("startFromHead", "nextToken", "limit")
        self.asked.append({name: params[name] for name in shown if name in params})
        messages, forward, backward = self._answers.pop(0)
        events = [{"timestamp": 1, "message": letter} for letter in messages]
        return {"events": events, "nextForwardToken": forward, "nextBackwardToken": backward}


def reader(answers: Answers) -> LogReader:
    return LogReader(cast(Connection, answers), LogStream(group="g", stream="s"))


def new(found: LogReader) -> list[str]:
    return ["".join(event.message for event in page) for page in found.read_new()]


def test_pages_are_read_to_where_the_token_comes_back_empty_ones_too() -> None:
    answers = Answers(("ab", "f1", "b"), ("", "f2", "b"), ("c", "f3", "b"), ("", "f3", "b"))
    assert new(reader(answers)) == ["ab", "c"]
    assert [asked.get("nextToken") for asked in answers.asked] == [None, "f1", "f2", "f3"]
    assert all(asked["startFromHead"] for asked in answers.asked)


def test_the_next_read_begins_where_the_last_one_ended() -> None:
    answers = Answers(("a", "f1", "b"), ("", "f1", "b"), ("", "f1", "b"), ("b", "f2", "b"), ("", "f2", "b"))
    found = reader(answers)
    assert [new(found), new(found), new(found)] == [["a"], [], ["b"]]


@pytest.mark.parametrize(
    ("answers", "number", "read"),
    [
        ([("yz", "f9", "b1")], 2, "yz"),
        ([("z", "f9", "b1"), ("xy", "f8", "b2")], 3, "xyz"),
        ([("", "f9", "b1"), ("z", "f8", "b2"), ("", "f7", "b2")], 3, "z"),
        ([("", "f9", "b1"), ("", "f9", "b1")], 3, ""),
    ],
    ids=["one page", "two pages", "an empty page first", "an empty stream"],
)
def test_the_newest_events_are_read_backward_and_told_forward(
    answers: list[tuple[str, str, str]], number: int, read: str
) -> None:
    given = Answers(*answers, ("!", "f10", "b"), ("", "f10", "b"))
    found = reader(given)
    assert "".join(event.message for event in found.read_last(number)) == read
    assert new(found) == ["!"]
    after = given.asked[len(answers)]
    assert after == {"startFromHead": True, "nextToken": "f9"}
