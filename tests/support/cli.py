"""Runs academyctl as people do: a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        loaded = json.loads(self.out)
        assert isinstance(loaded, dict)
        return loaded

    def codes(self, level: str = "") -> list[str]:
        """The finding codes of the JSON object, of one level or of all."""
        return [f["code"] for f in self.json["findings"] if not level or f["level"] == level]


@dataclass
class Cli:
    """`cwd` and `env` serve every call; `run` takes the words of one command line."""

    cwd: Path
    env: dict[str, str] = field(default_factory=dict)

    def start(self, *words: str, env: Mapping[str, str] | None = None, **popen: Any) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "academyctl", *words]
        return subprocess.Popen(command, cwd=self.cwd, env={**self.env, **(env or {})}, **popen)

    def run(
        self, *words: str, stdin: str | bytes = b"", env: Mapping[str, str] | None = None, timeout: float = 60
    ) -> Result:
        pipe = subprocess.PIPE
        process = self.start(*words, env=env, stdin=pipe, stdout=pipe, stderr=pipe)
        data = stdin.encode() if isinstance(stdin, str) else stdin
        try:
            out, err = process.communicate(data, timeout=timeout)
        finally:
            process.kill()
        return Result(process.returncode, out.decode(), err.decode())


def clean_env(home: Path) -> dict[str, str]:
    """An environment without anybody's AWS settings, with the checkout importable."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "ACADEMYCTL_PROFILES": str(ROOT / "env_profiles")}
