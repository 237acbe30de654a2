"""The end of a command as a person sees it."""

import sys

from academyctl.model.outcome import Outcome
from academyctl.render.blocks import error_blocks, outcome_blocks
from academyctl.render.draw import write
from academyctl.render.talk import Talk


def show_outcome(outcome: Outcome, talk: Talk) -> None:
    """The result to stdout, what went wrong to stderr."""
    if outcome.text is not None:
        _write_text(outcome.text)
    else:
        write(outcome_blocks(outcome, verbose=talk.verbose), sys.stdout, color=talk.color)
    if outcome.error is not None:
        sys.stdout.flush()
        write(error_blocks(outcome, verbose=talk.verbose), sys.stderr, color=talk.color)


def _write_text(text: str) -> None:
    """A text for programs: UTF-8 and its own line ends, whatever the locale's are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
