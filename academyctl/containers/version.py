"""Which engine answers, for `doctor`."""

from typing import TYPE_CHECKING, Any

from academyctl.containers.engine import Engine

if TYPE_CHECKING:
    from academyctl.containers.client import Client

PATIENCE = 3
"""Seconds for the answer: a diagnosis waits for nobody."""


def read_version(engine: Engine) -> str:
    """Name and version, as in `Docker Engine - Community 28.2.2, API 1.50`; EngineError where none answers."""
    doing = "asking the container engine for its version"
    said = engine.call(doing, _ask)
    if not isinstance(said, dict) or not said.get("Version"):
        raise engine.endpoint.is_no_engine(doing)
    name = (said.get("Platform") or {}).get("Name") or "docker"
    return f"{name} {said['Version']}, API {said.get('ApiVersion') or '?'}"


def _ask(client: "Client") -> Any:
    client.timeout = PATIENCE
    return client.version(api_version=False)
