"""Whether an endpoint can be called at all: its URL, and name servers that answer in time."""

import ipaddress
import socket
from contextlib import suppress
from threading import Thread
from urllib.parse import urlsplit

from academyctl.model.errors import Unreachable


def find_host(url: str, within: float) -> None:
    """Unreachable when the look-up of the URL's host takes longer than `within` seconds, ValueError when it is no URL.

    getaddrinfo has no timeout, and with a dead name server it takes 10 s or more. What it says is no matter here: an
    unknown host is told by the first call. Behind a proxy the proxy looks up.
    """
    parts = urlsplit(url)
    host, _ = parts.hostname or "", parts.port
    if not host or _is_address(host) or _is_behind_proxy(url):
        return
    search = Thread(target=_look_up, args=(host,), daemon=True)
    search.start()
    search.join(within)
    if search.is_alive():
        raise Unreachable(
            f"no name server answers for {host}", hint="check the network, the region and AWS_ENDPOINT_URL"
        )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_behind_proxy(url: str) -> bool:
    from botocore.utils import get_environ_proxies

    return bool(get_environ_proxies(url))


def _look_up(host: str) -> None:
    with suppress(OSError, UnicodeError):
        socket.getaddrinfo(host, None)
