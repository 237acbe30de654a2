"""Blocks → plain text, for files, pipes and CI logs. No colour, no width, no import beyond the standard library."""

import re
from collections.abc import Iterable
from typing import TextIO

from academyctl.model.outcome import Table
from academyctl.render.line import Block

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` as it is, but with control characters shown and not obeyed: a key name may hold an escape sequence."""
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def write_plain(blocks: Iterable[Block], stream: TextIO) -> None:
    for block in blocks:
        lines = _table(block) if isinstance(block, Table) else [printable(block.text)]
        stream.write("".join(f"{line.rstrip()}\n" for line in lines))


def _table(table: Table) -> list[str]:
    head = tuple(column.upper() for column in table.columns)
    rows = [tuple(map(printable, row)) for row in (head, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)) for row in rows]
    return [*([printable(table.title)] if table.title else []), *lines, ""]
