"""What the repository stands on: the locks, and that no file ties it to one place."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-bench.lock"]
SKIPPED = {".git", ".venv", ".bench-venv", "__pycache__", "build", "dist", "node_modules"}
# Taken apart, so that this file does not name what it looks for.
HOSTS = re.compile(
    "|".join([r"pypi\.(org|io)", "files.python" + "hosted", r"registry\.npm" + "js", r"deb\.debi" + "an"])
)


def requirements(lock: Path) -> list[str]:
    """Each requirement with its hashes on one line."""
    text = re.sub(r"\\\n", " ", lock.read_text(encoding="utf-8"))
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_place_to_fetch_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.findall(r"http|://|\bfile:| @ |index.url|find.links|^-|(?<!benchmarks)/", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_requirement_with_hashes(lock: Path) -> None:
    pinned = re.compile(r"[a-z0-9.-]+==[\w.]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line for line in requirements(lock) if not pinned.fullmatch(line)] == []
    assert len(requirements(lock)) > 10


def test_the_lock_holds_every_dependency_that_pyproject_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["sandbox"], *extras["dev"]]
    names = {re.split(r"[\[<>=~ ;]", each)[0].lower() for each in wanted} - {"academyctl"}
    locked = {line.partition("==")[0] for line in requirements(LOCKS[0])}
    assert names - locked == set()


def test_no_file_names_a_package_registry() -> None:
    named = [f"{path.relative_to(ROOT)}" for path in _files(ROOT) if HOSTS.search(_text(path))]
    assert named == []


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Before CPython 3.11.5 (Debian 12 has 3.11.2) `(…)*+` may swallow a part of what it does not match: gh-106052.

    `(?>(…)*)` says the same and is sound in all of them.
    """
    files = sorted((ROOT / "academyctl").rglob("*.py"))
    assert len(files) > 50
    assert [path.name for path in files if re.search(r"\)([*+?]|\{[\d,]+\})\+[^ ]", _text(path))] == []


def _files(folder: Path) -> list[Path]:
    """The checkout's own files: what git would list, where there is no git too."""
    here = [path for path in sorted(folder.iterdir()) if path.name not in SKIPPED and not path.name.endswith("_cache")]
    return [file for path in here for file in (_files(path) if path.is_dir() else [path])]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")
