"""What an engine says of a create, without the values that it was sent; and whom a container lives off."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from academyctl.containers.engine import Engine
from academyctl.containers.recreate import Recreator
from academyctl.model.errors import EngineError, NoSuchContainer
from academyctl.model.refresh import Creation, Names, Sharer
from tests.support.fake_containers import a_container


@dataclass
class Told:
    """An engine that refuses every write with `says`, and has the inspections `inspected`, by name."""

    says: str = ""
    inspected: dict[str, dict[str, Any]] = field(default_factory=dict)

    def call(self, doing: str, body: Callable[[Any], Any], *, write: bool = False) -> Any:
        if write:
            raise EngineError(f"{doing}: {' '.join(self.says.split())}")
        return body(self)

    def containers(self, **options: Any) -> list[dict[str, Any]]:
        return [{"Names": [f"/{name}"], "Id": name} for name in self.inspected]

    def inspect_container(self, id: str) -> dict[str, Any]:
        if id not in self.inspected:
            raise NoSuchContainer("No such container")
        return self.inspected[id]


def recreator(engine: Told) -> Recreator:
    return Recreator(cast(Engine, engine))


VALUES = ("two  blanks\tand tab", "quo\"te'x", "l1\nl2", "back\\slash", "é漢字 key", "plain-value")


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("quote", [str, json.dumps, lambda value: json.dumps(value, ensure_ascii=False)])
def test_a_value_in_a_refusal_is_found_however_it_is_quoted(value: str, quote: Callable[[str], str]) -> None:
    engine = recreator(Told(f"bad thing: K={quote(value)} (22)"))
    with pytest.raises(EngineError, match=r"quoting the env$"):
        engine.create("api", Creation(body={"Env": [f"K={value}"]}))


def test_a_refusal_that_quotes_nothing_is_told() -> None:
    with pytest.raises(EngineError, match=r"no such runtime: x$"):
        recreator(Told("no such runtime: x")).create("api", Creation(body={"Env": ["K=on", "L=", 'M=""', "N=value"]}))


def an_inspection(name: str, status: str = "running", **host: Any) -> dict[str, Any]:
    return {"Id": name, "Name": f"/{name}", "Config": {}, "HostConfig": host, "State": {"Status": status}}


def test_who_does_not_run_and_is_lived_off_is_found() -> None:
    told = Told(inspected={"proxy": an_inspection("proxy", "exited"), "db": an_inspection("db")})
    host = {"NetworkMode": "container:proxy", "PidMode": "container:db", "IpcMode": "container:gone", "Links": None}
    found = recreator(told).read_missed(a_container(host=host))
    assert found == (Sharer("proxy", "network"), Sharer("gone", "ipc"))
    linked = a_container(host={"Links": ["/db:/api/database", "/proxy:/api/proxy"]})
    assert recreator(told).read_missed(linked) == (Sharer("proxy", "link"),)


def test_who_is_linked_to_a_container_lives_off_it() -> None:
    told = Told(inspected={"nginx": an_inspection("nginx", Links=["/api:/nginx/backend"]), "db": an_inspection("db")})
    assert recreator(told).read_sharers(a_container(), Names("api")) == (Sharer("nginx", "link"),)
