"""docs/ is what the code says: pages are compared with what would be written, examples and links are tried."""

import re
from pathlib import Path
from typing import Any

import pytest

from docs.generate import DOCS, pages
from tests.support.cli import ROOT
from tests.support.lines import check_line, commands

COMMANDS = dict(commands())


def test_every_page_is_what_make_docs_would_write() -> None:
    wanted = pages()
    stale = [path for path, text in wanted.items() if not (DOCS / path).is_file() or (DOCS / path).read_text() != text]
    assert stale == [], "make docs"
    assert {f"reference/{path.name}" for path in (DOCS / "reference").iterdir()} <= set(wanted)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_an_example_of_its_own_that_parses(name: str) -> None:
    command: Any = COMMANDS[name]
    example = command.epilog.removeprefix("Example: ")
    assert f"academyctl {name}" in example
    check_line(example)
    assert command.short_help.endswith((".", "?")), "one sentence"
    assert all(getattr(one, "help", None) for one in command.params), "every option says what it does"


def test_help_says_nothing_wider_than_a_narrow_terminal() -> None:
    for name, command in COMMANDS.items():
        text = command.get_help(command.context_class(command, info_name=f"academyctl {name}", terminal_width=80))
        wide = [line for line in text.splitlines() if len(line) > 80 and "Example:" not in line]
        assert wide == [], name


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_link_leads_to_a_file_and_to_a_heading_in_it(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.is_file() or (found.is_dir() and not anchor), target
        assert not anchor or anchor in anchors(found), target


def anchors(path: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_decision_is_in_the_list_and_has_its_three_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
    for name in listed:
        text = (folder / name).read_text()
        assert [part for part in ("**Context.**", "**Decision.**", "**Consequence.**") if part not in text] == [], name
