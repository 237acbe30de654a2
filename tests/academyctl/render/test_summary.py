"""The step summary: Markdown in which data stays data."""

import re

from academyctl.render.summary import markdown
from tests.report_builders import HOSTILE, a_full_report, a_report, a_result


def test_errors_and_warnings_are_told_with_their_remedy_and_every_check_below() -> None:
    text = markdown(a_full_report())
    assert "## Preflight of production" in text
    assert "7 checks" in text
    rows = [line for line in text.splitlines() if line.startswith(("| ❌ error", "| ⚠️ warning"))]
    assert len(rows) == 3
    assert "academyctl batch cleanup" in rows[-1].replace("&#45;", "-")
    assert text.count("\n| ✅ |") == 2


def test_no_name_becomes_markup() -> None:
    text = markdown(a_full_report())
    assert "<script" not in text
    assert "<img" not in text
    # A cell more would shift the columns.
    assert {len(re.findall(r"\|", line)) for line in text.splitlines() if line.startswith("| ❌ error")} == {5}
    assert HOSTILE not in text


def test_of_a_healthy_world_no_finding_is_told() -> None:
    assert "remedy" not in markdown(a_report(a_result()))
