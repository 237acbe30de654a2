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
    unusable_credentials,
)
from academyctl.aws.lookup import find_host
from academyctl.aws.session import ANSWER_TIMEOUT, CONNECT_TIMEOUT, collector_paused, open_session
from academyctl.aws.trust import share_trust
from academyctl.model.errors import Unreachable

ATTEMPTS = 6
BUDGET = 30.0
"""Seconds for all attempts of one call."""
LOOKUP_TIMEOUT = 3.0


class Connection:
    """One session in one region. Clients are made once, when first needed; calls may come from several threads, the
    clients of their services made before. `calls` are the IAM actions of the calls so far."""

    def __init__(
        self,
        region: str,
        *,
        note: Callable[[str], None] = lambda _: None,
        trace: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        budget: float = BUDGET,
    ) -> None:
        self.region = region
        self._trace = trace
        self._sleep = sleep
        self._budget = budget
        self.calls: list[str] = []
        self._clients: dict[str, Any] = {}
        self._found: set[str] = set()
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
            share_trust(client)
            return client
        except (BotoCoreError, ValueError) as failure:
            if isinstance(failure, ValueError):
                raise _bad_endpoint() from None
            raise from_sdk(failure, doing=f"connecting to {service}") from None

    def _find(self, url: str) -> None:
        """Of several threads at once each may look: the answer is the same."""
        if url in self._found:
            return
        try:
            find_host(url, LOOKUP_TIMEOUT)
        except ValueError:
            raise _bad_endpoint() from None
        self._found.add(url)

    def call(
        self, service: str, operation: str, *, doing: str, gives: str = "", write: bool = False, **params: Any
    ) -> dict[str, Any]:
        """One API call, whose answer has the member `gives`.

        Of a `write` a lost answer is AnswerLost, never sent again from here, and nothing of AWS's text is passed on.
        """
        client = self.client(service)
        action = f"{service}:{client.meta.method_to_api_mapping[operation]}"
        self.calls.append(action)
        self._find(client.meta.endpoint_url)
        end = time.monotonic() + self._budget
        for attempt in range(1, ATTEMPTS + 1):
            started = time.monotonic()
            try:
                answer: dict[str, Any] = getattr(client, operation)(**params)
            except Exception as failure:  # noqa: BLE001  # the wall: everything botocore raises ends here
                self._trace(f"{action}: {code_of(failure) or type(failure).__name__}, attempt {attempt}")
                self._note_refusal(failure)
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

    def download(self, url: str, *, doing: str) -> bytes:
        """What a URL that AWS signed leads to. Unreachable when nothing of it comes."""
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        bundle = self._session.get_config_variable("ca_bundle") or True
        proxies, timeout = get_environ_proxies(url), (CONNECT_TIMEOUT, ANSWER_TIMEOUT)
        try:
            session = URLLib3Session(verify=bundle, proxies=proxies, timeout=timeout)
            answer = session.send(AWSRequest(method="GET", url=url).prepare())
        except (BotoCoreError, ValueError, OSError) as failure:
            raise Unreachable(f"{doing}: the download fails ({type(failure).__name__})") from None
        if answer.status_code != 200:
            raise Unreachable(f"{doing}: the download answers {answer.status_code}")
        return bytes(answer.content)

    def _is_worth_retry(self, failure: Exception, write: bool) -> bool:
        if is_throttle(failure):
            return True
        if write:
            return False
        # Silence from an endpoint that never answered anything is a dead endpoint: say so within 5 s.
        return is_server_fault(failure) or (is_lost_answer(failure) and self._answered)

    def _note_answer(self, answer: dict[str, Any]) -> None:
        self._answered = True
        self._note_clock(answer)

    def _note_refusal(self, failure: Exception) -> None:
        """AWS answered, if only to refuse. (A number in place of its code is a portal's, or a proxy's.)"""
        self._answered = self._answered or not (code_of(failure) or "0").isdigit()
        self._note_clock(getattr(failure, "response", None) or {})

    @property
    def has_answered(self) -> bool:
        """Whether AWS ever did."""
        return self._answered

    def _note_clock(self, answer: dict[str, Any]) -> None:
        """Also of a refusal: one for a clock that is off tells the right time."""
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        try:
            self._server_time = (parsedate_to_datetime(date).astimezone(UTC), time.monotonic())
        except (TypeError, ValueError):
            return

    @property
    def provider(self) -> str:
        """botocore's name of what gave the credentials (env, sso, iam-role, …)."""
        return str(getattr(self._session.get_credentials(), "method", ""))

    def now(self) -> datetime:
        """AWS's own clock, as far as its answers told it; this machine's before the first answer."""
        return self.heard_from_aws or datetime.now(UTC)

    @property
    def heard_from_aws(self) -> datetime | None:
        """AWS's own clock, as far as its answers told it; None before the first."""
        if self._server_time is None:
            return None
        told, then = self._server_time
        return datetime.fromtimestamp(told.timestamp() + time.monotonic() - then, UTC)


def _translated(failure: Exception, action: str, doing: str, write: bool, client: Any) -> Exception:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(failure, OSError) and not isinstance(failure, BotoCoreError):
        # Of the network's failures botocore makes its own: this is a token's file.
        return unusable_credentials(doing, str(failure.filename or ""))
    if not isinstance(failure, BotoCoreError | ClientError | ResponseParserError):
        # What botocore's parsers raise over an answer that is JSON, and no AWS's.
        return no_aws(doing, write, client.meta.endpoint_url)
    return translated(failure, action=action, doing=doing, write=write, endpoint=client.meta.endpoint_url)


def _bad_endpoint() -> Unreachable:
    return Unreachable("the endpoint is no URL", hint="correct AWS_ENDPOINT_URL (http://host:port)")
