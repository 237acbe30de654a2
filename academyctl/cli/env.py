"""`academyctl env`: env files, parameters, containers and code. Each command lives in a file of its own."""

import typer

from academyctl.cli import (
    env_diff,
    env_matrix,
    env_refresh,
    env_restore,
    env_run,
    env_scan,
    env_split,
    env_validate,
)

app = typer.Typer()
for part in (env_validate, env_split, env_diff, env_restore, env_refresh, env_run, env_scan, env_matrix):
    app.registered_commands += part.app.registered_commands
