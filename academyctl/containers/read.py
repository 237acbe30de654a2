"""What is read of containers and images: one call each, parsed into model types."""

import re
from collections.abc import Mapping
from typing import Any

from academyctl.containers.engine import Engine
from academyctl.containers.glance import glance
from academyctl.model.container import Container, Health, Mount, RestartPolicy, State, read_env
from academyctl.model.errors import EngineError, NoSuchContainer, UsageError
from academyctl.model.secret import Secret

_STATES = {
    "stopped": State.EXITED,
    "stopping": State.RUNNING,
    "configured": State.CREATED,
    "initialized": State.CREATED,
}
"""podman's own words."""


_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]*")
"""moby, daemon/names: what a container may be called. Nothing else may become part of a request's path."""


def look_at_container(engine: Engine, name: str) -> Container:
    """One call, and the fast one: in the API version that the engine likes best. For reading only; what is to be
    recreated is read with `read_container`, in the version that it is created in."""
    raw = glance(engine.endpoint, f"/containers/{_checked(name)}/json")
    return read_container(engine, name) if raw is None else _parsed(engine, raw, name)


def read_container(engine: Engine, name: str) -> Container:
    """One call. `name` is a name or an id; NoSuchContainer, with the nearest names, when the engine has none of it."""
    wanted = _checked(name)
    try:
        raw = engine.call(f"reading container {name}", lambda client: client.inspect_container(wanted))
    except NoSuchContainer:
        raise NoSuchContainer(f"container {name} does not exist", hint=_hint(engine, wanted)) from None
    return _parsed(engine, raw, name)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a container", code="usage.container", hint="docker ps -a")
    return name.lstrip("/")


def _parsed(engine: Engine, raw: Any, name: str) -> Container:
    try:
        return parse_container(raw)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise engine.endpoint.is_no_engine(f"reading container {name}") from None


def _hint(engine: Engine, name: str) -> str:
    from difflib import get_close_matches

    try:
        near = get_close_matches(name, read_names(engine), n=3, cutoff=0.5)
    except EngineError:
        near = []
    return f"did you mean {' or '.join(near)}? (docker ps -a)" if near else "docker ps -a"


def read_names(engine: Engine) -> tuple[str, ...]:
    """One call: the names of all containers, stopped ones too."""
    rows = engine.call("listing containers", lambda client: client.containers(all=True))
    return tuple(sorted(name.lstrip("/") for row in rows for name in row.get("Names") or ()))


def read_image_env(engine: Engine, image: str) -> dict[str, Secret]:
    """One call: the ENV of an image, by its id. NoSuchImage when it was removed under its containers."""
    raw = engine.call(f"reading image {image[:19]}", lambda client: client.inspect_image(image))
    return {entry.key: entry.value for entry in read_env((raw.get("Config") or {}).get("Env") or ())}


def parse_container(raw: Mapping[str, Any]) -> Container:
    """The answer of `GET /containers/{name}/json`; KeyError or TypeError for one that is none."""
    config, host, state = raw["Config"], raw.get("HostConfig") or {}, raw["State"]
    policy = host.get("RestartPolicy") or {}
    return Container(
        id=raw["Id"],
        name=raw["Name"].lstrip("/"),
        state=_state(state),
        health=_health(state),
        exit_code=int(state.get("ExitCode") or 0),
        restarts=int(raw.get("RestartCount") or 0),
        image=config.get("Image") or "",
        image_id=raw.get("Image") or "",
        env=read_env(config.get("Env") or ()),
        labels=dict(config.get("Labels") or {}),
        restart_policy=RestartPolicy(policy.get("Name") or "", int(policy.get("MaximumRetryCount") or 0)),
        mounts=tuple(_mount(mount) for mount in raw.get("Mounts") or ()),
        raw=raw,
    )


def _state(state: Mapping[str, Any]) -> State:
    """A restarting container says Running too, between two starts; so does a paused one."""
    if state.get("Restarting"):
        return State.RESTARTING
    if state.get("Paused"):
        return State.PAUSED
    said = state.get("Status") or ""
    if said in {one.value for one in State}:
        return State(said)
    return _STATES.get(said) or (State.RUNNING if state.get("Running") else State.EXITED)


def _health(state: Mapping[str, Any]) -> Health:
    """podman writes `Health: {Status: ""}` where there is no healthcheck."""
    said = ((state.get("Health") or state.get("Healthcheck") or {}).get("Status") or "").lower()
    return Health(said) if said in {one.value for one in Health} else Health.NONE


def _mount(raw: Mapping[str, Any]) -> Mount:
    return Mount(
        type=raw.get("Type") or "bind",
        source=raw.get("Source") or "",
        destination=raw.get("Destination") or "",
        writable=bool(raw.get("RW", True)),
    )
