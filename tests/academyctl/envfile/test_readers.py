"""One line, three readers: what docker, compose and python-dotenv make of it, and that our readers say the same.

The docker column is asked of the real docker CLI, the python column of python-dotenv as its users call it: from a file,
interpolation on. The compose column was read off compose-go's parser; there is no compose to ask here.
"""

from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from academyctl.envfile.compose import ComposeRefuses, read_compose
from academyctl.envfile.docker import read_docker
from academyctl.envfile.pydotenv import read_dotenv
from tests.support.docker_cli import DockerCli, DockerRefuses

HOST = {"HOSTVAR": "fromhost"}
ERROR = None
"""The reader fails on the whole file."""

Env = dict[str, str | None]


@dataclass(frozen=True)
class Row:
    """`docker` is what is sent, in order; python has None for a name without `=`."""

    text: str
    docker: list[str] | None
    compose: Env | None
    python: Env


def row(text: str, docker: list[str] | str | None, compose: Env | str | None, python: Env | str | None) -> Row:
    """Text alone in a column is the value of A; the line end of the last line is added."""
    return Row(
        text=text if text.endswith(("\n", "\r")) else f"{text}\n",
        docker=[f"A={docker}"] if isinstance(docker, str) else docker,
        compose={"A": compose} if isinstance(compose, str) else compose,
        python={"A": python} if isinstance(python, str) else python or {},
    )


LONG = "x" * 64 * 1024

ROWS = [
    # Quotes
    row('A="x y"', '"x y"', "x y", "x y"),
    row("A='x y'", "'x y'", "x y", "x y"),
    row('A=""', '""', "", ""),
    row('A="half', '"half', ERROR, {}),
    row("A='don't'", "'don't'", ERROR, {}),
    row('A="x"y', '"x"y', "x", {}),
    row('A="abc\nB=2\nC="x"\nD=4', ['A="abc', "B=2", 'C="x"', "D=4"], ERROR, {"D": "4"}),
    row("'A'=1", ["'A'=1"], ERROR, {"A": "1"}),
    # Comments
    row("# A=1\n  # A=2\n\n\t\nA=3", "3", "3", "3"),
    row("A=v # c", "v # c", "v", "v"),
    row("A=v\t# c", "v\t# c", "v\t# c", "v"),
    row("A=v#c", "v#c", "v#c", "v#c"),
    row('A="v" # c', '"v" # c', "v", "v"),
    row("A=#abc", "#abc", "#abc", "#abc"),
    row("A= #abc", " #abc", "#abc", ""),
    # Names and spaces
    row("export A=1", ERROR, "1", "1"),
    row("A = 1", ERROR, "1", "1"),
    row("A =1", ERROR, "1", "1"),
    row("A\t=1", ERROR, "1", "1"),
    row("A ", ERROR, {}, {"A": None}),
    row("A B=1", ERROR, ERROR, {}),
    row("A: 1", ERROR, "1", {}),
    row("A= 1", " 1", "1", "1"),
    row("A=1  ", "1  ", "1", "1"),
    row("  A=1", "1", "1", "1"),
    row("\tA=1", "1", "1", "1"),
    row("\u00a0A=1", "1", "1", "1"),
    row("\fA=1", "1", "1", "1"),
    row("A=\u00a0v\u00a0", "\u00a0v\u00a0", "v", "v"),
    row("=x", ERROR, {"": "x"}, {}),
    row("A-B=1", ["A-B=1"], {"A-B": "1"}, {"A-B": "1"}),
    row("1A=1", ["1A=1"], {"1A": "1"}, {"1A": "1"}),
    row("A.B=1", ["A.B=1"], {"A.B": "1"}, {"A.B": "1"}),
    # No value
    row("A=", "", "", ""),
    row("A", [], {}, {"A": None}),
    row("HOSTVAR", ["HOSTVAR=fromhost"], {"HOSTVAR": "fromhost"}, {"HOSTVAR": None}),
    # Twice
    row("A=1\nA=2", ["A=1", "A=2"], "2", "2"),
    # Plain values that look like more
    row("A=a=b==", "a=b==", "a=b==", "a=b=="),
    row("A=값", "값", "값", "값"),
    # Expansion
    row("X=1\nA=${X}/p", ["X=1", "A=${X}/p"], {"X": "1", "A": "1/p"}, {"X": "1", "A": "1/p"}),
    row("X=1\nA=$X/p", ["X=1", "A=$X/p"], {"X": "1", "A": "1/p"}, {"X": "1", "A": "$X/p"}),
    row("X=1\nA=${X}x$X", ["X=1", "A=${X}x$X"], {"X": "1", "A": "1x1"}, {"X": "1", "A": "1x$X"}),
    row("X=1\nA='${X}'", ["X=1", "A='${X}'"], {"X": "1", "A": "${X}"}, {"X": "1", "A": "1"}),
    row('X=1\nA="\\${X}"', ["X=1", 'A="\\${X}"'], {"X": "1", "A": "${X}"}, {"X": "1", "A": "\\1"}),
    row("A=pa$word$1x", "pa$word$1x", "pa$1x", "pa$word$1x"),
    row("A=a$$b", "a$$b", "a$b", "a$$b"),
    row("A=${NOPE-d}", "${NOPE-d}", "d", ""),
    row("A=${NOPE:?e}", "${NOPE:?e}", ERROR, "${NOPE:?e}"),
    row(
        "HOSTVAR=infile\nA=${HOSTVAR}",
        ["HOSTVAR=infile", "A=${HOSTVAR}"],
        {"HOSTVAR": "infile", "A": "fromhost"},
        {"HOSTVAR": "infile", "A": "infile"},
    ),
    row("A=${HOSTVAR}", "${HOSTVAR}", "fromhost", "fromhost"),
    # Backslashes
    row('A="l1\\nl2"', '"l1\\nl2"', "l1\nl2", "l1\nl2"),
    row('A="C:\\new\\tab"', '"C:\\new\\tab"', "C:\new\tab", "C:\new\tab"),
    row("A='C:\\'\nB=2", ["A='C:\\'", "B=2"], ERROR, {"B": "2"}),
    row("A='a\\\\b'", "'a\\\\b'", "a\\\\b", "a\\b"),
    row("A=a\\\\b", "a\\\\b", "a\\\\b", "a\\\\b"),
    row("A=a\\\nb", ["A=a\\"], "a\\", {"A": "a\\", "b": None}),
    # More than one line
    row('A="l1\nl2"', ['A="l1'], "l1\nl2", "l1\nl2"),
    row('A="l1\nHOSTVAR', ['A="l1', "HOSTVAR=fromhost"], ERROR, {"HOSTVAR": None}),
    row("A=--BEGIN K--\nMIIabc==\n--END K--", ERROR, ERROR, {"A": "--BEGIN K--", "MIIabc": "="}),
    row('A="l1\r\nl2"\r\n', ['A="l1'], "l1\r\nl2", "l1\nl2"),
    # Bytes
    row("\ufeffA=1", "1", "1", "1"),
    row("A=1\r\nB=2\r\n", ["A=1", "B=2"], {"A": "1", "B": "2"}, {"A": "1", "B": "2"}),
    row("A=1\rB=2\r", "1\rB=2", "1\rB=2", {"A": "1", "B": "2"}),
    row(f"A={LONG}", ERROR, LONG, LONG),
    row(f"A={LONG[3:]}", LONG[3:], LONG[3:], LONG[3:]),
    row(f"A={LONG[3:]}\r\n", ERROR, LONG[3:], LONG[3:]),
    row(f"\ufeffA={LONG[6:]}", LONG[6:], LONG[6:], LONG[6:]),
    row(f"\ufeffA={LONG[5:]}", ERROR, LONG[5:], LONG[5:]),
]


def _id(row: Row) -> str:
    return repr(row.text.replace(LONG[6:], "x…"))[1:-1]


every_row = pytest.mark.parametrize("row", ROWS, ids=_id)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a row's text goes; this process sees HOSTVAR and none of the rows' other names."""
    for name in ("A", "B", "C", "D", "X", "NOPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOSTVAR", HOST["HOSTVAR"])
    return tmp_path / "row.env"


def own_docker(text: str) -> list[str] | None:
    """What read_docker sends, or None where it finds a line that docker refuses."""
    bindings = list(read_docker(text, HOST))
    if any(not binding.key for binding in bindings):
        return ERROR
    return [f"{binding.key}={binding.value}" for binding in bindings if binding.value is not None]


def own_dotenv(text: str) -> Env:
    """python-dotenv leaves out what it cannot read."""
    return {binding.key: binding.value for binding in read_dotenv(text) if binding.key}


@every_row
def test_docker_reads_the_line(row: Row, docker: DockerCli) -> None:
    real: list[str] | None = ERROR
    with suppress(DockerRefuses):
        real = docker.read(row.text.encode(), HOST)
    assert real == row.docker
    assert own_docker(row.text) == real


@every_row
def test_compose_reads_the_line(row: Row) -> None:
    own: dict[str, str] | None = ERROR
    with suppress(ComposeRefuses):
        own = read_compose(row.text, HOST)
    assert own == row.compose


@every_row
def test_python_dotenv_reads_the_line(row: Row, file: Path) -> None:
    file.write_bytes(row.text.encode())
    assert dotenv_values(file) == row.python


@every_row
def test_our_dotenv_reader_equals_python_dotenv_without_interpolation(row: Row, file: Path) -> None:
    file.write_bytes(row.text.encode())
    assert own_dotenv(file.read_text(encoding="utf-8")) == dotenv_values(file, interpolate=False)
    assert own_dotenv(row.text) == dotenv_values(stream=StringIO(row.text, newline=""), interpolate=False)


def test_a_blob_keeps_the_carriage_returns_that_a_file_loses() -> None:
    blob = 'A="l1\r\nl2"\r\n'
    assert dotenv_values(stream=StringIO(blob, newline="")) == {"A": "l1\r\nl2"} == own_dotenv(blob)


@pytest.mark.parametrize("data", ["A=é\n".encode("utf-16"), "A=é\n".encode("latin-1")], ids=["UTF-16", "latin-1"])
def test_no_real_reader_takes_bytes_that_are_not_utf8(data: bytes, docker: DockerCli, file: Path) -> None:
    file.write_bytes(data)
    with pytest.raises(DockerRefuses, match="invalid utf8 bytes at line 1"):
        docker.read(data)
    with pytest.raises(UnicodeDecodeError):
        dotenv_values(file)
