"""Lines of somebody else's text to stdout, as they come."""

import sys
from collections.abc import Iterable
from io import TextIOWrapper

from academyctl.render.line import Line
from academyctl.render.plain import write_plain


def write_lines(texts: Iterable[str]) -> None:
    """Each text on lines of its own, at once; control characters are shown, not obeyed."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    lines = [Line(line.removesuffix("\r")) for text in texts for line in text.removesuffix("\n").split("\n")]
    write_plain(lines, sys.stdout)
    sys.stdout.flush()
