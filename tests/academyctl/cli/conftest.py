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
    from tests.support.engine import Engine
    from tests.support.forks import Forks
    from tests.support.refreshing import RefreshSite
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


@pytest.fixture(scope="session")
def _forks(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Forks]":
    from tests.support.cli import clean_env
    from tests.support.forks import forks
    from tests.support.refreshing import MODULES

    with forks(*MODULES, env=clean_env(tmp_path_factory.mktemp("home"))) as one:
        yield one


@pytest.fixture
def refreshing(cli: Cli, aws: Aws, engine: "Engine", _forks: "Forks") -> "Iterator[RefreshSite]":
    """A real engine behind a proxy, with nothing in it, and an empty AWS."""
    from tests.support.engine_proxy import engine_proxy
    from tests.support.refreshing import RefreshSite

    with engine_proxy(engine.host, engine.folder) as proxy:
        cli.env |= aws.env | {"DOCKER_HOST": proxy.host, "TMPDIR": str(cli.cwd)}
        yield RefreshSite(cli, aws, engine, proxy, _forks)
    (engine.folder / "proxy.sock").unlink()
