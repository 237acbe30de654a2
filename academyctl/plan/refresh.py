"""What a refresh comes to: the new env, the guards, and the table of what an unfinished one needs. Pure.

A refresh leaves no mark but names. A copy could carry labels, but none can be taken off it again, and everything but
env stays as it was; so what stands under `NAME`, `NAME.academyctl-new` and `NAME.academyctl-old` is the whole state,
held against one question: is it the other's copy in everything but env and restart policy? What is not is somebody
else's, and is left alone. The former's own restart policy is read from its copy, which goes last on the way back.

| NAME          | -new | -old   | what was cut off                        | the next run                             |
|---------------|------|--------|-----------------------------------------|------------------------------------------|
| any           | -    | -      | nothing                                 | refreshes                                |
| any           | copy | -      | before the names were swapped           | way back, then refreshes                 |
| -             | copy | former | between the two renames                 | way back, then refreshes                 |
| not running   | -    | former | before the copy started, or it ended    | way back, then refreshes                 |
| running       | -    | former | while the copy was waited for           | proves it and ends (else way back, 7)    |
| -             | -    | former | (somebody removed the copy)             | way back; its restart policy is lost     |
| -             | any  | -      | (somebody removed the former)           | refuses (6)                              |
| any           | any  | former | no refresh leaves this                  | refuses (6)                              |
"""

from collections.abc import Mapping

from academyctl.model.container import Container, Health, Origin, RestartPolicy, State, origins
from academyctl.model.errors import Conflict
from academyctl.model.refresh import Act, Move, Names, NewEnv, RefreshWrite, Standing, Way
from academyctl.model.secret import Secret
from academyctl.plan.recreate import differences

SERVES = (State.RUNNING, State.RESTARTING)
"""A refresh heals a container that its env makes restart again and again; a stopped one is left to who stopped it."""
_INJECTED = frozenset({"TERM", "container", "HOME", "HOSTNAME"})
"""Names that podman gives a value to."""
STOPPED = (State.CREATED, State.EXITED, State.DEAD)


def plan_env(
    container: Container, image: Mapping[str, Secret], stored: Mapping[str, Secret], *, prune: bool = False
) -> NewEnv:
    """The image's ENV, the old run env over it, the role's SSM keys over both. What the engine injected is not sent."""
    origin, before = origins(container, image), container.values
    run = {key: value for key, value in before.items() if origin[key] is Origin.RUN}
    injected = {key: value for key, value in before.items() if origin[key] is Origin.ENGINE}
    # Where the engine injects, a HOME may be its own too: pruned, it would come back.
    mine = run.keys() - (_INJECTED if injected else frozenset())
    gone = {key for key in mine if prune and key not in stored}
    given = {key: value for key, value in run.items() if key not in gone} | dict(stored)
    unset = _unset(container, given)
    base = {key: value for key, value in image.items() if key not in unset}
    values = {**base, **injected, **given}
    lines = (*(Secret(f"{key}={value.reveal()}") for key, value in given.items()), *map(Secret, unset))
    return NewEnv(
        lines=lines,
        values=values,
        added=tuple(sorted(values.keys() - before.keys())),
        changed=tuple(sorted(key for key in values.keys() & before.keys() if values[key] != before[key])),
        removed=tuple(sorted(before.keys() - values.keys())),
        kept=tuple(sorted(mine - stored.keys() - gone)),
    )


def _unset(container: Container, given: Mapping[str, Secret]) -> tuple[str, ...]:
    """Names that the run takes away from the image (compose sends them for `- KEY` without a value)."""
    told = container.raw.get("Config", {}).get("Env") or ()
    bare = dict.fromkeys(line for line in told if "=" not in line)
    return tuple(key for key in bare if key not in given and key not in container.values)


def find_way(standing: Standing) -> Way:
    """The table above. Conflict for what no refresh of academyctl leaves."""
    names, serving, new, old = standing.names, standing.serving, standing.new, standing.old
    if not standing.is_open:
        return Way.NONE
    if new and (serving is None) == (old is None):
        where = "stands beside both" if old else "stands alone"
        raise _unknown(names, names.new, f"{where}, which no refresh leaves", "remove or rename it by hand")
    if standing.former and standing.copy and differences(standing.former, standing.copy, networks=False):
        other = names.old if old and serving else names.new
        raise _unknown(names, other, "is no copy of the other: somebody else's", f"docker rename {other} ANOTHER-NAME")
    if old and serving and serving.is_running:
        return Way.FINISH
    return Way.BACK


def check_kept(standing: Standing) -> None:
    """Conflict unless the container that was kept is the former self of the one that serves."""
    kept, serving = standing.kept, standing.serving
    if kept and (serving is None or differences(serving, kept, networks=False)):
        name = standing.names.kept
        raise _unknown(standing.names, name, "is not the former self of the one that serves", f"docker inspect {name}")


def _unknown(names: Names, name: str, why: str, hint: str) -> Conflict:
    message = f"the name {name}, which a refresh of {names.serving} uses, {why}; nothing was changed"
    return Conflict(message, code="container.name", hint=hint)


def way_back(standing: Standing, policy: RestartPolicy | None = None) -> Move | None:
    """The next write on the way back to the former container; None when it serves under its name, alone.

    From wherever it is asked: each answer follows from what stands, so a way back that is cut off is gone on with.
    `policy` is the former's own, where it is known without its copy: by the run that changed it.
    """
    names, former, copy = standing.names, standing.former, standing.copy
    if former is None or not (standing.is_open or policy):
        return None
    own = copy.restart_policy if copy else policy
    if standing.old and copy:
        if copy.state not in STOPPED:
            return Move(Act.STOP, copy)
        if standing.serving:
            return Move(Act.RENAME, standing.serving, name=names.new)
        return Move(Act.RENAME, former, name=names.serving)
    if own and former.restart_policy != own:
        return Move(Act.POLICY, former, policy=own)
    if former.state not in SERVES:
        return Move(Act.START, former)
    if standing.old:
        return Move(Act.RENAME, former, name=names.serving)
    if copy and copy.state not in STOPPED:
        return Move(Act.STOP, copy)
    return Move(Act.REMOVE, copy) if copy else None


def way_out(standing: Standing, *, keep: bool) -> Move | None:
    """The next write after the copy was proven: the former goes, or is kept aside in place of an older one."""
    former = standing.old
    if former is None:
        return None
    if former.state not in STOPPED:
        return Move(Act.STOP, former)
    if keep and standing.kept:
        return Move(Act.REMOVE, standing.kept)
    return Move(Act.RENAME, former, name=standing.names.kept) if keep else Move(Act.REMOVE, former)


def writes_of(way: Way, env: NewEnv) -> tuple[RefreshWrite, ...]:
    """What a run has to do, in order."""
    open_one = {Way.NONE: (), Way.BACK: (RefreshWrite.BACK,), Way.FINISH: (RefreshWrite.FINISH,)}[way]
    return (*open_one, *((RefreshWrite.RECREATE,) if env.differs else ()))


def has_healthcheck(container: Container) -> bool:
    test = ((container.raw.get("Config") or {}).get("Healthcheck") or {}).get("Test") or ["NONE"]
    return bool(test[0] != "NONE")


def fault_of(now: Container, started: str, restarts: int) -> str:
    """Why a container that was started will not do, in a few words; "" while nothing is wrong.

    `started`: StartedAt when it was first looked at; `restarts`: those that it had then.
    """
    match now.state:
        case State.EXITED | State.DEAD | State.REMOVING:
            return f"it exited with code {now.exit_code}"
        case State.RESTARTING:
            return f"it exited with code {now.exit_code} and restarts"
        case _ if now.restarts > restarts or started != started_at(now):
            return "it ended and was started again"
        case _ if now.health is Health.UNHEALTHY:
            return "its healthcheck says unhealthy"
        case _:
            return ""


def started_at(container: Container) -> str:
    return str((container.raw.get("State") or {}).get("StartedAt") or "")


def is_well(now: Container, waited: float, settle: float) -> bool:
    """`waited`: seconds since it was started."""
    if now.state is not State.RUNNING:
        return False
    return now.health is Health.HEALTHY if has_healthcheck(now) else waited >= settle


def env_differs(container: Container, env: NewEnv) -> tuple[str, ...]:
    """Names of keys whose value is not the planned one. What the engine injects is each container's own, and some of it
    is there only once it has been started."""
    now, planned = container.values, env.values
    own = _INJECTED if "container" in now and "container" in planned else frozenset()
    return tuple(sorted(key for key in (now.keys() | planned.keys()) - own if now.get(key) != planned.get(key)))
