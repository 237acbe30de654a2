"""boto3 clients, made when first used and kept for the process; all threads share them."""

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from boto3.session import Session
from botocore.config import Config

READ_TIMEOUT = 10
"""Seconds."""
_clients: dict[str, Any] = {}
_sessions: list[Session] = []
_lock = threading.Lock()


def client(service: str, *, tries: int, options: Mapping[str, Any] = MappingProxyType({}), **more: Any) -> Any:
    """`tries`: HTTP requests for one call, the SDK's re-sending included. `options`: further ones of botocore's Config;
    `more`: arguments of boto3's `client`.
    """
    name = f"{service} {tries}"
    with _lock:
        # Clients may be shared between threads; a session may not, nor may two be made of it at a time.
        if name not in _clients:
            _clients[name] = _session().client(service, config=_config(tries, options), **more)
        return _clients[name]


def _session() -> Session:
    """One for all clients: it holds the parsed service models, which cost more than all the rest."""
    if not _sessions:
        _sessions.append(Session())
    return _sessions[0]


def _config(tries: int, options: Mapping[str, Any]) -> Config:
    retries = {"total_max_attempts": tries, "mode": "standard"}
    return Config(connect_timeout=3, read_timeout=READ_TIMEOUT, retries=retries, max_pool_connections=32, **options)


def forget() -> None:
    """The next use makes them anew, from the settings as they are then."""
    with _lock:
        _clients.clear()
