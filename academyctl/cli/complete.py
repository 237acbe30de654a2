"""What the shell is offered behind an option: names from the profile folder, from our registries, from AWS.

Nothing here may fail or talk: a half-typed line is completed, or it is not. Only compute environments are asked of AWS,
for at most two seconds; the stack's own name is offered where it does not answer.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from threading import Thread
from typing import TYPE_CHECKING, Any

import typer

from academyctl.model.errors import AcademyError

if TYPE_CHECKING:
    from pathlib import Path

COMPLETE = "_ACADEMYCTL_COMPLETE"
"""The variable under which a shell asks; its value says which shell."""
PATIENCE = 2.0
"""Seconds that somebody who pressed Tab may wait for AWS."""


def complete_in_silence() -> None:
    """Nothing may be written between the lines that somebody types, and nothing slow be imported."""
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # open until the process ends
    # typer takes rich's markup out of each help text, which ours have none of: 0.1 s. None stands for "not installed".
    sys.modules["rich"] = None  # type: ignore[assignment]  # as the import system reads it


def typed_words(environ: Mapping[str, str]) -> list[str]:
    """The words behind `academyctl` that are typed in full, as the shells' functions hand them over.

    bash sends COMP_WORDS and the number of the word at the cursor, the others the text before the cursor.
    """
    if number := environ.get("COMP_CWORD"):
        return environ.get("COMP_WORDS", "").split()[1 : int(number)]
    text = environ.get("_TYPER_COMPLETE_ARGS", "")
    words = text.split()[1:]
    return words if text.endswith(" ") else words[:-1]


def complete_stacks(ctx: typer.Context) -> list[str]:
    return _names(ctx, "stacks")


def complete_roles(ctx: typer.Context) -> list[str]:
    return [*_names(ctx, "roles"), "all"]


def complete_one_role(ctx: typer.Context) -> list[str]:
    return _names(ctx, "roles")


def complete_keys(ctx: typer.Context) -> list[str]:
    """The declared keys of the role that stands on the line, of all roles where none does."""
    from academyctl.profiles.load import load_contract

    try:
        roles = load_contract(_folder(ctx)).roles
    except AcademyError:
        return []
    wanted = ctx.params.get("role")
    return sorted({key.name for role in roles if wanted in (None, role.name) for key in role.keys})


def complete_checks(ctx: typer.Context) -> list[str]:
    """The ids of `preflight`'s checks, and the globs of their groups."""
    from academyctl.check.preflight import registry
    from academyctl.profiles.load import load_stack

    try:
        stack = load_stack(_folder(ctx), _stack_name(ctx))
    except AcademyError:
        return []
    ids = [one.id for one in registry(stack, region=ctx.params.get("region") or stack.region)]
    return [*dict.fromkeys(f"{one.partition('.')[0]}.*" for one in ids), *ids]


def complete_codes() -> Iterator[str]:
    from academyctl.model.explain.registry import ALL

    yield from (code for code in ALL if not code.endswith("*"))


def complete_environments(ctx: typer.Context) -> list[str]:
    """Of the stack's stem and others, as AWS lists them; the declared one where it does not in time."""
    from academyctl.profiles.load import load_stack

    try:
        stack = load_stack(_folder(ctx), _stack_name(ctx))
    except AcademyError:
        return []
    region = ctx.params.get("region") or stack.region
    return _in_time(lambda: _read_environments(region)) or [stack.compute_environment.name]


def complete_statuses() -> tuple[str, ...]:
    from academyctl.model.batch_job import JOB_STATUSES

    return JOB_STATUSES


def complete_containers() -> list[str]:
    """Of the engine that the environment names."""
    return _in_time(_read_containers)


def completer_of(name: str) -> Callable[..., Any] | None:
    """What completes a parameter of this name, in whichever command it stands; None where nothing does."""
    by_name: Mapping[str, Callable[..., Any]] = {
        "ce": complete_environments,
        "code": complete_codes,
        "container": complete_containers,
        "key": complete_keys,
        "only": complete_checks,
        "role": complete_roles,
        "skip": complete_checks,
        "stack": complete_stacks,
        "status": complete_statuses,
    }
    return by_name.get(name)


def _names(ctx: typer.Context, kind: str) -> list[str]:
    """The names of the profile folder's files of a kind; a file has its stack's or role's name."""
    from academyctl.profiles.load import files

    try:
        return [path.stem for path in files(_folder(ctx) / kind)]
    except AcademyError:
        return []


def _folder(ctx: typer.Context) -> "Path":
    from academyctl.profiles.load import profile_folder

    return profile_folder(ctx.params.get("profiles"))


def _stack_name(ctx: typer.Context) -> str:
    return ctx.params.get("stack") or "production"


def _read_environments(region: str) -> list[str]:
    from academyctl.aws.batch import Batch
    from academyctl.aws.connect import Connection

    try:
        return sorted(one.name for one in Batch(Connection(region)).read_environments())
    except AcademyError:
        return []


def _read_containers() -> list[str]:
    from academyctl.containers.engine import Engine
    from academyctl.containers.read import read_names

    try:
        return list(read_names(Engine()))
    except AcademyError:
        return []


def _in_time(read: Callable[[], list[str]]) -> list[str]:
    """What `read` gives, if it does within PATIENCE; it is left behind when it does not."""
    found: list[str] = []
    thread = Thread(target=lambda: found.extend(read()), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return list(found)
