"""Chooses how blocks are drawn: rich on a terminal, plain text elsewhere."""

from collections.abc import Iterable
from io import TextIOWrapper
from typing import TextIO

from academyctl.render.line import Block
from academyctl.render.plain import write_plain


def write(blocks: Iterable[Block], stream: TextIO, *, color: bool) -> None:
    """Blocks to a stream; a character that its encoding lacks is shown by its number."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    if stream.isatty():
        from academyctl.render.fancy import write_fancy

        write_fancy(blocks, stream, color=color)
    else:
        write_plain(blocks, stream)
