"""The end of a command as a person sees it."""

import sys

from academyctl.model.outcome import Outcome
from academyctl.render.blocks import error_blocks, outcome_blocks
from academyctl.render.draw import write
from academyctl.render.talk import Talk


def show_result(outcome: Outcome, talk: Talk) -> None:
    """To stdout."""
    if outcome.text is not None:
        _write_text(outcome.text)
    else:
        write(outcome_blocks(outcome, verbose=talk.verbose), sys.stdout, color=talk.color)


def show_error(outcome: Outcome, talk: Talk) -> None:
    """What went wrong, to stderr."""
    if outcome.error is not None:
        write(error_blocks(outcome, verbose=talk.verbose), sys.stderr, color=talk.color)


def _write_text(text: str) -> None:
    """A text for programs: UTF-8 and its own line ends, whatever the locale's are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
