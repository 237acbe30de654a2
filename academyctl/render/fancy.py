"""Blocks → a terminal, with rich. Every cell is Text: `[red]`, `[/]` and `:key:` in a name print as they are."""

import os
from collections.abc import Iterable
from typing import TextIO

from rich import box
from rich.console import Console, Group
from rich.table import Table as RichTable
from rich.text import Text

from academyctl.model.outcome import Table
from academyctl.render.line import Block
from academyctl.render.plain import printable

STYLES = {"good": "green", "bad": "red", "warn": "yellow", "dim": "bright_black", "head": "bold", "": ""}


def console(stream: TextIO, *, color: bool) -> Console:
    """Without colour where it is not wanted, or where NO_COLOR says so (no-color.org: set and not empty)."""
    plain = not color or bool(os.environ.get("NO_COLOR"))
    return Console(file=stream, no_color=plain, markup=False, emoji=False, highlight=False, soft_wrap=True)


def literal(text: str, style: str = "") -> Text:
    """Text as it is: no markup, no emoji code and no control character of it is obeyed."""
    return Text(printable(text), style=style)


def write_fancy(blocks: Iterable[Block], stream: TextIO, *, color: bool) -> None:
    out = console(stream, color=color)
    for block in blocks:
        if isinstance(block, Table):
            out.print(_table(block))
        else:
            out.print(literal(block.text, STYLES[block.style]))


def picture(blocks: Iterable[Block]) -> Group:
    """All blocks as one picture."""
    parts = (_table(one) if isinstance(one, Table) else literal(one.text, STYLES[one.style]) for one in blocks)
    return Group(*parts)


def _table(table: Table) -> RichTable:
    drawn = RichTable(
        *table.columns,
        title=literal(table.title, "bold") if table.title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        pad_edge=False,
    )
    for i, row in enumerate(table.rows):
        style = STYLES[table.styles[i]] if i < len(table.styles) else ""
        drawn.add_row(*(Text(printable(cell), style=style, overflow="fold") for cell in row))
    return drawn
