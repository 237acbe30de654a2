"""`academyctl batch ce-check` and `ce-ensure`."""

import typer

app = typer.Typer()
