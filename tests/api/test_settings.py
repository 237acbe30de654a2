"""What the environment makes of the settings, and that nothing else in `api` reads it."""

import ast
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.support.cli import ROOT

SETTINGS = "api/config/settings.py"
DATABASE = {
    "DB_NAME": "academy",
    "DB_USER": "django",
    "DB_PASSWORD": "hush=hush",
    "DB_HOST": "db.example",
    "DB_PORT": "5432",
}
READERS = ("environ", "environb", "getenv", "getenvb", "putenv")
STARTERS = ("api/manage.py", "api/config/wsgi.py")
"""They may say where the settings are, unless somebody did."""


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "VIDEO_API_TOKENS", "REDIS_PORT", "REDIS_DB", *DATABASE):
        monkeypatch.delenv(name, raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **env: str) -> dict[str, Any]:
    for name, value in {"SECRET_KEY": "s", **env}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / SETTINGS))


def test_a_named_database_is_postgresql_with_lasting_checked_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(monkeypatch, **DATABASE)["DATABASES"]["default"]
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert {f"DB_{name}": made[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == DATABASE
    assert (made["CONN_MAX_AGE"], made["CONN_HEALTH_CHECKS"]) == (60, True)


@pytest.mark.parametrize("env", [{}, dict.fromkeys(DATABASE, "")])
def test_no_named_database_is_a_sqlite_file_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: dict[str, str]
) -> None:
    made = settings(monkeypatch, **env)["DATABASES"]["default"]
    assert (made["ENGINE"], made["NAME"]) == ("django.db.backends.sqlite3", tmp_path / "academy.sqlite3")


@pytest.mark.parametrize("missing", DATABASE)
def test_a_database_that_is_named_in_part_is_refused_with_all_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    env = {**DATABASE, missing: "", "DB_PORT": ""}
    with pytest.raises(ImproperlyConfigured) as refused:
        settings(monkeypatch, **env)
    assert str(refused.value).endswith("missing: " + ", ".join(name for name, value in env.items() if not value))
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("debug", ["", "0", "false", "no", "off", "maybe"])
def test_the_secret_key_is_required_unless_in_debug(monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        settings(monkeypatch, SECRET_KEY="", DEBUG=debug)


@pytest.mark.parametrize("debug", ["1", "true", "YES", "On"])
def test_debug_is_on_for_its_words(monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    made = settings(monkeypatch, SECRET_KEY="", DEBUG=debug)
    assert made["DEBUG"] is True
    assert made["SECRET_KEY"]


@pytest.mark.parametrize(
    ("text", "hosts"), [("", ["*"]), ("a.example, b.example,", ["a.example", "b.example"]), ("*", ["*"])]
)
def test_allowed_hosts_is_a_comma_list(monkeypatch: pytest.MonkeyPatch, text: str, hosts: list[str]) -> None:
    assert settings(monkeypatch, ALLOWED_HOSTS=text)["ALLOWED_HOSTS"] == hosts


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", ()),
        (" , ", ()),
        ("acme:t1", (("acme", "t1"),)),
        ("acme:t1, acme:t2,b_2-x.y:a:b=c", (("acme", "t1"), ("acme", "t2"), ("b_2-x.y", "a:b=c"))),
    ],
)
def test_tokens_are_pairs(monkeypatch: pytest.MonkeyPatch, text: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert settings(monkeypatch, VIDEO_API_TOKENS=text)["VIDEO_API_TOKENS"] == pairs


@pytest.mark.parametrize(
    "entry", ["hush", ":hush", "acme:", "a/b:hush", "..:hush", "a..b:hush", ".:hush", "a b:hush", f"{'x' * 65}:hush"]
)
def test_an_entry_that_is_no_pair_stops_the_start_and_is_not_shown(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="entry 2 is not tenant:token") as refused:
        settings(monkeypatch, VIDEO_API_TOKENS=f"acme:t1,{entry}")
    assert "hush" not in str(refused.value)


def test_a_token_belongs_to_one_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="stands twice"):
        settings(monkeypatch, VIDEO_API_TOKENS="acme:t1,other:t1")


@pytest.mark.parametrize("name", ["REDIS_PORT", "REDIS_DB"])
def test_a_number_is_a_number(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert settings(monkeypatch, **{name: ""})[name] == {"REDIS_PORT": 6379, "REDIS_DB": 0}[name]
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not a number"):
        settings(monkeypatch, **{name: "x"})


def test_names_default_to_the_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(monkeypatch)
    assert made["VIDEO_BATCH_JOB_QUEUE"] == "academy-video-batch-queue"
    assert made["VIDEO_BATCH_JOB_DEFINITION"] == "academy-video-batch-jobdef"
    assert made["VIDEO_DELETE_R2_QUEUE_NAME"] == "academy-video-delete-r2"


# Who reads the environment.


def reads(source: str) -> Iterator[str]:
    """Every mention of the environment in a module: a literal name that is read, or what else is done with it."""
    tree = ast.parse(source)
    handled: set[int] = set()
    for node in ast.walk(tree):
        if name := _literal_read(node):
            yield name
            handled |= {id(each) for each in ast.walk(node)}
        elif isinstance(node, ast.ImportFrom) and node.module in ("os", "posix", "dotenv", "environ", "decouple"):
            yield from (f"from {node.module} import {each.name}" for each in node.names)
        elif isinstance(node, ast.Attribute) and node.attr in READERS and id(node) not in handled:
            yield ast.unparse(node)


def _literal_read(node: ast.AST) -> str:
    """The X of os.getenv("X"), os.environ["X"]."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "os.getenv" and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
    return ""


def modules() -> list[Path]:
    return sorted((ROOT / "api").rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_environment_is_read_in_the_settings_only_and_by_literal_names(path: Path) -> None:
    place, found = path.relative_to(ROOT).as_posix(), list(reads(path.read_text(encoding="utf-8")))
    if place == SETTINGS:
        assert len(found) > 15
        assert [name for name in found if not name.isupper() or not name.replace("_", "").isalnum()] == []
    elif place in STARTERS:
        assert found == ["os.environ"]
        assert 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "api.config.settings")' in path.read_text()
    else:
        assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('import os\nx = os.getenv("A") or os.environ["B"]', ["A", "B"]),
        ("import os\nx = os.getenv(name)", ["os.getenv"]),
        ("import os\nx = os.environ[name]", ["os.environ"]),
        ('import os\nx = os.environ.get("A")', ["os.environ"]),
        ("from os import environ", ["from os import environ"]),
        ("import os\nread = os.getenv", ["os.getenv"]),
        ('# os.getenv("A")\nx = "os.environ"', []),
    ],
)
def test_every_way_to_read_it_is_found(source: str, found: list[str]) -> None:
    assert list(reads(source)) == found


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_api_knows_nothing_of_its_operation_and_of_the_worker(path: Path) -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & {"academyctl", "worker", "tests"}
