"""Blocks → a terminal, with rich. Every cell is Text: `[red]`, `[/]` and `:key:` in a name print as they are."""

import os
from collections.abc import Iterable, Iterator
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from academyctl.model.outcome import Table
from academyctl.render.line import Block
from academyctl.render.plain import printable

FEW = 4
"""Columns of a table that stays one however narrow the terminal is."""
GAP = 3
"""Blanks between two columns."""
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
            out.print(_Fitted(block))
        else:
            out.print(literal(block.text, STYLES[block.style]))


def picture(blocks: Iterable[Block]) -> Group:
    """All blocks as one picture."""
    parts: Iterator[RenderableType] = (
        _Fitted(one) if isinstance(one, Table) else literal(one.text, STYLES[one.style]) for one in blocks
    )
    return Group(*parts)


class _Fitted:
    """A table, or its rows one below the other where a word would have to be broken: an id in pieces cannot be read,
    nor copied into the next command."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        words = [max(_longest_word(cell) for cell in column) for column in _columns(self._table)]
        fits = sum(words) + GAP * len(words) <= options.max_width
        if fits or len(words) <= FEW:
            yield _table(self._table, keeps_words=fits)
        else:
            yield from _records(self._table, options.max_width)


def _columns(table: Table) -> list[tuple[str, ...]]:
    return [tuple(map(printable, column)) for column in zip(table.columns, *table.rows, strict=True)]


def _longest_word(cell: str) -> int:
    return max(map(cell_len, cell.split()), default=0)


def _records(table: Table, width: int) -> Iterator[Text]:
    """Each row: what it is about, then `column cell` as many as fit; a cell that says nothing is left out."""
    if table.title:
        yield literal(table.title, "bold")
    for i, row in enumerate(table.rows):
        style = STYLES[table.styles[i]] if i < len(table.styles) else ""
        yield Text("")
        both = cell_len(printable(row[0])) + 2 + cell_len(printable(row[1])) <= width
        yield literal("  ".join(row[:2]) if both else row[0], f"bold {style}".strip())
        pairs = list(zip(table.columns, row, strict=True))[2 if both else 1 :]
        yield from _pairs([(name, cell) for name, cell in pairs if cell not in ("", "-")], width, style)
    yield Text("")


def _pairs(pairs: Iterable[tuple[str, str]], width: int, style: str) -> Iterator[Text]:
    line = Text()
    for name, cell in pairs:
        pair = Text.assemble(" " * GAP, (f" {name} ", STYLES["dim"]), (printable(cell), style))
        if line.plain and line.cell_len + pair.cell_len > width:
            yield line
            line = Text()
        line.append_text(pair)
    if line.plain:
        yield line


def _table(table: Table, *, keeps_words: bool) -> RichTable:
    drawn = RichTable(
        title=literal(table.title, "bold") if table.title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        pad_edge=False,
    )
    for name, cells in zip(table.columns, _columns(table), strict=True):
        is_word = max(map(_longest_word, cells)) == max(map(cell_len, cells))
        drawn.add_column(name, no_wrap=keeps_words and is_word)
    for i, row in enumerate(table.rows):
        style = STYLES[table.styles[i]] if i < len(table.styles) else ""
        drawn.add_row(*(Text(printable(cell), style=style, overflow="fold") for cell in row))
    return drawn
