"""Where the engine is, found as the docker CLI finds it: DOCKER_HOST, else DOCKER_CONTEXT, else the current context of
the CLI's config.json, else the local socket.

Read here and not by the SDK: its contexts fall back to the local socket where a named one does not exist, which would
be another engine, and to no verification where TLS says nothing of it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from academyctl.model.errors import EngineUnreachable, UsageError

LOCAL = "npipe:////./pipe/docker_engine" if os.name == "nt" else "unix:///var/run/docker.sock"
FORMS = "unix:///PATH or tcp://HOST:PORT"


class Tls(NamedTuple):
    """Files of a TLS connection. Without `ca` the system's authorities are trusted; `verify` False trusts everybody."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True


class Endpoint(NamedTuple):
    """`said_by` is the setting that named the engine, for messages and hints."""

    host: str
    said_by: str
    tls: Tls | None = None

    @property
    def setting(self) -> str:
        """What an operator corrects when this is the wrong engine."""
        return "DOCKER_HOST" if self.said_by == "the default" else self.said_by

    def is_no_engine(self, doing: str) -> EngineUnreachable:
        """Something answered there, and not as an engine does: another server, a proxy."""
        message = f"{doing}: {self.host} does not answer as a container engine does"
        return EngineUnreachable(message, hint=f"correct {self.setting}")


def find_endpoint(environ: Mapping[str, str]) -> Endpoint:
    """UsageError for an address that is none, and for a context that does not exist."""
    config = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME") or Path.home()) / ".docker")
    if host := environ.get("DOCKER_HOST"):
        found = Endpoint(host.strip(), "DOCKER_HOST", _tls_of_environment(environ, config))
    elif (name := environ.get("DOCKER_CONTEXT") or _current_context(config)) and name != "default":
        found = _of_context(config, name)
    else:
        found = Endpoint(LOCAL, "the default", _tls_of_environment(environ, config))
    _check(found)
    return found


def _tls_of_environment(environ: Mapping[str, str], config: Path) -> Tls | None:
    """DOCKER_TLS_VERIFY is on where it is not empty, whatever it says, as in the CLI; DOCKER_TLS does not verify."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verify and not environ.get("DOCKER_TLS"):
        return None
    return _tls_in(Path(environ.get("DOCKER_CERT_PATH") or config), verify)


def _tls_in(folder: Path, verify: bool) -> Tls:
    ca, cert, key = (
        str(path) if (path := folder / name).is_file() else "" for name in ("ca.pem", "cert.pem", "key.pem")
    )
    return Tls(ca=ca, cert=cert if key else "", key=key if cert else "", verify=verify)


def _current_context(config: Path) -> str:
    path = config / "config.json"
    if not path.is_file():
        return ""
    named = _json(path).get("currentContext", "")
    return named if isinstance(named, str) else ""


def _of_context(config: Path, name: str) -> Endpoint:
    """A context's files lie under the SHA-256 of its name (docker/cli, cli/context/store)."""
    import hashlib

    digest = hashlib.sha256(name.encode()).hexdigest()
    path = config / "contexts" / "meta" / digest / "meta.json"
    if not path.is_file():
        raise UsageError(
            f"docker context {name!r} does not exist", code="usage.docker-context", hint="docker context ls"
        )
    try:
        endpoint = _json(path)["Endpoints"]["docker"]
        host, skips = str(endpoint["Host"]), bool(endpoint.get("SkipTLSVerify"))
    except (KeyError, TypeError, AttributeError):
        raise _unusable(path, "names no docker endpoint") from None
    certificates = config / "contexts" / "tls" / digest / "docker"
    tls = _tls_in(certificates, verify=not skips) if skips or certificates.is_dir() else None
    return Endpoint(host, f"docker context {name}", tls)


def _json(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_bytes())
    except OSError as refused:
        raise _unusable(path, refused.strerror or "cannot be opened") from None
    except ValueError:
        raise _unusable(path, "is no JSON") from None
    return loaded if isinstance(loaded, dict) else {}


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(
        f"cannot read {path}: it {why}", code="usage.docker-context", hint="set DOCKER_HOST, or correct it"
    )


def _check(found: Endpoint) -> None:
    """An address that we cannot open is told before anything is tried."""
    if "://" not in found.host:
        raise _no_address(found, "it has no scheme")
    scheme = found.host.partition("://")[0]
    if scheme == "ssh":
        tunnel = "ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock USER@HOST, and DOCKER_HOST=unix:///tmp/docker.sock"
        raise _no_address(found, "ssh is not supported", tunnel)
    if scheme not in ("unix", "npipe", "tcp", "http", "https"):
        raise _no_address(found, "its scheme is unknown")
    if scheme not in ("unix", "npipe") and not _is_host_and_port(found.host):
        raise _no_address(found, "it is no host and port")


def _is_host_and_port(host: str) -> bool:
    try:
        parts = urlsplit(host)
        return bool(parts.hostname and parts.port) and "@" not in parts.netloc
    except ValueError:
        return False


def _no_address(found: Endpoint, why: str, hint: str = "") -> UsageError:
    """The address is not repeated: it may hold a password."""
    message = f"{found.said_by} is no address of a container engine: {why}"
    return UsageError(message, code="usage.docker-host", hint=hint or f"set DOCKER_HOST to {FORMS}")
