"""The bucket: the one place that talks to it. Bodies are streamed, so memory does not grow with a file.

Every failure is Transient("STORE") unless a method says otherwise; no key of credentials is ever part of a message.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config as Options
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from worker.config import Config
from worker.errors import Transient

POOL = 8
"""Uploads at a time, and connections for them."""
PAGE = 1000
"""Keys that DeleteObjects takes."""


class Missing(Exception):
    """404: no such object."""


class Changed(Exception):
    """412: the object is not the one that was asked for."""


class Store:
    def __init__(self, config: Config) -> None:
        self.bucket = config.bucket
        self._s3 = boto3.client(
            "s3",
            endpoint_url=config.endpoint,
            region_name=config.region,
            aws_access_key_id=config.access_key,
            aws_secret_access_key=config.secret_key,
            config=_options(),
        )

    def read(self, key: str, etag: str, start: int = 0) -> Any:
        """The object's body from byte `start` on, a stream. Missing; Changed when its etag is another."""
        with _refusals("reading the source"):
            wanted = {"Bucket": self.bucket, "Key": key, "IfMatch": f'"{etag}"'}
            ranged = {"Range": f"bytes={start}-"} if start else {}
            return self._s3.get_object(**wanted, **ranged)["Body"]

    def metadata(self, key: str) -> dict[str, str]:
        """The user's metadata of an object. Missing."""
        with _refusals("looking at an output"):
            return dict(self._s3.head_object(Bucket=self.bucket, Key=key)["Metadata"])

    def put(
        self, key: str, body: IO[bytes] | bytes, *, kind: str, cache: str, metadata: Mapping[str, str] | None = None
    ) -> None:
        with _refusals("uploading"):
            self._s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType=kind,
                CacheControl=cache,
                Metadata=dict(metadata or {}),
            )

    def put_file(self, key: str, path: Path, *, kind: str, cache: str, opener: Any = open) -> None:
        with opener(path, "rb") as body:
            self.put(key, body, kind=kind, cache=cache)

    def folders(self, prefix: str) -> list[str]:
        """The prefixes directly under `prefix`, each with its slash."""
        pages = self._pages(prefix, Delimiter="/")
        return [str(folder["Prefix"]) for page in pages for folder in page.get("CommonPrefixes", [])]

    def delete_prefix(self, prefix: str, *, first: Iterable[str] = ()) -> None:
        """Everything under `prefix`, the keys of `first` before the rest."""
        if not prefix.endswith("/") or len(prefix) < 2:
            raise ValueError(f"{prefix!r} is no folder")
        for key in first:
            with _refusals("deleting"):
                self._s3.delete_object(Bucket=self.bucket, Key=key)
        for page in self._pages(prefix):
            self._delete([str(found["Key"]) for found in page.get("Contents", [])])

    def probe_writing(self, key: str) -> None:
        """Writes one small object and takes it away again."""
        self.put(key, b"selfcheck", kind="text/plain", cache="no-store")
        with _refusals("deleting"):
            self._s3.delete_object(Bucket=self.bucket, Key=key)

    def _pages(self, prefix: str, **more: str) -> Iterator[dict[str, Any]]:
        with _refusals("listing"):
            pages = self._s3.get_paginator("list_objects_v2")
            yield from pages.paginate(Bucket=self.bucket, Prefix=prefix, PaginationConfig={"PageSize": PAGE}, **more)

    def _delete(self, keys: list[str]) -> None:
        if not keys:
            return
        with _refusals("deleting"):
            objects = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
            failed = self._s3.delete_objects(Bucket=self.bucket, Delete=objects).get("Errors", [])
        if failed:
            raise Transient("STORE", f"deleting: {len(failed)} objects refused, the first with {failed[0].get('Code')}")


def _options() -> Options:
    return Options(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=POOL + 2,
        retries={"mode": "standard", "total_max_attempts": 6},
        # The checksums that newer SDKs add by themselves broke uploads to R2.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as refused:
        status = refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = refused.response.get("Error", {}).get("Code", "")
        if status == 404 and code != "NoSuchBucket":
            raise Missing(what) from None
        if status == 412:
            raise Changed(what) from None
        raise Transient("STORE", f"{what}: the store answered {status} {code}") from None
    except (BotoCoreError, HTTPClientError) as failure:
        raise Transient("STORE", f"{what}: {type(failure).__name__}") from failure
