"""`academyctl batch setup`."""

import typer

app = typer.Typer()
