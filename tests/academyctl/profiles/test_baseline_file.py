"""A baseline file: read strictly, every error with its line."""

from datetime import date
from pathlib import Path

import pytest

from academyctl.model.errors import UsageError
from academyctl.profiles.baseline_file import load_baseline

ENTRY = """\
accepted:
  - code: ce.ami-drift
    subject: academy-video-batch-ce-v3
    reason: the next rollout is after the exams
    expires: 2026-12-31
"""


def load(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    """(line, what is wrong) of each error."""
    path = tmp_path / "baseline.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_baseline(path)
    assert (refused.value.code, refused.value.exit_code) == ("baseline.invalid", 2)
    first = refused.value.findings[0]
    assert first.location
    assert refused.value.message.startswith(f"{path}:{first.location.line}: ")
    return [
        (one.location.line if one.location else 0, f"{one.subject} {one.message}") for one in refused.value.findings
    ]


def test_entries_are_read_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(ENTRY)
    (entry,) = load_baseline(path)
    assert (entry.code, entry.subject, entry.expires) == (
        "ce.ami-drift",
        "academy-video-batch-ce-v3",
        date(2026, 12, 31),
    )
    assert (entry.reason, entry.line) == ("the next rollout is after the exams", 2)


def test_none_may_be_accepted(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text("accepted: []\n")
    assert load_baseline(path) == ()


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("", [(1, "(file) is empty")]),
        ("accept: []", [(1, "accept is unknown here; did you mean accepted?"), (1, "accepted is missing")]),
        ("- a", [(1, "(file) must be a mapping")]),
        (ENTRY.replace("2026-12-31", "2026-02-30"), [(5, "accepted[0].expires is no day of the calendar")]),
        (ENTRY.replace("2026-12-31", "next year"), [(5, "accepted[0].expires must be a day, YYYY-MM-DD")]),
        (ENTRY.replace("ce.ami-drift", "ce.ami-drifts"), [(2, "accepted[0].code is no finding code: ce.ami-drifts")]),
        (
            ENTRY.replace("    reason: the next rollout is after the exams\n", ""),
            [(2, "accepted[0].reason is missing")],
        ),
        (ENTRY.replace("the next rollout is after the exams", ""), [(4, "accepted[0].reason must not be empty")]),
        (ENTRY + ENTRY.partition("\n")[2], [(6, "accepted[1] is the same as that in line 2")]),
        ("accepted: [", [(2, "(file) is not YAML: did not find expected node content")]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, errors: list[tuple[int, str]]) -> None:
    assert load(tmp_path, text) == errors


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            load_baseline(path)
    (tmp_path / "latin.yaml").write_bytes(b"accepted: []\n# \xe9\n")
    with pytest.raises(UsageError, match=r"latin\.yaml:2: .*not UTF-8"):
        load_baseline(tmp_path / "latin.yaml")
