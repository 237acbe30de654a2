"""A screen that is shown again and again: redrawn in place on a terminal, elsewhere one block below the other."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from academyctl.model.outcome import Table
from academyctl.render.line import Block, Line
from academyctl.render.plain import write_plain

Show = Callable[[Iterable[Block]], None]


@contextmanager
def live_screen(stream: TextIO, *, color: bool) -> Iterator[Show]:
    """Gives what shows the next picture. What was shown last stays on the screen."""
    if not stream.isatty():
        yield lambda blocks: _append(blocks, stream)
        return
    from rich.console import Console
    from rich.live import Live

    from academyctl.render.fancy import picture

    plain = not color or bool(os.environ.get("NO_COLOR"))
    # Not the console of other results: theirs lets long lines run over the edge, and this one has to know its height.
    console = Console(file=stream, no_color=plain, markup=False, emoji=False, highlight=False)
    with Live(console=console, auto_refresh=False, redirect_stdout=False) as live:
        yield lambda blocks: live.update(picture(blocks), refresh=True)


def _append(blocks: Iterable[Block], stream: TextIO) -> None:
    write_plain([*blocks, Line("")], stream)
    stream.flush()


def screen_blocks(view: Iterable[Table | str]) -> tuple[Block, ...]:
    """The tables and lines of an outcome, without what stands round them."""
    return tuple(part if isinstance(part, Table) else Line(part) for part in view)
