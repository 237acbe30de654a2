"""A served sandbox, and the profiles that the repository ships."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from academyctl.model.contract import EnvContract
from academyctl.model.stack import Stack
from academyctl.profiles.load import load_contract, load_stack
from academyctl.sandbox.pace import Pace
from tests.support.aws import Aws
from tests.support.cli import ROOT, Cli, clean_env
from tests.support.strict import Strict

PROFILES = ROOT / "env_profiles"


@pytest.fixture(scope="session")
def stack() -> Stack:
    return load_stack(PROFILES, "sandbox")


@pytest.fixture(scope="session")
def contract() -> EnvContract:
    return load_contract(PROFILES)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The AWS of one `sandbox up`. Tests read it and leave it as it is."""
    home: Path = tmp_path_factory.mktemp("home")
    process = Cli(cwd=home, env=clean_env(home)).start("sandbox", "up", "-o", "json", stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Aws(json.loads(process.stdout.readline())["data"]["endpoint"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


@pytest.fixture
def strict(_strict_server: Strict) -> Strict:
    """An empty stack's account at the product's pace, on a clock that only a test moves."""
    _strict_server.reset(Pace())
    _strict_server.freeze()
    return _strict_server


@pytest.fixture
def queued(strict: Strict) -> Strict:
    """A queue on encoder-v1, then encoder-v2, each of two jobs' size, and a definition of 4 vCPUs."""
    strict.valid("encoder-v1", "encoder-v2", resources=strict.resources(maxvCpus=8))
    strict.queue("encoder-v1", "encoder-v2")
    strict.register(parameters={"job_id": "none"}, containerProperties={"command": ["run", "--job-id", "Ref::job_id"]})
    return strict
