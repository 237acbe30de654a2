"""The options by which commands of `batch` wait, declared once."""

from typing import Annotated

import typer

PollOption = Annotated[float, typer.Option("--poll", min=0.01, metavar="S", help="Seconds between two looks.")]
StableOption = Annotated[
    int, typer.Option("--stable-reads", min=1, metavar="N", help="Empty readings in a row that prove it drained.")
]
ValidOption = Annotated[
    float, typer.Option("--valid-timeout", min=0, metavar="S", help="Seconds for an environment or a queue.")
]
