"""Who calls. `tenant_of_token` is the whole login; another function stands in for it in settings.VIDEO_AUTHENTICATE."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from api.videos.answers import Refused


def tenant_of(request: HttpRequest) -> str:
    """The tenant in whose name the request comes; Refused when there is none."""
    authenticate: Callable[[HttpRequest], str] = import_string(settings.VIDEO_AUTHENTICATE)
    return authenticate(request)


def tenant_of_token(request: HttpRequest) -> str:
    """Bearer tokens of VIDEO_API_TOKENS. All are compared, so that the time tells nothing about a match."""
    if not settings.VIDEO_API_TOKENS:
        raise Refused(503, "auth_not_configured", "VIDEO_API_TOKENS is not set")
    given = _bearer(request)
    matches = [tenant for tenant, token in settings.VIDEO_API_TOKENS if secrets.compare_digest(token.encode(), given)]
    if not given or not matches:
        raise Refused(401, "unauthorized", "a bearer token is required")
    return str(matches[0])


def _bearer(request: HttpRequest) -> bytes:
    """The bytes that came; WSGI hands them over as latin-1."""
    scheme, _, token = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if scheme.lower() != "bearer":
        return b""
    return token.strip().encode("latin-1", errors="replace")
