"""What holds for every text: our readers equal the real ones, and what is written is read back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dotenv.parser
import pytest
from dotenv import dotenv_values
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from academyctl.envfile.docker import read_docker
from academyctl.envfile.pydotenv import read_dotenv
from academyctl.envfile.read import read_blob, read_bytes
from academyctl.envfile.write import render_blob
from academyctl.model.env import Document, SourceKind
from academyctl.model.role import Consumer
from academyctl.model.secret import Secret
from tests.support.docker_cli import DockerCli, DockerRefuses

often = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
seldom = settings(often, max_examples=100)

# What the readers disagree on, in pieces that meet often.
PIECES = ["A", "B=", "=", "\n", "'", '"', "\\", "\\'", '\\"', "\\\\", "\\n", "$", "${A}", "x", " ", "\t", "#", " #"]
PIECES += ["\r\n", "\r", "export ", "export", "\u00a0", "\x1c", "\x85", "\u2028", "\ufeff", "\v", "\f", "é", "값"]
pieces = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)
texts = st.one_of(pieces, st.text(max_size=40))

keys = st.one_of(st.from_regex(r"[A-Z_][A-Z0-9_]{0,5}", fullmatch=True), st.from_regex(r"[^\s=#]{1,3}", fullmatch=True))
envs = st.dictionaries(keys, texts, max_size=8)
consumers = st.sampled_from(list(Consumer))


def accepted(env: dict[str, str], consumer: Consumer) -> tuple[dict[str, str], str]:
    """The entries that are not refused, and their blob: a refusal is about one entry, so the rest must render."""
    refused = {finding.subject.partition(":")[2] for finding in _render(env, consumer).findings}
    rest = {key: value for key, value in env.items() if key not in refused}
    rendered = _render(rest, consumer)
    assert rendered.findings == ()
    return rest, rendered.text


def _render(env: dict[str, str], consumer: Consumer) -> Any:
    return render_blob({key: Secret(value) for key, value in env.items()}, consumer, role="api")


def values(document: Document) -> dict[str, str]:
    assert len(document.last()) == len(document.entries)
    return {entry.key: entry.value.reveal() for entry in document.entries}


def docker_reads(text: str) -> list[str] | None:
    """What read_docker sends; None where it finds a line that docker refuses."""
    bindings = list(read_docker(text))
    if any(not binding.key for binding in bindings):
        return None
    return [f"{binding.key}={binding.value}" for binding in bindings if binding.value is not None]


@contextmanager
def old_python_dotenv() -> Iterator[None]:
    """Up to 1.2.2 a backslash before the closing quote always escaped it, unless no such quote came later."""
    with patch.multiple(
        dotenv.parser,
        _single_quoted_value=re.compile(r"'((?:\\'|[^'])*)'"),
        _double_quoted_value=re.compile(r'"((?:\\"|[^"])*)"'),
    ):
        yield


@often
@given(texts)
def test_our_dotenv_reader_equals_python_dotenvs_parser(text: str) -> None:
    real = [
        (binding.key or "", binding.value, binding.error)
        for binding in dotenv.parser.parse_stream(StringIO(text, newline=""))
        if binding.error or binding.key is not None
    ]
    assert [(own.key, own.value, not own.key) for own in read_dotenv(text)] == real


@often
@given(texts)
def test_each_statement_has_the_line_it_stands_on(text: str) -> None:
    """python-dotenv's own line is that of the blank lines before a statement; its text says where the rest begins."""
    read, lines = 0, []
    unmarked = text.removeprefix("\ufeff")
    for binding in dotenv.parser.parse_stream(StringIO(text, newline="")):
        statement = binding.original.string
        start = read + len(statement) - len(re.sub(r"\A\s+", "", statement))
        read += len(statement)
        if binding.error or binding.key is not None:
            lines.append(len(re.findall(r"\r\n|\n|\r", unmarked[:start])) + 1)
    assert [own.line for own in read_dotenv(text)] == lines


@often
@given(envs, consumers)
@example({"A": "a\nb", "B": "it's", "C": '"', "D": "$A ${B}", "E": "값 #", "F": "\u00a0", "G": ""}, Consumer.DOTENV)
@example({"A": "'\\\\'", "B": ""}, Consumer.DOCKER)
def test_what_is_written_is_read_back_by_its_consumer(env: dict[str, str], consumer: Consumer) -> None:
    rest, text = accepted(env, consumer)
    assert values(read_blob(text, consumer, label="blob")) == rest
    assert values(read_bytes(text.encode(), kind=SourceKind.FILE, label="file")) == rest


@often
@given(envs)
def test_python_dotenv_reads_the_blob_back_from_a_stream_and_from_a_file(
    tmp_path_factory: pytest.TempPathFactory, env: dict[str, str]
) -> None:
    rest, text = accepted(env, Consumer.DOTENV)
    file: Path = tmp_path_factory.getbasetemp() / "blob.env"
    file.write_bytes(text.encode())
    assert dotenv_values(stream=StringIO(text), interpolate=False) == rest
    assert dotenv_values(file, interpolate=False) == rest


@often
@given(st.dictionaries(keys, texts.map(lambda text: f"{text}\\"), max_size=4), envs)
@example({"A": " x\\"}, {"B": " it's"})
@example({"A": " x\\", "B": " it's \\"}, {})
@example({"A": " x\\", "B": ' "y" \\'}, {"C": "raw'"})
def test_an_old_python_dotenv_reads_the_blob_back_too(ending: dict[str, str], env: dict[str, str]) -> None:
    rest, text = accepted({**ending, **env}, Consumer.DOTENV)
    with old_python_dotenv():
        assert dotenv_values(stream=StringIO(text), interpolate=False) == rest


def test_the_old_rule_would_lose_a_key_of_a_blob_in_the_wrong_order() -> None:
    text = "A=' x\\\\'\nB=' y'\n"
    assert dotenv_values(stream=StringIO(text)) == {"A": " x\\", "B": " y"}
    with old_python_dotenv():
        assert dotenv_values(stream=StringIO(text)) != {"A": " x\\", "B": " y"}


@seldom
@given(envs, consumers)
def test_the_same_env_gives_the_same_text(env: dict[str, str], consumer: Consumer) -> None:
    assert _render(env, consumer) == _render(dict(env), consumer)


@seldom
@given(st.dictionaries(keys, texts, max_size=30))
def test_the_docker_cli_reads_the_blob_back(docker: DockerCli, env: dict[str, str]) -> None:
    rest, text = accepted(env, Consumer.DOCKER)
    assert docker.read(text.encode()) == [f"{key}={value}" for key, value in rest.items()] == docker_reads(text)


@seldom
@given(texts)
def test_our_docker_reader_equals_the_docker_cli(docker: DockerCli, text: str) -> None:
    try:
        real = docker.read(text.encode())
    except DockerRefuses:
        real = None
    assert docker_reads(text) == real
