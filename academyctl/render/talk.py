"""What is said on stderr while a command works: progress, hints, the plan and the question. Never a value."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from academyctl.render.blocks import finding_blocks, head_blocks
from academyctl.render.plain import printable

if TYPE_CHECKING:
    from academyctl.model.finding import Finding
    from academyctl.model.plan import Change

SHOW_CURSOR = "\x1b[?25h"


class Talk:
    """A spinner on a terminal, one plain line a step elsewhere; with `quiet` only the question remains."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, color: bool = True) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.color = color
        self._spinner: Any = None
        self._board: Any = None

    @property
    def on_terminal(self) -> bool:
        return sys.stderr.isatty()

    def step(self, text: str) -> None:
        """What happens next."""
        if self.quiet:
            return
        if not sys.stderr.isatty():
            self._line(text)
            return
        from academyctl.render.fancy import console, literal

        if self._spinner is None:
            self._spinner = console(sys.stderr, color=self.color).status(literal(text))
            self._spinner.start()
        else:
            self._spinner.update(literal(text))

    def stage(self, stages: "Sequence[str]", at: int, text: str) -> None:
        """How far something long has come. Only where `on_terminal`, and not `quiet`."""
        if self.quiet:
            return
        if self._board is None:
            from academyctl.render.board import Board

            self.close()
            self._board = Board(sys.stderr, color=self.color)
        self._board.show(stages, at, text)

    def staged(self) -> None:
        """All stages are over: the picture stays, each of them ticked off."""
        if self._board is not None:
            self._board.stop(is_over=True)
            self._board = None

    def hint(self, text: str) -> None:
        if not self.quiet:
            self._line(f"note: {text}")

    def detail(self, text: str) -> None:
        """With --verbose only."""
        if not self.verbose:
            return
        if self._board is not None:
            self._board.say(text)
        else:
            self._line(text)

    def plan(
        self, changes: "Iterable[Change]", head: Mapping[str, str], findings: "Iterable[Finding]", *, asks: bool
    ) -> None:
        """Shows what would be done; with `quiet` only where a question follows: nobody says yes to what is unseen."""
        if self.quiet and not asks:
            return
        from academyctl.render.changes import change_blocks
        from academyctl.render.draw import write

        self.close()
        blocks = [
            *head_blocks(head),
            *change_blocks(changes),
            *finding_blocks(findings, verbose=self.verbose),
        ]
        write(blocks, sys.stderr, color=self.color)

    def ask(self, question: str) -> bool:
        """Asks on stderr and reads a line of stdin; anything but y or yes is no."""
        self.close()
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def _line(self, text: str) -> None:
        self.close()
        sys.stderr.write(printable(text) + "\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Ends the spinner, so that the next line starts clean."""
        shown, self._spinner, self._board = (self._spinner, self._board), None, None
        for one in shown:
            if one is not None:
                _stop(one)


def _stop(shown: Any) -> None:
    """A Ctrl-C may have come in the middle of its start: rich then takes back what it never put there."""
    try:
        shown.stop()
    except IndexError:
        sys.stderr.write(SHOW_CURSOR)
