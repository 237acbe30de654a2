"""Bytes → Document, whole or not at all: a source with one unreadable line is refused, every such line named."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from academyctl.envfile.binding import Binding
from academyctl.envfile.docker import read_docker
from academyctl.envfile.pydotenv import read_dotenv
from academyctl.model.env import Document, Entry, SourceKind
from academyctl.model.errors import Unreadable
from academyctl.model.finding import Finding, Location, error
from academyctl.model.role import Consumer
from academyctl.model.secret import Secret

MARK = "# academyctl: docker-env-file"
"""The first line of everything we write for docker; a file that starts with it is read as docker reads it."""

LARGEST_FILE = 16 * 1024 * 1024
"""In bytes. No env is near it; a device or a log given by mistake is."""


def read_file(path: Path) -> Document:
    """The entries of a file; Unreadable when it cannot be read in full."""
    try:
        data = bytes_of(path)
    except OSError as refused:
        hint = _hint_to_make(path) if isinstance(refused, FileNotFoundError) else ""
        raise _unreadable(str(path), {0: refused.strerror or "it cannot be opened"}, hint) from None
    return read_bytes(data, kind=SourceKind.FILE, label=str(path))


def _hint_to_make(path: Path) -> str:
    from shlex import quote

    return f"academyctl env template --role all > {quote(str(path))}"


def bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise OSError(0, f"it is larger than {LARGEST_FILE // 1024 // 1024} MiB")
    return data


def read_bytes(data: bytes, *, kind: SourceKind, label: str) -> Document:
    """A file's or stdin's bytes: UTF-8, line ends of any system; docker's rules below our mark, else dotenv's."""
    text = _decoded(data, label)
    if text.partition("\n")[0].rstrip("\r") == MARK:
        return _document(read_docker(text), text, kind, label)
    # A file is opened in text mode by python-dotenv, which makes every line end \n, inside quotes too.
    unix = _unix(text)
    bindings = read_dotenv(unix)
    has_lone_cr = unix != text and "\r" in text.replace("\r\n", "\n")
    return _document(_with_drift(bindings, text) if has_lone_cr else bindings, unix, kind, label)


def read_as(data: bytes, consumer: Consumer, *, label: str) -> Document:
    """A file's bytes as `consumer` reads them, with or without our mark."""
    text = _decoded(data, label)
    if consumer is Consumer.DOCKER:
        return _document(read_docker(text), text, SourceKind.FILE, label)
    return _document(read_dotenv(_unix(text)), _unix(text), SourceKind.FILE, label)


def read_blob(text: str, consumer: Consumer, *, label: str) -> Document:
    """A stored blob, read as its consumer reads it."""
    if consumer is Consumer.DOCKER:
        return _document(read_docker(text), text, SourceKind.SSM, label)
    return _document(read_dotenv(text), _unix(text), SourceKind.SSM, label)


def read_process(environ: Mapping[str, str]) -> Document:
    entries = tuple(Entry(key, Secret(value)) for key, value in environ.items())
    return Document(kind=SourceKind.PROCESS, label="process", entries=entries)


def keys_in(text: str) -> frozenset[str]:
    """Every name that any reader could see in a blob, broken ones too: what must not be lost unseen.

    The body of a PEM block is no name to anybody, and its last line looks like one (`…Zw==`): it is left out.
    """
    header, base64 = r"[\w-]+:[^\n]*\n", r"[ \t]*+[A-Za-z0-9+/]*+={0,2}[ \t]*+(?:\n|\Z)"
    unix = _unix(text.removeprefix("\ufeff"))
    lines = re.sub(rf"-----BEGIN [^\n]*\n(?>(?:{header})*)(?>(?:{base64})*)", "\n", unix).split("\n")
    name = re.compile(r"\s*(?:export\s+)?['\"]?([^\s=#'\"][^\s=]*?)['\"]?\s*=")
    return frozenset(found[1] for line in lines if (found := name.match(line)))


def any_keys(data: bytes) -> frozenset[str]:
    """`keys_in` of bytes that are no UTF-8: of UTF-16 what is left of ASCII without its NULs, which names are."""
    return keys_in(data.replace(b"\0", b"").decode(errors="replace").lstrip("\ufffd"))


def _decoded(data: bytes, label: str) -> str:
    start = data[:200]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or start.count(0) * 3 > len(start):
        hint = "PowerShell's > writes UTF-16; use Out-File -Encoding utf8, or: iconv -f UTF-16 -t UTF-8"
        raise _unreadable(label, {1: "it is UTF-16, not UTF-8"}, hint)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        faults = {number: "it is not UTF-8" for number, line in enumerate(lines, start=1) if not _is_utf8(line)}
        raise _unreadable(label, faults, "save it as UTF-8; from a Korean Windows: iconv -f CP949 -t UTF-8") from None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _with_drift(bindings: Iterable[Binding], text: str) -> Iterable[Binding]:
    """Marks what docker reads otherwise in a file where a carriage return alone ends lines, which to docker it never
    does."""
    docker = {(binding.key, binding.value) for binding in read_docker(text)}
    return [binding._replace(drift=(binding.key, binding.value) not in docker) for binding in bindings]


def _document(bindings: Iterable[Binding], text: str, kind: SourceKind, label: str) -> Document:
    """Lines of `text` end in \\n only, so that a NUL is found on the line that the bindings count."""
    entries: list[Entry] = []
    faults: dict[int, str] = {}
    if "\x00" in text:
        faults = {number: "it holds a NUL" for number, line in enumerate(text.split("\n"), start=1) if "\x00" in line}
    for key, value, line, fault, drift in bindings:
        if fault or value is None:
            faults.setdefault(line, fault)
        else:
            entries.append(Entry(key, Secret(value), line, drift))
    if faults:
        raise _unreadable(label, faults)
    return Document(kind=kind, label=label, entries=tuple(entries))


def _unreadable(label: str, faults: Mapping[int, str], hint: str = "") -> Unreadable:
    """`faults` is line → reason, 0 for the source as a whole; each line is named once, in order."""
    findings = [_fault(label, line, reason) for line, reason in sorted(faults.items())]
    line, reason = min(faults.items())
    place = f"{label}:{line}" if line else label
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Unreadable(f"cannot read {place}: {reason}{more}", hint=hint, findings=findings)


def _fault(label: str, line: int, reason: str) -> Finding:
    return error("env.parse", label, reason, at=Location(path=label, line=line) if line else None)


def environ() -> Mapping[str, str]:
    """This process's own environment."""
    return os.environ
