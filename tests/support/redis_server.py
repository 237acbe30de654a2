"""A throw-away Redis: redis-server on PATH."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from tests.support.parts import require
from tests.support.servers import answers, free_ports, new_folder, start, stop


@dataclass(frozen=True)
class RedisServer:
    """`stop` lets a test take it away."""

    port: int
    process: "subprocess.Popen[bytes]"
    password: str = ""

    @property
    def env(self) -> dict[str, str]:
        return {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(self.port), "REDIS_PASSWORD": self.password}

    @property
    def client(self) -> "redis.Redis":
        return redis.Redis(port=self.port, password=self.password or None, decode_responses=True)

    def stop(self) -> None:
        stop(self.process)


@contextmanager
def redis_server(password: str = "") -> Iterator[RedisServer]:
    """Up in 50 ms, so each test may have its own."""
    program = require("redis-server", "the backlog display is kept in Redis")
    folder, port = new_folder("redis"), free_ports()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command += ["--requirepass", password] if password else []
    process = start(command, folder, lambda: answers(port))
    try:
        yield RedisServer(port, process, password)
    finally:
        stop(process)
