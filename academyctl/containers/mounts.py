"""Which containers hold on to a file of this host."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from academyctl.containers.engine import Engine

ANSWER_TIMEOUT = 1
"""Seconds. Who asks does not need the engine for anything else."""


def read_mounting(engine: Engine, path: Path) -> tuple[str, ...]:
    """The running containers that have the file `path` itself mounted (not a folder round it); `path` has no symlinks.

    Asks a local engine alone: () without one, and for one on another host, whose paths are not ours. One call.
    """
    scheme, _, socket = engine.endpoint.host.partition("://")
    if scheme != "unix" or not _is_there(Path(socket)):
        return ()
    rows = engine.call("listing containers", _list)
    return tuple(sorted(_name(row) for row in rows if path in _sources(row)))


def _is_there(socket: Path) -> bool:
    """True also where we may not look: the call then says so."""
    try:
        return socket.exists()
    except PermissionError:
        return True


def _list(client: Any) -> list[dict[str, Any]]:
    client.timeout = ANSWER_TIMEOUT
    found: list[dict[str, Any]] = client.containers()
    return found


def _sources(row: Mapping[str, Any]) -> set[Path]:
    """docker writes a source as it was given, symlinks included; podman before 5 lists the destinations alone."""
    mounts = [mount for mount in row.get("Mounts") or () if isinstance(mount, Mapping)]
    return {Path(os.path.realpath(source)) for mount in mounts if (source := mount.get("Source"))}


def _name(row: Mapping[str, Any]) -> str:
    names = row.get("Names") or [row.get("Id", "")]
    return str(names[0]).lstrip("/")
