"""`academyctl sandbox demo --video`: from a clip to a URL that plays. Store, API and worker are processes; nothing of
them is imported. The story is in sandbox/video; here the parts are found, started and ended.
"""

import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from academyctl.cli.run import Run
from academyctl.cli.sandbox_open import Open, opened, require_sandbox
from academyctl.cli.sandbox_wait import until_stopped
from academyctl.model.errors import AcademyError
from academyctl.model.outcome import Outcome
from academyctl.sandbox.child import run_captured
from academyctl.sandbox.surroundings import contained, isolated
from academyctl.sandbox.worlds import World

if TYPE_CHECKING:
    from academyctl.sandbox.video_api import Api
    from academyctl.sandbox.video_parts import Parts
    from academyctl.sandbox.video_store import ObjectStore

BRISK = {"creating": 0.2, "updating": 0.1, "submitted": 0.2, "runnable": 0.3, "starting": 0.5, "unplaced": 0.1}
"""Seconds for what takes minutes at AWS."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What plays is there: the embedded AWS, the store and the API; `clip` was made."""

    run: Run
    parts: "Parts"
    aws: Open
    store: "ObjectStore"
    api: "Api"
    clip: Path


def play(run: Run, *, once: bool, port: int) -> Outcome:
    """Encodes a clip and serves it until Ctrl-C; `once`: fetches it as a player does, and ends."""
    require_sandbox()
    from academyctl.sandbox.video import fetch
    from academyctl.sandbox.video_page import served_page

    _require_port(port)
    with _set(run) as stage:
        ready = _encoded(stage)
        folder = ready.hls_path.rpartition("/")[0] + "/"
        client, player = stage.store.client(), stage.parts.hls_js
        with served_page(client, stage.store.bucket, folder, player, port) as url:
            data = {"url": url, "id": ready.id, "seconds": ready.seconds, "hls_path": ready.hls_path, **fetch(url)}
            text = f"READY: {ready.seconds:.1f} s in {data['rungs']} sizes, at {url}\n"
            if once:
                return Outcome(data=data, text=text)
            _wait(run, stage, Outcome(data=data, text=text))
    return Outcome(result_shown=True)


def _require_port(port: int) -> None:
    """Looked at before the work, and not at its end."""
    from academyctl.sandbox.programs import HOST, is_free

    if port and not is_free(port):
        hint = "leave --port out: a free one is taken"
        raise AcademyError(f"cannot listen on {HOST}:{port}: it is in use", code="sandbox.port", hint=hint)


def _wait(run: Run, stage: Stage, outcome: Outcome) -> None:
    from academyctl.cli.boundary import show
    from academyctl.sandbox.video_parts import HLS_JS

    wait = until_stopped()
    run.talk.close()
    show(run, outcome)
    if stage.parts.hls_js is None:
        run.talk.hint(f"no {HLS_JS}: browsers without HLS of their own need it; get it with: npm install hls.js")
    run.talk.hint("open the URL in a browser; Ctrl-C ends it")
    wait()
    run.talk.hint("stopped; nothing of it is left")


@contextmanager
def _set(run: Run) -> Iterator[Stage]:
    """Everything up, an empty account turned into a working one by academyctl's own commands."""
    from academyctl.sandbox.video import make_clip
    from academyctl.sandbox.video_env import api_env, demo_values
    from academyctl.sandbox.video_parts import find_parts
    from academyctl.sandbox.video_store import object_store

    parts = find_parts(Path.cwd())
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="academyctl-video-")))
        run.talk.step("starting the object store (SeaweedFS)")
        store, wait = open_.enter_context(object_store(parts.weed, folder, "academy-video"))
        make_clip(parts.ffmpeg, folder / "clip.mp4")
        aws = open_.enter_context(_aws(run, parts, folder))
        values = demo_values(run.contract, store.env, run.region)
        _fill(run, aws, folder, values)
        wait()
        env = api_env(run.role("api"), values)
        api = open_.enter_context(_api(run, parts, folder, aws, env))
        yield Stage(run=run, parts=parts, aws=aws, store=store, api=api, clip=folder / "clip.mp4")


@contextmanager
def _aws(run: Run, parts: "Parts", folder: Path) -> Iterator[Open]:
    """Its jobs are workers of this machine, on the API's database file."""
    from academyctl.sandbox.video_api import SQLITE
    from academyctl.sandbox.worker_run import WorkerRuns

    runs = WorkerRuns(folder=folder / "jobs", code=parts.code)
    with opened(run, world=World.EMPTY, runner=runs) as aws, ExitStack() as open_:
        open_.callback(runs.close)
        runs.env |= {**contained(aws.endpoint), "ACADEMY_SQLITE_FILE": str(folder / SQLITE)}
        aws.control.set_pace(**BRISK)
        yield aws


def _fill(run: Run, aws: Open, folder: Path, values: dict[str, str]) -> None:
    """As an operator would: both parameters from one .env, and Batch as the stack declares it."""
    from academyctl.sandbox.demo_env import write_env
    from academyctl.sandbox.video_env import env_text

    write_env(folder, env_text(values))
    env = isolated(run.stack_name, aws.endpoint, str(run.folder.resolve()), aws.around)
    region = [f"--region={run.region}"] if run.shared.region else []
    for line in ("ssm push --role all --file .env --yes", "batch setup --yes --poll 0.2"):
        run.talk.step(f"academyctl {line}")
        _run([*shlex.split(line), *region], env, folder)


def _run(words: Sequence[str], env: dict[str, str], folder: Path) -> None:
    code, output = run_captured(words, env, folder, "")
    if code:
        told = output.strip().splitlines() or ["it said nothing"]
        raise AcademyError(f"academyctl {words[0]} {words[1]} ended with {code}", code="demo.step", hint=told[-1][:200])


@contextmanager
def _api(run: Run, parts: "Parts", folder: Path, aws: Open, env: dict[str, str]) -> Iterator["Api"]:
    from academyctl.sandbox.video_api import served_api

    run.talk.step("starting the API (gunicorn, SQLite)")
    machine = {"PATH": aws.around.get("PATH", ""), "HOME": str(folder), **contained(aws.endpoint)}
    token = env["VIDEO_API_TOKENS"].partition(":")[2]
    with served_api(parts.code, folder, {**machine, **env}, token) as api:
        yield api


def _encoded(stage: Stage) -> Any:
    from academyctl.sandbox.seed import open_clients
    from academyctl.sandbox.video import until_ready, upload

    run = stage.run
    video = upload(stage.api, stage.clip, run.talk.step)
    batch = open_clients(stage.aws.endpoint, run.region)("batch")
    return until_ready(stage.api, batch, video, run.talk.step)
