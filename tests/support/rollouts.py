"""A world to roll out in: a stack that has been encoding for a while, the command line, and eyes that never close.

Its time stands still but for the looks that academyctl takes: each reading of the environments brings the world one
tick on. So a rollout makes the same calls on a fast machine and on a slow one, and waits for nothing.
"""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import Any
from unittest.mock import patch

from academyctl.model.stack import Stack
from academyctl.plan.job_definition import desired_definition
from academyctl.sandbox import server
from academyctl.sandbox.batch_images import AL2023_ARM, images_named
from academyctl.sandbox.pace import Pace
from tests.support.cli import ROOT, Cli, Result, clean_env
from tests.support.ends import BLUE, Ends
from tests.support.proxy import Proxy, proxied
from tests.support.strict import Strict
from tests.support.watch import Do, Hook, Seen, Watch

PACE = Pace(
    creating=0.015,
    updating=0.015,
    deleting=0.015,
    lingering=0.015,
    submitted=0.001,
    runnable=0.005,
    starting=0.01,
    unplaced=0.001,
    running=0.02,
    selfcheck=0.02,
    stopping=0.005,
    idle=0.05,
)
"""Everything takes one look or two."""
FOR_EVER = 1e9
EARLIER = "an earlier run had to turn back"
QUICK = ("--poll", "0.01", "--stable-reads", "2")


@dataclass
class World(Ends):
    """One account and one operator in it. `stand` builds; then the words of the command line; then what came of it."""

    strict: Strict = field(kw_only=True)
    cli: Cli = field(kw_only=True)
    images: tuple[str, str] = field(kw_only=True)
    old: str = ""
    left: ExitStack = field(default_factory=ExitStack)
    _proxy: Proxy | None = None
    _started: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    # Before.

    @property
    def stack(self) -> Stack:
        return self.strict.stack

    def empty(self) -> None:
        """Nothing of Batch; time stands still at this machine's present."""
        self.left.close()
        for process in self._started:
            process.kill()
            process.communicate()
        self._proxy, self._started = None, []
        self.watch.forget()
        self.watch.hooks.clear()
        self.watch.broken.clear()
        self.watch.is_on = self.watch.may_stop_serving = False
        self.watch.pace = PACE
        self.old, self.new = self.images
        now = time.time()
        self.watch.clock = lambda: now
        self.cli.env = clean_env(self.cli.cwd) | self.strict.env

    def stand(self, *order: str, blue: str = BLUE, definition: Mapping[str, Any] | None = None, **more: Any) -> None:
        """The queue on `order` (blue alone, where none is given), with what the stack declares but for an older AMI.

        `more` changes blue's computeResources. Every environment but blue is somebody else's.
        """
        order = order or (blue,)
        role = {"serviceRole": role} if (role := more.pop("serviceRole", "")) else {}
        for name in order:
            self.valid(name, resources=self.resources(**more if name == blue else {}), **role)
        self.queue(*order)
        wanted = desired_definition(self.stack)
        body = {**wanted.properties, **(definition or {})}
        self.strict.batch.register_job_definition(jobDefinitionName=wanted.name, tags=dict(wanted.tags), **body)
        self.begin(blue)

    def valid(self, name: str, **more: Any) -> None:
        self.strict.valid(name, **more)
        self.let_go()

    def queue(self, *environments: str, **more: Any) -> None:
        self.strict.queue(*environments, **more)
        self.let_go()

    def begin(self, blue: str = BLUE) -> None:
        """What stands now is what the run is measured by; from now on calls count."""
        environments = self.watch.environments()
        self._before = environments.get(blue, {})
        self._foreign = {name: one for name, one in environments.items() if name != blue}
        self._order = self.order()
        self.watch.calls.clear()
        self.watch.broken.clear()
        self.watch.is_on = True

    def resources(self, **changes: Any) -> dict[str, Any]:
        declared = self.stack.compute_environment
        image = [{"imageType": "ECS_AL2023", "imageIdOverride": self.old}]
        base = {"instanceTypes": list(declared.instance_types), "maxvCpus": declared.max_vcpus}
        return self.strict.resources(**{**base, "ec2Configuration": image, **changes})

    def rewrite(self, name: str, **fields: Any) -> None:
        """An environment is as no call of today would make it."""
        found = self.watch.seen.held(name)
        for field_name, value in fields.items():
            setattr(found, field_name, value)

    def encode(self, name: str = "film", **wish: Any) -> str:
        """A job that runs on what serves until `control.finish`; its id."""
        self.watch.next_job(name, **{"running": FOR_EVER, **wish})
        number = self.strict.submit(name)
        self.strict.until_running()
        self.watch.calls.clear()
        return number

    def declare(self, *changes: tuple[str, str]) -> None:
        """The stack file says otherwise: each (old, new) text in it."""
        text = (ROOT / "env_profiles/stacks/sandbox.yaml").read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        folder = self.cli.cwd / "profiles"
        (folder / "stacks").mkdir(parents=True, exist_ok=True)
        (folder / "stacks/sandbox.yaml").write_text(text)
        if not (folder / "roles").exists():
            (folder / "roles").symlink_to(ROOT / "env_profiles/roles")
        self.cli.env["ACADEMYCTL_PROFILES"] = str(folder)

    def on(self, operation: str, do: Do, *, name: str = "", nth: int = 1) -> None:
        """Does it when AWS has carried out the nth such call (0: each), before it answers. "" is every operation."""
        self.watch.hooks.append(Hook(operation, name, nth, do))

    def on_write(self, nth: int, do: Do) -> None:
        self.watch.hooks.append(Hook("", "", nth, do, of_writes=True))

    def spare(self) -> None:
        """Nothing is killed any more."""
        self.watch.hooks[:] = [hook for hook in self.watch.hooks if hook.do != self.watch.kill]

    def after(self, operation: str, do: Do, *, name: str = "", looks: int = 1) -> None:
        """Does it at the given look after such a call."""
        later = Hook("DescribeComputeEnvironments", "", looks, do)
        self.on(operation, lambda: self.watch.hooks.append(later), name=name)

    @property
    def proxy(self) -> Proxy:
        """Between academyctl and AWS from now on."""
        if self._proxy is None:
            self._proxy = self.left.enter_context(proxied(self.strict.url))
            self.cli.env["AWS_ENDPOINT_URL"] = self._proxy.url
        return self._proxy

    def as_(self, session: str) -> dict[str, str]:
        """The credentials of an operator: a role, assumed under that session name."""
        role = f"arn:aws:iam::{self.stack.account}:role/{self.stack.iam.job_role}"
        given = self.strict.client("sts").assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    # The command line.

    def rollout(self, *more: str, **run: Any) -> Result:
        return self.run("ce-rollout", "--soak", "0", *more, **run)

    def abort(self, *more: str, **run: Any) -> Result:
        return self.run("ce-rollout", "--abort", *more, **run)

    def rollback(self, *more: str, **run: Any) -> Result:
        return self.run("ce-rollback", *more, **run)

    def run(self, *words: str, yes: bool = True, json: bool = True, env: Mapping[str, str] | None = None) -> Result:
        return self.ended(self.start(*words, yes=yes, json=json, env=env))

    def start(
        self, *words: str, yes: bool = True, json: bool = True, env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        more = (*(("--yes",) if yes else ()), *(("-o", "json") if json else ()))
        line = ("batch", words[0], *QUICK, *words[1:], *more)
        process = self.cli.start(*line, env=env, stdin=subprocess.DEVNULL, stdout=PIPE, stderr=PIPE)
        self._started.append(process)
        self.watch.pid = process.pid
        self.watch.victim.set()
        return process

    def ended(self, process: "subprocess.Popen[bytes]") -> Result:
        try:
            out, err = process.communicate(timeout=150)
        finally:
            process.kill()
        return Result(process.returncode, out.decode(), err.decode())

    # How a run ended.

    def assert_finished_by_the_next(self, first: Result, *words: str) -> None:
        """The first run came to no end (75); the same command did."""
        assert (first.code, first.json["status"]) == (75, "incomplete"), first
        assert "same command again" in first.json["error"]["hint"]
        assert self.watch.broken == []
        again = self.rollout(*words)
        assert again.code == 0, again
        self.assert_done()

    def assert_rolled_back(self, result: Result, reason: str) -> None:
        """What was made is undone; a run that only went on with the way back has done that."""
        assert (result.code, result.json["status"]) == (7, "rolled_back"), result
        assert reason in result.json["error"]["message"]
        told = {"done"} if reason == EARLIER else {"undone", "not_started"}
        assert {one["state"] for one in result.json["changes"]} <= told, result.json["changes"]
        self.assert_back()


@contextmanager
def world_beside(base: Strict, home: Path) -> Iterator[World]:
    """A world of its own on the network, roles and images of `base`, which is seeded."""
    watch = Watch(pace=PACE, region=base.stack.region)
    images = images_named(base.stack.account, base.stack.region, AL2023_ARM)
    with ExitStack() as stack:
        with patch.object(server, "StrictBatch", Seen):
            url = stack.enter_context(server.running(base.stack.account, control=watch))
        strict = Strict(url=url, control=watch, stack=base.stack, _is_seeded=True, _network=base.network())
        new = base.ami()
        old = next(one for one in images if one != new)
        world = World(strict=strict, watch=watch, cli=Cli(cwd=home, env={}), images=(old, new))
        try:
            yield world
        finally:
            world.empty()
