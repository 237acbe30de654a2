"""Plans and writes of local env files: what is there is shown before it is replaced."""

import os
from dataclasses import dataclass
from pathlib import Path

from academyctl.check.env import check_role
from academyctl.cli.run import Run
from academyctl.envfile.read import read_file
from academyctl.envfile.store import write_private
from academyctl.envfile.target import refuse_no_file, refuse_no_folder
from academyctl.envfile.write import render_blob
from academyctl.model.env import Document
from academyctl.model.errors import AcademyError, UsageError
from academyctl.model.finding import Finding
from academyctl.model.plan import Action, Change, Plan, State, Step, key_changes
from academyctl.model.secret import Secret
from academyctl.plan.split import Split
from academyctl.plan.ssm import diff_keys, in_order

KIND = "file"


@dataclass(frozen=True, kw_only=True)
class FileWrite:
    """`new_folder`: the folder may be made on the way (0700)."""

    path: Path
    text: Secret
    new_folder: bool = False


def plan_file(path: Path, text: str, env: dict[str, Secret], *, new_folder: bool = False) -> Step[FileWrite]:
    """One file's change, key by key where what is there can be read."""
    write = FileWrite(path=path, text=Secret(text), new_folder=new_folder)
    if not new_folder:
        refuse_no_folder(path)
    refuse_no_file(path)
    if not _exists(path):
        return Step(
            change=Change(action=Action.CREATE, kind=KIND, target=str(path), detail=key_changes(env, (), ())),
            write=write,
        )
    if _is_same(path, text) and _is_private(path):
        same = Change(action=Action.NONE, kind=KIND, target=str(path), why="holds the same bytes", state=State.DONE)
        return Step(change=same)
    detail, why = _against(path, text, env)
    return Step(change=Change(action=Action.UPDATE, kind=KIND, target=str(path), detail=detail, why=why), write=write)


def _exists(path: Path) -> bool:
    """False too where the system does not let us look: the write then says why."""
    try:
        return path.exists()
    except OSError:
        return False


def _against(path: Path, text: str, env: dict[str, Secret]) -> tuple[tuple[str, ...], str]:
    """What becomes of the keys in the file that is there, and why it is written."""
    if _is_same(path, text):
        return (), "the same bytes; only its owner shall read them"
    try:
        old = read_file(path).values
    except UsageError:
        return (), "replaces a file that is no readable env"
    return diff_keys(old, env), "replaces the file"


def _is_same(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _is_private(path: Path) -> bool:
    """Windows has no such mode; there the access list was set when the file was written."""
    return os.name == "nt" or path.stat().st_mode & 0o077 == 0


def plan_split_files(run: Run, document: Document, split: Split, out: Path) -> Plan[FileWrite]:
    """ROLE.env for each role, in the form its consumer reads; refused with every problem of the source."""
    if _exists(out) and not out.is_dir():
        raise UsageError(f"{out} is no folder", code="usage.file", hint="name another folder")
    findings: list[Finding] = list(split.findings)
    steps: list[Step[FileWrite]] = []
    for role in run.contract.roles:
        own = split.by_role[role.name]
        env = in_order(own, role)
        rendered = render_blob(env, role.consumer, role=role.name)
        findings += check_role(role, own, document, rendered.findings).findings
        steps.append(plan_file(out / f"{role.name}.env", rendered.text, env, new_folder=True))
    return Plan(steps=tuple(steps), findings=tuple(findings))


def write_files(plan: Plan[FileWrite]) -> tuple[Change, ...]:
    """Writes each file; the changes as they became. The first failure stops and says how far it came."""
    done: list[Change] = []
    for step in plan.steps:
        try:
            if step.write is not None:
                _write(step.write)
        except AcademyError as failure:
            rest = [_not_started(later) for later in plan.steps[len(done) + 1 :]]
            failure.changes = (*done, step.change.to(State.FAILED), *rest)
            raise
        done.append(step.change.to(State.DONE))
    return tuple(done)


def _not_started(step: Step[FileWrite]) -> Change:
    return step.change if step.write is None else step.change.to(State.NOT_STARTED)


def _write(write: FileWrite) -> None:
    if write.new_folder:
        try:
            write.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as refused:
            message = f"cannot make {write.path.parent}: {refused.strerror}"
            raise UsageError(message, code="usage.file") from None
    write_private(write.path, write.text.reveal())
