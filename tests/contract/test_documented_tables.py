"""The tables of the README, and of the codes, are what scripts rely on: each is read here and held to the code."""

import re
from pathlib import Path

import pytest

from academyctl.model.exit import STATUS_OF, ExitCode, Status
from academyctl.model.finding import CODES, Level
from academyctl.model.plan import Action, State
from academyctl.render.envelope import VERSION
from tests.support.cli import ROOT, Cli

README = (ROOT / "README.md").read_text()


def table(heading: str, text: str = README) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_every_exit_code_is_documented_with_its_name() -> None:
    documented = {int(code): name for code, name, _ in table("Exit codes")}
    assert documented == {int(code): code.name.lower().replace("_", " ") for code in ExitCode}


@pytest.mark.parametrize(
    ("field", "values"),
    [("`status`", Status), ("`changes[].action`", Action), ("`changes[].state`", State), ("`findings[].level`", Level)],
)
def test_every_word_of_the_json_object_is_documented(field: str, values: type) -> None:
    row = next(row for row in table("JSON") if row[0] == field)
    assert re.findall(r"`([a-z_]+)`", row[1]) == [str(value) for value in values]  # type: ignore[attr-defined]  # an enum


def test_every_finding_code_is_documented_in_the_registrys_words() -> None:
    rows = table("Finding codes", (ROOT / "docs" / "codes.md").read_text())
    assert {code.partition("`")[2].partition("`")[0]: says for code, says in rows} == CODES


def test_every_code_in_the_source_is_registered() -> None:
    pattern = re.compile(r'(?:error|warning|info|make)\(\s*"([a-z0-9]+\.[a-z-]+)"')
    used = {code for file in (ROOT / "academyctl").rglob("*.py") for code in pattern.findall(file.read_text())}
    assert used <= set(CODES)
    assert used >= {"env.missing", "env.foreign", "ssm.key-loss"}


def test_every_ending_but_success_has_a_status() -> None:
    assert set(STATUS_OF) == set(ExitCode) - {ExitCode.OK}


def test_the_documented_object_has_the_keys_of_a_real_one(cli: Cli, tmp_path: Path) -> None:
    documented = set(re.findall(r'"(\w+)":', README.split("```json")[1].split("```")[0]))
    (tmp_path / ".env").write_text("REDIS_URL=redis://h\n")
    found = cli.run("env", "validate", "-o", "json").json
    assert found["version"] == VERSION
    keys = {*found, *found["findings"][0], *(found["findings"][0]["location"] or {})}
    assert keys | {"action", "kind", "target", "detail", "why", "state"} | {"account", "region", "caller"} == documented


def test_every_command_of_the_app_stands_in_the_readme() -> None:
    from academyctl.cli.app import GROUPS

    listed = " ".join(row[0] for row in table("Commands"))
    for group, (module, _) in GROUPS.items():
        app = __import__(module, fromlist=["app"]).app
        for command in app.registered_commands:
            assert f"`{group} {command.name}" in listed, f"{group} {command.name} is not in the README"
