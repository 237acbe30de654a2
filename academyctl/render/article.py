"""An explanation as lines of text, as wide as the screen."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby

from academyctl.model.explain.article import NOTE, Article, is_command

ELSEWHERE = 88
"""Columns where stdout is no terminal."""


def screen_width() -> int:
    if not sys.stdout.isatty():
        return ELSEWHERE
    return min(max(shutil.get_terminal_size().columns, 40), 100)


def article_text(code: str, says: str, article: Article, *, width: int) -> str:
    """`says` is the code's one line, "" where it has none."""
    head = f"{code}: {says}" if says else code
    parts = (
        ("what", (article.what,)),
        ("why", (article.why,)),
        ("repair", article.repair),
        ("source", (article.source,)),
    )
    lines = [line for label, texts in parts for line in _part(label, texts, width)]
    return "\n".join([head, "", *lines]) + "\n"


def _part(label: str, texts: tuple[str, ...], width: int) -> Iterator[str]:
    indent = " " * 8
    first = f"{label:<8}"
    for text in texts:
        for line in (
            _repair(text, width - len(indent)) if is_command(text) else textwrap.wrap(text, width - len(indent))
        ):
            yield first + line
            first = indent
    yield ""


def _repair(line: str, width: int) -> Iterator[str]:
    """A command is never broken, so that it can be copied; its note stands behind it, or below."""
    command, _, note = line.partition(NOTE)
    if not note or len(line) <= width:
        yield line
    else:
        yield command
        yield from textwrap.wrap(note, width, initial_indent="  # ", subsequent_indent="  # ")


def list_text(says: Mapping[str, str], *, width: int) -> str:
    """Every code with its line, a blank line between families."""
    column = max(map(len, says)) + 2
    families = groupby(says.items(), key=lambda one: one[0].partition(".")[0])
    blocks = ["\n".join(_row(code, text, column, width) for code, text in family) for _, family in families]
    return "\n\n".join(blocks) + "\n"


def _row(code: str, text: str, column: int, width: int) -> str:
    return textwrap.fill(text, width, initial_indent=code.ljust(column), subsequent_indent=" " * column)
