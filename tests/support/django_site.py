"""Django in the test's own process: one settings module for all tests, and a fresh database for each, of either kind.

`configure` comes before the first import of a model. `use` makes Django forget its connections and talk to another
database; threads of a test open their own.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.postgres import postgres
from tests.support.servers import new_folder

ENGINES = ("sqlite", "postgresql")
ENV = {
    "SECRET_KEY": "of-the-tests",
    "AWS_REGION": "ap-northeast-2",
    "VIDEO_API_TOKENS": "acme:acme-token,other:other-token",
}
"""What the settings of the tests' own process are made from; stores and queues are set by the tests that use them."""


@cache
def configure() -> None:
    """Django with the API's settings. They are read once, without anything of the caller's environment."""
    import django

    before = dict(os.environ)
    for name in [name for name in before if name.startswith(("DB_", "R2_", "REDIS_", "VIDEO_"))]:
        del os.environ[name]
    os.environ |= {**ENV, "DJANGO_SETTINGS_MODULE": "api.config.settings"}
    try:
        django.setup()
    finally:
        os.environ.clear()
        os.environ |= before


@contextmanager
def database(engine: str) -> Iterator[dict[str, str]]:
    """An empty, migrated database that Django uses; the DB_* keys that lead another process there (SQLite: none).

    It is the same one each time, emptied: a new one costs PostgreSQL half a second.
    """
    fields, env = _lasting(engine)
    _use(fields)
    _empty()
    try:
        yield env
    finally:
        _close()


@contextmanager
def fresh_postgres() -> Iterator[dict[str, str]]:
    """A migrated PostgreSQL database of its own for other processes; its DB_* keys."""
    with postgres().database(_postgres_template()) as name:
        yield postgres().env(name)


@contextmanager
def using(env: Mapping[str, str]) -> Iterator[None]:
    """Django uses the database of another process, by its DB_* keys, as it is."""
    _use(_postgresql(env))
    try:
        yield
    finally:
        _close()


@cache
def _lasting(engine: str) -> tuple[dict[str, Any], dict[str, str]]:
    if engine == "sqlite":
        fields = _sqlite(new_folder("sqlite") / "academy.sqlite3")
        _migrate(fields)
        return fields, {}
    env = postgres().env(postgres().create(_postgres_template()))
    return _postgresql(env), env


@cache
def _postgres_template() -> str:
    name = postgres().create()
    _migrate(_postgresql(postgres().env(name)))
    return name


def _empty() -> None:
    """TRUNCATE would wait for a test's forgotten connection, and costs more for so few rows."""
    from api.videos.models import Video, VideoTranscodeJob

    Video.objects.update(current_job=None)
    VideoTranscodeJob.objects.all()._raw_delete("default")
    Video.objects.all()._raw_delete("default")


def _sqlite(file: Path) -> dict[str, Any]:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA synchronous=OFF"}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": options}


def _postgresql(env: Mapping[str, str]) -> dict[str, Any]:
    fields = {name.removeprefix("DB_"): value for name, value in env.items()}
    return {"ENGINE": "django.db.backends.postgresql", **fields}


def _migrate(fields: dict[str, Any]) -> None:
    from django.core.management import call_command

    configure()
    _use(fields)
    call_command("migrate", verbosity=0)
    _close()


def _use(fields: dict[str, Any]) -> None:
    from django.db import connections

    _close()
    connections.settings = connections.configure_settings({"default": fields})


def _close() -> None:
    """This thread's connection is closed and forgotten."""
    from django.db import connections

    connections.close_all()
    if hasattr(connections._connections, "default"):
        del connections["default"]
