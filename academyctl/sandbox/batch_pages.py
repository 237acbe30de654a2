"""maxResults and nextToken, as the describing and listing calls of Batch take them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from academyctl.sandbox.batch_errors import RefusedError, faulty

Row = TypeVar("Row")


def page(rows: Sequence[Row], request: Mapping[str, Any], most: int = 100) -> tuple[list[Row], dict[str, str]]:
    """One page, and what to add to the answer: a nextToken where there is more."""
    size = request.get("maxResults") or most
    if size < 1:
        raise faulty("maxResults must be at least 1")
    start = _offset(request.get("nextToken"))
    end = start + min(size, most)
    return list(rows[start:end]), {"nextToken": _token(end)} if end < len(rows) else {}


def _token(offset: int) -> str:
    return urlsafe_b64encode(f"page:{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        mark, _, offset = urlsafe_b64decode(token.encode()).decode().partition(":")
        if mark == "page":
            return int(offset)
    except ValueError:
        pass
    raise RefusedError("Invalid nextToken")
