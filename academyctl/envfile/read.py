"""Bytes → Document, whole or not at all: a source with one unreadable line is refused, every such line named."""

import os
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
        data = _bytes_of(path)
    except OSError as refused:
        hint = f"academyctl env template --role all > {path}" if isinstance(refused, FileNotFoundError) else ""
        raise _unreadable(str(path), [(0, refused.strerror or "it cannot be opened")], hint) from None
    return read_bytes(data, kind=SourceKind.FILE, label=str(path))


def _bytes_of(path: Path) -> bytes:
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
    return _document(read_dotenv(text.replace("\r\n", "\n").replace("\r", "\n")), text, kind, label)


def read_blob(text: str, consumer: Consumer, *, label: str) -> Document:
    """A stored blob, read as its consumer reads it."""
    bindings = read_docker(text) if consumer is Consumer.DOCKER else read_dotenv(text)
    return _document(bindings, text, SourceKind.SSM, label)


def read_process(environ: Mapping[str, str]) -> Document:
    entries = tuple(Entry(key, Secret(value)) for key, value in environ.items())
    return Document(kind=SourceKind.PROCESS, label="process", entries=entries)


def keys_in(text: str) -> frozenset[str]:
    """Every name that any reader could see in a blob, broken ones too: what must not be lost unseen."""
    names = set()
    for line in text.removeprefix("\ufeff").replace("\r", "\n").split("\n"):
        name = line.strip().removeprefix("export ").partition("=")[0].strip().strip("'\"")
        if "=" in line and name and not name.startswith("#") and not set(name) & set(" \t"):
            names.add(name)
    return frozenset(names)


def _decoded(data: bytes, label: str) -> str:
    start = data[:200]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or start.count(0) * 3 > len(start):
        hint = "PowerShell's > writes UTF-16; use Out-File -Encoding utf8, or: iconv -f UTF-16 -t UTF-8"
        raise _unreadable(label, [(1, "it is UTF-16, not UTF-8")], hint)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = data.count(b"\n", 0, broken.start) + 1
        raise _unreadable(label, [(line, "it is not UTF-8")]) from None
    return text


def _document(bindings: Iterable[Binding], text: str, kind: SourceKind, label: str) -> Document:
    entries: list[Entry] = []
    faults = [(text.count("\n", 0, text.index("\x00")) + 1, "it holds a NUL")] if "\x00" in text else []
    for key, value, line, fault, drift in bindings:
        if fault or value is None:
            faults.append((line, fault))
        else:
            entries.append(Entry(key, Secret(value), line, drift))
    if faults:
        raise _unreadable(label, faults)
    return Document(kind=kind, label=label, entries=tuple(entries))


def _unreadable(label: str, faults: list[tuple[int, str]], hint: str = "") -> Unreadable:
    findings = [_fault(label, line, reason) for line, reason in faults]
    line, reason = faults[0]
    place = f"{label}:{line}" if line else label
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Unreadable(f"cannot read {place}: {reason}{more}", hint=hint, findings=findings)


def _fault(label: str, line: int, reason: str) -> Finding:
    return error("env.parse", label, reason, at=Location(path=label, line=line) if line else None)


def environ() -> Mapping[str, str]:
    """This process's own environment."""
    return os.environ
