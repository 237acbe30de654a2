"""Files to modules: which files are scanned, what an import calls them, and each parsed once."""

import ast
import os
import re
import stat
import sys
import warnings
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from tokenize import detect_encoding
from typing import NamedTuple

from academyctl.model.errors import UsageError
from academyctl.model.reference import Unparsed
from academyctl.scan.libraries import LIBRARIES, TESTS
from academyctl.scan.scope import Module
from academyctl.scan.visit import visit

SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
FOREIGN = frozenset({*sys.stdlib_module_names, *LIBRARIES, "django", "pydantic", "pydantic_settings", "click", "typer"})
"""What a file of such a name does not stand in for, unless it is in the very folder that imports begin at."""
SUFFIXES = (".py", ".pyw")


class Source(NamedTuple):
    """`top` is the PATH that it was found under."""

    path: Path
    top: Path


class Scanned(NamedTuple):
    """`also`: further names that a module may be imported under."""

    modules: tuple[Module, ...]
    also: dict[str, Module]
    unparsed: tuple[Unparsed, ...]


def read_sources(paths: Iterable[Path]) -> Scanned:
    """Every Python file under `paths`, each once, without the tests below them. UsageError: a path holds none."""
    unparsed: list[Unparsed] = []
    sources: dict[tuple[int, int], Source] = {}
    for top in paths:
        found = list(_sources(top, unparsed))
        if not found and not unparsed:
            raise UsageError(f"there is no Python file in {top}", code="usage.path")
        for source, identity in found:
            sources.setdefault(identity, source)
    modules: list[Module] = []
    also: dict[str, Module] = {}
    packages: dict[Path, tuple[str, ...]] = {}
    with warnings.catch_warnings():
        # Of old escapes in other people's texts.
        warnings.simplefilter("ignore")
        for source in sources.values():
            folder = source.path.parent
            if folder not in packages:
                packages[folder] = _packages(folder, source.top)
            name, *others = _names(packages[folder], source.path.stem)
            module = _parsed(source.path, name, unparsed)
            if module:
                modules.append(module)
                for other in others:
                    if other.partition(".")[0] not in FOREIGN:
                        also.setdefault(other, module)
    return Scanned(tuple(modules), also, tuple(unparsed))


def _sources(top: Path, unparsed: list[Unparsed]) -> Iterator[tuple[Source, tuple[int, int]]]:
    if not top.exists():
        raise UsageError(f"{top} does not exist", code="usage.path")
    if not top.is_dir() and top.suffix not in SUFFIXES:
        raise UsageError(f"{top} is no Python file and no folder", code="usage.path")
    for path in _files(top, unparsed):
        try:
            status = path.stat()
        except OSError as failure:
            unparsed.append(Unparsed(str(path), 0, f"it cannot be read: {failure.strerror}"))
            continue
        if stat.S_ISREG(status.st_mode):
            yield Source(path, top), (status.st_dev, status.st_ino)


def _files(top: Path, unparsed: list[Unparsed]) -> Iterator[Path]:
    if not top.is_dir():
        yield top
        return

    def refused(failure: OSError) -> None:
        unparsed.append(Unparsed(str(failure.filename), 0, f"the folder cannot be read: {failure.strerror}"))

    # A link to a folder is not followed: it leads to files seen already, in a circle, or out of the tree.
    for folder, folders, names in os.walk(top, onerror=refused):
        folders[:] = sorted(name for name in folders if _is_entered(folder, name))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith(".") and not _is_test(name):
                yield Path(folder, name)


def _is_entered(folder: str, name: str) -> bool:
    if name.startswith(".") or name in SKIPPED or name in TESTS:
        return False
    return not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118


def _is_test(name: str) -> bool:
    stem = name.rpartition(".")[0]
    return stem.startswith("test_") or stem.endswith("_test") or stem in ("tests", "conftest")


def _parsed(file: Path, name: str, unparsed: list[Unparsed]) -> Module | None:
    """The module; None where the file is no Python, which is said."""
    path = str(file)
    try:
        raw = file.read_bytes()
        fault = _of_bytes(path, raw)
        if fault is None:
            return visit(ast.parse(raw), name, path, is_package=file.stem == "__init__")
    except OSError as failure:
        fault = Unparsed(path, 0, f"it cannot be read: {failure.strerror}")
    except SyntaxError as failure:
        fault = Unparsed(path, failure.lineno or 0, _why(failure))
    except ValueError:
        fault = Unparsed(path, 0, "its encoding does not have all of its bytes")
    except (RecursionError, MemoryError):
        fault = Unparsed(path, 0, "it is nested too deeply")
    unparsed.append(fault)
    return None


def _of_bytes(path: str, raw: bytes) -> Unparsed | None:
    """What Python refuses when it runs a file, and lets pass in a comment when it parses one."""
    if b"\0" in raw:
        return Unparsed(path, raw[: raw.index(b"\0")].count(b"\n") + 1, "it holds a NUL byte: no text, or UTF-16")
    if raw.isascii():
        return None
    try:
        encoding = detect_encoding(BytesIO(raw).readline)[0]
    except SyntaxError:
        # Its first lines are not UTF-8, or name no encoding: the latter is the parser's to tell.
        encoding = "utf-8"
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as failure:
        line = raw[: failure.start].count(b"\n") + 1
        return Unparsed(path, line, "its bytes are not UTF-8, nor of the encoding that a `# coding:` line names")
    return None


def _why(fault: SyntaxError) -> str:
    """Python's own words, without what they quote of the file."""
    told = fault.msg.partition("\n")[0].removesuffix(f" ({fault.filename})")
    if "encoding" in told:
        return "it names an encoding that there is not, or is not of it: not UTF-8"
    return re.sub(r"'[^']{2,}'|\"[^\"]{2,}\"", "…", told)


def _packages(folder: Path, top: Path) -> tuple[str, ...]:
    """What an import may call the folder. First as it is said from above its outermost package, then as it may be said
    where folders are packages without an `__init__.py`: from the PATH, from above it, from the working directory, from
    a folder src."""
    root = folder
    while (root / "__init__.py").is_file() and root.parent != root:
        root = root.parent
    above = top if top.is_dir() else top.parent
    home = folder.absolute()
    sources = tuple(one for one in (home, *home.parents) if one.name == "src")
    roots = (root.absolute(), above.absolute(), above.absolute().parent, Path.cwd(), *sources)
    return tuple(".".join(home.relative_to(one).parts) for one in roots if home.is_relative_to(one))


def _names(packages: Iterable[str], stem: str) -> Iterator[str]:
    for package in packages:
        yield package if stem == "__init__" else f"{package}.{stem}".lstrip(".")
