"""What api and worker read from their environment, and what the role files declare, are the same names."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from academyctl.model.role import Role
from academyctl.profiles.load import load_contract, load_stack
from tests.support.cli import ROOT

READERS = {
    "api": ("api/config/settings.py",),
    "worker": ("worker/config.py", "worker/settings.py"),
}
"""The modules that may read the environment; of everything that the role runs."""
LAMBDA = "worker/delete_r2/handler.py"
SETTERS = ("api/manage.py", "api/config/wsgi.py", "worker/start.py", "worker/env.py")
"""They put names into the environment: Django's settings module, and what the parameter holds."""
UNREAD = {
    "api": {
        "VIDEO_SQS_QUEUE_NAME": "demanded by the env contract; encoding is dispatched through Batch",
        "AWS_ACCESS_KEY_ID": "read by boto3 itself",
        "AWS_SECRET_ACCESS_KEY": "read by boto3 itself",
        "DJANGO_SETTINGS_MODULE": "read by Django itself",
    },
    "worker": {"DJANGO_SETTINGS_MODULE": "read by Django itself"},
}
"""Declared names that no module of ours reads, and why they are declared."""
CHECKED_ONLY = ("API_BASE_URL", "INTERNAL_WORKER_TOKEN", "VIDEO_SQS_QUEUE_NAME")
"""Demanded by the worker's contract: whether they are set is looked at, and nothing else is done with them."""


@dataclass(frozen=True)
class Reference:
    """`name` is empty where it is no literal."""

    path: str
    line: int
    name: str


def references(path: Path) -> Iterator[Reference]:
    """Every use of os.getenv and os.environ."""
    tree, place = ast.parse(path.read_text()), path.relative_to(ROOT).as_posix()
    for node in ast.walk(tree):
        name = _read(node)
        if name is not None:
            yield Reference(place, getattr(node, "lineno", 0), name)


def _read(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name("os"), attr="getenv"), args=[first, *_]):
            return _literal(first)
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name("os"), attr="environ")), args=[first, *_]):
            return _literal(first)
        case ast.Subscript(value=ast.Attribute(value=ast.Name("os"), attr="environ"), slice=key):
            return _literal(key)
        case ast.ImportFrom(module="os", names=names) if {one.name for one in names} & {"environ", "getenv"}:
            return ""
    return None


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def read_by(role: str) -> set[str]:
    return {each.name for place in READERS[role] for each in references(ROOT / place)}


@pytest.fixture(params=["api", "worker"])
def role(request: pytest.FixtureRequest) -> Role:
    return next(one for one in load_contract(ROOT / "env_profiles").roles if one.name == request.param)


def test_the_environment_is_read_in_few_places_and_by_literal_names() -> None:
    allowed = {place for places in READERS.values() for place in places} | {LAMBDA, *SETTERS}
    found = [each for package in READERS for path in modules(package) for each in references(path)]
    assert [each for each in found if each.path not in allowed] == []
    assert [each for each in found if not each.name and each.path not in SETTERS] == []


def test_every_name_that_is_read_is_declared(role: Role) -> None:
    assert read_by(role.name) - {spec.name for spec in role.keys} - set(role.runtime) == set()


def test_every_declared_name_is_read_or_has_a_reason(role: Role) -> None:
    declared = {spec.name for spec in role.keys} | set(role.runtime)
    assert declared - read_by(role.name) == set(UNREAD[role.name])


def test_the_lambda_reads_its_own_configuration_only() -> None:
    found = {each.name for each in references(ROOT / LAMBDA)}
    assert found == {"ACADEMY_ENV_PARAMETER", "AWS_REGION"}


def test_names_that_are_only_demanded_have_one_use() -> None:
    """Whoever gives one a second use declares it anew."""
    for name in CHECKED_ONLY:
        uses = [path for path in modules("worker") if re.search(rf'os\.[a-z.]+\(?\[?"{name}"', path.read_text())]
        assert [path.relative_to(ROOT).as_posix() for path in uses] == ["worker/config.py"], name


def test_the_worker_demands_exactly_what_its_role_requires() -> None:
    """One role file, one list of missing names: they cannot drift apart."""
    role = next(one for one in load_contract(ROOT / "env_profiles").roles if one.name == "worker")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "worker.selfcheck"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    told = re.search(r"missing: (.*)", done.stdout)
    assert (done.returncode, bool(told)) == (2, True), done.stderr
    (group,) = role.one_of
    wanted = {spec.name for spec in role.keys if spec.required} | {" or ".join(group.keys)}
    assert told
    assert set(told[1].split(", ")) == wanted


def test_the_defaults_of_the_api_are_those_of_its_role_and_stacks() -> None:
    """Names that nobody sets lead where `batch setup` and `delete-r2 deploy` build."""
    code = "from api.config import settings as s; print(s.VIDEO_BATCH_JOB_QUEUE, s.VIDEO_BATCH_JOB_DEFINITION, "
    code += "s.VIDEO_DELETE_R2_QUEUE_NAME, s.REDIS_PORT, s.REDIS_DB, s.DEBUG, ','.join(s.ALLOWED_HOSTS))"
    env = {"PYTHONPATH": str(ROOT), "SECRET_KEY": "of-the-tests"}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    api = next(one for one in load_contract(ROOT / "env_profiles").roles if one.name == "api")
    default = {spec.name: spec.default for spec in api.keys}
    assert told.split()[2:] == [
        default["VIDEO_DELETE_R2_QUEUE_NAME"],
        default["REDIS_PORT"],
        default["REDIS_DB"],
        str(default["DEBUG"]).capitalize(),
        default["ALLOWED_HOSTS"],
    ]
    for name in ("production", "sandbox"):
        stack = load_stack(ROOT / "env_profiles", name)
        assert told.split()[:3] == [stack.job_queue.name, stack.job_definition.name, stack.delete_r2_queue]
