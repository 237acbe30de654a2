"""Finds the profile folder and loads roles and stacks from it; all errors of what was asked for come at once."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import yaml

from academyctl.model.contract import EnvContract
from academyctl.model.errors import ProfileError, UsageError
from academyctl.model.finding import Finding
from academyctl.model.role import Role
from academyctl.profiles.role_file import read_role
from academyctl.profiles.shape import Faults, compose

if TYPE_CHECKING:
    from academyctl.model.stack import Stack

Loaded = TypeVar("Loaded")
_PACKAGE = Path(__file__).resolve().parent.parent


def profile_folder(given: str | None) -> Path:
    """`--profiles`, else ./env_profiles, else the copy in the wheel (in a checkout: the one beside the package)."""
    if given:
        folder = Path(given)
        if not (folder / "roles").is_dir() or not (folder / "stacks").is_dir():
            raise UsageError(f"{folder} is no profile folder: it needs roles/ and stacks/", code="usage.profiles")
        return folder
    here = Path("env_profiles")
    if here.is_dir():
        return here
    shipped = _PACKAGE / "env_profiles"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "env_profiles"


def load_contract(folder: Path) -> EnvContract:
    """Every role of the folder; ProfileError with all findings."""
    findings: list[Finding] = []
    roles = [_load(path, read_role, findings) for path in files(folder / "roles")]
    _raise(findings)
    if not roles:
        raise UsageError(f"{folder / 'roles'} holds no role file", code="usage.profiles")
    return EnvContract(tuple(role for role in roles if isinstance(role, Role)))


def stack_file(folder: Path, name: str) -> Path:
    """The file of a stack, unread; UsageError for an unknown name."""
    known = {path.stem: path for path in files(folder / "stacks")}
    if name not in known:
        hint = f"known in {folder}: {', '.join(known) or 'none'}"
        raise UsageError(f"unknown stack {name!r}", code="usage.stack", hint=hint)
    return known[name]


def load_stack(folder: Path, name: str) -> "Stack":
    """One stack; UsageError for an unknown name, ProfileError for a broken file."""
    from academyctl.profiles.stack_file import read_stack

    findings: list[Finding] = []
    stack = _load(stack_file(folder, name), read_stack, findings)
    _raise(findings)
    assert stack is not None, "a stack without findings was read"
    return stack


def check_folder(folder: Path) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Every finding of every file, and the files that were read."""
    from academyctl.profiles.stack_file import read_stack

    findings: list[Finding] = []
    paths = [*files(folder / "roles"), *files(folder / "stacks")]
    for path in paths:
        if path.parent.name == "roles":
            _load(path, read_role, findings)
        else:
            _load(path, read_stack, findings)
    return tuple(findings), tuple(str(path) for path in paths)


def files(folder: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.name.endswith(".yaml"))
    except OSError as refused:
        raise UsageError(f"cannot read {folder}: {refused.strerror}", code="usage.profiles") from refused


def _load(path: Path, read: Callable[[yaml.Node, str, Faults], Loaded], findings: list[Finding]) -> Loaded | None:
    faults = Faults(str(path))
    loaded = None
    try:
        root = compose(path.read_text(encoding="utf-8-sig"), faults)
        loaded = None if root is None else read(root, path.stem, faults)
    except OSError as refused:
        faults.add(None, "", f"cannot be read: {refused.strerror}")
    except UnicodeDecodeError:
        faults.add(None, "", "is not UTF-8")
    except RecursionError:
        faults.add(None, "", "refers to itself")
    findings.extend(faults.findings)
    return loaded


def _raise(findings: Iterable[Finding]) -> None:
    found = tuple(findings)
    if found:
        at = found[0].location
        place = f"{at.path}:{at.line}: " if at else ""
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise ProfileError(
            f"{place}{found[0].subject} {found[0].message}{more}",
            hint="academyctl profile check lists every error",
            findings=found,
        )
