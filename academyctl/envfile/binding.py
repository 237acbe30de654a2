"""What a reader makes of one statement of an env file."""

from typing import NamedTuple


class Binding(NamedTuple):
    """`key` is set to `value` by the statement that starts on `line` (from 1).

    `value` is None where the statement has no `=`; `fault` says why the statement cannot be read ("" where it can).
    `drift` says that `docker --env-file` reads the same statement differently.
    """

    key: str
    value: str | None
    line: int
    fault: str = ""
    drift: bool = False
