"""A source is read whole or refused whole: every bad line once, with its number and never with its text."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from academyctl.envfile.read import LARGEST_FILE, MARK, keys_in, read_blob, read_bytes, read_file, read_process
from academyctl.model.env import Document, SourceKind
from academyctl.model.errors import Unreadable
from academyctl.model.exit import ExitCode
from academyctl.model.role import Consumer

SECRET = "hunter2"
OPEN = "is never closed"


def read(data: str | bytes) -> Document:
    data = data.encode() if isinstance(data, str) else data
    return read_bytes(data, kind=SourceKind.FILE, label=".env")


def entries(document: Document) -> list[tuple[str, str, int]]:
    return [(entry.key, entry.value.reveal(), entry.line) for entry in document.entries]


def refused(data: str | bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def faults(data: str | bytes) -> list[tuple[int, str]]:
    """(line, reason) of every finding; the message names the first, and the secret stands nowhere."""
    refusal = refused(data)
    assert all(finding.code == "env.parse" and finding.subject == ".env" for finding in refusal.findings)
    found = [(finding.location.line, finding.message) for finding in refusal.findings if finding.location]
    assert refusal.message.startswith(f"cannot read .env:{found[0][0]}: {found[0][1]}")
    assert SECRET not in f"{refusal.message} {refusal.hint} {refusal.findings}"
    return found


# --- what is read ---


def test_the_entries_of_a_file_in_order_with_their_lines() -> None:
    text = "\n# comment\nA=1\n\nexport B='two words' # note\nC=\"l1\nl2\"\nA=3\n"
    assert entries(read(text)) == [("A", "1", 3), ("B", "two words", 5), ("C", "l1\nl2", 6), ("A", "3", 8)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_line_ends_of_any_system_and_a_byte_order_mark(end: str, mark: str) -> None:
    text = mark + end.join(["A=1", "", "# c", 'B="l1', 'l2"', "C='x'", "D=4", ""])
    assert entries(read(text)) == [("A", "1", 1), ("B", "l1\nl2", 4), ("C", "x", 6), ("D", "4", 7)]


def test_a_dollar_is_never_expanded() -> None:
    assert entries(read("HOME_DIR=${HOME}\nB=\"$HOME\"\nC='${HOME}'\n")) == [
        ("HOME_DIR", "${HOME}", 1),
        ("B", "$HOME", 2),
        ("C", "${HOME}", 3),
    ]


@pytest.mark.parametrize("data", ["", "\n", "# only a comment", "\ufeff", "\r\n \t\r\n"])
def test_a_source_without_entries_is_read(data: str) -> None:
    assert entries(read(data)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_below_our_mark_a_file_is_read_as_docker_reads_it(end: str, mark: str) -> None:
    text = mark + end.join([MARK, 'A="x" # c', "B= 2", ""])
    assert entries(read(text)) == [("A", '"x" # c', 2), ("B", " 2", 3)]


@pytest.mark.parametrize("first", [f"{MARK} ", f" {MARK}", f"\n{MARK}", MARK.upper()])
def test_the_mark_is_the_whole_first_line(first: str) -> None:
    assert [value for _, value, _ in entries(read(f"{first}\nA='x'\n"))] == ["x"]


def test_a_blob_is_read_as_its_consumer_reads_it() -> None:
    blob = "A='x'\r\n"
    assert entries(read_blob(blob, Consumer.DOTENV, label="b")) == [("A", "x", 1)]
    assert entries(read_blob(blob, Consumer.DOCKER, label="b")) == [("A", "'x'", 1)]


def test_a_process_has_no_lines() -> None:
    assert entries(read_process({"A": "1"})) == [("A", "1", 0)]


def test_ten_thousand_keys() -> None:
    text = "".join(f"KEY_{i}={'v' * (i % 50)}\n" for i in range(10_000))
    document = read(text)
    assert len(document.entries) == 10_000
    assert entries(document)[-1] == ("KEY_9999", "v" * 49, 10_000)


def test_a_long_run_of_spaces_is_read_in_one_pass() -> None:
    """Looked at from each of its spaces it would take minutes: the suite's timeout says so."""
    assert entries(read(f"A=x{' ' * 300_000}y\n"))[0][1].endswith(" y")


@pytest.mark.parametrize(
    ("line", "drift"),
    [
        ("A=1", False),
        ("  A=1", False),
        ("A=v#c", False),
        ("A=", False),
        ("A=don't", False),
        ("A='1'", True),
        ("export A=1", True),
        ("A=1 # c", True),
        ("A= 1", True),
        ("A=1 ", True),
        ('A="l1\nl2"', True),
        ("A=1\rB=2", True),
        ("A=1\r", True),
    ],
)
def test_a_line_that_docker_reads_differently_is_marked(line: str, drift: bool) -> None:
    assert [entry.drift for entry in read(f"{line}\r\n").entries] == [drift] * (2 if "B" in line else 1)


# --- what is refused ---


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (SECRET, "there is no = after the name"),
        (f"A {SECRET}", "there is text after the name or after the closing quote"),
        (f"={SECRET}", "there is no name before the ="),
        (f"'{SECRET}=1", "the quote round the name is never closed"),
        (f"A='{SECRET}", "the quote is never closed"),
        (f'A="{SECRET}', "the quote is never closed"),
        (f'A="1"{SECRET}', "there is text after the name or after the closing quote"),
        (f"A: {SECRET}", "there is text after the name or after the closing quote"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_bad_line_is_named_with_its_reason(line: str, reason: str, end: str) -> None:
    assert faults(end.join(["A=1", "", line, "B=2", ""])) == [(3, reason)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (SECRET, "there is no =, so docker would take the value from whoever runs it"),
        (f"={SECRET}", "there is no name before the ="),
        (f"export A={SECRET}", "the name holds a space, which docker refuses"),
        (f"A\t={SECRET}", "the name holds a space, which docker refuses"),
        (f"A={SECRET}{'x' * 65_536}", "the line is longer than docker can read (64 KiB)"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_line_that_docker_refuses_is_named_below_our_mark(line: str, reason: str, end: str) -> None:
    assert faults(end.join([MARK, "A=1", line, "B=2"])) == [(3, reason)]


def test_every_bad_line_is_listed_once_and_in_order() -> None:
    text = f'A=1\n{SECRET}\nB="2" {SECRET}\n\n\x00={SECRET}\nC=3\nsame line {SECRET}\x00\n'
    found = faults(text)
    assert [line for line, _ in found] == [2, 3, 5, 7]
    assert [reason for _, reason in found][2:] == ["it holds a NUL"] * 2


def test_the_message_counts_the_other_bad_lines() -> None:
    assert refused("a\nb\nc\n").message.endswith("(and 2 more)")


def test_a_quote_left_open_is_told_by_the_line_where_the_text_behind_it_stands() -> None:
    found = faults(f'A="{SECRET}\nB=2\nC="x"\nD=4\nE\n')
    assert found == [
        (1, "the quote runs on to line 3 and text follows it there: is one left open?"),
        (5, "there is no = after the name"),
    ]


def test_lines_are_counted_through_values_of_several_lines() -> None:
    assert [line for line, _ in faults(f"A='1\r\n2\r\n3'\r\n{SECRET}\r\nB=\"1\r\n2\"\r\n{SECRET}\r\n")] == [4, 7]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_blobs_bad_lines_are_counted_too(end: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_blob(end.join(["A", "B=\x00", "C='1", "2'", "D"]), Consumer.DOTENV, label="/academy/workers/env@3")
    assert [finding.location.line for finding in caught.value.findings if finding.location] == [1, 2, 5]
    assert caught.value.message.startswith("cannot read /academy/workers/env@3:1: ")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_recognised_and_the_hint_names_powershell(encoding: str) -> None:
    data = f"A={SECRET}\nB=2\n".encode(encoding)
    assert faults(data) == [(1, "it is UTF-16, not UTF-8")]
    assert "PowerShell" in refused(data).hint


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_every_line_that_is_not_utf8_is_named(end: bytes) -> None:
    data = end.join([b"A=1", "B=é".encode("latin-1"), b"C=3", "D=값".encode("cp949"), "E=값".encode()])
    assert faults(data) == [(2, "it is not UTF-8"), (4, "it is not UTF-8")]
    assert "iconv" in refused(data).hint


def test_some_nul_bytes_do_not_make_a_file_utf16() -> None:
    assert faults("A=1\nLONG_ENOUGH=x\x00\n") == [(2, "it holds a NUL")]


# --- what cannot be opened ---


def unopened(path: Path) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_file(path)
    [finding] = caught.value.findings
    assert (finding.code, finding.subject, finding.location) == ("env.parse", str(path), None)
    assert caught.value.message == f"cannot read {path}: {finding.message}"
    return caught.value


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"\xef\xbb\xbfA=1\r\n")
    document = read_file(path)
    assert (document.kind, document.label, entries(document)) == (SourceKind.FILE, str(path), [("A", "1", 1)])


def test_a_missing_file_has_a_hint_that_can_be_pasted(tmp_path: Path) -> None:
    missing = unopened(tmp_path / "my app" / ".env")
    assert missing.message.endswith("No such file or directory")
    assert missing.hint == f"academyctl env template --role all > '{tmp_path}/my app/.env'"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert unopened(tmp_path).message.endswith("Is a directory")


@contextmanager
def as_nobody() -> Iterator[None]:
    """root may read everything: as root, the body runs as a user who may not."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    path.chmod(0)
    with as_nobody():
        assert unopened(path).message.endswith("Permission denied")


@pytest.mark.parametrize("name", ["/dev/zero", "big"])
def test_a_device_and_a_file_that_is_no_env_are_too_large(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "big":
        with path.open("wb") as file:
            file.truncate(LARGEST_FILE + 1)
    assert unopened(path).message.endswith("it is larger than 16 MiB")


# --- names in a blob that cannot be read ---


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A=1\nB\nC=3", {"A", "C"}),
        ("\ufeffA=1\r\nB=2\rC=3", {"A", "B", "C"}),
        ("export A=1\nexport\tB=2\n  C = 3", {"A", "B", "C"}),
        ("'A'=1\n\"B\"=2\nC'=3", {"A", "B", "C"}),
        ("A-B=1\n1A=1\nA.B=1\nit's=1", {"A-B", "1A", "A.B", "it's"}),
        ("# A=1\n#B=2\n=3\ntwo words=4\n", set()),
        ("A=\nA=2", {"A"}),
        ('A="x\nB=2\nC="y"', {"A", "B", "C"}),
    ],
)
def test_names_are_collected_from_a_blob_that_nobody_can_read(text: str, names: set[str]) -> None:
    assert keys_in(text) == names


@pytest.mark.parametrize("end", ["-----END PRIVATE KEY-----", "-----END PRIVATE KEY-----'", ""])
@pytest.mark.parametrize("start", ["KEY=", "KEY='", ""])
def test_the_body_of_a_private_key_is_not_taken_for_names(start: str, end: str) -> None:
    pem = f"{start}-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEvQIBADANBg/+\nQSkZw==\n{end}"
    assert keys_in(f"A=1\n{pem}\nB=2\n") == {"A", "B", *(["KEY"] if start else [])}
