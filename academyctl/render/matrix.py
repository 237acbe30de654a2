"""The env of each role, key by key, in each source: one table a role, as a part of a page or as a drawing."""

from collections.abc import Iterable

from academyctl.model.report import Cell, Matrix
from academyctl.render.page import STYLE, page, text

SIGNS = {"SET": ("✓", "good"), "MISSING": ("–", "dim"), "EMPTY": ("∅", "dim"), "BAD": ("!", "bad")}
OTHERS = ("?", "bad")
"""A key that is not the role's: foreign, unknown, or under a name that the code never reads."""
WORDS = {"SET": "set", "MISSING": "not set", "EMPTY": "empty"}
REQUIRED = "required"
"""Why a key is missing or empty that must not be."""


def matrix_section(matrices: Iterable[Matrix]) -> str:
    tables = "".join(map(_table, matrices))
    return f'<section><h2>Env</h2><div class="side">{tables}</div></section>' if tables else ""


def _table(matrix: Matrix) -> str:
    heads = "".join(f'<th class="cell" scope="col">{text(source)}</th>' for source in matrix.sources)
    rows = "".join(
        f'<tr><td class="mono">{text(key)}</td>{"".join(map(_cell, cells))}</tr>' for key, cells in matrix.rows
    )
    return (
        f'<div class="card tall"><h3>{text(matrix.role)}</h3>'
        f'<table><thead><tr><th scope="col">key</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return '<td class="cell"></td>'
    sign, style = _sign(cell)
    told = WORDS.get(cell.state, cell.why)
    return f'<td class="cell small {style}"><span class="sign" aria-hidden="true">{sign}</span>{text(told)}</td>'


def _sign(cell: Cell) -> tuple[str, str]:
    if cell.why == REQUIRED and cell.state != "SET":
        return "✗", "bad"
    return SIGNS.get(cell.state, OTHERS)


def matrix_page(stack: str, matrices: Iterable[Matrix]) -> str:
    """A page of its own."""
    return page(f"Env of {stack}", f"<h1>Env of {text(stack)}</h1>", matrix_section(matrices))


# The drawing: a block a role, a line a key, a column a source. Lengths are SVG user units.

ROW, HEAD, NAME, COLUMN, MARGIN = 22, 58, 260, 96, 18
OWN_STYLE = """svg { width: auto; max-width: 100%; background: var(--card); font-family: sans-serif; }
svg path.rule { stroke: var(--line); stroke-width: 1; }
"""


def matrix_svg(matrices: Iterable[Matrix]) -> str:
    """One file that needs nothing else, light or dark as its reader is."""
    parts: list[str] = []
    y, width = 0, 0
    for one in matrices:
        parts.append(_block(one, y))
        y += HEAD + ROW * len(one.rows) + MARGIN
        width = max(width, NAME + COLUMN * len(one.sources))
    size = f'viewBox="0 0 {width + 2 * MARGIN} {y}" width="{width + 2 * MARGIN}"'
    style = f"<style>{STYLE}{OWN_STYLE}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{style}{"".join(parts)}</svg>\n'


def _block(matrix: Matrix, y: int) -> str:
    heads = (_word(source, "soft", _x(number), y + 46, 12) for number, source in enumerate(matrix.sources))
    rows = (_row(key, cells, y + HEAD + ROW * number) for number, (key, cells) in enumerate(matrix.rows))
    return _word(matrix.role, "strong", MARGIN, y + 26, 16) + "".join(heads) + "".join(rows)


def _row(key: str, cells: tuple[Cell | None, ...], y: int) -> str:
    line = f'<path class="rule" d="M{MARGIN} {y} H{_x(len(cells))}"/>'
    told = (_drawn(cell, _x(number), y + 15) for number, cell in enumerate(cells) if cell)
    return line + _word(key, "", MARGIN, y + 15, 12) + "".join(told)


def _drawn(cell: Cell, x: int, y: int) -> str:
    sign, style = _sign(cell)
    told = text(WORDS.get(cell.state, cell.state.lower()))
    return f'<text class="{style}" x="{x}" y="{y}" font-size="12">{sign} {told}<title>{text(cell.why)}</title></text>'


def _word(told: str, style: str, x: int, y: int, size: int) -> str:
    return f'<text class="{style}" x="{x}" y="{y}" font-size="{size}">{text(told)}</text>'


def _x(number: int) -> int:
    """Where the column of a source begins."""
    return MARGIN + NAME + COLUMN * number
