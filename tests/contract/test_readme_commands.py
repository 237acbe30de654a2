"""Every `$` line of the README's console blocks is run, in order, in one folder on one embedded AWS.

A line `[exit N]` states the exit code (0 without one); every other line is an excerpt that the output must contain.
Blocks marked `console live` are run on the sandbox's live world, those marked `console host` beside a real container.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from academyctl.sandbox.world_live import build_live
from tests.support.aws import API, Aws
from tests.support.cli import ROOT, Cli
from tests.support.engine import Engine
from tests.support.envs import API as API_ENV
from tests.support.envs import LEGACY, text
from tests.support.strict import Strict

README = (ROOT / "README.md").read_text()


def steps(kind: str) -> list[tuple[str, list[str], int]]:
    """(command, excerpts, exit code) of every step of the blocks of a kind."""
    found: list[tuple[str, list[str], int]] = []
    blocks = re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], [], 0))
        elif code := re.fullmatch(r"\[exit (\d+)\]", line):
            found[-1] = (*found[-1][:2], int(code[1]))
        else:
            found[-1][1].append(line)
    return found


def test_the_commands_of_the_readme_do_what_it_shows(ops: Cli, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(LEGACY)
    assert len(steps("console")) > 12, "the README lost its walk-through"
    for step in steps("console"):
        check(ops, *step)


def test_the_commands_on_a_batch_at_work_do_what_it_shows(cli: Cli, strict: Strict) -> None:
    build_live(strict.client, strict.stack, strict.control)
    cli.env |= strict.env
    assert len(steps("console live")) >= 3, "the README lost its rollout"
    for step in steps("console live"):
        check(cli, *step)


def test_the_commands_on_a_host_do_what_it_shows(ops: Cli, aws: Aws, engine: Engine, tmp_path: Path) -> None:
    """A container of version 1, beside version 2 in SSM."""
    ops.env["DOCKER_HOST"] = engine.host
    (tmp_path / "old.env").write_text(text(API_ENV))
    aws.put(API, text(API_ENV))
    health = ("--health-cmd", "true", "--health-interval", "200ms")
    engine.run("academy-api", "--env-file", str(tmp_path / "old.env"), *health)
    aws.put(API, text(API_ENV, REDIS_HOST="redis-2.internal", ALLOWED_HOSTS="*"), Overwrite=True)
    assert len(steps("console host")) >= 5, "the README lost its host"
    for step in steps("console host"):
        check(ops, *step)


def check(cli: Cli, command: str, excerpts: list[str], code: int) -> None:
    """Runs a line in bash, academyctl on its PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), cli.env["PATH"]])
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=cli.cwd,
        env={**cli.env, "PATH": path},
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
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets
