"""Empties the prefixes of deleted videos. Handler: `handler.handler`, an SQS trigger with ReportBatchItemFailures.

A message is {"v": 1, "video_id", "tenant_id", "prefixes": [...]}. One that cannot be carried out, or is not of that
form, fails alone: SQS brings it again, and in the end to the dead-letter queue. Deleting twice is harmless.

The store's keys are not in the function's configuration: the worker's env blob is read from SSM at cold start.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

PAGE = 1000
"""Keys that one DeleteObjects takes."""
SPARE_MS = 15_000
"""With less time left no message is begun: it would be cut off, and every other of the batch be repeated with it."""
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
SEGMENT = re.compile(r"(?!\.+/)[^/\\\x00-\x1f\x7f]+/")

log = logging.getLogger()
log.setLevel(logging.INFO)


class Unusable(Exception):
    """The message, or what it asks for, is refused. Says why, in words that may be logged."""


def handler(event: Mapping[str, Any], context: Any = None) -> dict[str, list[dict[str, str]]]:
    """Which messages of the batch failed; SQS deletes the others."""
    failed = []
    for record in event["Records"]:
        try:
            _require_time(context)
            count = carry_out(record["body"])
            log.info("message %s: %d objects deleted", record["messageId"], count)
        except Unusable as refused:
            log.error("message %s: %s", record["messageId"], refused)
            failed.append({"itemIdentifier": record["messageId"]})
        except Exception as failure:  # noqa: BLE001  # one message must not fail the others
            log.error("message %s: %s", record["messageId"], _named(failure))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _named(failure: Exception) -> str:
    """Without the failure's text, which may quote what it was given."""
    code = getattr(failure, "response", {}).get("Error", {}).get("Code", "")
    return f"{type(failure).__name__} {code}".strip()


def _require_time(context: Any) -> None:
    if context is not None and context.get_remaining_time_in_millis() < SPARE_MS:
        raise Unusable("the function's time is nearly over; the message comes again")


def carry_out(body: str) -> int:
    """Deletes what the message names; how many objects. Unusable: nothing was deleted."""
    prefixes = wanted(body)
    bucket, store = _store()
    return sum(empty(store, bucket, prefix) for prefix in prefixes)


def wanted(body: str) -> tuple[str, ...]:
    """The prefixes of a message, each checked. Unusable: another form, or a prefix that is not the video's own."""
    try:
        message = json.loads(body)
    except ValueError:
        raise Unusable("the body is not JSON") from None
    if not isinstance(message, dict) or type(message.get("v")) is not int or message["v"] != 1:
        raise Unusable("the body is not of version 1")
    video, tenant = _identifier(message.get("video_id")), _identifier(message.get("tenant_id"))
    prefixes = message.get("prefixes")
    if not isinstance(prefixes, list) or not prefixes:
        raise Unusable("the body has no list of prefixes")
    for prefix in prefixes:
        if not is_own(prefix, tenant, video):
            raise Unusable("a prefix is not one of the video's")
    return tuple(dict.fromkeys(prefixes))


def _identifier(value: Any) -> str:
    text = str(value) if type(value) in (str, int) else ""
    if not IDENTIFIER.fullmatch(text):
        raise Unusable("video_id or tenant_id is missing or malformed")
    return text


def is_own(prefix: Any, tenant: str, video: str) -> bool:
    """`tenants/<tenant>/videos/<video>/`, or the same ids under any output prefix: `…/<tenant>/<video>/`."""
    if not isinstance(prefix, str) or not re.fullmatch(rf"(?:{SEGMENT.pattern})+", prefix):
        return False
    return prefix == f"tenants/{tenant}/videos/{video}/" or (
        prefix.endswith(f"/{tenant}/{video}/") and not prefix.startswith("tenants/")
    )


def empty(store: Any, bucket: str, prefix: str) -> int:
    """Deletes everything under `prefix`, page by page; how many objects."""
    count = 0
    pages = store.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": PAGE}
    )
    for page in pages:
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if keys:
            answer = store.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
            if errors := answer.get("Errors"):
                raise Unusable(f"{len(errors)} objects could not be deleted: {errors[0].get('Code', '')}")
            count += len(keys)
    return count


@cache
def _store() -> tuple[str, Any]:
    """The bucket and a client for it, made once for all calls of a warm function."""
    parameter = os.environ["ACADEMY_ENV_PARAMETER"]
    found = _ssm().get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"]
    env = read_dotenv(found)
    bucket, also = env.get("R2_BUCKET", ""), env.get("R2_VIDEO_BUCKET", "")
    names = ("R2_ENDPOINT", "R2_ACCESS_KEY", "R2_SECRET_KEY", "R2_REGION")
    missing = [name for name in names if not env.get(name)] + ([] if bucket or also else ["R2_BUCKET"])
    if missing or (bucket and also and bucket != also):
        raise Unusable(f"{parameter} lacks {', '.join(missing)}" if missing else f"{parameter} names two buckets")
    return bucket or also, _s3(env)


def _ssm() -> Any:
    # AWS_REGION is Lambda's own; boto3 itself reads AWS_DEFAULT_REGION only.
    return boto3.client("ssm", region_name=os.environ["AWS_REGION"], config=Config(connect_timeout=5, read_timeout=10))


def _s3(env: Mapping[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=env["R2_ENDPOINT"],
        region_name=env["R2_REGION"],
        aws_access_key_id=env["R2_ACCESS_KEY"],
        aws_secret_access_key=env["R2_SECRET_KEY"],
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 4},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


_KEY = re.compile(r"\s*+(?:export[^\S\r\n]++)?+(?:(?P<none>(?=#)|\Z)|'(?P<quoted>[^']+)'|(?!')(?P<bare>[^=#\s]+))")
_BEFORE_KEY = re.compile(r"\s*+(?:export[^\S\r\n]++)?+")
_EQUALS = re.compile(r"[^\S\r\n]*+(?:=(?P<space>[^\S\r\n]*+))?+")
_QUOTES = {
    "'": (re.compile(r"'((?:\\.|[^'\\])*+)'", re.DOTALL), re.compile(r"\\([\\'])")),
    '"': (re.compile(r'"((?:\\.|[^"\\])*+)"', re.DOTALL), re.compile(r"\\([\\'\"abfnrtv])")),
}
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_END = re.compile(r"(?:[^\S\r\n]*#[^\r\n]*)?[^\S\r\n]*(?:\r\n|\n|\r|\Z)")
_REST = re.compile(r"[^\r\n]*")
_LINE_END = re.compile(r"(?:\r\n|\n|\r)?")


def read_dotenv(text: str) -> dict[str, str]:
    """NAME → value as python-dotenv reads them without interpolation. What it cannot read is passed over to the end
    of the line on which it gives up; a later name without `=` takes an earlier value away."""
    text, position = text.removeprefix("\ufeff"), 0
    read: dict[str, str | None] = {}
    while position < len(text):
        name, value, position = _statement(text, position)
        if end := _END.match(text, position):
            position = end.end()
            read |= {} if name is None else {name: value}
        else:
            position = _skip(_LINE_END, text, _skip(_REST, text, position))
    return {name: value for name, value in read.items() if value is not None}


def _statement(text: str, position: int) -> tuple[str | None, str | None, int]:
    """The name (None: there is none), its value (None: no `=`, or an open quote) and where reading stopped."""
    key = _KEY.match(text, position)
    if key is None:
        return None, None, _skip(_BEFORE_KEY, text, position)
    if key["none"] is not None:
        return None, None, key.end()
    equals = _EQUALS.match(text, key.end())
    name = key["quoted"] or key["bare"]
    if equals is None or equals["space"] is None:
        return name, None, equals.end() if equals else key.end()
    if equals["space"] and text.startswith("#", equals.end()):
        return name, "", equals.end()
    value, position = _value(text, equals.end())
    return name, value, position


def _value(text: str, position: int) -> tuple[str | None, int]:
    quote = text[position : position + 1]
    if not quote or quote not in _QUOTES:
        end = _skip(_REST, text, position)
        return re.sub(r"\s+#.*", "", text[position:end]).rstrip(), end
    whole, escape = _QUOTES[quote]
    found = whole.match(text, position)
    if found is None:
        return None, position
    return escape.sub(lambda one: _ESCAPED.get(one[1], one[1]), found[1]), found.end()


def _skip(pattern: "re.Pattern[str]", text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
