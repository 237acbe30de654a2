"""`academyctl batch jobs` and `logs`."""

import typer

app = typer.Typer()
