"""Clients and the one way a call is made: bounded in time, retried where safe, translated when it fails.

Bounds: a name server is given 3 s, a connection 2 s and an answer 3.5 s (aws/session), so that no network, a dead
endpoint or a silent one is known within 5 s. A throttled call or a 5xx is tried up to 6 times in 30 s.
botocore itself never re-sends: its re-send of a put whose answer was lost would look like another writer.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from academyctl.aws.errors import (
    code_of,
    from_sdk,
    is_lost_answer,
    is_server_fault,
    is_throttle,
    no_aws,
    translated,
)
from academyctl.aws.lookup import find_host
from academyctl.aws.session import ANSWER_TIMEOUT, collector_paused, open_session
from academyctl.model.errors import Unreachable

ATTEMPTS = 6
BUDGET = 30.0
"""Seconds for all attempts of one call."""
LOOKUP_TIMEOUT = 3.0


class Connection:
    """One session in one region. Clients are made once, when first needed."""

    def __init__(
        self,
        region: str,
        *,
        note: Callable[[str], None] = lambda _: None,
        trace: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.region = region
        self._trace = trace
        self._sleep = sleep
        self._clients: dict[str, Any] = {}
        self._session = open_session(region, note)
        self._answered = False
        self._server_time: tuple[datetime, float] | None = None

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._make(service)
        return self._clients[service]

    def _make(self, service: str) -> Any:
        from botocore.exceptions import BotoCoreError

        try:
            with collector_paused():
                client = self._session.create_client(service, region_name=self.region)
            find_host(client.meta.endpoint_url, LOOKUP_TIMEOUT)
            return client
        except (BotoCoreError, ValueError) as failure:
            if isinstance(failure, ValueError):
                raise _bad_endpoint() from None
            raise from_sdk(failure, doing=f"connecting to {service}") from None

    def call(
        self, service: str, operation: str, *, doing: str, gives: str = "", write: bool = False, **params: Any
    ) -> dict[str, Any]:
        """One API call, whose answer has the member `gives`.

        Of a `write` a lost answer is AnswerLost, never sent again from here, and nothing of AWS's text is passed on.
        """
        client = self.client(service)
        action = f"{service}:{client.meta.method_to_api_mapping[operation]}"
        end = time.monotonic() + BUDGET
        for attempt in range(1, ATTEMPTS + 1):
            started = time.monotonic()
            try:
                answer: dict[str, Any] = getattr(client, operation)(**params)
            except Exception as failure:  # noqa: BLE001  # the wall: everything botocore raises ends here
                self._trace(f"{action}: {code_of(failure) or type(failure).__name__}, attempt {attempt}")
                pause = random.uniform(0.5, 1) * min(8.0, 0.2 * 2**attempt)
                late = time.monotonic() + pause + ANSWER_TIMEOUT > end
                if attempt == ATTEMPTS or late or not self._is_worth_retry(failure, write):
                    raise _translated(failure, action, doing, write, client) from None
                self._sleep(pause)
            else:
                if gives and gives not in answer:
                    raise no_aws(doing, write, client.meta.endpoint_url)
                self._note_answer(answer)
                self._trace(f"{action}: {1000 * (time.monotonic() - started):.0f} ms")
                return answer
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _is_worth_retry(self, failure: Exception, write: bool) -> bool:
        if is_throttle(failure):
            return True
        if write:
            return False
        # Silence from an endpoint that never answered anything is a dead endpoint: say so within 5 s.
        return is_server_fault(failure) or (is_lost_answer(failure) and self._answered)

    def _note_answer(self, answer: dict[str, Any]) -> None:
        self._answered = True
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        try:
            self._server_time = (parsedate_to_datetime(date).astimezone(UTC), time.monotonic())
        except (TypeError, ValueError):
            return

    def now(self) -> datetime:
        """AWS's own clock, as far as its answers told it; this machine's before the first answer."""
        if self._server_time is None:
            return datetime.now(UTC)
        told, then = self._server_time
        return datetime.fromtimestamp(told.timestamp() + time.monotonic() - then, UTC)


def _translated(failure: Exception, action: str, doing: str, write: bool, client: Any) -> Exception:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if not isinstance(failure, BotoCoreError | ClientError | ResponseParserError):
        # What botocore's parsers raise over an answer that is JSON, and no AWS's.
        return no_aws(doing, write, client.meta.endpoint_url)
    return translated(failure, action=action, doing=doing, write=write, endpoint=client.meta.endpoint_url)


def _bad_endpoint() -> Unreachable:
    return Unreachable("the endpoint is no URL", hint="correct AWS_ENDPOINT_URL (http://host:port)")
