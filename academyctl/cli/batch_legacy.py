"""`academyctl batch cleanup-legacy`."""

import typer

app = typer.Typer()
