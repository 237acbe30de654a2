"""CloudWatch Logs: the events of one log stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.log_event import LogEvent

PAGE_MAX = 10_000
"""Events in one answer of GetLogEvents (API); at most 1 MB of them."""


@dataclass(frozen=True, kw_only=True)
class LogStream:
    group: str
    stream: str


class LogReader:
    """Reads a stream forward and remembers how far it came. NotFound where group or stream do not exist (yet)."""

    def __init__(self, connection: Connection, stream: LogStream) -> None:
        self._connection = connection
        self._stream = stream
        self._forward = ""

    def read_new(self) -> Iterator[tuple[LogEvent, ...]]:
        """Page by page, what came since the last read; from the beginning the first time.

        The end is where the token comes back that was sent; a page before may be empty (API, GetLogEvents).
        """
        while True:
            token = {"nextToken": self._forward} if self._forward else {}
            answer = self._get(startFromHead=True, **token)
            if answer["events"]:
                yield _events(answer)
            is_end = answer.get("nextForwardToken", "") in ("", self._forward)
            self._forward = answer.get("nextForwardToken", self._forward)
            if is_end:
                return

    def read_last(self, number: int) -> tuple[LogEvent, ...]:
        """The newest `number` events, oldest of them first; what comes later is left to `read_new`."""
        found: tuple[LogEvent, ...] = ()
        backward = ""
        while len(found) < number:
            token = {"nextToken": backward} if backward else {}
            answer = self._get(startFromHead=False, limit=min(number - len(found), PAGE_MAX), **token)
            self._forward = self._forward or answer.get("nextForwardToken", "")
            found = (*_events(answer), *found)
            if answer.get("nextBackwardToken", "") in ("", backward):
                break
            backward = answer["nextBackwardToken"]
        return found

    def _get(self, **params: Any) -> dict[str, Any]:
        return self._connection.call(
            "logs",
            "get_log_events",
            doing=f"reading log stream {self._stream.stream}",
            gives="events",
            logGroupName=self._stream.group,
            logStreamName=self._stream.stream,
            **params,
        )


def _events(answer: dict[str, Any]) -> tuple[LogEvent, ...]:
    return tuple(LogEvent(at=int(raw["timestamp"]), message=raw["message"]) for raw in answer["events"])
