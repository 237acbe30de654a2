"""`academyctl batch status` and `why`."""

import typer

app = typer.Typer()
