"""`academyctl profile`: the files in env_profiles/."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.errors import ProfileError
from academyctl.model.outcome import Outcome
from academyctl.profiles.load import check_folder
from academyctl.profiles.schema import json_schema

app = typer.Typer()


class FileKind(StrEnum):
    ROLE = "role"
    STACK = "stack"


@leaf(app, "profile check", example="academyctl profile check")
def check(run: Run) -> Outcome:
    """Check every role and stack file; all errors at once, with file, line and key path."""
    findings, paths = check_folder(run.folder)
    if findings:
        count = f"{len(findings)} error" + ("" if len(findings) == 1 else "s")
        raise ProfileError(f"{count} in {run.folder}", hint="academyctl profile schema role|stack", findings=findings)
    return Outcome(data={"files": list(paths)}, view=paths)


@leaf(app, "profile schema", example="academyctl profile schema role > role.schema.json")
def schema(run: Run, kind: Annotated[FileKind, typer.Argument(metavar="role|stack", help="Which file.")]) -> Outcome:
    """Print the JSON Schema of a role or stack file, for editors."""
    found = json_schema(kind)
    return Outcome(data={"schema": found}, text=json.dumps(found, indent=2) + "\n")
