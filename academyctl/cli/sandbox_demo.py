"""`academyctl sandbox demo`: the guided tour. What it shows is data in sandbox/demo; here it is run."""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.cli.sandbox_open import opened
from academyctl.cli.sandbox_told import Teller
from academyctl.model.errors import AcademyError, UsageError
from academyctl.model.outcome import Outcome
from academyctl.sandbox.surroundings import isolated
from academyctl.sandbox.worlds import World

if TYPE_CHECKING:
    from academyctl.sandbox.demo_scene import Scene, Step

app = typer.Typer()


@leaf(app, "sandbox demo", example="academyctl sandbox demo", stack="sandbox")
def demo(
    run: Run,
    video: Annotated[
        bool, typer.Option("--video", help="From a clip to a URL that plays: API, Batch, ffmpeg, HLS; until Ctrl-C.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="With --video: end once it plays.")] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="With --video: of its page. [default: a free one]")
    ] = None,
) -> Outcome:
    """A tour of the main jobs, each step with the command it runs: an incident, the split, a push; a rollout, and back.

    Everything is real but the AWS, which exists on loopback while the tour runs. Exit 0: every step ended as it should.
    """
    if video:
        from academyctl.cli.sandbox_video import play

        return play(run, once=once, port=port or 0)
    if once or port:
        raise UsageError("--once and --port belong to --video", code="usage", hint="academyctl sandbox demo --video")
    from academyctl.sandbox.child import run_captured, run_shown
    from academyctl.sandbox.demo import STEPS

    told: list[dict[str, Any]] = []
    teller = Teller(run, len(STEPS))
    region = (f"--region={run.region}",) if run.shared.region else ()
    with _set(run) as (scene, env):
        teller.begin()
        for step in STEPS:
            teller.announce(step, scene)
            if step.before is not None:
                step.before(scene)
            words = [*shlex.split(step.words(scene)), *region]
            if step.is_live and teller.on_terminal:
                code, output = run_shown(words, env, scene.folder), ""
            else:
                code, output = run_captured(words, env, scene.folder, step.stdin)
            teller.end(step, code, output)
            told.append(_told(step, scene, code))
            if code != step.expected:
                raise _unexpected(step, scene, code, told)
    teller.finish()
    return Outcome(data={"steps": told}, text="")


@contextmanager
def _set(run: Run) -> Iterator[tuple["Scene", dict[str, str]]]:
    """The scene, on an empty embedded AWS, and the environment of its commands."""
    parameters = tuple(run.parameters(run.stored_roles("all")).values())
    with opened(run, world=World.EMPTY) as aws, tempfile.TemporaryDirectory(prefix="academyctl-demo-") as folder:
        from academyctl.sandbox.demo_env import legacy_env
        from academyctl.sandbox.demo_scene import Scene
        from academyctl.sandbox.seed import open_clients

        scene = Scene(
            folder=Path(folder),
            clients=open_clients(aws.endpoint, run.region),
            control=aws.control,
            stack=replace(run.stack, region=run.region),
            parameters=parameters,
            legacy=legacy_env(run.contract),
        )
        yield scene, isolated(run.stack_name, aws.endpoint, str(run.folder.resolve()), aws.around)


def _told(step: "Step", scene: "Scene", code: int) -> dict[str, Any]:
    return {"title": step.title, "command": step.typed(scene), "exit_code": code, "expected": int(step.expected)}


def _unexpected(step: "Step", scene: "Scene", code: int, told: list[dict[str, Any]]) -> AcademyError:
    return AcademyError(
        f"step {len(told)} ({step.title}) ended with {code}, not {int(step.expected)}",
        code="demo.step",
        hint=f"academyctl sandbox run --empty -- {step.words(scene)}",
        data={"steps": told},
    )
