"""From what the engine tells of a container to the request that makes its copy; and where two containers differ.

Everything is sent back as it was told (Engine API: ContainerInspect answers the very Config and HostConfig that
ContainerCreate takes), but for what the engine made up itself: a hostname or alias that is the short id, the names of
anonymous volumes (they are named, so that the copy gets the same ones), an entrypoint that was emptied. A field of a
newer engine goes the same way, unknown as it is here; where an engine drops one, `differences` names it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from academyctl.model.container import Container
from academyctl.model.refresh import Connection, Creation
from academyctl.model.secret import Secret

BUILT_IN = ("default", "bridge", "host", "none", "podman", "slirp4netns", "pasta")
"""Networks that are joined by their mode alone."""
ENDPOINT = ("IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority")
"""What of a network's settings is the operator's; the rest (addresses, ids) the engine gives at start."""


def creation_of(
    base: Container, image: Mapping[str, Any], lines: Iterable[Secret], *, same_tag: bool, policy: Mapping[str, Any]
) -> Creation:
    """The request for a copy of `base` with another env and `policy` as its restart policy.

    `image` is the image's own Config. `same_tag`: the name that `base` was made from still is its image; else the copy
    is made from the image's id.
    """
    config, host = dict(base.raw["Config"]), dict(base.raw["HostConfig"])
    config["Env"] = [line.reveal() for line in lines]
    config["Image"] = config.get("Image") if same_tag else base.image_id
    _unpin_hostname(config, host, base)
    if not config.get("Entrypoint") and image.get("Entrypoint"):
        # Null would be filled from the image: [""] is how `--entrypoint ""` is said (moby, daemon/create.go).
        config["Entrypoint"] = [""]
    host["RestartPolicy"] = dict(policy)
    host["Ulimits"] = [{**one, "Name": _limit(one)} for one in host.get("Ulimits") or ()]
    host["Links"] = [_link(link) for link in host.get("Links") or ()] or None
    _name_volumes(host, base.raw)
    first, others = _networks(base)
    body = {**config, "HostConfig": host}
    if first:
        body["NetworkingConfig"] = {"EndpointsConfig": {first.network: dict(first.settings)}}
    return Creation(body=body, connections=others)


def _unpin_hostname(config: dict[str, Any], host: Mapping[str, Any], base: Container) -> None:
    """A hostname that the engine chose, or that another namespace brings (to send it then is refused). On the host's
    network it may be either's: it is sent, and stays what the process sees."""
    shared = _mode(host).startswith("container:")
    if config.get("Hostname") == base.short_id or shared or host.get("UTSMode") == "host":
        config["Hostname"] = ""
    if shared:
        # moby, runconfig/hostconfig.go: these conflict with another container's network.
        config.pop("ExposedPorts", None)
        config.pop("MacAddress", None)


def _mode(host: Mapping[str, Any]) -> str:
    return str(host.get("NetworkMode") or "default")


def _limit(ulimit: Mapping[str, Any]) -> str:
    """podman tells `RLIMIT_NOFILE` and takes `nofile`."""
    return str(ulimit.get("Name")).lower().removeprefix("rlimit_")


def _link(link: str) -> str:
    """`/other:/me/alias` is told, `other:alias` is asked for."""
    other, _, alias = link.partition(":")
    return f"{other.lstrip('/')}:{alias.rpartition('/')[2]}"


def _name_volumes(host: dict[str, Any], raw: Mapping[str, Any]) -> None:
    """Anonymous volumes by their names: the copy must not get new ones."""
    mounts = [dict(mount) for mount in host.get("Mounts") or ()]
    binds = list(host.get("Binds") or ())
    given = {str(bind).split(":")[1 if ":" in str(bind) else 0].rstrip("/") or "/" for bind in binds}
    targets = {str(mount.get("Target")).rstrip("/"): mount for mount in mounts}
    for volume in _volumes(raw):
        at = str(volume["Destination"])
        if at in targets:
            if targets[at].get("Type") == "volume" and not targets[at].get("Source"):
                targets[at]["Source"] = volume["Name"]
        elif at not in given:
            binds.append(f"{volume['Name']}:{at}" + ("" if volume.get("RW", True) else ":ro"))
    if mounts:
        host["Mounts"] = mounts
    host["Binds"] = binds or None


def _volumes(raw: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (mount for mount in raw.get("Mounts") or () if mount.get("Type") == "volume" and mount.get("Name"))


def _networks(base: Container) -> tuple[Connection | None, tuple[Connection, ...]]:
    """The network of the mode, which the create request names, and the others: before API 1.44 it takes one only."""
    networks = base.raw.get("NetworkSettings", {}).get("Networks") or {}
    mode = _mode(base.raw["HostConfig"])
    if mode.startswith("container:") or mode in ("host", "none"):
        return None, ()
    joined = {name: Connection(name, endpoint_of(base, raw)) for name, raw in networks.items()}
    ids = {raw.get("NetworkID"): name for name, raw in networks.items()}
    first = joined.pop(ids.get(mode, "bridge" if mode == "default" else mode), None)
    if first and first.network in BUILT_IN and not any(first.settings.values()):
        first = None
    return first, tuple(joined.values())


def endpoint_of(base: Container, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The operator's part of a network's settings. The engine adds the short id and the hostname as aliases itself."""
    own = (base.short_id, base.raw["Config"].get("Hostname"))
    settings = {name: raw[name] for name in ENDPOINT if raw.get(name)}
    aliases = [alias for alias in settings.pop("Aliases", ()) if alias not in own]
    return {**settings, **({"Aliases": aliases} if aliases else {})}


def differences(base: Container, copy: Container, *, networks: bool = True) -> tuple[str, ...]:
    """The fields in which a copy is not what it was made from, as paths: env, restart policy and names aside."""
    one, two = _comparable(base, networks), _comparable(copy, networks)
    return tuple(path for path in sorted(one.keys() | two.keys()) if not _same(one.get(path), two.get(path)))


def _same(one: Any, two: Any) -> bool:
    """Nothing is told as null, as "", as 0 and as an empty list, by engines and by their versions."""
    return one == two or (not one and not two)


def _comparable(container: Container, networks: bool) -> dict[str, Any]:
    raw, config = container.raw, dict(container.raw["Config"])
    host = dict(raw["HostConfig"])
    _unpin_hostname(config, host, container)
    _name_volumes(host, raw)
    # As told, a link has the container's own name in it.
    host["Links"] = sorted(_link(link) for link in host.get("Links") or ())
    options = {mount.get("Target"): mount for mount in host.get("Mounts") or ()}
    for gone in ("Env", "Image"):
        config.pop(gone, None)
    for gone in ("RestartPolicy", "Binds", "Mounts", "ContainerIDFile"):
        host.pop(gone, None)
    told = {f"Config.{name}": value for name, value in config.items()}
    told |= {f"HostConfig.{name}": value for name, value in host.items()}
    told |= {name: raw.get(name) for name in ("Image", "Path", "Args", "Driver", "Platform")}
    told |= {f"HostConfig.Mounts[{target}]": mount for target, mount in options.items()}
    told |= {f"Mounts[{mount.get('Destination')}]": _mounted(mount) for mount in raw.get("Mounts") or ()}
    if networks:
        joined = raw.get("NetworkSettings", {}).get("Networks") or {}
        told |= {f"Networks[{name}]": (name, _endpoint(container, one)) for name, one in joined.items()}
    return told


def _mounted(mount: Mapping[str, Any]) -> tuple[Any, ...]:
    """Without Mode: a volume that was anonymous says "" there, and a named one `z`."""
    return tuple(mount.get(name) for name in ("Type", "Name", "Source", "RW", "Propagation"))


def _endpoint(container: Container, raw: Mapping[str, Any]) -> dict[str, Any]:
    settings = endpoint_of(container, raw)
    return {**settings, "Aliases": sorted(settings.get("Aliases", ()))}
