"""Many readings at once. Clients are made one after another, here: in threads each would only take longer. The readings
of a client's service are sent as soon as it is there."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.errors import AwsError, Unreachable

WORKERS = 32
"""More than there are readings: each that waits for nothing is under way at once."""


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


def read_all(connection: Connection, readings: Iterable[Reading]) -> dict[str, Answer]:
    """Name → answer. Unreachable when nothing of AWS can be reached, or the credentials are no good."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        sent = dict(_sent(connection, pool, readings))
        _stop_at_bad_credentials(sent.values())
        answers = {name: future.result() for name, future in sent.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    failed = [answer.error for answer in answers.values() if isinstance(answer.error, Unreachable)]
    if failed and not connection.has_answered:
        raise failed[0]
    return answers


def _sent(
    connection: Connection, pool: ThreadPoolExecutor, readings: Iterable[Reading]
) -> Iterator[tuple[str, "Future[Answer]"]]:
    sent: dict[str, Future[Answer]] = {}
    for reading in readings:
        failed = _unusable(connection, reading.services)
        before = {name: sent[name] for name in reading.after if name in sent}
        sent[reading.name] = pool.submit(_answer, reading, before, failed)
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
    # Those before were sent before: a thread has them, or had them.
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
