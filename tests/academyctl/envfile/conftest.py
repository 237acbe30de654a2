"""The real docker CLI, started once for all tests of the readers."""

from collections.abc import Iterator

import pytest

from tests.support.docker_cli import DockerCli, docker_cli


@pytest.fixture(scope="session")
def docker() -> Iterator[DockerCli]:
    with docker_cli() as cli:
        yield cli
