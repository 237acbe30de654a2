"""The decorator that makes a function a leaf command: its own options, the shared ones, and the boundary round it."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import typer

from academyctl.cli.boundary import execute
from academyctl.cli.options import ON_EVERY_LEAF, ON_WRITES, Shared
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

        @functools.wraps(function)
        def parsed(**given: Any) -> None:
            shared = Shared(**{option: given.pop(option) for option in added})
            raise typer.Exit(execute(command, shared, stack, lambda run: function(run, **given)))

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
