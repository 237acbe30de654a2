"""What the API does without Redis and without its database, and what the scan shows of the backlog."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from api.videos import backlog
from api.videos.scan import scan
from tests.api.rows import job
from tests.api.world import World, here
from tests.support.api_server import Api, api_server
from tests.support.redis_server import RedisServer, redis_server
from tests.support.seaweed import Store
from tests.support.servers import free_ports

pytestmark = pytest.mark.usefixtures("pg")


@pytest.fixture(autouse=True)
def _fresh_client() -> Iterator[None]:
    backlog.forget()
    yield
    backlog.forget()


def ready() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def settings_of(server: RedisServer, **changes: Any) -> Any:
    fields = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": server.port, "REDIS_PASSWORD": server.password, **changes}
    return override_settings(**fields)


@pytest.mark.parametrize("password", ["", "hush"])
def test_a_scan_shows_the_backlog(world: World, password: str) -> None:
    for state in ("FAILED", "FAILED", "DEAD"):
        job(state)
    with redis_server(password) as server, settings_of(server), here(world.strict.url, REDIS_PORT=server.port):
        assert ready()[1] == {"status": "ok", "database": "ok", "redis": "ok", "backlog": None}
        assert scan().backlog == 2
        assert server.client.get(backlog.KEY) == "2"
        assert ready()[1]["backlog"] == 2


def test_a_dry_run_shows_nothing(world: World) -> None:
    with redis_server() as server, settings_of(server), here(world.strict.url):
        scan(dry_run=True)
        assert server.client.get(backlog.KEY) is None


def test_redis_that_goes_away_changes_no_answer(world: World, store: Store) -> None:
    client = Client(headers={"Authorization": "Bearer acme-token"})
    row = job("FAILED")
    with redis_server() as server, settings_of(server), here(world.strict.url, store):
        assert ready()[1]["redis"] == "ok"
        server.stop()
        assert ready() == (200, {"status": "ok", "database": "ok", "redis": "down", "backlog": None})
        assert client.get(f"/api/videos/{row.video.pk}").status_code == 200
        report = scan()
    assert report.is_sound
    assert [step.do for step in report.steps] == ["retry_later"]


def test_a_wrong_password_is_a_redis_that_is_down() -> None:
    with redis_server("hush") as server, settings_of(server, REDIS_PASSWORD="wrong"):
        assert ready()[1]["redis"] == "down"


@pytest.mark.parametrize("value", ["x", "", "-1"])
def test_a_strange_value_is_no_number(value: str) -> None:
    with redis_server() as server, settings_of(server):
        server.client.set(backlog.KEY, value)
        assert ready()[1] == {"status": "ok", "database": "ok", "redis": "ok", "backlog": None}


@pytest.fixture(scope="module")
def headless() -> Iterator[Api]:
    """The API where nothing answers: no database, no Redis, no store."""
    nobody = str(free_ports())
    env = {"DB_NAME": "a", "DB_USER": "a", "DB_PASSWORD": "hush", "DB_HOST": "127.0.0.1", "DB_PORT": nobody}
    env |= {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": nobody}
    with api_server(env) as api:
        yield api


def test_without_its_database_it_lives_and_is_not_ready(headless: Api) -> None:
    assert headless.get("/healthz", tenant="").status == 200
    told = headless.get("/readyz", tenant="")
    assert (told.status, told.body["database"], told.body["redis"]) == (503, "down", "down")


@pytest.mark.parametrize("call", [("GET", ""), ("DELETE", ""), ("POST", "/retry"), ("POST", "/upload-complete")])
def test_without_its_database_every_call_is_a_503(headless: Api, call: tuple[str, str]) -> None:
    answer = headless.call(call[0], f"/api/videos/1{call[1]}")
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "database_unavailable", "5")
    assert "hush" not in headless.log.read_text()
