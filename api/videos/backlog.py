"""How many videos wait for their encoding, shown in Redis. A display: without Redis everything else works.

The scan writes it from a count of the database, so it cannot drift as a counter does.
"""

import logging
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from api.videos.models import VideoTranscodeJob
from api.videos.states import ACTIVE

if TYPE_CHECKING:
    from redis import Redis

KEY = "academy:video:backlog"
_log = logging.getLogger(__name__)


@cache
def _client() -> "Redis | None":
    """None where no Redis is configured. Imported where it is used: redis-py takes a tenth of a second."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    if not settings.REDIS_HOST:
        return None
    return Redis(
        host=settings.REDIS_HOST,
        port=settings.REDIS_PORT,
        password=settings.REDIS_PASSWORD or None,
        db=settings.REDIS_DB,
        socket_connect_timeout=0.5,
        socket_timeout=0.5,
        # redis-py's default tries again for seconds, which a request has not.
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


def count() -> int:
    """Jobs that are not over."""
    return int(VideoTranscodeJob.objects.filter(state__in=ACTIVE).count())


def publish(number: int) -> bool:
    """False, and a line in the log, when Redis does not take it."""
    from redis import RedisError

    client = _client()
    try:
        return bool(client and client.set(KEY, number))
    except (RedisError, OSError) as down:
        _log.warning("backlog is not shown: %s", type(down).__name__)
        return False


def shown() -> tuple[str, int | None]:
    """Redis as /readyz tells it (`ok`, `down`, `unset`), and the number that it holds."""
    from redis import RedisError

    client = _client()
    if client is None:
        return "unset", None
    try:
        value = client.get(KEY)
    except (RedisError, OSError):
        return "down", None
    return "ok", int(str(value)) if value and str(value).isdecimal() else None


def forget() -> None:
    """The next use makes the client anew."""
    _client.cache_clear()
