"""What a refresh is about: the containers under its names, the env that the new one gets, and one move of the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from academyctl.model.container import Container, RestartPolicy
from academyctl.model.secret import Secret

MARK = ".academyctl-"
"""What the names of a refresh have in them beside the container's own."""


class Names(NamedTuple):
    """The names that a refresh of `serving` uses. `kept` is where --keep-old leaves the former one at the end: a
    container under `old` always is of a refresh that did not end."""

    serving: str

    @property
    def new(self) -> str:
        return f"{self.serving}{MARK}new"

    @property
    def old(self) -> str:
        return f"{self.serving}{MARK}old"

    @property
    def kept(self) -> str:
        return f"{self.serving}{MARK}kept"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What stands under the names of a refresh, read just now."""

    names: Names
    serving: Container | None = None
    new: Container | None = None
    old: Container | None = None
    kept: Container | None = None

    @property
    def is_open(self) -> bool:
        return self.new is not None or self.old is not None

    @property
    def former(self) -> Container | None:
        """The container that served before the open refresh."""
        return self.old or self.serving

    @property
    def copy(self) -> Container | None:
        """The open refresh's new container; it holds the former's own restart policy."""
        return (self.serving or self.new) if self.old else self.new

    @property
    def ids(self) -> tuple[str, ...]:
        """Who stands where; "" where nobody does."""
        return tuple(one.id if one else "" for one in (self.serving, self.new, self.old, self.kept))


class Way(StrEnum):
    """What a run does about a refresh that did not end."""

    NONE = "none"
    BACK = "back"
    FINISH = "finish"


@dataclass(frozen=True, kw_only=True)
class NewEnv:
    """`lines` is what the create request carries (a name without `=` takes the image's key away); `values` is what the
    container then has, the image's own included. The rest are names."""

    lines: tuple[Secret, ...]
    values: Mapping[str, Secret]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class Connection(NamedTuple):
    """One network that a created container is connected to before it starts."""

    network: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Creation:
    """A create request: its body holds every value in the clear and is never shown."""

    body: Mapping[str, Any] = field(repr=False)
    connections: tuple[Connection, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Image:
    """What a container was made from: the image's own Config and ENV. `same_tag`: the name that it was made from still
    is this image."""

    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    env: Mapping[str, Secret] = field(default_factory=dict)
    same_tag: bool = True


class Sharer(NamedTuple):
    """Another container that one has something of, or gives it: the `network`, `pid` or `ipc` namespace, `volumes`, a
    `link`."""

    name: str
    what: str


class Act(StrEnum):
    """The single writes of the way back and of the end."""

    RENAME = "rename"
    STOP = "stop"
    START = "start"
    POLICY = "policy"
    REMOVE = "remove"


class Move(NamedTuple):
    """One write. `name` is the new name of a rename, `policy` the one to be set."""

    act: Act
    container: Container
    name: str = ""
    policy: RestartPolicy = RestartPolicy()

    @property
    def doing(self) -> str:
        match self.act:
            case Act.RENAME:
                return f"renaming {self.container.name} to {self.name}"
            case Act.STOP:
                return f"stopping {self.container.name}"
            case Act.START:
                return f"starting {self.container.name}"
            case Act.POLICY:
                return f"setting the restart policy of {self.container.name} to {self.policy.name or 'no'}"
            case Act.REMOVE:
                return f"removing {self.container.name} ({self.container.short_id})"


class RefreshWrite(StrEnum):
    """The writes of a plan: each is a row of it."""

    BACK = "back"
    FINISH = "finish"
    RECREATE = "recreate"


class Waits(NamedTuple):
    """Seconds: how long one without a healthcheck must run, and how long anything may take to be well."""

    settle: float = 10.0
    timeout: float = 120.0
