"""Django's settings for the worker: the API's tables, and no web.

The names are those of `config`, which has checked them by the time that Django is set up. The password of the database
and the key stand nowhere else.
"""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def _databases(sqlite: str, values: dict[str, str]) -> dict[str, Any]:
    """A connection that is gone shows within seconds: an encode lasts for hours, and each write opens its own."""
    if sqlite:
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20}
        return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sqlite, "OPTIONS": options}}
    missing = [f"DB_{name}" for name, value in values.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"the database is not named; missing: {', '.join(missing)}")
    keepalive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30000}
    options = {"connect_timeout": 10, "options": "-c statement_timeout=60000", **keepalive}
    return {"default": {"ENGINE": "django.db.backends.postgresql", **values, "OPTIONS": options}}


SECRET_KEY = os.getenv("SECRET_KEY", "")
DATABASES = _databases(
    os.getenv("ACADEMY_SQLITE_FILE", ""),
    {
        "NAME": os.getenv("DB_NAME", ""),
        "USER": os.getenv("DB_USER", ""),
        "PASSWORD": os.getenv("DB_PASSWORD", ""),
        "HOST": os.getenv("DB_HOST", ""),
        "PORT": os.getenv("DB_PORT", ""),
    },
)

# A display only, in the API as here: nothing fails without it.
REDIS_HOST = os.getenv("REDIS_HOST", "")
REDIS_PORT = int(os.getenv("REDIS_PORT") or "6379")
REDIS_PASSWORD = os.getenv("REDIS_PASSWORD", "")
REDIS_DB = int(os.getenv("REDIS_DB") or "0")

INSTALLED_APPS = ["api.videos"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
# `log` sets logging up, for Django's messages too.
LOGGING_CONFIG = None
