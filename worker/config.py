"""Everything that the worker takes from the environment, checked at once and before any use of it.

`settings` reads what Django needs of it (database, Redis, SECRET_KEY); no other module reads the environment.
"""

import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from worker.errors import ConfigError

EXECUTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]{0,127}")
"""It becomes one segment of an object key. An array job's child has a `:` in its id."""
PREFIX_SEGMENT = re.compile(r"(?!\.+$)[A-Za-z0-9!_.*'()-]+")
"""Characters that S3 calls safe in a key."""


@dataclass(frozen=True, kw_only=True)
class Config:
    endpoint: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str
    bucket: str
    prefix: str
    """Of all output, without slashes at its ends."""
    worker_id: str
    cdn_base_url: str
    """Empty where the platform has not told one."""


def bootstrap() -> tuple[str, str]:
    """The SSM parameter to load before anything else (empty: none) and the region to load it from."""
    return os.getenv("ACADEMY_ENV_PARAMETER", ""), os.getenv("AWS_REGION", "")


def job_words() -> tuple[str, str]:
    """The job's id and attempt where the command line has none."""
    return os.getenv("VIDEO_JOB_ID", ""), os.getenv("VIDEO_JOB_ATTEMPT", "")


def executor() -> str:
    """What this process is called in the job's row. Batch gives every job an id; elsewhere one is made up."""
    name = os.getenv("AWS_BATCH_JOB_ID", "") or f"local-{uuid.uuid4()}"
    if not EXECUTOR.fullmatch(name):
        raise ConfigError("AWS_BATCH_JOB_ID is not an id that can stand in an object key")
    return name


def batch_attempt() -> str:
    """Batch's own counter, for the log only: an encode is tried again by the database."""
    return os.getenv("AWS_BATCH_JOB_ATTEMPT", "")


def load_config() -> Config:
    """ConfigError names everything that is missing or unusable, at once."""
    wanted = _required()
    told = wanted | {
        "CDN_HLS_BASE_URL": os.getenv("CDN_HLS_BASE_URL", ""),
        "REDIS_PORT": os.getenv("REDIS_PORT", ""),
        "REDIS_DB": os.getenv("REDIS_DB", ""),
    }
    bucket, also = os.getenv("R2_BUCKET", ""), os.getenv("R2_VIDEO_BUCKET", "")
    missing = [name for name, value in wanted.items() if not value]
    missing += [] if bucket or also else ["R2_BUCKET or R2_VIDEO_BUCKET"]
    prefix = wanted["R2_PREFIX"].strip("/")
    faults = [f"missing: {', '.join(missing)}"] if missing else []
    faults += ["R2_BUCKET and R2_VIDEO_BUCKET differ"] if bucket and also and bucket != also else []
    faults += [f"{name} is not {what}" for name, what, fits in SHAPES if told.get(name) and not fits(told[name])]
    if faults:
        raise ConfigError("; ".join(faults))
    return Config(
        endpoint=wanted["R2_ENDPOINT"],
        access_key=wanted["R2_ACCESS_KEY"],
        secret_key=wanted["R2_SECRET_KEY"],
        region=wanted["R2_REGION"],
        bucket=bucket or also,
        prefix=prefix,
        worker_id=wanted["WORKER_ID"],
        cdn_base_url=told["CDN_HLS_BASE_URL"].rstrip("/"),
    )


def _required() -> dict[str, str]:
    """VIDEO_SQS_QUEUE_NAME, API_BASE_URL and INTERNAL_WORKER_TOKEN are demanded by the platform and used by nothing
    here: jobs come through Batch, and state is written to the database."""
    return {
        "API_BASE_URL": os.getenv("API_BASE_URL", ""),
        "INTERNAL_WORKER_TOKEN": os.getenv("INTERNAL_WORKER_TOKEN", ""),
        "WORKER_ID": os.getenv("WORKER_ID", ""),
        "R2_PREFIX": os.getenv("R2_PREFIX", ""),
        "R2_ENDPOINT": os.getenv("R2_ENDPOINT", ""),
        "R2_ACCESS_KEY": os.getenv("R2_ACCESS_KEY", ""),
        "R2_SECRET_KEY": os.getenv("R2_SECRET_KEY", ""),
        "R2_REGION": os.getenv("R2_REGION", ""),
        "AWS_REGION": os.getenv("AWS_REGION", ""),
        "VIDEO_SQS_QUEUE_NAME": os.getenv("VIDEO_SQS_QUEUE_NAME", ""),
        "REDIS_HOST": os.getenv("REDIS_HOST", ""),
        "SECRET_KEY": os.getenv("SECRET_KEY", ""),
        **({} if os.getenv("ACADEMY_SQLITE_FILE") else _database()),
    }


def _database() -> dict[str, str]:
    """On a laptop ACADEMY_SQLITE_FILE, the API's file, stands for all of it. It is never taken by default: a worker
    without its database would find no job, and call that done."""
    return {
        "DB_NAME": os.getenv("DB_NAME", ""),
        "DB_USER": os.getenv("DB_USER", ""),
        "DB_PASSWORD": os.getenv("DB_PASSWORD", ""),
        "DB_HOST": os.getenv("DB_HOST", ""),
        "DB_PORT": os.getenv("DB_PORT", ""),
    }


def _is_url(text: str) -> bool:
    try:
        return urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


def _is_prefix(text: str) -> bool:
    """`tenants/` is where uploads are; output under it would be taken for some."""
    segments = text.strip("/").split("/")
    return segments[0] != "tenants" and all(PREFIX_SEGMENT.fullmatch(segment) for segment in segments)


SHAPES: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("R2_ENDPOINT", "an http(s) URL", _is_url),
    ("API_BASE_URL", "an http(s) URL", _is_url),
    ("R2_PREFIX", "a key prefix like hls or video/hls", _is_prefix),
    ("DB_PORT", "a port", _is_port),
    ("CDN_HLS_BASE_URL", "an http(s) URL", _is_url),
    ("REDIS_PORT", "a port", _is_port),
    ("REDIS_DB", "a number", str.isdecimal),
)
