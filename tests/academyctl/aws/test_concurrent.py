"""Readings side by side: in what order clients are made, who waits for whom, and what ends everything at once."""

from typing import Any
from unittest.mock import Mock

import pytest

from academyctl.aws.concurrent import Answers, Reading, read_all
from academyctl.model.errors import AccessDenied, AwsError, NotFound, Unreachable


def a_reading(name: str, service: str = "sts", *, gives: Any = None, raises: AwsError | None = None) -> Reading:
    def read(_: Answers) -> Any:
        if raises:
            raise raises
        return gives or name

    return Reading(name=name, services=(service,) if service else (), read=read)


def test_clients_are_made_in_order_and_each_reading_is_answered() -> None:
    connection = Mock()
    answers = read_all(connection, [a_reading("a", "batch"), a_reading("b", "ssm"), a_reading("c", "batch")])
    assert [call.args for call in connection.client.call_args_list] == [("batch",), ("ssm",), ("batch",)]
    assert {name: answer.value for name, answer in answers.items()} == {"a": "a", "b": "b", "c": "c"}


def test_who_comes_after_is_given_the_answers_also_the_failed_ones() -> None:
    def read(got: Answers) -> Any:
        return got["a"].value, type(got["b"].error)

    last = Reading(name="c", services=("ec2",), read=read, after=("a", "b"))
    answers = read_all(Mock(), [a_reading("a"), a_reading("b", raises=NotFound("gone")), last])
    assert answers["c"].value == ("a", NotFound)


def test_one_that_is_denied_or_not_reached_is_its_own_affair() -> None:
    readings = [a_reading("a", raises=AccessDenied("no")), a_reading("b", raises=Unreachable("no")), a_reading("c")]
    answers = read_all(Mock(), readings)
    assert [type(answer.error) for answer in answers.values()] == [AccessDenied, Unreachable, type(None)]


def test_a_client_that_cannot_be_made_fails_its_readings_only() -> None:
    def client(service: str) -> None:
        if service == "ecr":
            raise Unreachable("no such endpoint")

    answers = read_all(Mock(client=client), [a_reading("a", "ecr"), a_reading("b", "sts")])
    assert isinstance(answers["a"].error, Unreachable)
    assert answers["b"].value == "b"


def test_nothing_reached_at_all_ends_it_whatever_is_known_without_a_call() -> None:
    readings = [
        a_reading("known", ""),
        a_reading("a", raises=Unreachable("no way")),
        a_reading("b", raises=Unreachable("x")),
    ]
    with pytest.raises(Unreachable, match="no way"):
        read_all(Mock(has_answered=False), readings)


def test_credentials_that_are_no_good_end_it() -> None:
    bad = Unreachable("AWS rejects the credentials", code="aws.credentials")
    with pytest.raises(Unreachable, match="rejects"):
        read_all(Mock(), [a_reading("a"), a_reading("b", raises=bad)])


def test_a_bug_is_no_answer() -> None:
    def read(_: Answers) -> Any:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        read_all(Mock(), [Reading(name="a", services=(), read=read)])
