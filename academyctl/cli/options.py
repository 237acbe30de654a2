"""The options that commands share, declared once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from academyctl.cli.complete import complete_one_role

SHARED = "Shared options"


class Output(StrEnum):
    TABLE = "table"
    JSON = "json"


class Unknown(StrEnum):
    """What to do with keys that are declared nowhere."""

    REFUSE = "refuse"
    DROP = "drop"


RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help="api, worker, or all.")]
OneRole = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="api or worker.", autocompletion=complete_one_role)
]
UnknownOption = Annotated[
    Unknown, typer.Option("--unknown", help="Keys that are declared nowhere: refuse or drop them.")
]


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What the shared options said. `stack` is None where neither the option nor the environment named one."""

    stack: str | None = None
    profiles: str | None = None
    output: Output = Output.TABLE
    no_color: bool = False
    verbose: bool = False
    quiet: bool = False
    region: str | None = None
    yes: bool = False
    dry_run: bool = False
    check: bool = False


ON_EVERY_LEAF: dict[str, Any] = {
    "stack": Annotated[
        str | None,
        typer.Option(
            "--stack",
            envvar="ACADEMYCTL_STACK",
            metavar="NAME",
            help="The stack to work on (default: production, in the sandbox: sandbox).",
            rich_help_panel=SHARED,
        ),
    ],
    "profiles": Annotated[
        str | None,
        typer.Option(
            "--profiles",
            envvar="ACADEMYCTL_PROFILES",
            metavar="DIR",
            help="The profile folder (default: ./env_profiles, else the shipped one).",
            rich_help_panel=SHARED,
        ),
    ],
    "region": Annotated[
        str | None,
        typer.Option("--region", metavar="REGION", help="Another region than the stack's.", rich_help_panel=SHARED),
    ],
    "output": Annotated[
        Output,
        typer.Option("--output", "-o", help="How the result is written to stdout.", rich_help_panel=SHARED),
    ],
    "no_color": Annotated[bool, typer.Option("--no-color", help="No colour (also: NO_COLOR).", rich_help_panel=SHARED)],
    "verbose": Annotated[
        bool,
        typer.Option("--verbose", "-v", help="AWS calls, notes, tracebacks on stderr.", rich_help_panel=SHARED),
    ],
    "quiet": Annotated[bool, typer.Option("--quiet", "-q", help="Errors only on stderr.", rich_help_panel=SHARED)],
}
ON_WRITES: dict[str, Any] = {
    "yes": Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")],
    "dry_run": Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing, exit 0.")],
    "check": Annotated[bool, typer.Option("--check", help="Show the plan, change nothing, exit 5 if it is not empty.")],
}
