"""Values of folding: the texts that an expression can be, the elements that a loop can run over."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

from academyctl.scan.scope import Scope
from academyctl.scan.values import Place

MOST = 512
"""Texts of one expression; more are not told apart."""
DEEPEST = 25
Bound = Mapping[Scope, Mapping[str, Place]]
"""What each call on the way handed to its function: parameter → argument; `*` before the name of a vararg."""


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
    if size > MOST or any(not isinstance(value, str | int) for one in pieces for value in one.values):
        return UNKNOWN
    texts = ("".join(map(str, chosen)) for chosen in product(*(one.values for one in pieces)))
    return Folded(tuple(dict.fromkeys(texts)), any(one.unknown for one in pieces), needs)


def together(parts: Iterable[Elements]) -> Elements:
    found = list(parts)
    return Elements(
        tuple(place for one in found for place in one.places)[:MOST],
        any(one.unknown for one in found),
        frozenset().union(*(one.needs for one in found)),
    )
