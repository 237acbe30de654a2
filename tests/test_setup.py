"""`.ci/setup`: the virtual environment that make works in, on machines of every kind."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL = Path(sys.executable).resolve()
VERSION = f"python3.{sys.version_info.minor}"

# A venv costs seconds, nearly all of them pip's own copy: this Python leaves pip out and puts $FAKE_PIP in its place.
QUICK = f"""\
case "$*" in
"-m venv "*) {REAL} -m venv --without-pip "$3" && d="$3/lib/{VERSION}/site-packages/pip" && mkdir "$d" &&
    echo "$FAKE_PIP" >"$d/__main__.py";;
*ensurepip*) [ ! -e "$TOOLS/no-venv" ];;
*) exec {REAL} "$@";;
esac
"""


@dataclass
class Checkout:
    """A checkout whose lock lists nothing, on a machine whose tools can be replaced."""

    folder: Path
    tools: Path
    env: dict[str, str] = field(default_factory=dict)

    def setup(self, **env: str) -> "subprocess.CompletedProcess[str]":
        command = ["sh", str(self.folder / ".ci" / "setup"), ".venv", "empty.lock"]
        clean = {"PATH": f"{self.tools}:{os.environ['PATH']}", "TOOLS": str(self.tools), "FAKE_PIP": "", **env}
        clean.setdefault("PYTHON", "quick-python")
        return subprocess.run(command, env=clean, capture_output=True, text=True, timeout=120, check=False)

    def is_made(self) -> bool:
        python = self.folder / ".venv" / "bin" / "python"
        return python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0

    def tool(self, name: str, script: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder, tools = tmp_path / "checkout", tmp_path / "tools"
    (folder / ".ci").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(ROOT / ".ci" / "setup", folder / ".ci" / "setup")
    (folder / "empty.lock").write_text("")
    made = Checkout(folder, tools)
    made.tool("quick-python", QUICK)
    return made


def test_the_venv_is_made_once_with_its_own_pip(checkout: Checkout) -> None:
    first = checkout.setup(PYTHON=sys.executable)
    second = checkout.setup(PYTHON=sys.executable)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "setup: .venv from empty.lock" in first.stderr
    assert (second.stdout, second.stderr) == ("", "")
    pip = [str(checkout.folder / ".venv" / "bin" / "python"), "-m", "pip", "--version"]
    assert subprocess.run(pip, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("broken", ["lock changed", "python gone", "moved"])
def test_a_venv_that_cannot_be_trusted_is_made_again(checkout: Checkout, broken: str) -> None:
    assert checkout.setup().returncode == 0
    (checkout.folder / ".venv" / "stray").touch()
    match broken:
        case "lock changed":
            (checkout.folder / "empty.lock").write_text("# another\n")
        case "python gone":
            (checkout.folder / ".venv" / "bin" / "python").unlink()
        case "moved":
            checkout.folder = checkout.folder.rename(checkout.folder.with_name("elsewhere"))
    assert checkout.setup().returncode == 0
    assert checkout.is_made()
    assert not (checkout.folder / ".venv" / "stray").exists()


@pytest.mark.parametrize("end", ["os.kill(os.getppid(), 9)", "sys.exit(1)"], ids=["killed", "pip failed"])
def test_a_half_made_venv_heals_at_the_next_run(checkout: Checkout, end: str) -> None:
    cut_off = checkout.setup(FAKE_PIP=f"import os, sys; {end}")
    assert cut_off.returncode != 0
    assert (checkout.folder / ".venv").exists()
    (checkout.folder / ".venv" / "stray").touch()
    assert checkout.setup().returncode == 0
    assert not (checkout.folder / ".venv" / "stray").exists()


def test_a_failed_install_names_the_command_that_tells_why(checkout: Checkout) -> None:
    told = checkout.setup(FAKE_PIP="raise SystemExit(1)")
    assert told.returncode == 1
    assert "pip failed. See why: .venv/bin/python -m pip" in told.stderr
    assert "--require-hashes -r empty.lock" in told.stderr


def test_bytecode_is_written_where_the_machine_says_not_to(checkout: Checkout) -> None:
    seen = "import os, sys; sys.exit('PYTHONDONTWRITEBYTECODE' in os.environ)"
    assert checkout.setup(FAKE_PIP=seen, PYTHONDONTWRITEBYTECODE="1").returncode == 0


def test_no_fitting_python_is_one_line(checkout: Checkout) -> None:
    checkout.tool("old-python", "exit 1")
    told = checkout.setup(PYTHON="old-python")
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "no Python 3.11 or newer (looked for: old-python)" in told.stderr


def test_a_missing_ensurepip_is_one_line_with_the_command_to_run(checkout: Checkout) -> None:
    (checkout.tools / "no-venv").touch()
    checkout.tool("id", "echo 1000")
    checkout.tool("apt-get", "touch $TOOLS/was-called")
    told = checkout.setup()
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert f"Run: sudo apt-get install -y --no-install-recommends {VERSION}-venv" in told.stderr
    assert not (checkout.tools / "was-called").exists()


def test_a_missing_ensurepip_is_installed_by_root(checkout: Checkout) -> None:
    (checkout.tools / "no-venv").touch()
    checkout.tool("id", "echo 0")
    checkout.tool("apt-get", 'echo "$*" >>$TOOLS/calls; case "$1" in install) rm $TOOLS/no-venv;; esac')
    told = checkout.setup()
    assert told.returncode == 0, told.stderr
    update, install = (checkout.tools / "calls").read_text().splitlines()
    assert update.startswith("update")
    assert install.startswith(f"install -y --no-install-recommends {VERSION}-venv")
