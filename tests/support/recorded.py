"""What every purpose of `iam policy` really calls: its commands, run on the strict sandbox, whose log tells.

They run in this process, on one connection: making its clients anew would cost more than the calls.
"""

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from academyctl.aws.connect import Connection
from academyctl.cli.app import run
from academyctl.cli.run import Run
from academyctl.model.rights import Purpose
from academyctl.sandbox.batch_images import AL2023_ARM, images_named
from academyctl.sandbox.control import Logged
from academyctl.sandbox.world_legacy import build_legacy
from tests.support.cli import ROOT
from tests.support.envs import LEGACY
from tests.support.setup_site import CE, make_bare
from tests.support.strict import Strict

QUICK = ("--yes", "--poll", "0.01")
SERVICES = {"monitoring": "cloudwatch"}
"""Names in signatures that are not botocore's."""


@dataclass
class Recording:
    """One account from its setup to its cleanup, in the order of the stories; `calls` are the commands' own."""

    strict: Strict
    folder: Path
    calls: dict[Purpose, list[Logged]] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    """Command line → exit code."""
    said: dict[str, str] = field(default_factory=dict)
    """Command line → what stood on stderr."""

    def tell(self) -> "Recording":
        for purpose, story in STORIES.items():
            self.calls[purpose] = []
            for words in story(self):
                self.strict.control.clear_calls()
                self.ends[words] = self._run(words)
                self.calls[purpose] += self.strict.calls
        return self

    def _run(self, words: str) -> int:
        with _streams() as said, _signals():
            code = run(words.split())
        self.said[words] = said.getvalue()
        return code

    def names(self, purpose: Purpose) -> set[str]:
        """As `service:Operation`."""
        return {call_name(call) for call in self.calls[purpose]}


def call_name(call: Logged) -> str:
    return f"{SERVICES.get(call.service, call.service)}:{call.operation}"


@contextmanager
def recording(strict: Strict, folder: Path) -> Iterator[Recording]:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "ACADEMYCTL_PROFILES": str(ROOT / "env_profiles")}
    before = Path.cwd()
    with patch.dict(os.environ, {**env, **strict.env}, clear=True):
        shared = Connection(strict.stack.region)
        os.chdir(folder)
        try:
            with patch.object(Run, "connection", property(lambda _: shared)):
                yield Recording(strict, folder)
        finally:
            os.chdir(before)


@contextmanager
def _streams() -> Iterator[io.StringIO]:
    """Nothing is shown; a value is read from stdin where one is asked for. Gives what goes to stderr."""
    out, given = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO(b"a-new-value-for-a-key"))
    with redirect_stdout(out), redirect_stderr(io.StringIO()) as said, patch.object(sys, "stdin", given):
        yield said


@contextmanager
def _signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


Story = Callable[[Recording], Iterator[str]]


def _setup(one: Recording) -> Iterator[str]:
    make_bare(one.strict)
    quick = " ".join(QUICK)
    yield f"batch setup {quick}"
    one.strict.batch.deregister_job_definition(jobDefinition=f"{one.strict.stack.job_definition.name}:1")
    yield "batch jobdef-register --yes"


def _push(one: Recording) -> Iterator[str]:
    (one.folder / ".env").write_text(LEGACY)
    yield "ssm push --role all --yes"
    yield "ssm set --role api SECRET_KEY --yes"
    yield "ssm rollback --role api --to-version 1 --yes"
    yield "ssm unlock --yes"


def _read(one: Recording) -> Iterator[str]:
    yield "ssm show --role api --version 1"
    yield "ssm history --role worker"
    yield "ssm verify"


def _rollout(one: Recording) -> Iterator[str]:
    quick = f"{' '.join(QUICK)} --stable-reads 2"
    images = images_named(one.strict.stack.account, one.strict.stack.region, AL2023_ARM)
    yield f"batch ce-rollout {quick} --soak 0 --ami {images[-1]}"
    yield f"batch ce-prune --keep 0 {quick}"


def _watch(one: Recording) -> Iterator[str]:
    number = one.strict.submit("film")
    one.strict.until_running()
    yield "batch why"
    yield f"batch logs {number}"
    yield "batch ce-check"
    yield "batch jobdef-verify --live"


def _cleanup(one: Recording) -> Iterator[str]:
    build_legacy(one.strict.client, one.strict.stack, CE)
    yield "batch cleanup-legacy --yes --poll 0.1"


def _host(one: Recording) -> Iterator[str]:
    yield f"env restore --role api --to {one.folder / 'api.env'} --yes"


def _delete_r2(one: Recording) -> Iterator[str]:
    yield f"delete-r2 deploy {' '.join(QUICK)}"
    yield "delete-r2 status"


def _preflight(one: Recording) -> Iterator[str]:
    yield "preflight"


STORIES: dict[Purpose, Story] = {
    Purpose.SETUP: _setup,
    Purpose.SSM_PUSH: _push,
    Purpose.SSM_READ: _read,
    Purpose.ROLLOUT: _rollout,
    Purpose.BATCH_READ: _watch,
    Purpose.DELETE_R2: _delete_r2,
    Purpose.PREFLIGHT: _preflight,
    Purpose.CLEANUP_LEGACY: _cleanup,
    Purpose.HOST: _host,
}
