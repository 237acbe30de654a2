"""`academyctl sandbox`: an embedded AWS on loopback. `demo`, the tour, is in sandbox_demo."""

import shlex
import signal
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.options import Output, Shared
from academyctl.cli.run import Run
from academyctl.cli.sandbox_demo import app
from academyctl.cli.sandbox_open import Open, opened
from academyctl.cli.sandbox_wait import until_stopped
from academyctl.model.errors import AcademyError, Interrupted, UsageError
from academyctl.model.exit import STATUS_OF, ExitCode, Status
from academyctl.model.outcome import Outcome
from academyctl.sandbox.surroundings import exported, isolated, misleading
from academyctl.sandbox.worlds import World

__all__ = ["app"]

EmptyOption = Annotated[
    bool, typer.Option("--empty", help="No parameters, to rehearse a first push; network and roles are there.")
]
WorldOption = Annotated[
    World | None,
    typer.Option(
        "--world",
        help="What the account holds. empty: as --empty; seeded: parameters, too; live: and a Batch at work; "
        "healthy: all that preflight wants. [default: seeded]",
    ),
]


@leaf(app, "sandbox up", example="academyctl sandbox up --port 5000", stack="sandbox")
def up(
    run: Run,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="[default: a free one].")] = None,
    empty: EmptyOption = False,
    world: WorldOption = None,
) -> Outcome:
    """Serve an embedded AWS until Ctrl-C, and print the lines that lead a shell there.

    It is the account and region of the stack, with network, roles, and a sound env in each parameter.
    """
    with opened(run, port=port or 0, world=_world(world, empty)) as aws:
        wait = until_stopped()
        _announce(run, aws)
        wait()
    run.talk.hint("stopped; nothing of it is left")
    return Outcome(result_shown=True)


def _world(world: World | None, empty: bool) -> World:
    if empty and world not in (None, World.EMPTY):
        raise UsageError(f"--empty and --world {world} exclude each other", code="usage", hint="leave one of them out")
    return World.EMPTY if empty else world or World.SEEDED


def _announce(run: Run, aws: Open) -> None:
    from academyctl.cli.boundary import show

    profiles = str(run.folder.resolve()) if run.shared.profiles else ""
    env, unset = exported(run.stack_name, aws.endpoint, profiles, aws.around), misleading(aws.around)
    run.talk.close()
    data = {
        "endpoint": aws.endpoint,
        "control": f"{aws.endpoint}/sandbox/control",
        "account": run.stack.account,
        "region": run.region,
        "env": env,
        "unset": list(unset),
    }
    show(run, Outcome(data=data, text=_shell(env, unset)))
    run.talk.hint(f"serving account {run.stack.account}, {run.region}, as stack {run.stack_name}; Ctrl-C ends it")
    region = f" --region {run.region}" if run.shared.region else ""
    run.talk.hint(f"paste these lines into another terminal, then: academyctl env validate --ssm{region}")


def _shell(env: Mapping[str, str], unset: Sequence[str]) -> str:
    lines = [f"unset {' '.join(unset)}"] if unset else []
    lines += [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
    return "".join(f"{line}\n" for line in lines)


@leaf(app, "sandbox run", example="academyctl sandbox run -- env validate --ssm", stack="sandbox")
def run_command(
    run: Run,
    words: Annotated[list[str], typer.Argument(metavar="-- ARGS…", help="An academyctl command line.")],
    empty: EmptyOption = False,
    world: WorldOption = None,
) -> Outcome:
    """Run one academyctl command on an embedded AWS of its own; its streams and its exit code are this command's."""
    from academyctl.sandbox.child import run_through

    line = _with_shared(words[1:] if words[0] == "academyctl" else words, run.shared)
    with opened(run, world=_world(world, empty)) as aws:
        run.talk.close()
        code = run_through(line, isolated(run.stack_name, aws.endpoint, str(run.folder.resolve()), aws.around))
    return _ended(code)


def _with_shared(words: Sequence[str], shared: Shared) -> list[str]:
    """The shared options that stood before `--` are meant for the command, too."""
    flags = ["--output=json"] if shared.output is Output.JSON else []
    flags += [f"--region={shared.region}"] if shared.region else []
    flags += [f"--{name.replace('_', '-')}" for name in ("no_color", "verbose", "quiet") if getattr(shared, name)]
    end = list(words).index("--") if "--" in words else len(words)
    return [*words[:end], *flags, *words[end:]]


def _ended(code: int) -> Outcome:
    if code in (-signal.SIGINT, -signal.SIGTERM):
        raise Interrupted(f"the command was ended by {signal.Signals(-code).name}")
    if code not in tuple(ExitCode):
        raise AcademyError(f"the command ended with {code}", code="sandbox.child")
    status = STATUS_OF.get(ExitCode(code), Status.OK)
    return Outcome(exit_code=ExitCode(code), status=status, result_shown=True)
