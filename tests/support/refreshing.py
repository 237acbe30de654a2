"""A container that serves an old env, SSM with a new one, and academyctl between them behind a proxy."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.aws import API, Aws
from tests.support.cli import Cli, Result
from tests.support.engine import IMAGE, Engine
from tests.support.engine_proxy import EngineProxy, Fault, asked
from tests.support.envs import API as ENV
from tests.support.envs import text
from tests.support.forks import Forks

NAME = "academy-api"
NEW, OLD, KEPT = (f"{NAME}.academyctl-{place}" for place in ("new", "old", "kept"))
FORMER = {**ENV, "DB_PORT": "5432", "ONLY_HERE": "kept-value"}
SECRET = "s3cret-of-the-new-env"
STORED = {**ENV, "DB_PORT": "5433", "SECRET_KEY": SECRET}
QUICK = ("--settle", "0.1", "--timeout", "8", "--yes", "-o", "json")
MODULES = (
    *("academyctl.cli.env_refresh", "academyctl.cli.stored", "academyctl.aws.ssm", "academyctl.aws.sts"),
    *("academyctl.containers.recreate", "academyctl.containers.client", "academyctl.containers.errors"),
    *("academyctl.apply.refresh", "academyctl.apply.turn", "academyctl.plan.refresh_guards", "botocore.session"),
    *("academyctl.render.envelope", "academyctl.render.changes", "academyctl.check.env"),
)


def options(env: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for key, value in env.items() for word in ("-e", f"{key}={value}"))


@dataclass
class RefreshSite:
    cli: Cli
    aws: Aws
    engine: Engine
    proxy: EngineProxy
    forks: Forks
    name: str = NAME
    ids: list[str] = field(default_factory=list)

    def serve(
        self, *words: str, env: Mapping[str, str] = FORMER, command: tuple[str, ...] = (), image: str = IMAGE
    ) -> str:
        """Starts the container that a refresh is about; its id."""
        self.proxy.reset()
        self.ids.append(self.engine.run(NAME, *words, *options(env), image=image, command=command))
        return self.ids[-1]

    def make_image(self, tag: str, *lines: str) -> None:
        """The engine's image with other settings."""
        folder = self.cli.cwd / "image"
        folder.mkdir(exist_ok=True)
        (folder / "Dockerfile").write_text("\n".join((f"FROM {IMAGE}", *lines)))
        self.engine.docker("build", "-q", "--network", "none", "-t", tag, str(folder))

    def store(self, env: Mapping[str, str] = STORED, **changes: str | None) -> None:
        self.aws.put(API, text(dict(env), **changes))

    def refresh(self, *words: str, err: Path | None = None) -> Result:
        """As a fork; the proxy is behind DOCKER_HOST."""
        every = ("env", "refresh", "--container", NAME, "--role", "api", *QUICK, *words)
        result = self.forks.run(*every, env=self.cli.env, cwd=self.cli.cwd, err=err)
        assert SECRET not in result.out + result.err
        return result

    def rollback(self) -> Result:
        return self.refresh("--rollback")

    def signal(self, number: int) -> Any:
        return lambda: os.kill(self.forks.pid, number)

    def fault(self, nth: int, fault: Fault) -> None:
        self.proxy.faults[nth] = fault

    def inspect(self, name: str = NAME) -> dict[str, Any]:
        return dict(asked(self.engine.host, f"/containers/{name}/json"))

    def env(self, name: str = NAME) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.inspect(name)["Config"]["Env"])

    def stands(self) -> dict[str, str]:
        """Name → state of every container."""
        rows = asked(self.engine.host, "/containers/json?all=1")
        return {row["Names"][0].lstrip("/"): str(row["State"]) for row in rows}

    def policy(self, name: str = NAME) -> str:
        return str(self.inspect(name)["HostConfig"]["RestartPolicy"]["Name"])
