"""The one place where an error becomes a message and an exit code, and where a result reaches stdout."""

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence

import typer

from academyctl.cli.hints import with_place
from academyctl.cli.options import Output, Shared
from academyctl.cli.run import Run
from academyctl.cli.streams import forget_stdout
from academyctl.cli.suggest import told
from academyctl.model.errors import AcademyError, Declined, Unconfirmed
from academyctl.model.exit import STATUS_OF, ExitCode
from academyctl.model.outcome import ErrorView, Outcome
from academyctl.profiles.load import stack_file
from academyctl.render.talk import Talk
from academyctl.render.view import show_error, show_result


def execute(command: str, shared: Shared, default_stack: str, body: Callable[[Run], Outcome]) -> int:
    """Runs a command's body and shows how it ended; the exit code."""
    talk = Talk(quiet=shared.quiet, verbose=shared.verbose, color=not shared.no_color)
    run = Run(command, shared, default_stack, talk)
    try:
        outcome = _body(run, body)
    except AcademyError as failure:
        outcome = of_error(failure)
    except KeyboardInterrupt:
        message = "interrupted; nothing was being written"
        outcome = _ended(ExitCode.INTERRUPTED, "interrupted", message)
    except BrokenPipeError:
        raise  # the reader of what a command tells as it goes on went away: cli/app ends it
    except Exception as bug:  # noqa: BLE001  # the boundary: whatever it is, it ends as one line and exit 3
        outcome = _of_bug(bug, shared.verbose)
    run.shield.up()
    talk.close()
    if not outcome.result_shown:
        show(run, with_place(run, outcome))
    run.shield.down()
    return int(outcome.exit_code)


def _body(run: Run, body: Callable[[Run], Outcome]) -> Outcome:
    # An unknown stack is a usage error of every command, also of those that never read its file.
    stack_file(run.folder, run.stack_name)
    return body(run)


def of_error(failure: AcademyError) -> Outcome:
    view = None
    if failure.exit_code is not ExitCode.FINDINGS:
        view = ErrorView(code=failure.code, message=failure.message, hint=failure.hint)
    return Outcome(
        status=STATUS_OF[failure.exit_code],
        exit_code=failure.exit_code,
        changes=failure.changes,
        findings=failure.findings,
        data=failure.data,
        error=view,
        findings_shown=isinstance(failure, Declined | Unconfirmed),
    )


def _ended(exit_code: ExitCode, code: str, message: str, hint: str = "") -> Outcome:
    return Outcome(
        status=STATUS_OF[exit_code],
        exit_code=exit_code,
        error=ErrorView(code=code, message=message, hint=hint),
    )


def _of_bug(bug: Exception, verbose: bool) -> Outcome:
    """Type and place only: the text of an unexpected exception may quote a value."""
    frames = traceback.extract_tb(bug.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"  # noqa: PTH119
    if verbose:
        sys.stderr.write("".join(traceback.format_list(frames)) + f"{type(bug).__name__}\n")
    message = f"unexpected {type(bug).__name__} at {place}; this is a bug in academyctl"
    return _ended(
        ExitCode.BUG,
        "bug",
        message,
        "" if verbose else "run it again with --verbose and report the traceback",
    )


def show(run: Run, outcome: Outcome) -> None:
    """The one result of a command to stdout, what went wrong to stderr. A command that goes on after it calls this
    itself (`result_shown`).

    A reader that has had enough (`| head`) changes nothing: how the command ended is told by its exit code.
    """
    try:
        _show(run, outcome)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
    if not run.is_json:
        show_error(outcome, run.talk)


def _show(run: Run, outcome: Outcome) -> None:
    if run.is_json:
        from academyctl.render.envelope import envelope

        sys.stdout.write(envelope(run.command, run.stack_name, outcome) + "\n")
    else:
        show_result(outcome, run.talk)


def report_usage(
    mistake: typer.TyperException, argv: Sequence[str], commands: Callable[[], Iterable[str]] = tuple
) -> int:
    """A command line that cannot be parsed: one message, or the JSON object when the line asks for JSON.

    `commands` gives the full name of every command, for what was probably meant.
    """
    context = getattr(mistake, "ctx", None)
    path = context.command_path.removeprefix("academyctl").strip() if context else _command_of(argv, commands())
    shared = Shared(output=Output.JSON if _asks_json(argv) else Output.TABLE)
    if type(mistake).__name__ == "NoArgsIsHelpError" and shared.output is Output.TABLE:
        sys.stderr.write(mistake.format_message() + "\n")
        return int(ExitCode.USAGE)
    message, hint = told(mistake, path, commands)
    default = "sandbox" if path.startswith("sandbox") else "production"
    name = _value_of(argv, "--stack") or os.environ.get("ACADEMYCTL_STACK") or default
    run = Run(path, shared, name, Talk())
    show(run, _ended(ExitCode.USAGE, "usage", message, hint))
    return int(ExitCode.USAGE)


def _asks_json(argv: Sequence[str]) -> bool:
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    # A report on stdout is the object too; with --out it goes to a file.
    report = "" if _value_of(words, "--out") else _value_of(words, "--format")
    return "json" in (_output_of(words), report)


def _output_of(words: Sequence[str]) -> str:
    """What the last of `-o json`, `-qo json`, `-ojson`, `--output json` and `--output=json` says."""
    said = ""
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if found := re.fullmatch(r"(?:-[vqy]*o|--output(?:=|$))(.*)", word):
            said = found[1] or after
    return said


def _command_of(argv: Sequence[str], commands: Iterable[str]) -> str:
    """The command that a line begins with; "" where it names none."""
    words = [word for word in argv if not word.startswith("-")]
    known = set(commands)
    return next((name for name in (" ".join(words[:2]), *words[:1]) if name in known), "")


def _value_of(argv: Sequence[str], option: str) -> str:
    """The value a raw command line gives an option; "" where it does not."""
    for word, after in zip(argv, [*argv[1:], ""], strict=False):
        if word == option:
            return after
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""
