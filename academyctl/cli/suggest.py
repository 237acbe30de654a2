"""What a command line that cannot be parsed is answered with: what is wrong, and what was probably meant.

Words that may be a value are not repeated; names of commands and options are.
"""

import re
from collections.abc import Callable, Iterable

import typer

from academyctl.cli.options import ON_EVERY_LEAF
from academyctl.model.near import nearest


def told(mistake: typer.TyperException, path: str, commands: Callable[[], Iterable[str]]) -> tuple[str, str]:
    """The message and the hint. `path` is how far the line was understood ("ssm"), `commands` gives every full name."""
    said = mistake.format_message().splitlines()[0].rstrip(".")
    more = f"academyctl {path} --help".replace("  ", " ")
    if "unexpected extra argument" in said:
        return "there are more words on the line than the command takes", more
    if found := re.match(r"No such command '(.*?)'", said):
        near = _beside(found[1], mistake, path) or _elsewhere(found[1], commands)
        return found[0], _meant(near, more)
    if found := re.match(r"No such option: (\S+)", said):
        if found[1].removeprefix("--").replace("-", "_") in ON_EVERY_LEAF:
            return found[0], f"it stands behind the command: academyctl {path} COMMAND {found[1]} …".replace("  ", " ")
        names = {name.lstrip("-"): name for name in getattr(mistake, "possibilities", None) or ()}
        return found[0], _meant(names.get(nearest(found[1].lstrip("-"), names), ""), more)
    # What may be chosen stands on lines of its own.
    return said.removesuffix(". Choose from:"), _meant(_choice(mistake), more)


def _beside(word: str, mistake: typer.TyperException, path: str) -> str:
    """The nearest command of the same group."""
    group = getattr(getattr(mistake, "ctx", None), "command", None)
    near = nearest(word, getattr(group, "commands", ()))
    return " ".join(["academyctl", *path.split(), near]) if near else ""


def _elsewhere(word: str, commands: Callable[[], Iterable[str]]) -> str:
    """A command of that name, or nearly, in another group."""
    ends = {name.rpartition(" ")[2]: name for name in commands()}
    near = word if word in ends else nearest(word, ends)
    return f"academyctl {ends[near]}" if near else ""


def _choice(mistake: typer.TyperException) -> str:
    """The nearest of an option's few values."""
    choices = getattr(getattr(getattr(mistake, "param", None), "type", None), "choices", ())
    found = re.match(r"'(.*)' is not one of", mistake.message)
    return nearest(found[1], map(_text, choices)) if found else ""


def _text(choice: object) -> str:
    return str(getattr(choice, "value", choice))


def _meant(near: str, more: str) -> str:
    return f"did you mean {near}? ({more})" if near else more
