"""Fixtures for commands that talk to AWS through a proxy that a test can command."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.aws import Aws
from tests.support.cli import Cli
from tests.support.proxy import Proxy, proxied
from tests.support.site import Site

pytest.register_assert_rewrite("tests.support.rollouts", "tests.support.ends")

if TYPE_CHECKING:
    from tests.support.beside import Telling
    from tests.support.strict import Strict


@pytest.fixture
def site(cli: Cli, aws: Aws) -> Iterator[Site]:
    """Nothing is stored."""
    with proxied(aws.url) as proxy:
        yield Site(cli, aws, proxy)


@pytest.fixture
def stored(site: Site) -> Site:
    """Both parameters stand, in their old content."""
    site.store_old()
    return site


@pytest.fixture(scope="module")
def telling(
    request: pytest.FixtureRequest, _strict_server: "Strict", tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Telling]":
    """The stories of the module, told side by side."""
    from tests.support.beside import asked_for, told_beside

    with told_beside(_strict_server, asked_for(request), lambda: tmp_path_factory.mktemp("home")) as told:
        yield told


@pytest.fixture
def fleet(cli: Cli, strict: "Strict") -> Cli:
    """academyctl on the strict sandbox."""
    cli.env |= strict.env
    return cli


@pytest.fixture
def proxy(fleet: Cli, strict: "Strict") -> "Iterator[Proxy]":
    """The same through a proxy."""
    with proxied(strict.url) as one:
        fleet.env["AWS_ENDPOINT_URL"] = one.url
        yield one
