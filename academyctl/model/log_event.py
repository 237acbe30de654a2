"""Log events of CloudWatch."""

from typing import NamedTuple


class LogEvent(NamedTuple):
    """`at`: milliseconds since 1970. `message` is the container's own text, which may hold anything."""

    at: int
    message: str
