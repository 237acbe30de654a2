"""Which form a value is written in, measured against the real readers, and what is refused."""

from collections.abc import Mapping
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from academyctl.envfile.compose import ComposeRefuses, read_compose
from academyctl.envfile.read import MARK, read_blob, read_bytes
from academyctl.envfile.write import reads_alike, render_blob, with_mark
from academyctl.model.env import SourceKind
from academyctl.model.role import Consumer
from academyctl.model.secret import Secret
from tests.support.docker_cli import DockerCli, DockerRefuses

DOCKER, COMPOSE, PYTHON, LITERAL = "docker", "compose", "python", "python without interpolation"
ALL = {DOCKER, COMPOSE, PYTHON}
QUOTED = {COMPOSE, PYTHON}

# Value → the readers that read it back from a raw, a single-quoted and a double-quoted line.
PLAIN = ["two words", "a#b", "#abc", 'a"b', "don't", '{"a":"b"}', "a=b==", "https://h/p?q=1", "!;&|`", "a$1", ""]
SPACED = ["pa #ss", " lead", "trail ", '"quote', "'quote", "nbsp\u00a0"]
BACKSLASHED = ["C:\\new", "C:\\", "a\\\\b"]
DOLLARED = ["pa$word", "a$$b", "$2b$12$abcdefgh"]
FORMS: list[tuple[str, set[str], set[str], set[str]]] = [
    *[(value, ALL, QUOTED, QUOTED) for value in PLAIN],
    *[(value, {DOCKER}, QUOTED, QUOTED) for value in SPACED],
    *[(value, ALL, {PYTHON}, QUOTED) for value in BACKSLASHED],
    *[(value, {DOCKER, PYTHON}, QUOTED, {PYTHON}) for value in DOLLARED],
    ("a${X}b", {DOCKER}, {COMPOSE}, set()),
    ("line1\nline2", set(), QUOTED, QUOTED),
    ("a\rb", {DOCKER, COMPOSE}, {COMPOSE}, {COMPOSE}),
]
every_value = pytest.mark.parametrize(
    ("value", "raw", "single", "double"), FORMS, ids=[repr(form[0]) for form in FORMS]
)

WRITTEN = [
    # value, the line for docker, the line for python-dotenv; None where it is refused
    *[(value, f"K={value}", f"K={value}") for value in [*PLAIN, *BACKSLASHED]],
    *[(value, f"K={value}", f"K='{value}'") for value in [*DOLLARED, "pa #ss", " lead", "trail ", '"quote', "a${X}b"]],
    ("'quote", "K='quote", "K='\\'quote'"),
    (" C:\\new", "K= C:\\new", 'K=" C:\\\\new"'),
    (" C:\\$new", "K= C:\\$new", "K=' C:\\\\$new'"),
    ("line1\nline2", None, "K='line1\nline2'"),
    ("a\rb", "K=a\rb", None),
    ("ends in\r", None, None),
]


def reads_back(line: str, value: str, docker: DockerCli, file: Path) -> set[str]:
    """The readers that make {"K": value} of `line`; python as a file and as a stream, interpolation on."""
    file.write_bytes(f"{line}\n".encode())
    found = {name for name, expand in ((PYTHON, True), (LITERAL, False)) if _python_reads(line, value, file, expand)}
    with suppress(DockerRefuses):
        found |= {DOCKER} if docker.read(file.read_bytes()) == [f"K={value}"] else set()
    with suppress(ComposeRefuses):
        found |= {COMPOSE} if read_compose(f"{line}\n") == {"K": value} else set()
    return found


def _python_reads(line: str, value: str, file: Path, expand: bool) -> bool:
    as_blob = dotenv_values(stream=StringIO(f"{line}\n"), interpolate=expand)
    return dotenv_values(file, interpolate=expand) == as_blob == {"K": value}


@every_value
def test_the_readers_that_read_each_form_back(
    value: str, raw: set[str], single: set[str], double: set[str], docker: DockerCli, tmp_path: Path
) -> None:
    file = tmp_path / "form.env"
    escaped = value.replace("\\", "\\\\")
    forms = [f"K={value}", "K='{}'".format(escaped.replace("'", "\\'")), 'K="{}"'.format(escaped.replace('"', '\\"'))]
    found = [reads_back(form, value, docker, file) for form in forms]
    assert [readers - {LITERAL} for readers in found] == [raw, single, double]
    if value == "a${X}b":
        assert [LITERAL in readers for readers in found] == [True, True, True]


def render(env: Mapping[str, str], consumer: Consumer) -> str:
    """The blob; nothing may be refused."""
    rendered = render_blob({key: Secret(value) for key, value in env.items()}, consumer, role="api")
    assert rendered.findings == ()
    return rendered.text


def refusals(env: Mapping[str, str], consumer: Consumer) -> list[tuple[str, str]]:
    """(subject, message) of every refusal."""
    rendered = render_blob({key: Secret(value) for key, value in env.items()}, consumer, role="api")
    assert {finding.code for finding in rendered.findings} <= {"env.reader"}
    return [(finding.subject, finding.message) for finding in rendered.findings]


@pytest.mark.parametrize(("value", "docker", "dotenv"), WRITTEN, ids=[repr(row[0]) for row in WRITTEN])
def test_raw_where_all_agree_else_the_consumers_form_else_refused(
    value: str, docker: str | None, dotenv: str | None
) -> None:
    for consumer, line, head in ((Consumer.DOCKER, docker, f"{MARK}\n"), (Consumer.DOTENV, dotenv, "")):
        if line is None:
            assert [subject for subject, _ in refusals({"K": value}, consumer)] == ["api:K"]
        else:
            assert render({"K": value}, consumer) == f"{head}{line}\n"


def test_reads_alike_is_what_all_readers_read_back_raw() -> None:
    assert {value for value, raw, *_ in FORMS if raw == ALL} == {form[0] for form in FORMS if reads_alike("K", form[0])}


@pytest.mark.parametrize(
    ("env", "consumer", "message"),
    [
        ({"K": "a\nb"}, Consumer.DOCKER, "holds a line break that docker --env-file does not read back"),
        ({"K": "x" * 70_000}, Consumer.DOCKER, "holds a character or form that docker --env-file does not read back"),
        ({"K": "a\x00b"}, Consumer.DOCKER, "holds a NUL, which no env can carry"),
        ({"K": "a\x00b"}, Consumer.DOTENV, "holds a NUL, which no env can carry"),
        ({"K": "a\ud800b"}, Consumer.DOTENV, "holds half of a character, which no env can carry"),
        ({"TWO WORDS": "1"}, Consumer.DOCKER, "has a name that docker --env-file does not read back"),
        ({"#K": "1"}, Consumer.DOTENV, "has a name that python-dotenv does not read back"),
        ({"K": " \r"}, Consumer.DOTENV, "holds a line break that python-dotenv does not read back"),
    ],
)
def test_a_refusal_names_key_reader_and_reason(env: dict[str, str], consumer: Consumer, message: str) -> None:
    assert refusals({"OK": "1", **env}, consumer) == [(f"api:{key}", message) for key in env]


def test_every_refusal_is_listed_and_none_holds_a_value() -> None:
    rendered = render_blob(
        {"A": Secret("s3cret\nA"), "B": Secret("fine"), "C": Secret("s3cret\x00C")}, Consumer.DOCKER, role="api"
    )
    assert [finding.subject for finding in rendered.findings] == ["api:A", "api:C"]
    assert "s3cret" not in repr(rendered.findings)
    assert all(finding.hint for finding in rendered.findings)


def test_a_quoted_value_that_ends_in_a_backslash_goes_last() -> None:
    text = render({"A": " x\\", "B": " it's", "C": "raw\\", "D": "\\'"}, Consumer.DOTENV)
    assert text == "B=' it\\'s'\nC=raw\\\nD=\\'\n" + 'A=" x\\\\"\n'


@pytest.mark.parametrize("second", [" y\\", " $y\\", " it's\\"])
def test_two_values_that_end_in_a_backslash_are_quoted_unlike(second: str) -> None:
    """An old python-dotenv runs on from the first to the next quote of its kind, wherever that stands."""
    first, last = render({"A": " x\\", "B": second}, Consumer.DOTENV).splitlines()
    assert first[-1] not in last


def test_a_quote_inside_the_second_value_counts_too() -> None:
    [(subject, message)] = refusals({"A": " x\\", "B": ' "y" \\'}, Consumer.DOTENV)
    assert subject == "api:B"
    assert message.startswith("ends in a backslash, as others do: python-dotenv up to 1.2.2")


def test_a_third_value_that_ends_in_a_backslash_is_refused() -> None:
    [(subject, message)] = refusals({"A": " x\\", "B": " y\\", "C": " z\\"}, Consumer.DOTENV)
    assert subject == "api:C"
    assert message.startswith("ends in a backslash, as others do: python-dotenv up to 1.2.2")


def test_the_order_of_keys_is_kept() -> None:
    assert render({"B": "1", "A": " 2", "C": "3"}, Consumer.DOTENV) == "B=1\nA=' 2'\nC=3\n"


def test_only_dockers_blob_carries_the_mark() -> None:
    assert with_mark("A=1\n", Consumer.DOCKER) == f"{MARK}\nA=1\n"
    assert with_mark("A=1\n", Consumer.DOTENV) == "A=1\n"


@pytest.mark.parametrize("blob", [f"{MARK}\nA=1\n", f"{MARK}\r\nA=1\r\n", f"\ufeff{MARK}\nA=1\n"])
def test_a_marked_blob_is_not_marked_again(blob: str) -> None:
    assert with_mark(blob, Consumer.DOCKER) == blob


def test_a_mark_before_a_byte_order_mark_would_hide_the_first_key() -> None:
    marked = with_mark("\ufeffA=1\n", Consumer.DOCKER)
    [entry] = read_bytes(marked.encode(), kind=SourceKind.FILE, label="api.env").entries
    assert entry.key == "A"


def test_a_marked_file_is_read_as_docker_reads_it() -> None:
    text = render({"A": ' "quoted" # all of it'}, Consumer.DOCKER)
    for document in (
        read_bytes(text.encode(), kind=SourceKind.FILE, label="f"),
        read_blob(text, Consumer.DOCKER, label="b"),
    ):
        assert [entry.value.reveal() for entry in document.entries] == [' "quoted" # all of it']
