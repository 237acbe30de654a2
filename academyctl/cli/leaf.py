"""The decorator that makes a function a leaf command: its own options, the shared ones, and the boundary round it."""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import typer

from academyctl.cli.boundary import execute
from academyctl.cli.options import ON_EVERY_LEAF, ON_WRITES, Shared
from academyctl.model.errors import UsageError
from academyctl.model.outcome import Outcome

_DEFAULTS = Shared()


def leaf(
    app: typer.Typer, command: str, *, example: str, writes: bool = False, stack: str = "production"
) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Registers `function(run, **own options) -> Outcome` as `command` ("group name"), with the shared options too.

    `writes` adds --yes, --dry-run and --check. `stack` is the stack when none is named.
    """
    added = {**(ON_WRITES if writes else {}), **ON_EVERY_LEAF}

    def register(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
        own = list(inspect.signature(function).parameters.values())[1:]
        absent = {parameter.name for parameter in own if parameter.default is None}

        @functools.wraps(function)
        def parsed(**given: Any) -> None:
            shared = Shared(**{option: given.pop(option) for option in added})
            raise typer.Exit(execute(command, shared, stack, lambda run: function(run, **_checked(given, absent))))

        extra = [
            inspect.Parameter(
                option,
                inspect.Parameter.KEYWORD_ONLY,
                default=getattr(_DEFAULTS, option),
                annotation=annotation,
            )
            for option, annotation in added.items()
        ]
        keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
        parsed.__signature__ = inspect.Signature([*keyword, *extra])  # type: ignore[attr-defined]  # read by inspect
        parsed.__annotations__ = {parameter.name: parameter.annotation for parameter in [*keyword, *extra]}
        app.command(command.partition(" ")[2], epilog=f"Example: {example}")(parsed)
        return function

    return register


def _checked(given: Mapping[str, Any], absent: set[str]) -> Mapping[str, Any]:
    """Refuses a number that is none (nan, inf), and an empty name where none at all would mean something else: it comes
    from a variable of a script that was not set. `absent` are the options that may be left out."""
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, float) and not math.isfinite(value):
            raise UsageError(f"{option} takes a number, not {value}")
        if name in absent and (value == "" or (isinstance(value, list) and "" in value)):
            raise UsageError(f"{option} is empty", hint="leave it out, or name one")
    return given
