"""One explanation, as data."""

from typing import NamedTuple

COMMANDS = ("academyctl ", "aws ", "docker ", "sudo ", "df ", "printf ")
"""How a line of `repair` begins that is to be run; any other is to be read."""
NOTE = "  # "


class Article(NamedTuple):
    """`what` was seen, `why` it matters, `repair`: lines in order, commands (with a note behind `  # `) or sentences.

    `source` names the page or the text of AWS's, of Docker's or of this tool's that the facts are from.
    """

    what: str
    why: str
    repair: tuple[str, ...]
    source: str


def is_command(line: str) -> bool:
    return line.startswith(COMMANDS)


def command_of(line: str) -> str:
    """The command of a repair line, without its note."""
    return line.partition(NOTE)[0].rstrip()
