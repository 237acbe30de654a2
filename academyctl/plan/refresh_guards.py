"""What refuses a refresh before anything is changed, and what an operator should know of it. Pure."""

from collections.abc import Iterable, Iterator

from academyctl.model.container import Container, State
from academyctl.model.finding import Finding, error, info, warning
from academyctl.model.refresh import NewEnv, Sharer

COMPOSE = "com.docker.compose.project"
_STATES = {
    State.EXITED: ("is stopped (exit code {code}); a refresh starts nothing that was stopped", "docker start {name}"),
    State.DEAD: ("is dead", "docker ps -a"),
    State.CREATED: ("was created and never started", "docker start {name}"),
    State.PAUSED: ("is paused", "docker unpause {name}"),
    State.REMOVING: ("is being removed", "docker ps -a"),
}


def guard_state(container: Container, *, comes_back: bool) -> Iterator[Finding]:
    """`comes_back`: it does not serve because an unfinished refresh stopped it."""
    if container.state in _STATES and not comes_back:
        texts = _STATES[container.state]
        why, hint = (text.format(name=container.name, code=container.exit_code) for text in texts)
        yield error("container.not-running", container.name, why, hint)


def guard_copy(container: Container) -> Iterator[Finding]:
    """What about its making stands against a copy, or will differ by itself."""
    name = container.name
    if (container.raw.get("HostConfig") or {}).get("AutoRemove"):
        yield error(
            "container.auto-remove",
            name,
            "was run with --rm: stopping it removes it, and there would be no way back",
            "docker stop it and run it anew without --rm, once",
        )
    yield from _told(container)


def _told(container: Container) -> Iterator[Finding]:
    name = container.name
    if COMPOSE in container.labels:
        yield warning(
            "container.compose",
            name,
            "belongs to docker compose: its next `up` recreates the container from its own file, with that env",
            "keep compose's env_file alike: academyctl env restore",
        )
    if ports := _random_ports(container):
        message = f"publishes {', '.join(ports)} on a port that the engine chooses: it will be another one"
        yield warning("container.random-port", name, message, f"docker port {name}")


def _random_ports(container: Container) -> tuple[str, ...]:
    host = container.raw.get("HostConfig") or {}
    bound = host.get("PortBindings") or {}
    loose = [
        port for port, at in bound.items() for one in at or () if str(one.get("HostPort") or "0").strip() in ("", "0")
    ]
    every = (container.raw.get("Config") or {}).get("ExposedPorts") or {}
    return tuple(dict.fromkeys([*loose, *(every if host.get("PublishAllPorts") else ())]))


def guard_sharers(container: Container, sharers: Iterable[Sharer]) -> Iterator[Finding]:
    for sharer in sharers:
        if sharer.what == "volumes":
            message = f"{sharer.name} takes volumes from it: it keeps them, and names a container that is replaced"
            yield warning("container.shared", container.name, message)
            continue
        yield error(
            "container.shared",
            container.name,
            f"{sharer.name} lives in its {sharer.what} namespace and would be cut off when it is replaced",
            f"docker rm -f {sharer.name}, refresh, and run {sharer.name} again",
        )


def told_kept(container: Container, role: str, env: NewEnv) -> Iterator[Finding]:
    for key in env.kept:
        yield info(
            "env.kept",
            f"{role}:{key}",
            f"is in {container.name} and not in SSM: it is kept",
            f"academyctl env diff container:{container.name} ssm: --role {role}",
        )
