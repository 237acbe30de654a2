"""Values of folding: the texts that an expression can be, the elements that a loop can run over."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

from academyctl.scan.scope import Scope
from academyctl.scan.values import Place

MOST = 512
"""Texts of one expression; more are not told apart."""
DEEPEST = 50
MOST_STEPS = 20_000
LONGEST = 4096
"""Characters of a text that is put together."""
WIDEST = 1 << 64
"""Of numbers in a text: Python refuses to write out a very long one."""
Bound = Mapping[Scope, Mapping[str, Place]]
"""What each call on the way handed to its function: parameter → argument; `*` before the name of a vararg."""


class Effort:
    """How deep and how long one question is followed: a name that is rebound under conditions doubles the ways there
    with each of them."""

    def __init__(self) -> None:
        self._depth = self._steps = 0

    def enter(self) -> bool:
        """False where the question is given up. Whoever entered leaves."""
        self._steps = self._steps + 1 if self._depth else 0
        if self._depth > DEEPEST or self._steps > MOST_STEPS:
            return False
        self._depth += 1
        return True

    def leave(self) -> None:
        self._depth -= 1


class Folded(NamedTuple):
    """`values` are all it can be, unless it is `unknown` too; `needs` are functions whose arguments would tell."""

    values: tuple[object, ...] = ()
    unknown: bool = False
    needs: frozenset[Scope] = frozenset()

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(value for value in self.values if isinstance(value, str))


class Elements(NamedTuple):
    places: tuple[Place, ...] = ()
    unknown: bool = False
    needs: frozenset[Scope] = frozenset()


UNKNOWN = Folded(unknown=True)
NO_ELEMENTS = Elements(unknown=True)


def union(parts: Iterable[Folded]) -> Folded:
    found = list(parts)
    if not found:
        return UNKNOWN
    values = dict.fromkeys(value for one in found for value in one.values)
    needs = frozenset().union(*(one.needs for one in found))
    return Folded(tuple(values)[:MOST], any(one.unknown for one in found) or len(values) > MOST, needs)


def join(parts: Iterable[Folded]) -> Folded:
    """Every combination, one after the other."""
    pieces = list(parts)
    needs: frozenset[Scope] = frozenset().union(*(one.needs for one in pieces))
    size = 1
    for one in pieces:
        size *= len(one.values)
    if size > MOST or not all(_is_written(value) for one in pieces for value in one.values):
        return UNKNOWN
    if sum(max((len(str(value)) for value in one.values), default=0) for one in pieces) > LONGEST:
        return UNKNOWN
    texts = ("".join(map(str, chosen)) for chosen in product(*(one.values for one in pieces)))
    return Folded(tuple(dict.fromkeys(texts)), any(one.unknown for one in pieces), needs)


def _is_written(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and abs(value) < WIDEST)


def together(parts: Iterable[Elements]) -> Elements:
    found = list(parts)
    places = tuple(place for one in found for place in one.places)
    return Elements(
        places[:MOST],
        any(one.unknown for one in found) or len(places) > MOST,
        frozenset().union(*(one.needs for one in found)),
    )
