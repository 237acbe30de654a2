"""One read over the engine's local socket without the SDK, whose import takes longer than everything else together.

Not a second client: it answers where all is well and says nothing where it is not; then the SDK asks, and its failure
is the one that is told.
"""

import json
import socket
from typing import Any

from academyctl.containers.endpoint import Endpoint

TIMEOUT = 3.0
"""Seconds that the socket may stay silent before the SDK is asked, which waits longer."""


def glance(endpoint: Endpoint, path: str) -> dict[str, Any] | None:
    """The JSON object that GET `path` gives, in the engine's newest API version; None for whatever is not one.

    HTTP/1.0, so that the answer ends where the connection does: an engine has no chunks to send to so old a client.
    """
    scheme, _, place = endpoint.host.partition("://")
    if scheme != "unix" or not place.startswith("/") or not hasattr(socket, "AF_UNIX"):
        return None
    request = f"GET {path} HTTP/1.0\r\nHost: docker\r\nUser-Agent: academyctl\r\n\r\n"
    try:
        head, _, body = _exchange(place, request.encode()).partition(b"\r\n\r\n")
        found = json.loads(body) if b" 200 " in head.partition(b"\r\n")[0] else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _exchange(place: str, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(TIMEOUT)
        line.connect(place)
        line.sendall(request)
        return b"".join(iter(lambda: line.recv(65536), b""))
