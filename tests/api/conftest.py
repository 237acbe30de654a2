"""Fixtures of the API's tests. Django is set up here, before any test module imports a model."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.django_site import ENGINES, configure, database, fresh_postgres, using

configure()

if TYPE_CHECKING:
    from tests.api.world import World
    from tests.support.api_server import Api
    from tests.support.seaweed import Store
    from tests.support.strict import Strict


@pytest.fixture(params=ENGINES)
def db(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """An empty database, SQLite and PostgreSQL in turn."""
    with database(request.param) as env:
        yield env


@pytest.fixture
def pg() -> Iterator[dict[str, str]]:
    """An empty PostgreSQL database."""
    with database("postgresql") as env:
        yield env


@pytest.fixture
def world(strict: "Strict") -> "World":
    """AWS with a queue that runs jobs; time stands still but for `world.wait`."""
    from tests.api.world import World

    made = World(strict)
    made.open()
    return made


@pytest.fixture(scope="session")
def store() -> "Store":
    from tests.support import seaweed

    return seaweed.store()


@pytest.fixture(scope="module")
def _api(_strict_server: "Strict", store: "Store") -> "Iterator[tuple[Api, dict[str, str]]]":
    """One gunicorn a module, on a database of its own; AWS and the store are those of all tests."""
    from tests.support.api_server import api_server

    with fresh_postgres() as env:
        aws = {**_strict_server.env, "AWS_REGION": "ap-northeast-2"}
        with api_server({**env, **store.env, **aws}) as api:
            yield api, env


@pytest.fixture
def api(_api: "tuple[Api, dict[str, str]]", world: "World") -> "Api":
    """The API over HTTP. Its videos stay for the module; AWS is new for each test."""
    return _api[0]


@pytest.fixture
def rows(_api: "tuple[Api, dict[str, str]]") -> Iterator[None]:
    """This process reads and writes the database of `api`."""
    with using(_api[1]):
        yield


@pytest.fixture
def at_work(world: "World", store: "Store") -> Iterator[None]:
    """The API's own clients lead to the world and the store."""
    from tests.api.world import here

    with here(world.strict.url, store):
        yield
