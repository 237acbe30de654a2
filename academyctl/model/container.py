"""A container as its engine tells of it: state, health, image, and the environment it was created with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from academyctl.model.env import Document, Entry, SourceKind
from academyctl.model.secret import Secret


class State(StrEnum):
    """The states of the Docker Engine API; podman's further ones are told as the nearest of them."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    EXITED = "exited"
    REMOVING = "removing"
    DEAD = "dead"


class Health(StrEnum):
    """What the container's own healthcheck says; `none` where it has none."""

    NONE = "none"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class Origin(StrEnum):
    """Who gave a key its value: the image's ENV, the options of the run, or the engine itself."""

    IMAGE = "image"
    RUN = "run"
    ENGINE = "engine"


class RestartPolicy(NamedTuple):
    """`name` is `no`, `always`, `unless-stopped` or `on-failure`; "" is `no` too."""

    name: str = ""
    retries: int = 0


class Mount(NamedTuple):
    """`type` is `bind`, `volume` or `tmpfs`; `source` a path of the engine's host."""

    type: str
    source: str
    destination: str
    writable: bool = True


@dataclass(frozen=True, kw_only=True)
class Container:
    """One inspected container.

    `env` is Config.Env in its order, where a key may stand twice. `raw` is the whole answer and holds every value in
    the clear: it is for recreating, and never shown.
    """

    id: str
    name: str
    state: State
    health: Health = Health.NONE
    exit_code: int = 0
    restarts: int = 0
    image: str = ""
    image_id: str = ""
    env: tuple[Entry, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    restart_policy: RestartPolicy = field(default_factory=RestartPolicy)
    mounts: tuple[Mount, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def short_id(self) -> str:
        return self.id[:12]

    @property
    def is_running(self) -> bool:
        return self.state is State.RUNNING

    @property
    def document(self) -> Document:
        return Document(kind=SourceKind.CONTAINER, label=f"container:{self.name}", entries=self.env)

    @property
    def values(self) -> dict[str, Secret]:
        """Key → value as the process gets it: of two with one key the last."""
        return {entry.key: entry.value for entry in self.env}


def read_env(lines: Iterable[str]) -> tuple[Entry, ...]:
    """`KEY=value` lines of Config.Env. A name without `=` takes the key away from the process (moby,
    oci.ReplaceOrAppendEnvValues), so neither it nor an earlier entry of that key is kept."""
    entries: list[Entry] = []
    for line in lines:
        key, equals, value = line.partition("=")
        if equals:
            entries.append(Entry(key, Secret(value)))
        else:
            entries = [entry for entry in entries if entry.key != key]
    return tuple(entries)


def origins(container: Container, image_env: Mapping[str, Secret]) -> dict[str, Origin]:
    """Key → who gave it its value. A run that repeats the image's value cannot be told from the image."""
    values, injected = container.values, _by_podman(container)
    return {
        key: Origin.IMAGE
        if image_env.get(key) == value
        else Origin.ENGINE
        if injected.get(key) == value
        else Origin.RUN
        for key, value in values.items()
    }


def _by_podman(container: Container) -> dict[str, Secret]:
    """What podman adds to Config.Env of a container, and docker does not (podman 4.3, seen through its Docker API).
    HOME is a user's of the image: one that is not root's is taken for the run's, which sends the same value again."""
    if container.values.get("container") not in (Secret("podman"), Secret("oci")):
        return {}
    host = (container.raw.get("Config") or {}).get("Hostname") or container.short_id
    added = {"container": container.values["container"].reveal(), "TERM": "xterm", "HOME": "/root", "HOSTNAME": host}
    return {key: Secret(value) for key, value in added.items()}
