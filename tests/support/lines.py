"""Command lines as text, held to the parser: does the command exist, and does it take these words. Nothing is run."""

import shlex
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import typer

from academyctl.cli.app import GROUPS, LEAVES, PARTS


def commands() -> Iterator[tuple[str, Any]]:
    """The full name of every command, and what the parser has of it."""
    for name, (module, _) in LEAVES.items():
        yield name, _parsed(module, name)
    for group, (module, _) in GROUPS.items():
        for info in import_module(module).app.registered_commands:
            yield f"{group} {info.name}", _parsed(module, info.name)


def check_line(line: str) -> None:
    """A typer exception for a line that would be a usage error, KeyError for a command that does not exist.

    Of a pipe the part that begins with academyctl counts; what a shell redirects is left out.
    """
    own = next(part.strip() for part in line.split(" | ") if part.strip().startswith("academyctl "))
    words = shlex.split(own.partition(" > ")[0])[1:]
    if words[0] in LEAVES:
        command, rest = _parsed(LEAVES[words[0]][0], words[0]), words[1:]
    else:
        module = PARTS.get(" ".join(words[:2])) or GROUPS[words[0]][0]
        command, rest = _parsed(module, words[1]), words[2:]
    command.make_context(words[0], rest)


def _parsed(module: str, name: str | None) -> Any:
    known = {info.name: info for info in import_module(module).app.registered_commands}
    one = typer.Typer(add_completion=False)
    one.registered_commands = [known[name]]
    return typer.main.get_command(one)
