"""The stages of something that takes long, on a terminal: ticked off as they end, the one under way with a clock."""

import os
import time
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from academyctl.model.span import spell
from academyctl.render.plain import printable


class Board:
    """Redrawn by itself four times a second, so that the clock runs while nothing new is said."""

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        plain = not color or bool(os.environ.get("NO_COLOR"))
        console = Console(file=stream, no_color=plain, markup=False, emoji=False, highlight=False)
        self._stages: tuple[str, ...] = ()
        self._at = 0
        self._since = time.monotonic()
        self._text = ""
        self._mark: RenderableType = Spinner("dots")
        self._live = Live(console=console, get_renderable=self._picture, refresh_per_second=4, transient=False)
        self._live.start()

    def show(self, stages: Sequence[str], at: int, text: str) -> None:
        """`stages[at]` is under way; `text` says what it waits for."""
        if (tuple(stages), at) != (self._stages, self._at):
            self._since = time.monotonic()
        self._stages, self._at, self._text = tuple(stages), at, text
        self._live.refresh()

    def say(self, text: str) -> None:
        """A line above the picture."""
        self._live.console.print(Text(printable(text)), soft_wrap=True)

    def stop(self, *, is_over: bool = False) -> None:
        """The picture stays on the screen. `is_over`: all stages are ticked off; else one is cut short."""
        self._mark = Text("…", style="yellow")
        if is_over:
            self._at = len(self._stages)
        self._live.stop()

    def _picture(self) -> RenderableType:
        rows = Table.grid(padding=(0, 1))
        rows.add_column(width=1)
        for number, stage in enumerate(self._stages):
            rows.add_row(*self._row(number, stage))
        return Group(rows)

    def _row(self, number: int, stage: str) -> tuple[RenderableType, ...]:
        if number < self._at:
            return Text("✓", style="green"), Text(stage), Text("")
        if number > self._at:
            return Text("·", style="bright_black"), Text(stage, style="bright_black"), Text("")
        waited = spell(time.monotonic() - self._since)
        said = Text.assemble(printable(self._text), (f"  {waited}", "bright_black"))
        return self._mark, Text(stage, style="bold", no_wrap=True), said
