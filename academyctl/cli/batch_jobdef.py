"""`academyctl batch jobdef-verify` and `jobdef-register`."""

import typer

app = typer.Typer()
