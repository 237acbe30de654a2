"""The root command. A group's module is imported when its name is on the command line, so that help and small commands
start fast."""

import os
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from types import FrameType
from typing import Annotated, Literal

import typer
from typer.models import CommandInfo

from academyctl.cli.complete import COMPLETE, complete_in_silence, typed_words
from academyctl.cli.streams import forget_stdout, open_streams
from academyctl.model.exit import ExitCode

GROUPS = {
    "env": (
        "academyctl.cli.env",
        "Check, split, compare, restore and audit env in files, SSM, containers and code.",
    ),
    "ssm": ("academyctl.cli.ssm", "Push each role's env to its SSM parameter; show, compare and roll back."),
    "batch": ("academyctl.cli.batch", "Set up, check, roll and watch the encoder's AWS Batch environments."),
    "delete-r2": ("academyctl.cli.delete_r2", "Deploy, check and try the Lambda that deletes stored videos."),
    "iam": ("academyctl.cli.iam", "Print the least-privilege IAM policy of a job, a host or an operator."),
    "profile": ("academyctl.cli.profile", "Check env_profiles/ and print its JSON Schema."),
    "sandbox": ("academyctl.cli.sandbox", "An embedded AWS on loopback: try everything without an account."),
}
LEAVES = {
    "preflight": ("academyctl.cli.preflight", "Run every read-only check at once: on a terminal, or as a gate in CI."),
    "doctor": ("academyctl.cli.doctor", "Check this side: credentials, account, clock, docker, profiles."),
    "explain": ("academyctl.cli.explain", "Explain a code: what it is, why it matters, how to repair it."),
}
"""Commands of no group."""
PARTS = {
    "env validate": "academyctl.cli.env_validate",
    "env split": "academyctl.cli.env_split",
    "env template": "academyctl.cli.env_split",
    "env diff": "academyctl.cli.env_diff",
    "env restore": "academyctl.cli.env_restore",
    "env refresh": "academyctl.cli.env_refresh",
    "env run": "academyctl.cli.env_run",
    "env scan": "academyctl.cli.env_scan",
    "env matrix": "academyctl.cli.env_matrix",
    "batch setup": "academyctl.cli.batch_setup",
    "batch ce-check": "academyctl.cli.batch_ce",
    "batch ce-ensure": "academyctl.cli.batch_ensure",
    "batch ce-rollout": "academyctl.cli.batch_rollout",
    "batch ce-rollback": "academyctl.cli.batch_rollout",
    "batch ce-prune": "academyctl.cli.batch_prune",
    "batch jobdef-verify": "academyctl.cli.batch_jobdef",
    "batch jobdef-register": "academyctl.cli.batch_jobdef",
    "batch status": "academyctl.cli.batch_status",
    "batch why": "academyctl.cli.batch_status",
    "batch jobs": "academyctl.cli.batch_jobs",
    "batch logs": "academyctl.cli.batch_jobs",
    "batch cleanup-legacy": "academyctl.cli.batch_legacy",
    "delete-r2 deploy": "academyctl.cli.delete_r2_deploy",
    "delete-r2 status": "academyctl.cli.delete_r2_status",
    "delete-r2 test": "academyctl.cli.delete_r2_probe",
}
"""Where a command is, whose group is in many modules: the others are not imported."""
HELP = """Operate the academy video platform: one .env becomes two verified SSM parameters.

A command that writes shows its plan first and asks. --dry-run only shows it, --check exits 5 when it is not empty.
"""


def run(argv: list[str]) -> int:
    """The exit code of one command line. Nothing is raised but SystemExit from shell completion."""
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        # What our caller ignores stays ignored, as the interpreter has it with SIGINT.
        signal.signal(signal.SIGTERM, _terminate)
    open_streams()
    if COMPLETE in os.environ:
        complete_in_silence()
    try:
        code = build(argv)(args=argv, prog_name="academyctl", standalone_mode=False)
    except typer.TyperException as mistake:
        from academyctl.cli.boundary import report_usage

        return report_usage(mistake, argv, every_command)
    except typer.Abort:
        return int(ExitCode.INTERRUPTED)
    except OSError as failure:
        return _output_lost(failure)
    return code if isinstance(code, int) else int(ExitCode.OK)


def _output_lost(failure: OSError) -> int:
    """The result could not be written: the disk is full, or the reader of a stream (| head) went away. What was done
    stays done."""
    if not isinstance(failure, BrokenPipeError):
        sys.stderr.write(f"error: the result cannot be written to stdout: {failure.strerror}\n")
    forget_stdout()
    return int(ExitCode.FAILED)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def build(argv: list[str]) -> typer.Typer:
    """The app with the group or leaf that `argv` names, or the half line that a shell wants to have completed."""
    # On a terminal the help is worth rich's import; elsewhere it is plain and starts twice as fast.
    markup: Literal["rich"] | None = "rich" if sys.stdout.isatty() else None
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode=markup,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    typed = argv if COMPLETE not in os.environ else typed_words(os.environ)
    named = next((word for word in typed if not word.startswith("-")), "")
    for name, (module, about) in LEAVES.items():
        app.registered_commands += _leaf(module, name, about, is_wanted=name == named)
    for name, (module, about) in GROUPS.items():
        group = _group(module, typed) if name == named else typer.Typer()
        app.add_typer(group, name=name, help=about, short_help=about, no_args_is_help=True)
    return app


def _leaf(module: str, name: str, about: str, *, is_wanted: bool) -> list[CommandInfo]:
    """The command, or one that stands for it in the list of commands."""
    if not is_wanted:
        return [CommandInfo(name, callback=_unnamed, short_help=about)]
    leaves: list[CommandInfo] = import_module(module).app.registered_commands
    return leaves


def _unnamed() -> None:
    return


def _group(module: str, argv: list[str]) -> typer.Typer:
    """The group's app; of its commands only the named one is built (each costs half a millisecond)."""
    words = [word for word in argv if not word.startswith("-")]
    part = PARTS.get(" ".join(words[:2]))
    group: typer.Typer = import_module(part or module).app
    chosen = [command for command in group.registered_commands if words[1:2] == [command.name]]
    if chosen:
        slim = typer.Typer()
        slim.registered_commands = chosen
        return slim
    return group


def every_command() -> Iterator[str]:
    """The full name of each command; imports all of them."""
    yield from LEAVES
    for group, (module, _) in GROUPS.items():
        yield from (f"{group} {command.name}" for command in import_module(module).app.registered_commands)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"academyctl {version('academyctl')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    return
