"""Fixtures that every test may use. No test sees anybody's AWS settings."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.aws import Aws, served
from tests.support.cli import Cli, clean_env

if TYPE_CHECKING:
    from tests.support.engine import Engine
    from tests.support.strict import Strict

# A shell starts what stands behind & with SIGINT ignored, and what is ignored is inherited: the processes that tests
# send a Ctrl-C to would never see it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "ACADEMYCTL_"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _aws_server() -> Iterator[Aws]:
    with served() as aws:
        yield aws


@pytest.fixture
def aws(_aws_server: Aws) -> Aws:
    """An empty AWS."""
    _aws_server.reset()
    return _aws_server


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """academyctl in an empty folder, without AWS."""
    home = tmp_path / "home"
    home.mkdir()
    return Cli(cwd=tmp_path, env=clean_env(home))


@pytest.fixture
def ops(cli: Cli, aws: Aws) -> Cli:
    """academyctl in an empty folder, on an empty AWS."""
    cli.env |= aws.env
    return cli


@pytest.fixture(scope="session")
def _engine() -> "Iterator[Engine]":
    from tests.support.engine import docker_engine

    with docker_engine() as engine:
        yield engine


@pytest.fixture
def engine(_engine: "Engine", cli: Cli) -> "Engine":
    """A real Docker engine without containers; academyctl's DOCKER_HOST is set to it."""
    _engine.sweep()
    cli.env["DOCKER_HOST"] = _engine.host
    return _engine


@pytest.fixture(scope="session")
def _podman() -> "Iterator[Engine]":
    from tests.support.podman import podman_engine

    with podman_engine() as engine:
        yield engine


@pytest.fixture
def podman(_podman: "Engine", cli: Cli) -> "Engine":
    """podman's compatible socket without containers; academyctl's DOCKER_HOST is set to it."""
    _podman.sweep()
    cli.env["DOCKER_HOST"] = _podman.host
    return _podman


@pytest.fixture(scope="session")
def _strict_server() -> "Iterator[Strict]":
    # Its services are imported where a test needs them: most need none.
    from tests.support.strict import strict_server

    with strict_server() as strict:
        yield strict


@pytest.fixture
def strict(_strict_server: "Strict") -> "Strict":
    """The account of an empty stack whose Batch behaves as AWS's, in fractions of a second; never beside `aws`."""
    _strict_server.reset()
    return _strict_server
