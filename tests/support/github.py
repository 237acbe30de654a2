"""Runs the steps of a job as GitHub's runner does, as far as academyctl's action and its documented jobs need it.

Run steps are real: the runner's own bash command line, its files, the step's environment. Steps that use an action of
somebody else are left out; what they would give is `outputs`.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.cli import ROOT

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
"""What `shell: bash` means (docs.github.com, "Workflow syntax", jobs.<job_id>.steps[*].shell)."""


@dataclass
class Runner:
    """`env` is the machine's and the job's; `context` what expressions name, as `env.ROLE`."""

    folder: Path
    env: Mapping[str, str]
    context: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    """As `steps.run.outputs.exit-code`."""
    said: str = ""
    """What stood in the log, stdout and stderr."""

    def __post_init__(self) -> None:
        self.temp.mkdir(exist_ok=True)
        self.context |= {"runner.temp": str(self.temp), "github.run_id": "1"}

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def summary(self) -> str:
        path = self.folder / "summary.md"
        return path.read_text() if path.exists() else ""

    def job(self, steps: list[dict[str, Any]]) -> int:
        """The exit code of the first step that fails, or 0."""
        for step in steps:
            code = self._step(step)
            if code:
                return code
        return 0

    def _step(self, step: dict[str, Any]) -> int:
        if step.get("uses") == "./":
            return self.action({name: self.filled(value) for name, value in step.get("with", {}).items()})
        return self._script(step) if "run" in step else 0

    def action(self, given: Mapping[str, str]) -> int:
        """The action of this repository, with these inputs."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        assert given.keys() <= action["inputs"].keys()
        inputs = {name: given.get(name, one.get("default", "")) for name, one in action["inputs"].items()}
        before = dict(self.context)
        self.context |= {f"inputs.{name}": value for name, value in inputs.items()} | {"github.action_path": str(ROOT)}
        try:
            return self.job(action["runs"]["steps"])
        finally:
            self.context = before

    def _script(self, step: dict[str, Any]) -> int:
        script, output = self.temp / "step.sh", self.temp / "output"
        assert "${{" not in step["run"], "an expression in a script is run as code"
        script.write_text(step["run"])
        output.write_text("")
        files = {"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": self.folder / "summary.md", "RUNNER_TEMP": self.temp}
        env = {**self.env, **{name: str(path) for name, path in files.items()}}
        env |= {name: self.filled(value) for name, value in step.get("env", {}).items()}
        cwd = self.folder / self.filled(step.get("working-directory", "."))
        ended = subprocess.run([*BASH, str(script)], env=env, cwd=cwd, capture_output=True, text=True, timeout=60)
        self.said += ended.stdout + ended.stderr
        told = dict(line.split("=", 1) for line in output.read_text().splitlines())
        self.outputs |= {f"steps.{step['id']}.outputs.{name}": value for name, value in told.items() if "id" in step}
        return ended.returncode

    def filled(self, text: Any) -> str:
        """Expressions of the one form that is used: names and 'texts', the first that is not empty."""
        return EXPRESSION.sub(lambda found: self._value(found[1]), str(text))

    def _value(self, expression: str) -> str:
        for word in expression.split(" || "):
            value = word[1:-1] if word.startswith("'") else {**self.context, **self.outputs}.get(word, "")
            if value:
                return value
        return ""
