"""One trust store for all connections: botocore loads the CA bundle anew for each, 26 to 30 ms of CPU a time.

What is trusted does not change: a store is shared by those who trust the same bundle. Where botocore or urllib3 are not
made as expected, and for proxies and client certificates, everything stays as botocore does it.
"""

from functools import partial
from threading import Lock
from typing import Any

_stores: dict[str, Any] = {}
_lock = Lock()


def share_trust(client: Any) -> None:
    """Lets a client's connections use the store of their CA bundle."""
    session: Any = getattr(getattr(client, "_endpoint", None), "http_session", None)
    if hasattr(session, "_setup_ssl_cert") and hasattr(session, "_get_ssl_context"):
        session._setup_ssl_cert = partial(_trust, session, session._setup_ssl_cert)


def _trust(session: Any, stock: Any, pool: Any, url: str, verify: Any) -> None:
    """In place of URLLib3Session._setup_ssl_cert, which names the bundle that each new connection loads. It is called
    for each request, of several threads at once: were the bundle named again in a pool that shares its store, if only
    for a moment, another thread's connection would load it."""
    with _lock:
        if not _shares(pool):
            _share(session, stock, pool, url, verify)


def _shares(pool: Any) -> bool:
    arguments = getattr(pool, "conn_kw", None)
    return isinstance(arguments, dict) and any(arguments.get("ssl_context") is one for one in _stores.values())


def _share(session: Any, stock: Any, pool: Any, url: str, verify: Any) -> None:
    stock(pool, url, verify)
    bundle = getattr(pool, "ca_certs", None)
    arguments = getattr(pool, "conn_kw", None)
    if not bundle or not isinstance(arguments, dict) or "ssl_context" not in arguments:
        return
    if getattr(pool, "proxy", None) is not None or getattr(session, "_cert_file", None):
        return
    arguments["ssl_context"] = _store(session, str(bundle))
    # With a bundle beside it urllib3 would load that one into the shared store, once more a connection.
    pool.ca_certs = None


def _store(session: Any, bundle: str) -> Any:
    """botocore's own context with the bundle loaded. OSError, ssl.SSLError for a bundle that is none."""
    if bundle not in _stores:
        context = session._get_ssl_context()
        context.load_verify_locations(bundle)
        _stores[bundle] = context
    return _stores[bundle]
