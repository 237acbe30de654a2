"""Changes → blocks: what would be done, is done, or was undone, key names by sign."""

from collections.abc import Iterable, Iterator

from academyctl.model.plan import Action, Change, State
from academyctl.render.line import Block, Line

SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.NONE: "="}
WIDTH = 100
_STATE_STYLE = {
    State.PLANNED: "",
    State.DONE: "good",
    State.FAILED: "bad",
    State.NOT_STARTED: "dim",
    State.UNDONE: "warn",
}


def change_blocks(changes: Iterable[Change]) -> Iterator[Block]:
    for change in changes:
        state = "" if change.state is State.PLANNED or change.action is Action.NONE else f"[{change.state}] "
        why = f"  ({change.why})" if change.why else ""
        yield Line(f"{SIGNS[change.action]} {state}{change.target}{why}", _STATE_STYLE[change.state])
        if change.state in (State.PLANNED, State.FAILED):
            yield from _detail(change.detail)


def _detail(detail: tuple[str, ...]) -> Iterator[Block]:
    """Names by sign, wrapped: `+ A  B  C`."""
    signs: dict[str, list[str]] = {}
    for line in detail:
        sign, _, name = line.partition(" ")
        signs.setdefault(sign, []).append(name)
    for sign, names in signs.items():
        for row in _rows(names):
            yield Line(f"    {sign} {row}", {"+": "good", "-": "bad"}.get(sign, "warn"))


def _rows(names: Iterable[str]) -> Iterator[str]:
    """Names in rows of the page's width. A name is data: it is never broken, whatever stands in it. What is more than
    a name (`memory 128 → 256`) has a row of its own."""
    row: list[str] = []
    for name in names:
        is_full = sum(map(len, row)) + 2 * len(row) + len(name) > WIDTH - 8
        if row and (is_full or " " in name or " " in row[-1]):
            yield "  ".join(row)
            row = []
        row.append(name)
    yield "  ".join(row)
