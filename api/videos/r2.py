"""The object store, over the S3 protocol. A presigned URL is a credential: it is answered, never logged."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from api.videos import aws

LONGEST = 7 * 24 * 3600
"""Seconds that SigV4 allows; the SDK signs longer ones without a word, and the store refuses them."""
REQUIRED = ("R2_ENDPOINT", "R2_ACCESS_KEY", "R2_SECRET_KEY", "R2_VIDEO_BUCKET")


class StoreError(Exception):
    """The store does not answer, refuses, or is not configured. No text of it is for the client."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What HeadObject tells. `etag` has its quotes, as If-Match wants them; `size` in bytes."""

    etag: str
    size: int
    metadata: dict[str, str]


# R2 refuses the checksums that newer SDKs send by themselves.
_PROTOCOL = {
    "signature_version": "s3v4",
    "s3": {"addressing_style": "path"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


def _client() -> Any:
    missing = [name for name in REQUIRED if not getattr(settings, name)]
    if missing:
        raise StoreError(f"not set: {', '.join(missing)}")
    return aws.client(
        "s3",
        tries=2,
        options=_PROTOCOL,
        endpoint_url=settings.R2_ENDPOINT,
        region_name="auto",
        aws_access_key_id=settings.R2_ACCESS_KEY,
        aws_secret_access_key=settings.R2_SECRET_KEY,
    )


def upload_url(key: str, size: int, seconds: int) -> str:
    """A URL for one PUT of exactly `size` bytes (the length is signed), for 1 s to 7 days."""
    params = {"Bucket": settings.R2_VIDEO_BUCKET, "Key": key, "ContentLength": size}
    lifetime = max(1, min(seconds, LONGEST))
    try:
        return str(_client().generate_presigned_url("put_object", Params=params, ExpiresIn=lifetime))
    except (BotoCoreError, ValueError) as broken:
        raise StoreError(f"cannot sign: {type(broken).__name__}") from broken


def head(key: str) -> Stored | None:
    """None: there is no such object. An object of 0 bytes is one."""
    try:
        found = _client().head_object(Bucket=settings.R2_VIDEO_BUCKET, Key=key)
    except ClientError as refused:
        if refused.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise StoreError(f"HeadObject: {refused.response['Error'].get('Code')}") from refused
    except (BotoCoreError, ValueError) as broken:
        raise StoreError(f"HeadObject: {type(broken).__name__}") from broken
    return Stored(etag=found["ETag"], size=found["ContentLength"], metadata=dict(found.get("Metadata", {})))
