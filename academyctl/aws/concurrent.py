"""Many readings at once. Clients are made one after another, in the caller's thread: in threads each would only take
longer. The readings of a client's service are sent as soon as it is there.

Each reading has a thread that nobody waits for at the end: who is interrupted, or has bad credentials, is let go at
once and not after the retries of what is under way. Nothing is written in them.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from academyctl.aws.connect import Connection
from academyctl.model.errors import AwsError, Unreachable

P = ParamSpec("P")
T = TypeVar("T")
THREAD = "reading"
"""The name of the threads."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a reading. `seconds`: without the wait for those before it."""

    value: Any = None
    error: AwsError | None = None
    seconds: float = 0.0


Answers = Mapping[str, Answer]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`read` is given the answers of the readings in `after`, which stand before it, and may raise an AwsError.
    `services`: the clients that it calls by; () for what is known without a call."""

    name: str
    services: tuple[str, ...]
    read: Callable[[Answers], Any]
    after: tuple[str, ...] = ()


def begin(read: Callable[P, T], *given: P.args, **named: P.kwargs) -> "Future[T]":
    """`read(…)` in a thread of its own. What it raises is raised where its result is asked for."""
    future: Future[T] = Future()

    def fill() -> None:
        try:
            future.set_result(read(*given, **named))
        except BaseException as failure:  # noqa: BLE001  # it is the asker's
            future.set_exception(failure)

    Thread(target=fill, name=THREAD, daemon=True).start()
    return future


def read_all(connection: Connection, readings: Iterable[Reading]) -> dict[str, Answer]:
    """Name → answer. Unreachable when nothing of AWS can be reached, or the credentials are no good."""
    sent = dict(_sent(connection, readings))
    _stop_at_bad_credentials(sent.values())
    answers = {name: future.result() for name, future in sent.items()}
    failed = [answer.error for answer in answers.values() if isinstance(answer.error, Unreachable)]
    if failed and not connection.has_answered:
        raise failed[0]
    return answers


def _sent(connection: Connection, readings: Iterable[Reading]) -> Iterator[tuple[str, "Future[Answer]"]]:
    sent: dict[str, Future[Answer]] = {}
    for reading in readings:
        failed = _unusable(connection, reading.services)
        before = {name: sent[name] for name in reading.after if name in sent}
        sent[reading.name] = begin(_answer, reading, before, failed)
        yield reading.name, sent[reading.name]


def _unusable(connection: Connection, services: Iterable[str]) -> AwsError | None:
    """Why a client cannot be made."""
    try:
        for service in services:
            connection.client(service)
    except AwsError as failure:
        return failure
    return None


def _answer(reading: Reading, before: Mapping[str, "Future[Answer]"], failed: AwsError | None) -> Answer:
    if failed:
        return Answer(error=failed)
    got = {name: future.result() for name, future in before.items()}
    started = time.monotonic()
    try:
        value = reading.read(got)
    except AwsError as failure:
        return Answer(error=failure, seconds=time.monotonic() - started)
    return Answer(value=value, seconds=time.monotonic() - started)


def _stop_at_bad_credentials(sent: "Iterable[Future[Answer]]") -> None:
    """They are no good for any other call, either."""
    for future in as_completed(sent):
        error = future.result().error
        if error and error.code == "aws.credentials":
            raise error
