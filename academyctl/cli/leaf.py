"""The decorator that makes a function a leaf command: its own options, the shared ones, and the boundary round it."""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

import typer
from typer.models import ArgumentInfo

from academyctl.cli.boundary import execute
from academyctl.cli.complete import completer_of
from academyctl.cli.options import ON_EVERY_LEAF, ON_WRITES, Output, Shared
from academyctl.model.errors import UsageError
from academyctl.model.outcome import Outcome

_DEFAULTS = Shared()


def leaf(
    app: typer.Typer, command: str, *, example: str, writes: bool = False, stack: str = "production"
) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Registers `function(run, **own options) -> Outcome` as `command` ("group name"; "name" where there is no
    group), with the shared options too.

    `writes` adds --yes, --dry-run and --check. `stack` is the stack when none is named.
    """
    added = {**(ON_WRITES if writes else {}), **ON_EVERY_LEAF}

    def register(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
        own = list(inspect.signature(function).parameters.values())[1:]
        called = {parameter.name: _called(parameter) for parameter in own}
        absent = {parameter.name for parameter in own if parameter.default is None}

        @functools.wraps(function)
        def parsed(**given: Any) -> None:
            shared = _as_format(Shared(**{option: given.pop(option) for option in added}), given)
            raise typer.Exit(
                execute(command, shared, stack, lambda run: function(run, **_checked(given, called, absent, shared)))
            )

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
        for parameter in (*keyword, *extra):
            _complete(parameter)
        parsed.__signature__ = inspect.Signature([*keyword, *extra])  # type: ignore[attr-defined]  # read by inspect
        parsed.__annotations__ = {parameter.name: parameter.annotation for parameter in [*keyword, *extra]}
        about = _unwrapped(function.__doc__ or "")
        name, first = command.rpartition(" ")[2], about.partition("\n\n")[0]
        app.command(name, help=about, short_help=first, epilog=f"Example: {example}")(parsed)
        return function

    return register


def _complete(parameter: inspect.Parameter) -> None:
    """A parameter is completed by its name, alike in every command, unless it says how itself."""
    for told in get_args(parameter.annotation)[1:]:
        if told.autocompletion is None:
            told.autocompletion = completer_of(parameter.name)


def _as_format(shared: Shared, given: Mapping[str, Any]) -> Shared:
    """`--format json` on stdout is `-o json`, on failure too."""
    is_json = given.get("format") == "json" and given.get("out") is None
    return replace(shared, output=Output.JSON) if is_json else shared


def _unwrapped(text: str) -> str:
    """Its paragraphs as one line each: they are broken where the screen ends, not where the source did."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


def _called(parameter: inspect.Parameter) -> str:
    """As the line has it: `--timeout`, or the CODE of an argument."""
    for told in get_args(parameter.annotation)[1:]:
        if isinstance(told, ArgumentInfo):
            return (told.metavar or parameter.name.upper()).strip("[]")
        for name in told.param_decls or ():
            if name.startswith("--"):
                return str(name).partition("/")[0]
    return f"--{parameter.name.replace('_', '-')}"


def _checked(
    given: Mapping[str, Any], called: Mapping[str, str], absent: set[str], shared: Shared
) -> Mapping[str, Any]:
    """Refuses a number that is none (nan, inf), and an empty name where none at all would mean something else: it comes
    from a variable of a script that was not set. `absent` are the parameters that may be left out."""
    for name, value in given.items():
        option = called[name]
        if isinstance(value, float) and not math.isfinite(value):
            raise UsageError(f"{option} takes a number, not {value}")
        if name in absent and (value == "" or (isinstance(value, list) and "" in value)):
            raise _empty(option)
    for option, value in (("--region", shared.region), ("--profiles", shared.profiles)):
        if value == "":
            raise _empty(option)
    return given


def _empty(option: str) -> UsageError:
    return UsageError(f"{option} is empty", hint="leave it out, or name one")
