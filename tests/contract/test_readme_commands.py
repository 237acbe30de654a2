"""Every `$` line of the README's console blocks is run, in order, in one folder on one embedded AWS.

A line `[exit N]` states the exit code (0 without one); every other line is an excerpt that the output must contain.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.aws import Aws
from tests.support.cli import ROOT, Cli
from tests.support.envs import LEGACY

BLOCKS = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def steps() -> list[tuple[str, list[str], int]]:
    """(command, excerpts, exit code) of every step."""
    found: list[tuple[str, list[str], int]] = []
    for line in "".join(BLOCKS).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], [], 0))
        elif code := re.fullmatch(r"\[exit (\d+)\]", line):
            found[-1] = (*found[-1][:2], int(code[1]))
        else:
            found[-1][1].append(line)
    return found


def test_the_commands_of_the_readme_do_what_it_shows(ops: Cli, aws: Aws, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(LEGACY)
    path = os.pathsep.join([str(Path(sys.executable).parent), ops.env["PATH"]])
    assert len(steps()) > 12, "the README lost its walk-through"
    for command, excerpts, code in steps():
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env={**ops.env, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        assert done.returncode == code, f"$ {command}\n{done.stdout}{done.stderr}"
        for excerpt in excerpts:
            assert excerpt.strip() in done.stdout, f"$ {command}\ndid not print: {excerpt}\n{done.stdout}"


def test_make_is_what_the_readme_says() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= named <= targets
