"""`academyctl env matrix`: every key of every role beside its state in a file, in SSM and in its container."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from academyctl.check.matrix import is_amiss
from academyctl.cli.leaf import leaf
from academyctl.cli.options import RoleOption
from academyctl.cli.places import Places
from academyctl.cli.report_file import as_text, check_writable, write_report
from academyctl.cli.run import Run
from academyctl.envfile.read import read_file
from academyctl.model.errors import AwsError, Unreadable, UsageError
from academyctl.model.outcome import Outcome, Table
from academyctl.model.report import Cell, Matrix
from academyctl.model.role import Role
from academyctl.plan.split import split_document

app = typer.Typer()
DEFAULT_FILE = Path(".env")
MARKS = {"SET": "●", "MISSING": "·", "EMPTY": "∅"}
"""How a state is told where nobody has to do anything; else by its word."""


class Format(StrEnum):
    """What is written: to people, to scripts, as a picture, to a browser."""

    TABLE = "table"
    JSON = "json"
    SVG = "svg"
    HTML = "html"


@leaf(app, "env matrix", example="academyctl env matrix --file .env --format html --out env.html")
def matrix(
    run: Run,
    role: RoleOption = "all",
    file: Annotated[
        Path | None, typer.Option("--file", help="A mixed env file (default: .env, where there is one).")
    ] = None,
    container: Annotated[
        str | None,
        typer.Option("--container", metavar="NAME", help="Another container than the one the role's file names."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask SSM.")] = False,
    format: Annotated[
        Format, typer.Option("--format", help="What is written. json is the same object as -o json.")
    ] = Format.TABLE,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file, and a line to stdout.")] = None,
) -> Outcome:
    """Show every key of every role beside its state in the file, in SSM and in the role's container. No values.

    A picture and no check: it exits 0 whatever it shows, and a place that cannot be read is left out with a note.
    """
    check_writable(out)
    if run.is_json and out is None and format in (Format.SVG, Format.HTML):
        raise UsageError(f"-o json and --format {format} both want stdout", hint=f"--format {format} --out FILE")
    roles = run.roles(role)
    places = Places(run, roles)
    if file or DEFAULT_FILE.is_file():
        document = read_file(file or DEFAULT_FILE)
        places.add_file(document, split_document(document, run.contract).by_role)
    if not offline:
        _add_stored(run, places, roles)
    places.add_containers(container)
    return _told(run, tuple(places.matrices()), format, out)


def _add_stored(run: Run, places: Places, roles: tuple[Role, ...]) -> None:
    from academyctl.cli.sources import parse_stored, read_parameters

    stored = {name for name, _ in run.stack.parameters}
    here = [role for role in roles if role.name in stored]
    try:
        found = read_parameters(run, here)
    except AwsError as failure:
        places.leave_out("SSM", failure.message)
        return
    for role in here:
        if role.name not in found:
            places.leave_out("SSM", f"{run.parameter(role)} does not exist")
            continue
        try:
            places.add("SSM", role, parse_stored(found[role.name], role))
        except Unreadable as broken:
            places.leave_out("SSM", broken.message)


def _told(run: Run, matrices: tuple[Matrix, ...], format: Format, out: Path | None) -> Outcome:
    outcome = Outcome(data={"roles": dict(map(_data, matrices))}, view=tuple(map(_table, matrices)))
    if out is None and format in (Format.TABLE, Format.JSON):
        return outcome
    text = _text(run, matrices, format, outcome)
    if out is None:
        return Outcome(data=outcome.data, text=text)
    write_report(out, text)
    keys = sum(len(one.rows) for one in matrices)
    return Outcome(data=outcome.data, view=(f"{keys} keys of {len(matrices)} roles; written to {out}",))


def _text(run: Run, matrices: tuple[Matrix, ...], format: Format, outcome: Outcome) -> str:
    match format:
        case Format.TABLE:
            return as_text(outcome)
        case Format.JSON:
            from academyctl.render.envelope import envelope

            return envelope(run.command, run.stack_name, outcome) + "\n"
        case Format.SVG:
            from academyctl.render.matrix import matrix_svg

            return matrix_svg(matrices)
        case Format.HTML:
            from academyctl.render.matrix import matrix_page

            return matrix_page(run.stack_name, matrices)


def _data(matrix: Matrix) -> tuple[str, dict[str, Any]]:
    """Role → key → place → state; a place that says nothing of a key is absent."""
    rows = {
        key: {place: cell.state for place, cell in zip(matrix.sources, cells, strict=True) if cell}
        for key, cells in matrix.rows
    }
    return matrix.role, rows


def _table(matrix: Matrix) -> Table:
    return Table(
        title=matrix.role,
        columns=("key", *matrix.sources),
        rows=tuple((key, *map(_mark, cells)) for key, cells in matrix.rows),
        styles=tuple("bad" if any(map(is_amiss, cells)) else "" for _, cells in matrix.rows),
    )


def _mark(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return cell.state if is_amiss(cell) else MARKS.get(cell.state, cell.state)
