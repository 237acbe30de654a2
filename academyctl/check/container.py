"""A container's state, and which stored version of a role's env it runs: found by comparing values, told by names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from academyctl.model.container import Container, Health, State
from academyctl.model.finding import Finding, error, info, warning
from academyctl.model.secret import Secret

_TOLD = 12
"""Keys named in one sentence; the JSON has all."""


class Stored(NamedTuple):
    """One version of a role's parameter, as the role's consumer reads it."""

    version: int
    env: Mapping[str, Secret]


class Running(NamedTuple):
    """`running` is None where no kept version is what the container runs, or older ones could not be compared
    (`newest_only`). `differs`: keys in which that version, or else the container, is not the newest. `not_stored`: the
    role's keys that came from elsewhere than SSM."""

    stored: int
    running: int | None = None
    differs: tuple[str, ...] = ()
    not_stored: tuple[str, ...] = ()
    newest_only: bool = False

    @property
    def is_newest(self) -> bool:
        return not self.differs


def which_version(env: Mapping[str, Secret], own: Collection[str], versions: Sequence[Stored]) -> Running:
    """Of `versions` (newest first, at least one) the one all of whose keys `env` has, with the fewest of the role's
    `own` keys beside them: a version that merely lacks a key is not taken for the one that had it. Of two alike the
    newest."""
    newest = versions[0]
    fitting = [stored for stored in versions if not _lacking(env, stored.env)]
    if not fitting:
        return Running(newest.version, None, _lacking(env, newest.env), _beside(env, own, newest.env))
    found = min(fitting, key=lambda stored: len(_beside(env, own, stored.env)))
    return Running(newest.version, found.version, _between(found.env, newest.env), _beside(env, own, found.env))


def _lacking(env: Mapping[str, Secret], stored: Mapping[str, Secret]) -> tuple[str, ...]:
    """Keys that `env` has not, or not with the stored value."""
    return tuple(sorted(key for key, value in stored.items() if env.get(key) != value))


def _beside(env: Mapping[str, Secret], own: Collection[str], stored: Mapping[str, Secret]) -> tuple[str, ...]:
    return tuple(sorted(key for key in own if key in env and key not in stored))


def _between(one: Mapping[str, Secret], other: Mapping[str, Secret]) -> tuple[str, ...]:
    return tuple(sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key)))


def told_version(found: Running) -> str:
    """`runs v41, SSM has v43: 2 keys differ: DB_HOST, SECRET_KEY`."""
    beside = f"; not from SSM: {_names(found.not_stored)}" if found.not_stored else ""
    if found.is_newest:
        return f"runs v{found.stored}, the newest in SSM{beside}"
    unknown = "another version" if found.newest_only else "no version that SSM keeps"
    runs = f"v{found.running}" if found.running else unknown
    differ = "1 key differs" if len(found.differs) == 1 else f"{len(found.differs)} keys differ"
    return f"runs {runs}, SSM has v{found.stored}: {differ}: {_names(found.differs)}{beside}"


def _names(keys: tuple[str, ...]) -> str:
    more = f" and {len(keys) - _TOLD} more" if len(keys) > _TOLD else ""
    return ", ".join(keys[:_TOLD]) + more


def check_version(container: Container, role: str, found: Running, owner: str = "") -> Iterator[Finding]:
    """`owner` is the role whose file names the container, "" where none does: no other role's env belongs there."""
    if not found.is_newest:
        refresh = f"academyctl env refresh --container {container.name} --role {role}"
        hint = refresh if owner in ("", role) else whose(owner)
        yield warning("container.version", f"{role}:{container.name}", told_version(found), hint)


def whose(owner: str) -> str:
    """The hint for whoever judges the container of role `owner` by another role."""
    return f"it is the container of role {owner}: --role {owner}"


def unknown_version(container: Container, role: str, why: str, hint: str = "") -> Finding:
    """Validation needs no AWS: where it cannot be asked, that is said and no more."""
    return info("container.version", f"{role}:{container.name}", f"which SSM version it runs is not known: {why}", hint)


def check_state(container: Container, refresh: str = "") -> Iterator[Finding]:
    """A container that does not run serves nobody, however sound its env: an error, or `validate && …` would go on.

    `refresh`: the command that goes on with a refresh of it that was cut off, "" where there is none. Then to start it
    by hand would put an unproven copy into service, or leave two of them."""
    name, code = container.name, container.exit_code
    told = "; a refresh of it was cut off" if refresh else ""
    match container.state:
        case State.RUNNING:
            if container.health is Health.UNHEALTHY:
                hint = f"docker inspect --format '{{{{json .State.Health.Log}}}}' {name}"
                yield warning("container.unhealthy", name, "runs, and its healthcheck fails", hint)
        case State.RESTARTING:
            message = f"restarts again and again (last exit code {code}, {container.restarts} restarts){told}"
            yield error("container.restarting", name, message, refresh or f"docker logs --tail 50 {name}")
        case State.PAUSED:
            yield error("container.not-running", name, "is paused", f"docker unpause {name}")
        case State.CREATED:
            message = f"was created and never started{told}"
            yield error("container.not-running", name, message, refresh or f"docker start {name}")
        case State.REMOVING:
            yield error("container.not-running", name, "is being removed", "docker ps -a")
        case State.EXITED | State.DEAD:
            message = f"is stopped (exit code {code})" if container.state is State.EXITED else "is dead"
            hint = refresh or f"docker logs --tail 50 {name}"
            yield error("container.not-running", name, f"{message}{told}", hint)
