"""Finds the profile folder and loads roles and stacks from it; all errors of what was asked for come at once."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import yaml

from academyctl.model.contract import EnvContract
from academyctl.model.errors import ProfileError, UsageError
from academyctl.model.finding import Finding
from academyctl.model.near import did_you_mean
from academyctl.model.role import Role
from academyctl.profiles.faults import Faults, compose
from academyctl.profiles.role_file import broken_agreements, read_role

if TYPE_CHECKING:
    from academyctl.model.stack import Stack

Loaded = TypeVar("Loaded")
_PACKAGE = Path(__file__).resolve().parent.parent


def profile_folder(given: str | None) -> Path:
    """`--profiles`, else ./env_profiles, else the copy in the wheel (in a checkout: the one beside the package)."""
    folder = Path(given or "env_profiles")
    if given or folder.is_dir():
        if not (folder / "roles").is_dir() or not (folder / "stacks").is_dir():
            hint = "name another with --profiles DIR, or ACADEMYCTL_PROFILES"
            raise _unusable(f"{folder} is no profile folder: it needs roles/ and stacks/", hint)
        return folder
    shipped = _PACKAGE / "env_profiles"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "env_profiles"


def load_contract(folder: Path) -> EnvContract:
    """Every role of the folder; ProfileError with all findings."""
    findings: list[Finding] = []
    roles = _load_roles(folder, findings)
    _raise(findings)
    return EnvContract(roles)


def stack_file(folder: Path, name: str) -> Path:
    """The file of a stack, unread; UsageError for an unknown name."""
    known = {path.stem: path for path in files(folder / "stacks")}
    if name not in known:
        hint = did_you_mean(name, known, f"known in {folder}: {', '.join(known)}")
        raise UsageError(f"unknown stack {name!r}", code="usage.stack", hint=hint)
    return known[name]


def load_stack(folder: Path, name: str) -> "Stack":
    """One stack; UsageError for an unknown name, ProfileError for a broken file."""
    findings: list[Finding] = []
    stack = _load_stack(stack_file(folder, name), findings)
    _raise(findings)
    assert stack is not None, "a stack without findings was read"
    return stack


def check_folder(folder: Path) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Every finding of every file, and the files that were read."""
    findings: list[Finding] = []
    _load_roles(folder, findings)
    for path in files(folder / "stacks"):
        _load_stack(path, findings)
    return tuple(findings), tuple(map(str, [*files(folder / "roles"), *files(folder / "stacks")]))


def files(folder: Path) -> list[Path]:
    """The YAML files of roles/ or stacks/, by name; UsageError where there is none."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError as refused:
        raise _unusable(f"cannot read {folder}: {refused.strerror}") from refused
    found = [folder / name for name in names if name.endswith((".yaml", ".yml"))]
    if not found:
        raise _unusable(f"{folder} holds no .yaml file")
    return found


def _load_roles(folder: Path, findings: list[Finding]) -> tuple[Role, ...]:
    loaded = [_load(path, read_role) for path in files(folder / "roles")]
    roles = tuple(role for role, _ in loaded if role is not None)
    for role, faults in loaded:
        if role is not None:
            others = tuple(other for other in roles if other is not role)
            _add(faults, broken_agreements(role, others))
        findings.extend(faults.findings)
    return roles


def _load_stack(path: Path, findings: list[Finding]) -> "Stack | None":
    from academyctl.profiles.stack_file import broken_roles, read_stack

    stack, faults = _load(path, read_stack)
    if stack is not None:
        _add(faults, broken_roles(stack, [role.stem for role in files(path.parent.parent / "roles")]))
    findings.extend(faults.findings)
    return stack


def _load(path: Path, read: Callable[[yaml.Node, str, Faults], Loaded]) -> tuple[Loaded | None, Faults]:
    """What the file holds (not to be used when there are faults), and the faults."""
    faults = Faults(str(path))
    loaded = None
    try:
        root = compose(path.read_bytes().decode("utf-8-sig"), faults)
        loaded = None if root is None else read(root, path.stem, faults)
    except OSError as refused:
        faults.add("", f"cannot be read: {refused.strerror}")
    except UnicodeDecodeError as broken:
        faults.add("", "is not UTF-8", line=broken.object.count(b"\n", 0, broken.start) + 1)
    except RecursionError:
        faults.add("", "is nested too deeply")
    if path.suffix != ".yaml":
        faults.add("", f"must be named {path.stem}.yaml")
    return loaded, faults


def _add(faults: Faults, broken: Iterable[tuple[str, str]]) -> None:
    for key_path, message in broken:
        faults.add(key_path, message)


def _raise(findings: list[Finding]) -> None:
    if not findings:
        return
    first, at = findings[0], findings[0].location
    place = f"{at.path}:{at.line}: " if at else ""
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    raise ProfileError(
        f"{place}{first.subject} {first.message}{more}",
        hint="academyctl profile check lists every error",
        findings=findings,
    )


def _unusable(message: str, hint: str = "") -> UsageError:
    return UsageError(message, code="usage.profiles", hint=hint)
