"""Chooses how blocks are drawn: rich on a terminal, plain text elsewhere."""

import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import TextIO

from academyctl.model.outcome import Outcome
from academyctl.render.blocks import Block, error_blocks, outcome_blocks
from academyctl.render.plain import write_plain
from academyctl.render.talk import Talk


def show_outcome(outcome: Outcome, talk: Talk) -> None:
    """The result to stdout, what went wrong to stderr."""
    if outcome.text is not None and outcome.error is None:
        _write_text(outcome.text)
        return
    write(outcome_blocks(outcome, verbose=talk.verbose), sys.stdout, color=talk.color)
    if outcome.error is not None:
        sys.stdout.flush()
        write(error_blocks(outcome, verbose=talk.verbose), sys.stderr, color=talk.color)


def _write_text(text: str) -> None:
    """A text for programs: UTF-8 and its own line ends, whatever the locale's are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def write(blocks: Iterable[Block], stream: TextIO, *, color: bool) -> None:
    """Blocks to a stream; a character that its encoding lacks is shown by its number."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    if stream.isatty():
        from academyctl.render.fancy import write_fancy

        write_fancy(blocks, stream, color=color)
    else:
        write_plain(blocks, stream)
