"""`academyctl batch`: the encoder's fleet. Each command lives in a file of its own; here they become one group."""

import typer

from academyctl.cli import (
    batch_ce,
    batch_jobdef,
    batch_jobs,
    batch_legacy,
    batch_prune,
    batch_rollout,
    batch_setup,
    batch_status,
)

app = typer.Typer()
for part in (batch_setup, batch_ce, batch_rollout, batch_prune, batch_jobdef, batch_status, batch_jobs, batch_legacy):
    app.registered_commands += part.app.registered_commands
