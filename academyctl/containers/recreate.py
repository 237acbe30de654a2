"""What recreating a container takes of the engine: reads of what stands under the names of a refresh, and the single
writes that swap two containers. Each write is one call on an id: what stands under a name may have changed hands.

What a create request is made of is plan/recreate's. An engine's refusal of a create or a start may quote what was sent;
where it quotes a value of the env, its text is left out.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from academyctl.containers.engine import Engine
from academyctl.containers.read import parse_container, read_container
from academyctl.model.container import Container, RestartPolicy, read_env
from academyctl.model.errors import EngineError, NoSuchContainer, NoSuchImage
from academyctl.model.refresh import Act, Connection, Creation, Image, Move, Names, Sharer, Standing
from academyctl.model.secret import Secret

SHORTEST = 4
"""Characters of a value that is looked for in a refusal: `1` and `on` stand in many sentences."""
SHARED = {"NetworkMode": "network", "PidMode": "pid", "IpcMode": "ipc"}


class Recreator:
    """One engine. Everything may raise EngineError; a write also EngineAnswerLost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def identity(self) -> str:
        """Which engine it is, however it is addressed. Two of one host may share an id: moby keeps it in /etc."""
        told = self._engine.call("reading the engine's id", lambda client: client.info())
        return f"{told.get('ID')} {told.get('DockerRootDir')}"

    def updates_policies(self) -> bool:
        """podman 4 changes no restart policy; it also starts nothing again that was stopped by hand."""
        told = self._engine.call("reading the engine's version", lambda client: client.version())
        return not any("podman" in str(part.get("Name")).lower() for part in told.get("Components") or ())

    def read_standing(self, names: Names) -> Standing:
        """Who stands under the names of a refresh, now."""
        ids = self._ids()
        found = {name: self.read(ids[name]) for name in _all(names) if name in ids}
        return Standing(
            names=names,
            serving=found.get(names.serving),
            new=found.get(names.new),
            old=found.get(names.old),
            kept=found.get(names.kept),
        )

    def _ids(self) -> dict[str, str]:
        """Name → id of every container. A name of a link (`/other/alias`) is none of its own."""
        rows = self._engine.call("listing containers", lambda client: client.containers(all=True))
        named = ((name.lstrip("/"), row["Id"]) for row in rows for name in row.get("Names") or ())
        return {name: id for name, id in named if "/" not in name}

    def read(self, id: str) -> Container | None:
        """None when it is gone."""
        try:
            raw = self._engine.call(f"reading container {id[:12]}", lambda client: client.inspect_container(id))
        except NoSuchContainer:
            return None
        return parse_container(raw)

    def read_named(self, name: str) -> Container:
        return read_container(self._engine, name)

    def read_image(self, container: Container) -> Image:
        """The image of a container; NoSuchImage when it was removed under it."""
        try:
            raw = self._inspect_image(container.image_id)
        except NoSuchImage:
            message = f"the image of {container.name} is gone ({container.image_id[:19]}): it cannot be created again"
            raise NoSuchImage(message, hint=f"docker pull {container.image}") from None
        config = raw.get("Config") or {}
        env = {entry.key: entry.value for entry in read_env(config.get("Env") or ())}
        return Image(config=config, env=env, same_tag=self._is_still(container))

    def _is_still(self, container: Container) -> bool:
        try:
            return bool(self._inspect_image(container.image).get("Id") == container.image_id)
        except NoSuchImage:
            return False

    def _inspect_image(self, name: str) -> Mapping[str, Any]:
        raw: Mapping[str, Any] = self._engine.call(
            f"reading image {name[:40]}", lambda client: client.inspect_image(name)
        )
        return raw

    def read_sharers(self, container: Container, names: Names) -> tuple[Sharer, ...]:
        """Who would lose something when `container` is replaced: a call for each container of the engine."""
        own = (container.id, container.short_id, container.name)
        others = (self.read(id) for name, id in self._ids().items() if name not in _all(names))
        return tuple(sharer for other in others if other for sharer in _shares(other, own))

    def read_missed(self, container: Container) -> tuple[Sharer, ...]:
        """Whom `container` lives off and who does not run: stopped, it could not be started again."""
        needed = ((one, self.read(one.name)) for one in _needs(container))
        return tuple(
            Sharer(found.name if found else one.name[:12], one.what)
            for one, found in needed
            if found is None or not found.is_running
        )

    def read_changes(self, container: Container) -> tuple[str, ...] | None:
        """The paths at which its own layer is not its image (added, changed or deleted; volumes are none of it); None
        where the engine does not tell."""
        try:
            rows = self._engine.call(f"reading what {container.name} wrote", lambda client: client.diff(container.id))
        except EngineError:
            return None
        return tuple(str(row.get("Path")) for row in rows or ())

    def create(self, name: str, creation: Creation) -> str:
        """The id of the new container, which does not run. EngineBusy when the name is taken."""
        body = dict(creation.body)
        env = tuple(Secret(line.partition("=")[2]) for line in body["Env"])
        made = self._quietly(
            f"creating {name}", env, lambda client: client.create_container_from_config(body, name)["Id"]
        )
        return str(made)

    def connect(self, id: str, connection: Connection) -> None:
        """By the plain request: the SDK's own call drops settings that it does not know."""
        data = {"Container": id, "EndpointConfig": dict(connection.settings)}

        def asked(client: Any) -> None:
            client._raise_for_status(
                client._post_json(client._url("/networks/{0}/connect", connection.network), data=data)
            )

        self._engine.call(f"connecting to network {connection.network}", asked, write=True)

    def write(self, move: Move) -> None:
        """One write. One that is done already is no error, but for a rename to a name that is taken."""
        container = move.container
        match move.act:
            case Act.RENAME:
                self._engine.call(move.doing, lambda client: client.rename(container.id, move.name), write=True)
            case Act.STOP:
                self._stop(move)
            case Act.START:
                env = tuple(container.values.values())
                self._quietly(move.doing, env, lambda client: client.start(container.id))
            case Act.POLICY:
                policy = _policy(move.policy)
                self._engine.call(
                    move.doing,
                    lambda client: client.update_container(container.id, restart_policy=policy),
                    write=True,
                )
            case Act.REMOVE:
                self._remove(move)

    def _stop(self, move: Move) -> None:
        """With the container's own signal and grace."""
        grace = move.container.raw.get("Config", {}).get("StopTimeout")
        seconds = int(grace) if isinstance(grace, int) and grace >= 0 else None
        self._engine.call(move.doing, lambda client: client.stop(move.container.id, timeout=seconds), write=True)

    def _remove(self, move: Move) -> None:
        """Without its volumes, anonymous ones too: they are the other container's as well."""
        try:
            self._engine.call(move.doing, lambda client: client.remove_container(move.container.id), write=True)
        except NoSuchContainer:
            return

    def _quietly(self, doing: str, env: Iterable[Secret], body: Any) -> Any:
        try:
            return self._engine.call(doing, body, write=True)
        except EngineError as refused:
            said = _squeezed(refused.message.removeprefix(doing))
            if any(form in said for value in env for form in _forms(value)):
                raise type(refused)(f"{doing}: the engine refuses it, quoting the env", hint=refused.hint) from None
            raise


def _all(names: Names) -> tuple[str, ...]:
    return names.serving, names.new, names.old, names.kept


def _shares(other: Container, own: tuple[str, ...]) -> Iterator[Sharer]:
    host = other.raw.get("HostConfig") or {}
    for field, what in SHARED.items():
        kind, _, whose = str(host.get(field) or "").partition(":")
        if kind == "container" and whose in own:
            yield Sharer(other.name, what)
    if any(str(one).partition(":")[0] in own for one in host.get("VolumesFrom") or ()):
        yield Sharer(other.name, "volumes")
    if any(linked in own for linked in _links(host)):
        yield Sharer(other.name, "link")


def _needs(container: Container) -> Iterator[Sharer]:
    """Whose namespaces a container lives in, and to whom it is linked: by name or id."""
    host = container.raw.get("HostConfig") or {}
    for field, what in SHARED.items():
        kind, _, whose = str(host.get(field) or "").partition(":")
        if kind == "container":
            yield Sharer(whose, what)
    yield from (Sharer(linked, "link") for linked in _links(host))


def _links(host: Mapping[str, Any]) -> Iterator[str]:
    """`/other:/me/alias` is a link of the default network to `other`."""
    return (str(link).partition(":")[0].lstrip("/") for link in host.get("Links") or ())


def _forms(value: Secret) -> Iterator[str]:
    """What a refusal may make of a value: raw, or quoted as Go and as JSON quote."""
    text = value.reveal()
    forms = (text, json.dumps(text), json.dumps(text, ensure_ascii=False))
    return (form for form in map(_squeezed, forms) if len(form) >= SHORTEST)


def _squeezed(text: str) -> str:
    """Without what quoting adds and a message on one line loses."""
    return re.sub(r"[\s\\\"'`]", "", text)


def _policy(policy: RestartPolicy) -> dict[str, Any]:
    return {"Name": policy.name or "no", "MaximumRetryCount": policy.retries}
