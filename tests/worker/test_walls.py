"""What the worker may import, and where it reads its environment: proven from the source."""

import ast
import sys
from collections.abc import Iterator

from tests.support.cli import ROOT

WORKER = ROOT / "worker"
READS = {"config.py", "settings.py", "delete_r2/handler.py"}
ALONE = {"boto3", "botocore"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(WORKER.rglob("*.py")):
        yield path.relative_to(WORKER).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
    return found


def reads(tree: ast.Module) -> Iterator[ast.AST]:
    """os.getenv(…), os.environ[…] that is not written to, os.environ.get(…)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            yield from [node] if isinstance(node.ctx, ast.Load) else []
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.getenv", "os.environ.get", "os.environ.pop"):
            yield node


def test_the_environment_is_read_where_it_is_declared_to_be_and_by_literal_names() -> None:
    readers = {name: list(reads(tree)) for name, tree in modules()}
    assert {name for name, found in readers.items() if found} == READS
    for found in readers.values():
        for node in found:
            assert isinstance(_name(node), ast.Constant), ast.unparse(node)


def _name(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call):
        return node.args[0]
    return node.slice if isinstance(node, ast.Subscript) else None


def test_of_the_other_packages_only_the_videos_app_is_imported() -> None:
    for name, tree in modules():
        foreign = {module for module in imported(tree) if module.split(".")[0] in ("academyctl", "api", "tests")}
        assert all(module.startswith("api.videos") for module in foreign), (name, foreign)


def test_the_lambda_needs_boto3_and_python_alone() -> None:
    tree = dict(modules())["delete_r2/handler.py"]
    roots = {module.split(".")[0] for module in imported(tree)}
    assert roots - set(sys.stdlib_module_names) <= ALONE


def test_no_program_is_started_through_a_shell() -> None:
    for name, tree in modules():
        for node in ast.walk(tree):
            words = {keyword.arg for keyword in node.keywords} if isinstance(node, ast.Call) else set()
            assert "shell" not in words, name
    assert {name for name, tree in modules() if "subprocess" in imported(tree)} == {"child.py", "encode.py", "grid.py"}
