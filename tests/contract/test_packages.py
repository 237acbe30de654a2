"""academyctl operates api and worker and imports neither; they do not know it. What they agree on is held by tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import ROOT

FORBIDDEN = {
    "academyctl": ("api", "worker", "tests"),
    "api": ("academyctl", "worker", "tests"),
    "worker": ("academyctl", "tests", "api.config", "api.manage"),
}


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Wherever they stand: in functions, under TYPE_CHECKING, in try."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def breaches(package: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, name in imports(path)
        if any(name == each or name.startswith(f"{each}.") for each in FORBIDDEN[package])
    ]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_package_imports_what_it_must_not_know(package: str) -> None:
    assert breaches(package) == []


def test_the_worker_knows_of_the_api_only_its_videos() -> None:
    found = {name for path in (ROOT / "worker").rglob("*.py") for _, name in imports(path) if name.startswith("api")}
    assert found
    assert all(name.startswith("api.videos.") for name in found), found


def test_the_lambda_stands_alone() -> None:
    """It is packed by itself: the standard library and what the Lambda runtime brings."""
    found = {name.partition(".")[0] for _, name in imports(ROOT / "worker/delete_r2/handler.py")}
    assert not found & {"api", "worker", "academyctl", "django", "dotenv"}
