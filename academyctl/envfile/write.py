"""Entries → the text of a blob that its consumer reads back unchanged, or findings that say what cannot be written.

A value is written raw where docker, compose and python-dotenv all read it back; else in the form of the role's
consumer; else it is refused, key and reader named. The forms were measured: quotes never go to docker, and
python-dotenv up to 1.2.2 runs on past a quoted value that ends in a backslash, to the next quote of its kind.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO

from academyctl.envfile.compose import ComposeRefuses, read_compose
from academyctl.envfile.docker import read_docker
from academyctl.envfile.pydotenv import read_dotenv
from academyctl.envfile.read import MARK
from academyctl.model.finding import Finding, error
from academyctl.model.role import Consumer
from academyctl.model.secret import Secret

_SAFE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_./:@%+,~^=-]{0,9999}")
_QUOTES = ("'", '"')


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The text of a blob; not to be used when `findings` is not empty."""

    text: str
    findings: tuple[Finding, ...] = ()


def render_blob(env: Mapping[str, Secret], consumer: Consumer, *, role: str) -> Rendered:
    """The blob of `env` in its order (a quoted value that ends in a backslash moves to the end)."""
    lines, findings = _lines(env, consumer, role)
    text = "".join(f"{line}\n" for line in lines)
    if not findings and not _reads_back(text, env, consumer):
        findings.append(error("env.reader", role, f"the blob as a whole is not read back by {_reader(consumer)}"))
    return Rendered(text=text, findings=tuple(findings))


def check_writable(env: Mapping[str, Secret], consumer: Consumer, *, role: str) -> tuple[Finding, ...]:
    """What `render_blob` refuses of `env`, key by key; the blob as a whole is not put to its real reader."""
    return tuple(_lines(env, consumer, role)[1])


def _lines(env: Mapping[str, Secret], consumer: Consumer, role: str) -> tuple[list[str], list[Finding]]:
    """The lines of the blob, and a finding for each key that none can be made of."""
    lines: list[str] = [MARK] if consumer is Consumer.DOCKER else []
    last: list[str] = []
    findings: list[Finding] = []
    for key, secret in env.items():
        line = _line(key, secret.reveal(), consumer, last)
        if line is None:
            findings.append(_refusal(role, key, secret.reveal(), consumer))
        else:
            (last if consumer is Consumer.DOTENV and _runs_on(line) else lines).append(line)
    return [*lines, *last], findings


def reads_alike(key: str, value: str) -> bool:
    """Docker, compose and python-dotenv all read the raw line `KEY=value` back."""
    raw = f"{key}={value}"
    return bool(_SAFE.fullmatch(raw)) or all(
        reads(raw, key, value) for reads in (_docker_reads, _dotenv_reads, _compose_reads)
    )


def _line(key: str, value: str, consumer: Consumer, last: Iterable[str]) -> str | None:
    if _never(f"{key}={value}"):
        return None
    if reads_alike(key, value):
        return f"{key}={value}"
    if consumer is Consumer.DOCKER:
        return f"{key}={value}" if _docker_reads(f"{key}={value}", key, value) else None
    return _quoted_line(key, value, last)


def _never(text: str) -> str:
    """Why no env can carry `text`; "" where one can."""
    if "\x00" in text:
        return "holds a NUL"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half of a character"
    return ""


def _quoted_line(key: str, value: str, last: Iterable[str]) -> str | None:
    """The quoted form that python-dotenv reads back, of two the one that compose reads too."""
    forms = [f"{key}={quote}{_escaped(value, quote)}{quote}" for quote in _QUOTES]
    good = [form for form in forms if _dotenv_reads(form, key, value) and not _clashes(form, last)]
    return next((form for form in good if _compose_reads(form, key, value)), next(iter(good), None))


def _escaped(value: str, quote: str) -> str:
    return value.replace("\\", "\\\\").replace(quote, f"\\{quote}")


def _runs_on(line: str) -> bool:
    """An old python-dotenv reads on from the end of this line to the next quote of the same kind, if there is one."""
    _, _, form = line.partition("=")
    return form.startswith(_QUOTES) and form.endswith(("\\\\'", '\\\\"'))


def _clashes(line: str, last: Iterable[str]) -> bool:
    """An old python-dotenv would run on from one of the lines in `last` into this one, which must go behind them."""
    return _runs_on(line) and any(earlier[-1] in line for earlier in last)


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
    reader = _reader(consumer)
    message = f"holds a character or form that {reader} does not read back"
    hint = f"encode the value (base64), or change what {role} reads"
    if never := _never(f"{key}={value}"):
        message = f"{never}, which no env can carry"
    elif _line(key, "x", consumer, ()) is None:
        message, hint = f"has a name that {reader} does not read back", f"rename {key}"
    elif set(value) & set("\n\r"):
        message = f"holds a line break that {reader} does not read back"
    elif consumer is Consumer.DOTENV and _quoted_line(key, value, ()):
        message = f"ends in a backslash, as others do: {reader} up to 1.2.2 would run on from one into the next"
    return error("env.reader", f"{role}:{key}", message, hint=hint)


def _reader(consumer: Consumer) -> str:
    return "docker --env-file" if consumer is Consumer.DOCKER else "python-dotenv"


def with_mark(text: str, consumer: Consumer) -> str:
    """A blob as we write it to a file: docker's carries our mark, so that it is read back as docker reads it."""
    blob = text.removeprefix("\ufeff")
    if consumer is Consumer.DOCKER and blob.partition("\n")[0].rstrip("\r") != MARK:
        return f"{MARK}\n{blob}"
    return text
