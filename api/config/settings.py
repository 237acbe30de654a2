"""The API's settings. The environment is read here and nowhere else in `api`, by literal names.

Nothing is connected to: clients are made when a request needs them. All that is missing is named at once.
"""

import os
import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

TENANT = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
"""What a tenant's name may be: it becomes a part of object keys."""


def _is_on(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "yes", "on")


def _databases(values: dict[str, str]) -> dict[str, Any]:
    """PostgreSQL when it is named in full, a SQLite file in the current folder when nothing is; a part is an error."""
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(values):
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20}
        file = Path("academy.sqlite3").resolve()
        return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": options}}
    if missing:
        raise ImproperlyConfigured(f"the database is named in part only; missing: {', '.join(missing)}")
    fields = {name.removeprefix("DB_"): value for name, value in values.items()}
    lasting = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": {"connect_timeout": 5}}
    return {"default": {"ENGINE": "django.db.backends.postgresql", **fields, **lasting}}


def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    """(tenant, token) pairs. An entry that is none stops the start: it is named by its place, never by its text."""
    pairs = [entry.strip().partition(":") for entry in text.split(",") if entry.strip()]
    for place, (tenant, _, token) in enumerate(pairs, 1):
        if not TENANT.fullmatch(tenant) or not token:
            raise ImproperlyConfigured(f"VIDEO_API_TOKENS: entry {place} is not tenant:token")
    if len({token for _, _, token in pairs}) < len(pairs):
        raise ImproperlyConfigured("VIDEO_API_TOKENS: a token stands twice")
    return tuple((tenant, token) for tenant, _, token in pairs)


def _number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} is not a number")
    return int(text)


DEBUG = _is_on(os.getenv("DEBUG", ""))
SECRET_KEY = os.getenv("SECRET_KEY") or ("only-for-debug" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is required unless DEBUG is on")
ALLOWED_HOSTS = [host.strip() for host in (os.getenv("ALLOWED_HOSTS") or "*").split(",") if host.strip()]

DATABASES = _databases(
    {
        "DB_NAME": os.getenv("DB_NAME", ""),
        "DB_USER": os.getenv("DB_USER", ""),
        "DB_PASSWORD": os.getenv("DB_PASSWORD", ""),
        "DB_HOST": os.getenv("DB_HOST", ""),
        "DB_PORT": os.getenv("DB_PORT", ""),
    }
)

R2_ENDPOINT = os.getenv("R2_ENDPOINT", "")
R2_ACCESS_KEY = os.getenv("R2_ACCESS_KEY", "")
R2_SECRET_KEY = os.getenv("R2_SECRET_KEY", "")
R2_VIDEO_BUCKET = os.getenv("R2_VIDEO_BUCKET", "")

# boto3 itself reads AWS_DEFAULT_REGION and the key pair; this one is handed to it.
AWS_REGION = os.getenv("AWS_REGION", "")
VIDEO_BATCH_JOB_QUEUE = os.getenv("VIDEO_BATCH_JOB_QUEUE") or "academy-video-batch-queue"
VIDEO_BATCH_JOB_DEFINITION = os.getenv("VIDEO_BATCH_JOB_DEFINITION") or "academy-video-batch-jobdef"
VIDEO_DELETE_R2_QUEUE_NAME = os.getenv("VIDEO_DELETE_R2_QUEUE_NAME") or "academy-video-delete-r2"

REDIS_HOST = os.getenv("REDIS_HOST", "")
REDIS_PORT = _number("REDIS_PORT", os.getenv("REDIS_PORT") or "6379")
REDIS_PASSWORD = os.getenv("REDIS_PASSWORD", "")
REDIS_DB = _number("REDIS_DB", os.getenv("REDIS_DB") or "0")

VIDEO_API_TOKENS = _tokens(os.getenv("VIDEO_API_TOKENS", ""))
VIDEO_AUTHENTICATE = "api.videos.auth.tenant_of_token"
"""Who calls: a function (request) -> tenant that raises `answers.Refused`. Another login is put in here."""

MAX_UPLOAD_BYTES = 5 * 1024**3
"""What one PUT of the S3 protocol takes."""
UPLOAD_URL_SECONDS = 600
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
"""Bytes of a request's body: the API takes small JSON only."""

INSTALLED_APPS = ["api.videos"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "api.config.urls"
WSGI_APPLICATION = "api.config.wsgi.application"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers mail to admins and print to a console in debug; one handler is enough.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "botocore": {"level": "WARNING"},
    },
}
