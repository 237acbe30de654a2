"""python-dotenv without interpolation: the reader of the worker, and of every file a person writes.

The rules are those of python-dotenv 1.2.4; a property test holds this module to it on arbitrary text. It is our own
because it must say *why* a line cannot be read (without quoting it), and because a 10 000-key file is read in one pass.
"""

import re
from collections.abc import Iterator

from academyctl.envfile.binding import Binding
from academyctl.envfile.docker import read_docker

# The lines that need no thought: comments and blanks, then NAME=value with nothing that quotes, ends or comments it.
_PLAIN = re.compile(r"((?>(?:[^\S\r\n]*+(?:#[^\r\n]*+)?\n)*))([A-Za-z_][A-Za-z0-9_]*+)=((?!['\"])[^\s#]*+)(?:\n|\Z)")

_SPACE_AND_LINES = re.compile(r"\s*")
_SPACE = re.compile(r"[^\S\r\n]*")
_EXPORT = re.compile(r"(?:export[^\S\r\n]+)?")
_QUOTED_KEY = re.compile(r"'([^']+)'")
_KEY = re.compile(r"([^=\#\s]+)")
_QUOTED = {
    "'": re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL),
    '"': re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL),
}
_ESCAPE = {"'": re.compile(r"\\([\\'])"), '"': re.compile(r"\\([\\'\"abfnrtv])")}
_MEANS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REST = re.compile(r"[^\r\n]*")
# From the start of a run of spaces only: a long run is looked at once.
_COMMENT_TAIL = re.compile(r"(?<!\s)\s++#.*")
_COMMENT = re.compile(r"(?:[^\S\r\n]*#[^\r\n]*)?")
_LINE_END = re.compile(r"[^\S\r\n]*(?:\r\n|\n|\r|$)")
_REST_OF_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_NEWLINE = re.compile(r"\r\n|\n|\r")


class _Broken(Exception):
    """The statement cannot be read; args are the reason and how far reading came."""


def read_dotenv(text: str) -> Iterator[Binding]:
    """Every statement of `text`, the broken ones with their fault. Line ends are taken as they stand."""
    text = text.removeprefix("\ufeff")
    position, line, length = 0, 1, len(text)
    while position < length:
        if plain := _PLAIN.match(text, position):
            line += plain[1].count("\n")
            yield Binding(plain[2], plain[3], line)
            line += 1
            position = plain.end()
            continue
        start = _past(_SPACE_AND_LINES, text, position)
        line += _lines(text, position, start)
        if start == length:
            return
        binding, position = _statement(text, start, line)
        line += _lines(text, start, position)
        if binding is not None:
            yield binding


def _past(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where what the pattern matches ends; `position` itself where it is not there."""
    found = pattern.match(text, position)
    return found.end() if found else position


def _statement(text: str, start: int, line: int) -> tuple[Binding | None, int]:
    try:
        key, value, position = _key_and_value(text, start)
        position = _end(text, position)
    except _Broken as broken:
        reason, position = broken.args
        if further := _lines(text, start, position):
            reason = f"the quote runs on to line {line + further} and text follows it there: is one left open?"
        rest = _REST_OF_LINE.match(text, position)
        return Binding("", None, line, reason), rest.end() if rest else position
    if key is None:
        return None, position
    fault = "" if value is not None else "there is no = after the name"
    drift = value is not None and not _docker_agrees(text[start:position], key, value)
    return Binding(key, value, line, fault, drift), position


def _key_and_value(text: str, start: int) -> tuple[str | None, str | None, int]:
    position = _past(_EXPORT, text, start)
    if text[position : position + 1] == "#":
        return None, None, position
    quoted = text[position : position + 1] == "'"
    name = (_QUOTED_KEY if quoted else _KEY).match(text, position)
    if name is None:
        raise _Broken(
            "the quote round the name is never closed" if quoted else "there is no name before the =",
            position,
        )
    position = _skip(_SPACE, text, name.end())
    if text[position : position + 1] != "=":
        return name[1], None, position
    after = _skip(_SPACE, text, position + 1)
    if after > position + 1 and text[after : after + 1] == "#":
        return name[1], "", after
    value, position = _value(text, after)
    return name[1], value, position


def _value(text: str, position: int) -> tuple[str, int]:
    quote = text[position : position + 1]
    if quote in _QUOTED:
        quoted = _QUOTED[quote].match(text, position)
        if quoted is None:
            raise _Broken("the quote is never closed", position)
        return _ESCAPE[quote].sub(lambda found: _MEANS.get(found[1], found[1]), quoted[1]), quoted.end()
    end = _skip(_REST, text, position)
    return _COMMENT_TAIL.sub("", text[position:end]).rstrip(), end


def _end(text: str, position: int) -> int:
    position = _skip(_COMMENT, text, position)
    end = _LINE_END.match(text, position)
    if end is None:
        raise _Broken("there is text after the name or after the closing quote", position)
    return end.end()


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _lines(text: str, start: int, end: int) -> int:
    return len(_NEWLINE.findall(text, start, end))


def _docker_agrees(statement: str, key: str, value: str) -> bool:
    read = [(binding.key, binding.value) for binding in read_docker(statement.rstrip("\r\n") + "\n")]
    return read == [(key, value)]
