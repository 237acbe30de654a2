"""The healthy world in this process, built once for many tests: each breaks one thing, sees what preflight says, and
repairs it. Commands run in this process too, on one connection: making its clients anew would cost half a second each.
"""

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from academyctl.aws.connect import Connection
from academyctl.cli.app import run as command_line
from academyctl.cli.run import Run
from academyctl.profiles.load import load_contract
from academyctl.sandbox.seed import seed
from academyctl.sandbox.world_healthy import build_healthy
from tests.support.aws import CREDENTIALS
from tests.support.cli import ROOT, Result
from tests.support.strict import FAST, Strict

SERVICES = ("batch", "ssm", "iam", "ec2", "sts", "ecr", "logs", "lambda", "sqs", "cloudwatch", "autoscaling", "ecs")


@dataclass
class Healthy:
    """`is_sound`: nobody broke it, or it was repaired. The `connection` has its clients."""

    strict: Strict
    connection: Connection
    is_sound: bool = True
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def build(self) -> None:
        self.strict.control.reset()
        # Subnets and groups are other ones now.
        self.strict._network.clear()
        self.strict.control.pace = FAST
        contract = load_contract(ROOT / "env_profiles")
        seed(self.strict.client, self.strict.stack, contract.roles)
        build_healthy(self.strict.client, self.strict.stack, self.strict.control)
        self.is_sound = True

    def run(self, *words: str, stdin: str = "", connection: Connection | None = None) -> Result:
        """One academyctl command line, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        shared = connection or self.connection
        shared.calls.clear()
        with ExitStack() as patched:
            for name, stream in (("stdout", out), ("stderr", err), ("stdin", given)):
                patched.enter_context(patch(f"sys.{name}", stream))
            patched.enter_context(patch.object(Run, "connection", property(lambda _: shared)))
            patched.enter_context(patch("signal.signal"))
            profiles = [] if "--profiles" in words else ["--profiles", str(ROOT / "env_profiles")]
            code = command_line([*words, "--stack", "sandbox", *profiles])
        told = [stream.buffer.getvalue().decode() for stream in (out, err)]
        return Result(code, *told)

    def preflight(self, *words: str) -> Result:
        return self.run("preflight", "-o", "json", *words)


def codes(result: Result, *levels: str) -> list[str]:
    """The codes of the findings of some levels (of errors and warnings), sorted."""
    wanted = levels or ("error", "warning")
    return sorted(one["code"] for one in result.json["findings"] if one["level"] in wanted)


def check(result: Result, name: str) -> dict[str, Any]:
    """One check of `data.checks`."""
    found = {one["id"]: one for one in result.json["data"]["checks"]}
    return dict(found[name])


@contextmanager
def healthy_world(strict: Strict, url: str = "") -> Iterator[Healthy]:
    """Served by `strict`; `url` leads there by another way."""
    with pytest.MonkeyPatch.context() as env:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url or strict.url}.items():
            env.setenv(name, value)
        connection = Connection(strict.stack.region, sleep=lambda _: None)
        for service in SERVICES:
            connection.client(service)
    world = Healthy(strict, connection)
    world.build()
    try:
        yield world
    finally:
        strict.unseed()


def env_file(world: Healthy, folder: Path) -> Path:
    """A .env of both roles' keys, as they are stored."""
    ssm = world.strict.client("ssm")
    names = [name for _, name in world.strict.stack.parameters]
    stored = ssm.get_parameters(Names=names, WithDecryption=True)["Parameters"]
    path = folder / ".env"
    lines = (line for one in stored for line in one["Value"].splitlines() if not line.startswith("#"))
    path.write_text("\n".join({line.partition("=")[0]: line for line in lines}.values()) + "\n")
    return path


def manifest(config: str, size: int = 100) -> dict[str, Any]:
    """A single image's manifest; its platform stands in the blob `config`."""
    kind = "application/vnd.oci.image.manifest.v1+json"
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": f"sha256:{'0' * 64}", "size": 1}
    about = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": size}
    return {"schemaVersion": 2, "mediaType": kind, "config": about, "layers": [layer]}


def pretty(result: Result) -> str:
    """For a failing assertion."""
    return json.dumps([one for one in result.json["findings"] if one["level"] != "info"], indent=1)
