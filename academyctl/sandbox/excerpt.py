"""A command's output without what says nothing new: rows alike are counted, warnings told before are only named."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

FEW = 5
"""More rows or findings alike than this are cut short, and their number is told."""
FIRST = 2
"""So many of them are shown all the same."""
ROW = "row"
_ROW = re.compile(r"\S+ +(SET|MISSING +optional.*)")
_FINDING = re.compile(r"(?P<level>error|warning): (?:\S+:\d+: )?(?P<told>.*) \[(?P<code>[a-z.-]+)\]")

Item = tuple[str, ...]
"""One line, or a finding and its hint."""


class Excerpt:
    """Remembers the warnings of earlier outputs; where in a file they stood does not matter."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def cut(self, lines: Iterable[str]) -> Iterator[str]:
        for kind, group in groupby(_items(lines), key=_kind):
            items = list(group)
            if kind and kind != ROW:
                yield from self._findings(kind, items)
            elif kind and len(items) > FEW:
                yield f"… {len(items)} keys that are SET, or optional"
            else:
                yield from _flat(items)

    def _findings(self, code: str, items: list[Item]) -> Iterator[str]:
        fresh = [item for item in items if _told(item) not in self._told]
        self._told |= {_told(item) for item in fresh} - {""}
        shown = fresh[:FIRST] if len(fresh) > FEW else fresh
        yield from _flat(shown)
        if len(shown) < len(items):
            how = "more" if shown else "as told above"
            yield f"… {len(items) - len(shown)} {how}: [{code}]"


def _items(lines: Iterable[str]) -> Iterator[Item]:
    item: Item = ()
    for line in lines:
        if line.startswith("    hint:"):
            item = (*item, line)
            continue
        if item:
            yield item
        item = (line,)
    if item:
        yield item


def _kind(item: Item) -> str:
    """The finding's code, ROW for a row of a key that is as it should be, "" for what is shown as it is."""
    found = _FINDING.fullmatch(item[0])
    return found["code"] if found else ROW if _ROW.fullmatch(item[0]) else ""


def _told(item: Item) -> str:
    """What a warning says; "" for an error, which is told each time."""
    found = _FINDING.fullmatch(item[0])
    return found["told"] if found and found["level"] == "warning" else ""


def _flat(items: Iterable[Item]) -> Iterator[str]:
    return (line for item in items for line in item)
