"""Every code is explained, every explanation is of a code, and what it says to run can be run."""

import re

import pytest

from academyctl.model.explain.article import command_of, is_command
from academyctl.model.explain.failures import FAILURES
from academyctl.model.explain.registry import ALL, FINDINGS, article, nearest
from academyctl.model.finding import CODES
from tests.support.cli import ROOT
from tests.support.lines import check_line

SOURCES = [path for path in (ROOT / "academyctl").rglob("*.py") if "explain" not in path.parts]
RAISED = {
    code
    for path in SOURCES
    for code in re.findall(r'(?:default_code = |code=|_ended\(\s*ExitCode\.\w+,\s*)"([a-z0-9._-]+)"', path.read_text())
}


def test_every_finding_code_is_explained_and_nothing_else_is() -> None:
    assert set(FINDINGS) == set(CODES)


def test_every_error_code_is_explained() -> None:
    assert {code for code in RAISED if article(code) is None} == set()


def test_every_explained_error_can_happen() -> None:
    families = {f"{code.partition('.')[0]}.*" for code in RAISED}
    assert set(FAILURES) <= RAISED | families


@pytest.mark.parametrize("family", sorted({code.partition(".")[0] for code in ALL}))
def test_an_explanation_says_more_than_its_one_line_and_how_to_repair_it(family: str) -> None:
    for code, found in ALL.items():
        if code.partition(".")[0] == family:
            assert min(len(found.what), len(found.why)) > 15, code
            assert found.repair, code
            assert found.source, code
            assert found.what.rstrip(".").lower() != CODES.get(code, "").lower(), code


def test_what_an_explanation_says_to_run_is_a_command_line_that_parses() -> None:
    lines = {
        command_of(line) for found in ALL.values() for line in found.repair if is_command(line) and "academyctl" in line
    }
    assert len(lines) > 50
    for line in sorted(lines):
        for one in line.split("; "):
            check_line(one)


def test_no_explanation_recommends_to_prune_keys() -> None:
    assert [code for code, found in ALL.items() if "push" in str(found.repair) and "--prune" in str(found.repair)] == []


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("env.foregin", "env.foreign"),
        ("key-loss", "ssm.key-loss"),
        ("ce.amidrift", "ce.ami-drift"),
        ("usage.stak", "usage.stack"),
        ("wholly-unlike", ""),
    ],
)
def test_a_mistyped_code_leads_to_the_nearest(word: str, meant: str) -> None:
    assert nearest(word) == meant


def test_a_code_without_an_explanation_of_its_own_has_its_familys() -> None:
    assert article("sandbox.video") is ALL["sandbox.*"]
    assert article("file.drpped") is None
