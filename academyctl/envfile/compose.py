"""Compose's `env_file`: quotes and escapes are read, `$` is expanded (not in single quotes), ` #` starts a comment.

Facts: compose-go's dotenv package (e70e961, 2026-07), compiled and run. Only the writer asks it: a value is written raw
where compose reads it back unchanged too.
"""

import re
from collections.abc import Mapping

from academyctl.envfile.docker import GO_SPACE

_INNER_SPACE = "\t\v\f\r \x85\xa0"
_ESCAPE = re.compile(r"\\(?:([abfnrtv\"\\$])|0(\d{0,3}))", re.ASCII)
_MEANS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "$": "$$"}
_NAME = re.compile(r"[_A-Za-z][_A-Za-z0-9]*")


class ComposeRefuses(Exception):
    """Compose fails on the whole file. The message says why and quotes nothing."""


def read_compose(text: str, host: Mapping[str, str] | None = None) -> dict[str, str]:
    """All variables of `text` as compose would pass them on; `host` wins over the file in `${…}`."""
    env: dict[str, str] = {}
    rest = text.removeprefix("\ufeff")
    while rest := _next_statement(rest):
        key, equals, rest = _key(rest)
        if not equals:
            if key in (host or {}):
                env[key] = (host or {})[key]
            continue
        value, rest = _value(rest, {**env, **(host or {})})
        env[key] = value
    return env


def _next_statement(text: str) -> str:
    text = text.lstrip(GO_SPACE)
    while text.startswith("#"):
        text = text.partition("\n")[2].lstrip(GO_SPACE)
    return text


def _key(text: str) -> tuple[str, bool, str]:
    """The name, whether a value follows, and the text behind."""
    if re.match(r"export[\t\n\f\r ]+", text):
        text = text.removeprefix("export").lstrip(_INNER_SPACE)
    for i, char in enumerate(text):
        if char in "=:\n":
            name = text[:i].rstrip(GO_SPACE)
            if " " in name:
                raise ComposeRefuses("a name holds a space")
            return name, char != "\n", text[i + 1 :].lstrip(_INNER_SPACE)
        if char not in _INNER_SPACE and char not in "_.-[]" and not char.isalnum():
            raise ComposeRefuses("a name holds a character that compose refuses")
    return "", False, ""


def _value(text: str, env: Mapping[str, str]) -> tuple[str, str]:
    quote = text[:1]
    if quote not in ("'", '"'):
        raw, _, rest = text.partition("\n")
        return _expand(raw.partition(" #")[0].rstrip(GO_SPACE), env), rest
    value, end = _quoted(text, quote)
    if quote == '"':
        value = _expand(_ESCAPE.sub(_unescape, value), env)
    return value, text[end:]


def _quoted(text: str, quote: str) -> tuple[str, int]:
    """The text between the quotes, only the quote itself unescaped, and where the closing quote ends."""
    parts: list[str] = []
    i = 1
    while i < len(text):
        if text[i] == quote:
            return "".join(parts), i + 1
        if text[i] == "\\" and i + 1 < len(text):
            parts.append(quote if text[i + 1] == quote else text[i : i + 2])
            i += 2
            continue
        parts.append(text[i])
        i += 1
    raise ComposeRefuses("a quote is never closed")


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        return _MEANS.get(found[1], found[1])
    code = int(found[2], 8) if len(found[2]) == 3 and not set(found[2]) & set("89") else 256
    return chr(code) if code < 256 else found[0]


def _expand(text: str, env: Mapping[str, str]) -> str:
    """`$$`, `$NAME`, `${NAME}` and `${NAME` with `-`, `:-`, `+`, `:+`, `?` or `:?` and a word `}`."""
    parts: list[str] = []
    i = 0
    while i < len(text):
        if text[i] != "$":
            parts.append(text[i])
            i += 1
        elif text.startswith("$$", i):
            parts.append("$")
            i += 2
        elif text.startswith("${", i):
            end = _closing_brace(text, i)
            parts.append(_braced(text[i + 2 : end], env))
            i = end + 1
        elif name := _NAME.match(text, i + 1):
            parts.append(env.get(name[0], ""))
            i = name.end()
        else:
            parts.append("$")
            i += 1
    return "".join(parts)


def _closing_brace(text: str, start: int) -> int:
    depth = 0
    for i in range(start + 1, len(text)):
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return i
    raise ComposeRefuses("a ${ is never closed")


def _braced(inner: str, env: Mapping[str, str]) -> str:
    name = _NAME.match(inner)
    if name is None:
        raise ComposeRefuses("a ${…} holds no name")
    operator, word = _operator(inner[name.end() :])
    value = env.get(name[0])
    usable = bool(value) if operator.startswith(":") else value is not None
    match operator[-1:]:
        case "-":
            return (value or "") if usable else _expand(word, env)
        case "+":
            return _expand(word, env) if usable else (value or "")
        case "?" if not usable:
            raise ComposeRefuses("a ${…:?} demands a variable that is not set")
        case _:
            return value or ""


def _operator(text: str) -> tuple[str, str]:
    for operator in (":-", ":+", ":?", "-", "+", "?"):
        if text.startswith(operator):
            return operator, text[len(operator) :]
    if text:
        raise ComposeRefuses("a ${…} cannot be read")
    return "", ""
