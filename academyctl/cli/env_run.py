"""`academyctl env run`: a command takes our place, with a role's stored env in its environment and nowhere else."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole
from academyctl.cli.posix import posix_only
from academyctl.cli.run import Run
from academyctl.cli.stored import read_judged
from academyctl.model.errors import CommandNotFound, NotExecutable, Refused
from academyctl.model.finding import has_errors
from academyctl.model.outcome import Outcome
from academyctl.plan.child_env import check_names, child_env

app = typer.Typer()
OURS = (signal.SIGINT, signal.SIGTERM)
"""What has a handler of ours, or of the interpreter's."""
IGNORED_BY_PYTHON = tuple(getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name))


@leaf(app, "env run", example="academyctl env run --role api -- python manage.py migrate")
def run_with_env(
    run: Run,
    role: OneRole,
    words: Annotated[list[str], typer.Argument(metavar="-- CMD…", help="The command, and its own options.")],
    only_declared: Annotated[
        bool,
        typer.Option("--only-declared", help="Of the inherited env only PATH, HOME, USER, LANG, LC_*, TZ and TERM."),
    ] = False,
) -> Outcome:
    """Run a command with a role's stored env over the inherited one. It takes this process's place: streams, signals
    and exit code are its own.

    Exit 127: there is no such command. 126: it cannot be run. 4: the stored env has errors, and nothing was run.
    """
    posix_only("env run")
    if not words[0]:
        raise CommandNotFound("the command is empty", hint="a variable that is not set? (-- CMD…)")
    stored = read_judged(run, run.stored_role(role))
    findings = (*stored.findings, *check_names(stored.env, role))
    if has_errors(findings):
        raise Refused("the stored env has errors", findings=findings)
    env = child_env(_inherited(), stored.env, only_declared=only_declared)
    run.talk.detail(f"running {words[0]} with version {stored.parameter.version} of {stored.parameter.name}")
    run.talk.close()
    _become(words, env)


def _inherited() -> dict[bytes, bytes]:
    """The environment as it was handed to us: in the C locale the interpreter adds LC_CTYPE to it (PEP 538)."""
    env = dict(os.environb)
    with suppress(OSError):
        handed = Path("/proc/self/environ").read_bytes().split(b"\0")
        if not any(each.startswith(b"LC_CTYPE=") for each in handed):
            env.pop(b"LC_CTYPE", None)
    return env


def _become(words: list[str], env: dict[bytes, bytes]) -> NoReturn:
    """Never returns. The command is looked for on the PATH of its own environment, as env(1) does."""
    name = words[0]
    _release_signals()
    try:
        os.execvpe(name, words, env)
    except FileNotFoundError:
        raise CommandNotFound(_not_found(name)) from None
    except OSError as refused:
        raise NotExecutable(f"{name} cannot be run: {refused.strerror}") from None


def _not_found(name: str) -> str:
    """A script is not found either where its first line names what is not there (`sh\\r` of a file with CRLF)."""
    if "/" in name and os.path.exists(name):  # noqa: PTH110  # Path.exists raises where we may not look
        return f"{name} cannot be run: the interpreter that its first line names is not there"
    return f"{name}: there is no such command"


def _release_signals() -> None:
    """Handlers go and the interpreter's ignores end; what our caller ignores stays ignored.

    Blocked meanwhile: a signal that comes in between meets the command, or ends us, and is never lost.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
    for number in OURS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for number in IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
