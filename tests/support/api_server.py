"""The API as it runs: gunicorn with several processes, and a client that speaks HTTP to it."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.cli import ROOT
from tests.support.servers import free_ports, new_folder, start

TOKENS = {"acme": "acme-token", "other": "other-token"}
GUNICORN = ("-w", "2", "--threads", "4")


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.body["error"]["code"])


@dataclass(frozen=True)
class Api:
    url: str
    log: Path

    def call(self, method: str, path: str, body: Any = None, *, tenant: str = "acme", **headers: str) -> Answer:
        """`body`: bytes as they are, anything else as JSON. Without a tenant no token is sent."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if tenant:
            headers = {"Authorization": f"Bearer {TOKENS[tenant]}", **headers}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        return _sent(request)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.call("POST", path, body if body is not None else b"", **more)

    def get(self, path: str, **more: Any) -> Answer:
        return self.call("GET", path, **more)

    def uploaded(self, content: bytes = b"video", **more: Any) -> int:
        """The id of a video, created and put into the store through its link."""
        made = self.post("/api/videos", {"filename": "lesson.mp4", "size": len(content)}, **more)
        assert made.status == 201, made
        assert put(made.body["upload_url"], content) == 200
        return int(made.body["id"])


def put(url: str, content: bytes) -> int:
    """The status of a PUT of so many bytes."""
    return _sent(urllib.request.Request(url, data=content, method="PUT")).status


def _sent(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, _json(answer.read()), dict(answer.headers))
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, _json(refused.read()), dict(refused.headers))


def _json(text: bytes) -> Any:
    try:
        return json.loads(text or b"null")
    except ValueError:
        return text.decode(errors="replace")


@contextmanager
def api_server(env: Mapping[str, str], options: Sequence[str] = GUNICORN) -> Iterator[Api]:
    """gunicorn with these options, and exactly this env and what a process needs."""
    folder, port = new_folder("api"), free_ports()
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    tokens = ",".join(f"{tenant}:{token}" for tenant, token in TOKENS.items())
    full = own | {"SECRET_KEY": "of-the-tests", "VIDEO_API_TOKENS": tokens, "PYTHONPATH": str(ROOT)} | dict(env)
    api = Api(f"http://127.0.0.1:{port}", folder / "log")
    command = [sys.executable, "-m", "gunicorn", *options, "-b", f"127.0.0.1:{port}", "api.config.wsgi"]
    process = start(command, folder, lambda: _is_up(api), env=full, cwd=folder)
    try:
        yield api
    finally:
        process.terminate()
        process.wait(20)


def _is_up(api: Api) -> bool:
    try:
        return api.get("/healthz", tenant="").status == 200
    except OSError:
        return False
