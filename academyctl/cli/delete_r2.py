"""`academyctl delete-r2`: the Lambda that deletes stored videos. Each command lives in a file of its own."""

import typer

from academyctl.cli import delete_r2_deploy, delete_r2_probe, delete_r2_status

app = typer.Typer()
for part in (delete_r2_deploy, delete_r2_status, delete_r2_probe):
    app.registered_commands += part.app.registered_commands
