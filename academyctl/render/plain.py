"""Blocks → plain text, for files, pipes and CI logs. No colour, no width, no import beyond the standard library."""

import re
from collections.abc import Iterable
from typing import TextIO

from academyctl.model.outcome import Table
from academyctl.render.line import Block

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` as it is, but with control characters shown and not obeyed: a key name may hold an escape sequence."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def write_plain(blocks: Iterable[Block], stream: TextIO) -> None:
    for block in blocks:
        lines = _table(block) if isinstance(block, Table) else [block.text]
        for line in lines:
            stream.write(printable(line).rstrip() + "\n")


def _table(table: Table) -> list[str]:
    rows = [tuple(column.upper() for column in table.columns), *table.rows]
    widths = [max(len(printable(row[i])) for row in rows) for i in range(len(table.columns))]
    lines = ["  ".join(printable(cell).ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [*([table.title] if table.title else []), *lines, ""]
