"""The API of the video demo: a process on loopback with a SQLite file of its own, and what is asked of it over HTTP."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from academyctl.model.errors import AcademyError
from academyctl.sandbox.programs import HOST, answers, direct, free_ports, program, until_ready

SQLITE = "academy.sqlite3"
"""The API's file in its current folder where no database is named."""
TENANT = "demo"


@dataclass(frozen=True, kw_only=True)
class Api:
    url: str
    token: str = field(repr=False)

    def call(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """The answer's object. AcademyError when it is a refusal."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=headers, method=method)
        try:
            with direct().open(request, timeout=30) as answer:
                return dict(json.loads(answer.read()))
        except urllib.error.HTTPError as refused:
            raise AcademyError(f"{method} {path} was answered with {refused.code}", code="sandbox.api") from None


@contextmanager
def served_api(code: Path, folder: Path, env: Mapping[str, str], token: str) -> Iterator[Api]:
    """Migrated and ready. `env` is all of its environment but the way to its code."""
    whole = {**env, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"}
    _migrate(folder, whole)
    port = free_ports()
    command = [sys.executable, "-m", "gunicorn", "api.config.wsgi", "--bind", f"{HOST}:{port}", "--threads", "4"]
    with program("api", command, folder, whole) as process:
        api = Api(url=f"http://{HOST}:{port}", token=token)
        until_ready("api", process, folder, lambda: answers(f"{api.url}/readyz"))
        yield api


def _migrate(folder: Path, env: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.manage", "migrate", "--noinput"],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        told = done.stderr.strip().splitlines() or ["it said nothing"]
        raise AcademyError("the API's tables cannot be made", code="sandbox.program", hint=told[-1][:200])
