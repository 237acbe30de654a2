"""Fixtures for commands that talk to AWS through a proxy that a test can command."""

from collections.abc import Iterator

import pytest

from tests.support.aws import Aws
from tests.support.cli import Cli
from tests.support.proxy import proxied
from tests.support.site import Site


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
