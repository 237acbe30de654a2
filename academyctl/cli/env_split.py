"""`academyctl env split` and `env template`: from one mixed env file to one file a role, and the first file of all."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.options import RoleOption, Unknown, UnknownOption
from academyctl.cli.run import Run
from academyctl.envfile.read import read_file
from academyctl.model.outcome import Outcome, Table, checked
from academyctl.plan.split import split_document

app = typer.Typer()


@leaf(app, "env split", writes=True, example="academyctl env split --file .env --out ./split --yes")
def split(
    run: Run,
    file: Annotated[Path, typer.Option("--file", help="The mixed env file.")] = Path(".env"),
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write ROLE.env files (0600) there.")] = None,
    unknown: UnknownOption = Unknown.REFUSE,
) -> Outcome:
    """Show which role each key of a mixed env belongs to; with --out, write one env file a role."""
    from academyctl.model.contract import names_of

    document = read_file(file)
    split = split_document(document, run.contract, drop_unknown=unknown is Unknown.DROP)
    names = names_of(run.contract.roles)
    table = Table(
        title=f"{file}: key × role",
        columns=("key", *names),
        rows=tuple((key, *("●" if name in homes else "·" for name in names)) for key, homes in split.homes.items()),
        styles=tuple("" if homes else "bad" for homes in split.homes.values()),
    )
    data = {
        "source": str(file),
        "keys": {key: list(homes) for key, homes in split.homes.items()},
        "dropped": list(split.dropped),
    }
    if out is None:
        return checked(split.findings, data=data, view=(table,))
    from academyctl.cli.files import plan_split_files, write_files
    from academyctl.cli.flow import carry_out

    plan = plan_split_files(run, document, split, out)
    outcome = carry_out(run, plan, head={}, apply=lambda: write_files(plan), data=data)
    return replace(outcome, view=(table,))


@leaf(app, "env template", example="academyctl env template --role api > api.env")
def template(run: Run, role: RoleOption = "all") -> Outcome:
    """Print a commented minimal env file: required keys open, defaults and examples filled in."""
    from academyctl.envfile.template import render_template

    text = render_template(run.roles(role))
    return Outcome(data={"template": text}, text=text)
