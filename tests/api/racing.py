"""Two writers at once on PostgreSQL: one held back in its transaction until the other waits for it, or all let go at
the same instant.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction


def interleaved(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """`first` is carried out and not yet committed when `second` comes; what each of them answers."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            answer = first()
            other = pool.submit(_alone, second)
            _wait_until_blocked(other)
        return answer, other.result(30)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each answers; all begin together, each on a connection of its own."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(_alone, lambda act=act: run(act)) for act in acts]  # type: ignore[misc]
        return [each.result(60) for each in running]


def _alone(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connection.close()


def _wait_until_blocked(other: "Future[Any]") -> None:
    """Until it waits for a lock, or has ended without one."""
    end = time.monotonic() + 30
    while not other.done() and not _is_somebody_blocked():
        assert time.monotonic() < end, "the second writer neither waits nor ends"
        time.sleep(0.005)


def _is_somebody_blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
