"""An env as it was read."""

import pytest

from academyctl.model.env import Document, Entry, SourceKind
from academyctl.model.finding import Location
from academyctl.model.secret import Secret
from tests.builders import a_document, a_role, own_keys


def test_only_files_and_stdin_may_hold_several_roles() -> None:
    assert [kind for kind in SourceKind if kind.is_mixed] == [SourceKind.FILE, SourceKind.STDIN]


@pytest.mark.parametrize("kind", list(SourceKind))
def test_a_place_is_told_where_lines_mean_something_to_people(kind: SourceKind) -> None:
    document = Document(kind=kind, label="here")
    with_line, without = Entry("A", Secret("1"), 3), Entry("A", Secret("1"))
    assert document.at(with_line) == (Location(path="here", line=3) if kind.is_mixed else None)
    assert document.at(without) is None


def test_of_two_entries_of_one_key_the_last_wins() -> None:
    last = a_document("A=1\nB=2\nA=3\n").last()
    assert [(key, entry.value.reveal(), entry.line) for key, entry in last.items()] == [("A", "3", 3), ("B", "2", 2)]


def test_a_roles_own_keys_are_those_it_declares_and_those_it_lets_pass() -> None:
    role = a_role(keys=["A"], passthrough=["MAIL_*"])
    assert own_keys(role, a_document("A=1\nB=2\nMAIL_X=3\n")).keys() == {"A", "MAIL_X"}


def test_an_entry_shows_its_place_and_not_its_value() -> None:
    assert repr(Entry("A", Secret("c4n4ry"), 3)) == "Entry('A', line 3)"
    assert "c4n4ry" not in repr(a_document("A=c4n4ry\n"))
