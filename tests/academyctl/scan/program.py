"""A program of a few files on disk, and what a scan of it sees."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from academyctl.model.reference import Survey
from academyctl.scan.audit import survey


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """`files`: path under `folder` → text. Folders are made; packages need their __init__.py."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def scan(
    folder: Path,
    files: Mapping[str, str | bytes],
    roles: Mapping[str, Sequence[str]] | None = None,
    declared: Mapping[str, Sequence[str]] | None = None,
) -> Survey:
    return survey([write(folder, files)], roles or {}, declared)


def names(seen: Survey, role: str = "") -> list[str]:
    """What is read, in order of place; by one role's code."""
    return [one.name for one in seen.references if not role or role in one.roles]


def at(seen: Survey, folder: Path) -> list[str]:
    """`file:line name` of every reference."""
    return [f"{Path(one.path).relative_to(folder).as_posix()}:{one.line} {one.name}" for one in seen.references]
