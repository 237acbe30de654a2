"""`academyctl batch ce-rollout`, `ce-rollback` and `ce-prune`."""

import typer

app = typer.Typer()
