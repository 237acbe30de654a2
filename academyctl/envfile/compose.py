"""Compose's `env_file`: quotes and escapes are read, `$` is expanded (not in single quotes), ` #` starts a comment.

Facts: compose-go's dotenv package (e70e961, 2026-07), compiled and run. Only the writer asks it: a value is written raw
where compose reads it back unchanged too.
"""

import re
from collections.abc import Mapping

from academyctl.envfile.docker import GO_SPACE

_STATEMENT = re.compile(rf"(?:[{GO_SPACE}]|#[^\n]*)*")
_INNER_SPACE = "\t\v\f\r \x85\xa0"
_EXPORT = re.compile(rf"(?:export(?=[\t\n\f\r ])[{_INNER_SPACE}]*)?")
_NAME = re.compile(rf"[\w.\-\[\]{_INNER_SPACE}]*")
_QUOTED = {quote: re.compile(rf"{quote}((?:\\.|[^{quote}\\])*){quote}", re.DOTALL) for quote in "'\""}
_ESCAPED_QUOTE = {quote: re.compile(rf"\\(?:({quote})|.)", re.DOTALL) for quote in "'\""}
_ESCAPE = re.compile(r"\\(?:([abfnrtv\"\\$])|0(\d{0,3}))", re.ASCII)
_MEANS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "$": "$$"}
# Without re.ASCII: compose ignores case the Unicode way too, where two more letters count as s and k.
_REFERENCE = re.compile(r"\$(?:(\$)|([_a-z][_a-z0-9]*)|\{)", re.IGNORECASE)
_BRACED = re.compile(r"([_a-z][_a-z0-9]*)(?:(:?[-+?])(.*))?", re.IGNORECASE)


class ComposeRefuses(Exception):
    """Compose fails on the whole file. The message says why and quotes nothing."""


def read_compose(text: str, host: Mapping[str, str] | None = None) -> dict[str, str]:
    """All variables of `text` as compose would pass them on; `host` wins over the file in `${…}`."""
    env: dict[str, str] = {}
    host = host or {}
    rest = _next_statement(text.removeprefix("\ufeff"))
    while rest:
        key, has_value, rest = _key(rest)
        if has_value:
            env[key], rest = _value(rest, {**env, **host})
        elif key in host:
            env[key] = host[key]
        rest = _next_statement(rest)
    return env


def _next_statement(text: str) -> str:
    return text[_end(_STATEMENT, text) :]


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


def _key(text: str) -> tuple[str, bool, str]:
    """The name, whether a value follows, and the text behind."""
    text = text[_end(_EXPORT, text) :]
    end = _end(_NAME, text)
    name = text[:end].rstrip(GO_SPACE)
    after = text[end : end + 1]
    if not text or after not in "=:\n":
        raise ComposeRefuses("a name is missing or holds a character that compose refuses")
    if not after:
        # A name alone on a last line without a line end is read as a value that has no name.
        return "", True, text
    if " " in name:
        raise ComposeRefuses("a name holds a space")
    return name, after != "\n", text[end + 1 :].lstrip(_INNER_SPACE)


def _value(text: str, env: Mapping[str, str]) -> tuple[str, str]:
    """The value that `text` starts with, and the text behind."""
    quote = text[:1]
    if quote not in _QUOTED:
        raw, _, rest = text.partition("\n")
        return _expand(raw.partition(" #")[0].rstrip(GO_SPACE), env), rest
    quoted = _QUOTED[quote].match(text)
    if quoted is None:
        raise ComposeRefuses("a quote is never closed")
    value = _ESCAPED_QUOTE[quote].sub(lambda found: found[1] or found[0], quoted[1])
    if quote == '"':
        value = _expand(_ESCAPE.sub(_unescape, value), env)
    return value, text[quoted.end() :]


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        return _MEANS.get(found[1], found[1])
    code = int(found[2], 8) if re.fullmatch("[0-7]{3}", found[2]) else 256
    return chr(code) if code < 256 else f"\\{found[2]}"


def _expand(text: str, env: Mapping[str, str]) -> str:
    """`$$`, `$NAME`, `${NAME}` and `${NAME` with `-`, `:-`, `+`, `:+`, `?` or `:?` and a word `}`."""
    parts: list[str] = []
    while found := _REFERENCE.search(text):
        before, text = text[: found.start()], text[found.end() :]
        if found[1] or found[2]:
            value = found[1] or env.get(found[2], "")
        else:
            end = _closing_brace(text)
            value, text = _braced(text[:end], env), text[end + 1 :]
        parts += [before, value]
    return "".join([*parts, text])


def _closing_brace(text: str) -> int:
    depth = 1
    for found in re.finditer("[{}]", text):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    raise ComposeRefuses("a ${ is never closed")


def _braced(inner: str, env: Mapping[str, str]) -> str:
    found = _BRACED.fullmatch(inner)
    if found is None:
        raise ComposeRefuses("a ${…} cannot be read")
    name, operator, word = found[1], found[2] or "", found[3] or ""
    value = env.get(name)
    usable = bool(value) if operator.startswith(":") else value is not None
    match operator[-1:]:
        case "-" if not usable:
            return _expand(word, env)
        case "+" if usable:
            return _expand(word, env)
        case "?" if not usable:
            raise ComposeRefuses("a ${…:?} demands a variable that is not set")
        case _:
            return value or ""
