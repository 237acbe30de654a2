"""Cloudflare R2 through S3's API: one object is put, looked for and deleted. Nothing is listed, nothing else touched.

No message of here has an endpoint, a bucket or a key in it: they are the worker's, and an endpoint names an account.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from academyctl.aws.connect import LOOKUP_TIMEOUT
from academyctl.aws.errors import is_lost_answer
from academyctl.aws.lookup import find_host
from academyctl.aws.session import ANSWER_TIMEOUT, CONNECT_TIMEOUT, collector_paused
from academyctl.model.delete_r2_probe import StoreKeys
from academyctl.model.errors import AccessDenied, AnswerLost, AwsError, NotFound, Refusal, Unreachable

Answer = TypeVar("Answer")
KEYS = "academyctl env validate --role worker --ssm; then correct R2_ENDPOINT, R2_ACCESS_KEY, R2_SECRET_KEY, R2_REGION"
AGAIN = "run it again; https://www.cloudflarestatus.com"
DENIED = (401, 403)


class Store:
    """One bucket."""

    def __init__(self, keys: StoreKeys) -> None:
        self._bucket = keys.bucket.reveal()
        _find(keys)
        self._client = _guarded("connecting to the store", lambda: _client(keys))

    def put(self, key: str, body: bytes) -> None:
        self._call("put_object", "writing the marked object", Key=key, Body=body)

    def is_there(self, key: str) -> bool:
        try:
            self._call("head_object", "looking for the marked object", Key=key)
        except NotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """What is not there is no error (S3 API, DeleteObject)."""
        self._call("delete_object", "deleting the marked object", Key=key)

    def _call(self, operation: str, doing: str, **params: Any) -> None:
        _guarded(doing, lambda: getattr(self._client, operation)(Bucket=self._bucket, **params))


def _find(keys: StoreKeys) -> None:
    """Looks its host up first: a dead name server is known within 3 s."""
    try:
        _guarded("connecting to the store", lambda: find_host(keys.endpoint.reveal(), LOOKUP_TIMEOUT))
    except Unreachable as failure:
        if failure.code.startswith("r2."):
            raise
        raise Unreachable("no name server answers for the store", code="r2.unreachable", hint=KEYS) from None


def _client(keys: StoreKeys) -> Any:
    """As the worker's: R2 takes no checksums by default and wants the bucket in the path."""
    import botocore.session
    from botocore.config import Config

    bounds = Config(
        s3={"addressing_style": "path"},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=2 * ANSWER_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": 3},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    with collector_paused():
        return botocore.session.Session().create_client(
            "s3",
            region_name=keys.region,
            endpoint_url=keys.endpoint.reveal(),
            aws_access_key_id=keys.access_key.reveal(),
            aws_secret_access_key=keys.secret_key.reveal(),
            config=bounds,
        )


def _guarded(doing: str, call: Callable[[], Answer]) -> Answer:
    """What botocore raises, without its text: it quotes URLs and values. AnswerLost: it may have been done."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        return call()
    except ClientError as refused:
        raise _refused(doing, refused.response) from None
    except ValueError:
        raise Unreachable(f"{doing}: R2_ENDPOINT is no URL", code="r2.endpoint", hint=KEYS) from None
    except BotoCoreError as failure:
        if isinstance(failure, HTTPClientError) and is_lost_answer(failure):
            raise AnswerLost(f"{doing}: the store never answered", code="r2.answer-lost", hint=AGAIN) from None
        message = f"{doing}: the store cannot be reached ({type(failure).__name__})"
        raise Unreachable(message, code="r2.unreachable", hint=KEYS) from None


def _refused(doing: str, response: dict[str, Any]) -> AwsError:
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status in DENIED:
        return AccessDenied(f"{doing}: the store refuses the worker's keys ({code})", code="r2.denied", hint=KEYS)
    if code == "NoSuchBucket":
        return Refusal(f"{doing}: the store has no such bucket", code="r2.bucket", hint="correct R2_BUCKET")
    if status == 404:
        return NotFound(f"{doing}: it does not exist", code="r2.not-found")
    kind = AnswerLost if status >= 500 else Refusal
    return kind(f"{doing}: the store answers {code or status}", code="r2.failed", hint=AGAIN)
