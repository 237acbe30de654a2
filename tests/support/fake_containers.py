"""Containers in memory: names that are unique, restart policies that work, a kill at any write."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from academyctl.model.container import Container, Health, RestartPolicy, State, read_env
from academyctl.model.errors import EngineBusy, EngineUnreachable, NoSuchContainer
from academyctl.model.refresh import Act, Connection, Creation, Image, Move, Names, NewEnv, Standing
from academyctl.model.secret import Secret

NAMES = Names("api")
ALWAYS = RestartPolicy("always")
NO = RestartPolicy("no")
IMAGE = Image()


class Killed(BaseException):
    """The process is gone, with the write done."""


def a_container(
    name: str = "api",
    *env: str,
    id: str = "a" * 64,
    state: State = State.RUNNING,
    policy: RestartPolicy = ALWAYS,
    health: Health = Health.NONE,
    config: dict[str, Any] | None = None,
    host: dict[str, Any] | None = None,
    **more: Any,
) -> Container:
    """As it is inspected; `more` are fields of the inspection, like Mounts and NetworkSettings."""
    raw = {
        "Id": id,
        "Config": {"Hostname": id[:12], "Image": "api:1", "Env": list(env), **(config or {})},
        "HostConfig": {"NetworkMode": "none", "RestartPolicy": policy_of(policy), **(host or {})},
        "Image": "sha256:1",
        "State": {"StartedAt": "0001" if state is State.CREATED else "then"},
        **more,
    }
    return Container(
        id=id,
        name=name,
        state=state,
        health=health,
        restart_policy=policy,
        image="api:1",
        image_id="sha256:1",
        env=read_env(env),
        raw=raw,
    )


def policy_of(policy: RestartPolicy) -> dict[str, Any]:
    return {"Name": policy.name, "MaximumRetryCount": policy.retries}


def a_new_env(**values: str) -> NewEnv:
    lines = tuple(Secret(f"{key}={value}") for key, value in values.items())
    return NewEnv(lines=lines, values={key: Secret(value) for key, value in values.items()}, changed=tuple(values))


def standing(*containers: Container) -> Standing:
    """By their names."""
    by = {container.name: container for container in containers}
    return Standing(
        names=NAMES,
        serving=by.get(NAMES.serving),
        new=by.get(NAMES.new),
        old=by.get(NAMES.old),
        kept=by.get(NAMES.kept),
    )


@dataclass
class FakeContainers:
    """An engine. `dies_at`: the number of the write (from 1) that its caller does not live to hear of."""

    by_id: dict[str, Container] = field(default_factory=dict)
    dies_at: int = 0
    writes: list[str] = field(default_factory=list)
    becomes: Callable[[Container], Container] = lambda container: container
    """What a container that was just started looks like."""
    goes_at: int = 0
    """The number of the write after which the engine is away, for `away` calls."""
    away: int = 0
    is_dead: bool = False
    """The process is: nothing is asked any more, on its way out either."""

    def add(self, container: Container) -> None:
        self.by_id[container.id] = container

    def updates_policies(self) -> bool:
        return True

    def read_standing(self, names: Names) -> Standing:
        self._answer()
        return standing(*self.by_id.values())

    def read(self, id: str) -> Container | None:
        self._answer()
        return self.by_id.get(id)

    def create(self, name: str, creation: Creation) -> str:
        self._take(name)
        host = dict(creation.body["HostConfig"])
        policy = RestartPolicy(host["RestartPolicy"]["Name"], host["RestartPolicy"]["MaximumRetryCount"])
        id = f"{len(self.writes):064d}"
        env, config = creation.body["Env"], {"Hostname": id[:12], "Image": creation.body["Image"]}
        self.add(a_container(name, *env, id=id, state=State.CREATED, policy=policy, config=config, host=host))
        self._done("create")
        return id

    def connect(self, id: str, connection: Connection) -> None:
        self._done("connect")

    def write(self, move: Move) -> None:
        self._answer()
        now = self.by_id.get(move.container.id)
        if now is None:
            raise NoSuchContainer("No such container")
        match move.act:
            case Act.RENAME:
                self._take(move.name)
                self.add(replace(now, name=move.name))
            case Act.STOP:
                self.add(replace(now, state=State.EXITED if now.state is not State.CREATED else now.state))
            case Act.START:
                self.add(self.becomes(replace(now, state=State.RUNNING)))
            case Act.POLICY:
                self.add(replace(now, restart_policy=move.policy))
            case Act.REMOVE:
                if now.state in (State.RUNNING, State.RESTARTING):
                    raise EngineBusy("it runs")
                del self.by_id[now.id]
        self._done(str(move.act))

    def _take(self, name: str) -> None:
        if any(container.name == name for container in self.by_id.values()):
            raise EngineBusy("the name is taken")

    def _done(self, what: str) -> None:
        self.writes.append(what)
        if len(self.writes) == self.dies_at:
            self.is_dead = True
        self._live()

    def _answer(self) -> None:
        self._live()
        if self.goes_at and len(self.writes) >= self.goes_at and self.away:
            self.away -= 1
            raise EngineUnreachable("the engine does not answer")

    def _live(self) -> None:
        if self.is_dead:
            raise Killed

    def revive(self, dies_in: int = 0) -> None:
        """Another process, which dies at the `dies_in`th write from here."""
        self.is_dead, self.dies_at = False, len(self.writes) + dies_in if dies_in else 0

    @property
    def stands(self) -> dict[str, str]:
        return {container.name: str(container.state) for container in self.by_id.values()}
