"""The SDK's low-level client, opened as this tool needs it: no proxy, no netrc, a bounded connection, no other answers
than an engine's.

The only module that imports the SDK's client, which costs a tenth of a second: it is itself imported at the first call.
"""

import warnings
from typing import Any

from docker import APIClient
from docker.errors import DockerException, InvalidConfigFile
from docker.tls import TLSConfig

from academyctl.containers.endpoint import Endpoint, Tls
from academyctl.model.errors import UsageError

CONNECT_TIMEOUT = 3.0
ANSWER_TIMEOUT = 10
"""Seconds that an answer may stay away; to a stop or a restart the SDK adds the grace that it was given."""


class NoEngine(DockerException):  # type: ignore[misc]  # docker has no types
    """Something answered, and not as an engine does."""


class Client(APIClient):  # type: ignore[misc]  # docker has no types
    """`timeout` bounds the answer; the connection has its own, shorter bound."""

    def send(self, request: Any, **options: Any) -> Any:
        options["timeout"] = (CONNECT_TIMEOUT, options.get("timeout"))
        answer = super().send(request, **options)
        if answer.status_code >= 400 and not _is_refusal(answer):
            raise NoEngine("the answer has no message")
        return answer


def _is_refusal(answer: Any) -> bool:
    """Every refusal of the Engine API is `{"message": …}`; the SDK takes that for granted."""
    try:
        said = answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and isinstance(said.get("message"), str)


def open_client(endpoint: Endpoint, version: str) -> Client:
    """Nothing is sent yet. DockerException where the SDK takes no such address or certificate, UsageError where it does
    not take the CLI's config.json."""
    tls = _tls(endpoint.tls) if endpoint.tls else False
    try:
        client = Client(
            base_url=endpoint.host, version=version, timeout=ANSWER_TIMEOUT, tls=tls, user_agent="academyctl"
        )
    except (InvalidConfigFile, AttributeError, TypeError, ValueError):
        # The SDK reads the CLI's config.json whatever it is asked for, and takes its shape for granted.
        raise UsageError(
            "the docker CLI's config.json is not in its form",
            code="usage.docker-context",
            hint="correct it (~/.docker, or DOCKER_CONFIG), or set DOCKER_CONFIG to an empty folder",
        ) from None
    # An engine is spoken to directly, and by its own certificates: no HTTP_PROXY, no REQUESTS_CA_BUNDLE, no netrc.
    client.trust_env = False
    return client


def _tls(tls: Tls) -> Any:
    if not tls.verify:
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
        return TLSConfig(client_cert=_pair(tls), verify=False)
    return TLSConfig(client_cert=_pair(tls), ca_cert=tls.ca or None, verify=True)


def _pair(tls: Tls) -> tuple[str, str] | None:
    return (tls.cert, tls.key) if tls.cert else None
