"""The real docker CLI's env-file parser: `docker create --env-file` against a stub daemon on a unix socket.

Nothing is created. The CLI reads the file and sends what it made of it; the stub keeps that request's Env.
"""

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any

from tests.support.parts import require


class DockerRefuses(Exception):
    """The docker CLI ended with an error and asked for no container; its words are the message."""


@dataclass(frozen=True)
class DockerCli:
    """`program` is the CLI; `requests` holds the body of each create request that reached the stub."""

    program: str
    folder: Path
    requests: list[dict[str, Any]] = field(default_factory=list)

    def read(self, data: bytes, host_env: Mapping[str, str] | None = None) -> list[str]:
        """The container's Env as the CLI sends it, `KEY=value` each; DockerRefuses when the CLI fails."""
        file = self.folder / "file.env"
        file.write_bytes(data)
        command = [self.program, "create", "--pull", "never", "--env-file", str(file), "image"]
        seen = len(self.requests)
        done = subprocess.run(command, env=self._env(host_env or {}), capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise DockerRefuses(done.stderr.strip())
        [request] = self.requests[seen:]
        return list(request["Env"] or ())

    def _env(self, host_env: Mapping[str, str]) -> dict[str, str]:
        own = {
            "PATH": os.environ["PATH"],
            "DOCKER_HOST": f"unix://{self.folder / 'docker.sock'}",
            "DOCKER_CONFIG": str(self.folder / "config"),
        }
        return {**own, **host_env}


class _Daemon(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True

    def __init__(self, cli: DockerCli) -> None:
        self.cli = cli
        super().__init__(str(cli.folder / "docker.sock"), _Handler)


# Newer than any CLI here: each CLI then speaks the newest version that it knows.
API_VERSION = "1.51"


class _Handler(BaseHTTPRequestHandler):
    server: _Daemon

    def do_HEAD(self) -> None:
        self._answer(200, {})

    def do_GET(self) -> None:
        self._answer(200, {"ApiVersion": API_VERSION, "Version": "stub", "Os": "linux", "Arch": "amd64"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.partition("?")[0].endswith("/containers/create"):
            self._answer(404, {"message": f"the stub knows no {self.path}"})
            return
        self.server.cli.requests.append(json.loads(body))
        self._answer(201, {"Id": "0" * 64, "Warnings": []})

    def _answer(self, code: int, body: dict[str, Any]) -> None:
        data = b"" if self.command == "HEAD" else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Api-Version", API_VERSION)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        with suppress(ConnectionError):  # a CLI that refuses the file does not wait for the answer to its ping
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: a unix socket's peer has no address to log."""


@contextmanager
def docker_cli() -> Iterator[DockerCli]:
    """The CLI on PATH with a stub daemon behind it, until the end of the block."""
    program = require("docker", "the docker reader cannot be held to the real docker CLI")
    # Not pytest's folder: a unix socket's path may have no more than some 100 characters.
    with tempfile.TemporaryDirectory(prefix="docker-cli-") as folder:
        cli = DockerCli(program, Path(folder))
        with _Daemon(cli) as daemon:
            thread = threading.Thread(target=daemon.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield cli
            finally:
                daemon.shutdown()
                thread.join()
