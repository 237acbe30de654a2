"""The registry of finding codes, and that the code keeps to it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from academyctl.model.finding import CODES, Level, error, has_errors, info, warning
from tests.support.cli import ROOT

ENV_CODES = [
    *("env.missing", "env.empty", "env.one-of", "env.type", "env.pair", "env.alias", "env.alias-conflict"),
    *("env.foreign", "env.unknown", "env.duplicate", "env.parse", "env.placeholder", "env.reader"),
]
SSM_CODES = ["ssm.absent", "ssm.type", "ssm.size", "ssm.parse"]
MAKERS = {"error", "warning", "info", "make"}


def _codes_made(path: Path) -> Iterator[str]:
    """The literal first argument of every call that makes a finding."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS and node.args:
            code = node.args[0]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def _all_made() -> set[str]:
    return {code for path in (ROOT / "academyctl").rglob("*.py") for code in _codes_made(path)}


def test_the_documented_codes_are_registered() -> None:
    assert not {*ENV_CODES, *SSM_CODES} - CODES.keys()


def test_every_code_that_is_made_is_registered() -> None:
    made = _all_made()
    assert {"env.missing", "env.foreign", "ssm.type"} <= made
    assert made - CODES.keys() == set()


def test_a_code_is_two_words_and_its_meaning_one_line() -> None:
    for code, meaning in CODES.items():
        assert re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", code)
        assert meaning
        assert "\n" not in meaning


def test_the_makers_differ_in_level_only() -> None:
    made = [make("env.type", "api:A", "m", "h") for make in (error, warning, info)]
    assert [finding.level for finding in made] == [Level.ERROR, Level.WARNING, Level.INFO]
    assert {(f.code, f.subject, f.message, f.hint, f.location) for f in made} == {("env.type", "api:A", "m", "h", None)}


def test_a_warning_is_no_error() -> None:
    assert not has_errors([warning("env.type", "a", "m"), info("env.type", "a", "m")])
    assert has_errors([info("env.type", "a", "m"), error("env.type", "a", "m")])
    assert not has_errors([])
