"""Entries → the text of a blob that its consumer reads back unchanged, or findings that say what cannot be written.

A value is written raw where docker, compose and python-dotenv all read it back; else in the form of the role's
consumer; else it is refused, key and reader named. The forms were measured: quotes never go to docker, and
python-dotenv up to 1.2.2 loses two keys where a quoted value ends in a backslash and a later one is quoted alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO

from academyctl.envfile.compose import ComposeRefuses, read_compose
from academyctl.envfile.docker import read_docker
from academyctl.envfile.pydotenv import read_dotenv
from academyctl.envfile.read import MARK
from academyctl.model.finding import Finding, error
from academyctl.model.role import Consumer
from academyctl.model.secret import Secret

_SAFE = re.compile(r"[A-Za-z0-9_./:@%+,~^=-]*")
_QUOTES = ("'", '"')


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The text of a blob; not to be used when `findings` is not empty."""

    text: str
    findings: tuple[Finding, ...] = ()


def render_blob(env: Mapping[str, Secret], consumer: Consumer, *, role: str) -> Rendered:
    """The blob of `env` in its order (a dotenv value that ends in a backslash moves to the end)."""
    lines: list[str] = [MARK] if consumer is Consumer.DOCKER else []
    last: list[str] = []
    findings: list[Finding] = []
    for key, secret in env.items():
        line = _line(key, secret.reveal(), consumer, taken="".join(last))
        if line is None:
            findings.append(_refusal(role, key, secret.reveal(), consumer))
        else:
            (last if _ends_escaped(line) else lines).append(line)
    text = "".join(f"{line}\n" for line in [*lines, *last])
    if not findings and not _reads_back(text, env, consumer):
        findings.append(error("env.reader", role, f"the blob as a whole is not read back by {_reader(consumer)}"))
    return Rendered(text=text, findings=tuple(findings))


def _line(key: str, value: str, consumer: Consumer, *, taken: str) -> str | None:
    raw = f"{key}={value}"
    if _SAFE.fullmatch(value):
        return raw
    docker, dotenv, compose = (
        _docker_reads(raw, key, value),
        _dotenv_reads(raw, key, value),
        _compose_reads(raw, key, value),
    )
    if docker and (consumer is Consumer.DOCKER or (dotenv and compose)):
        return raw
    return None if consumer is Consumer.DOCKER else _quoted_line(key, value, taken)


def _quoted_line(key: str, value: str, taken: str) -> str | None:
    """The quoted form that python-dotenv reads back, of two the one that compose reads too."""
    forms = [f"{key}={quote}{_escaped(value, quote)}{quote}" for quote in _QUOTES]
    good = [form for form in forms if _dotenv_reads(form, key, value) and not _clashes(form, taken)]
    return next((form for form in good if _compose_reads(form, key, value)), next(iter(good), None))


def _escaped(value: str, quote: str) -> str:
    return value.replace("\\", "\\\\").replace(quote, f"\\{quote}")


def _ends_escaped(line: str) -> bool:
    return line.endswith(("\\\\'", '\\\\"'))


def _clashes(line: str, taken: str) -> bool:
    """An old python-dotenv would run on from an earlier value that ends in a backslash into this one."""
    return _ends_escaped(line) and line[-1] in taken


def _docker_reads(line: str, key: str, value: str) -> bool:
    return [(b.key, b.value) for b in read_docker(line + "\n")] == [(key, value)]


def _dotenv_reads(line: str, key: str, value: str) -> bool:
    """As a blob in memory, and as a file, where every line end becomes a newline."""
    as_file = line.replace("\r\n", "\n").replace("\r", "\n")
    return all([(b.key, b.value) for b in read_dotenv(text + "\n")] == [(key, value)] for text in (line, as_file))


def _compose_reads(line: str, key: str, value: str) -> bool:
    try:
        return read_compose(line + "\n") == {key: value}
    except ComposeRefuses:
        return False


def _reads_back(text: str, env: Mapping[str, Secret], consumer: Consumer) -> bool:
    """The last word is the real reader's: python-dotenv itself, with interpolation off."""
    meant = {key: secret.reveal() for key, secret in env.items()}
    if consumer is Consumer.DOCKER:
        return [(b.key, b.value) for b in read_docker(text)] == list(meant.items())
    from dotenv import dotenv_values

    return dotenv_values(stream=StringIO(text), interpolate=False) == meant


def _refusal(role: str, key: str, value: str, consumer: Consumer) -> Finding:
    reason = "holds a line break" if set(value) & set("\n\r") else "holds a character or form"
    message = f"{reason} that {_reader(consumer)} does not read back"
    return error("env.reader", f"{role}:{key}", message, hint=f"encode the value (base64), or change what {role} reads")


def _reader(consumer: Consumer) -> str:
    return "docker --env-file" if consumer is Consumer.DOCKER else "python-dotenv"


def with_mark(text: str, consumer: Consumer) -> str:
    """A blob as we write it to a file: docker's carries our mark, so that it is read back as docker reads it."""
    if consumer is Consumer.DOCKER and text.removeprefix("\ufeff").partition("\n")[0].rstrip("\r") != MARK:
        return f"{MARK}\n{text}"
    return text
