"""What every result is made of: lines and tables."""

from typing import NamedTuple

from academyctl.model.outcome import Table


class Line(NamedTuple):
    """`style` is good, bad, warn, dim, head or empty; never needed to understand the text."""

    text: str
    style: str = ""


Block = Line | Table
