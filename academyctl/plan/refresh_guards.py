"""What refuses a refresh before anything is changed, and what an operator should know of it. Pure."""

from collections.abc import Iterable, Iterator

from academyctl.model.container import Container, State
from academyctl.model.finding import Finding, error, info, warning
from academyctl.model.refresh import NewEnv, Sharer, Standing, Waits
from academyctl.model.role import Role
from academyctl.plan.refresh import has_healthcheck

COMPOSE = "com.docker.compose.project"
SECOND = 1_000_000_000
"""In the engine's nanoseconds."""
TEMPORARY = ("/tmp/", "/var/tmp/", "/run/", "/var/run/", "/dev/", "/proc/", "/sys/")
OF_THE_ENGINE = (
    *("/etc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/sbin/docker-init"),
    *(part[:-1] for part in TEMPORARY),
)
"""What engines put into a layer themselves."""
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


def guard_role(container: Container, role: Role, roles: Iterable[Role]) -> Iterator[Finding]:
    """The env of one role in the container of another is how uploads once came to fail."""
    owner = next((one for one in roles if one.container == container.name), role)
    if owner.name != role.name:
        why = f"is the container of role {owner.name}, not of {role.name}"
        hint = f"academyctl env refresh --container {container.name} --role {owner.name}"
        yield error("container.role", container.name, why, hint)


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


def guard_missed(container: Container, missed: Iterable[Sharer]) -> Iterator[Finding]:
    """`missed` do not run, and nothing is started without them: neither a copy nor, on the way back, the container."""
    for one in missed:
        lives = "is linked to" if one.what == "link" else f"lives in the {one.what} namespace of"
        why = f"{container.name} {lives} {one.name}, which does not run: once stopped, it could not be started again"
        yield error("container.not-running", one.name, why, f"docker start {one.name}, or run both anew")


def guard_health(container: Container, waits: Waits) -> Iterator[Finding]:
    """Engine API: a probe comes an interval after the start; since 1.44 sooner while a start period lasts, every 5 s
    where nothing else is said."""
    if not has_healthcheck(container):
        return
    check = container.raw["Config"]["Healthcheck"]
    often = check.get("Interval") or 30 * SECOND
    early = (check.get("StartInterval") or 5 * SECOND) if check.get("StartPeriod") else often
    first = min(often, early) / SECOND
    if first >= waits.timeout:
        why = f"has its first healthcheck {first:g} s after its start: it cannot be healthy within --timeout"
        yield warning("container.health-late", container.name, why, f"--timeout {first * 2:g}")


def guard_files(container: Container, changes: Iterable[str] | None) -> Iterator[Finding]:
    """`changes`: the paths of its own layer, which a copy has not; None where the engine does not tell."""
    name, hint = container.name, "docker cp what is needed, or --keep-old"
    if changes is None:
        yield warning("container.layer", name, "whether it wrote files outside its volumes cannot be told", hint)
        return
    if found := _written(container, tuple(changes)):
        some = ", ".join(found[:3]) + (", …" if found[3:] else "")
        why = f"wrote {len(found)} outside its volumes ({some}): the new one has none of it, and it goes with this one"
        yield warning("container.layer", name, why, hint)


def _written(container: Container, changes: tuple[str, ...]) -> tuple[str, ...]:
    """Without what is there for a mount, without folders that only lead to another path, without what is temporary."""
    host = container.raw.get("HostConfig") or {}
    mounted = [*(mount.destination for mount in container.mounts), *(host.get("Tmpfs") or {})]
    mounted += [str(mount.get("Target")) for mount in host.get("Mounts") or ()]
    leads = {path.rpartition("/")[0] for path in changes}
    return tuple(
        path
        for path in sorted(changes)
        if path not in leads
        and not path.startswith(TEMPORARY)
        and "/__pycache__" not in path
        and path not in OF_THE_ENGINE
        and not any(f"{at}/".startswith(f"{path}/") for at in mounted)
    )


def told_policy(standing: Standing) -> Iterator[Finding]:
    """A former container without its copy, which held its restart policy."""
    former = standing.old
    if former and not standing.serving and not standing.new and former.restart_policy.name in ("", "no"):
        name = standing.names.serving
        why = f"the copy of {name} was removed, and with it the former one's restart policy is lost: it stays `no`"
        yield warning("container.restart-policy", name, why, f"docker update --restart unless-stopped {name}")


def guard_sharers(container: Container, sharers: Iterable[Sharer]) -> Iterator[Finding]:
    for sharer in sharers:
        if sharer.what == "volumes":
            message = f"{sharer.name} takes volumes from it: it keeps them, and names a container that is replaced"
            yield warning("container.shared", container.name, message)
            continue
        lives = "is linked to it" if sharer.what == "link" else f"lives in its {sharer.what} namespace"
        yield error(
            "container.shared",
            container.name,
            f"{sharer.name} {lives} and would be cut off when it is replaced",
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
