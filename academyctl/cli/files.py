"""Plans and writes of local env files: what is there is shown before it is replaced."""

from dataclasses import dataclass
from pathlib import Path

from academyctl.check.env import check_role
from academyctl.cli.run import Run
from academyctl.envfile.read import read_file
from academyctl.envfile.store import write_private
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
    path: Path
    text: Secret


def plan_file(path: Path, text: str, env: dict[str, Secret]) -> Step[FileWrite]:
    """One file's change, key by key where what is there can be read."""
    write = FileWrite(path=path, text=Secret(text))
    if not path.exists():
        return Step(
            change=Change(action=Action.CREATE, kind=KIND, target=str(path), detail=key_changes(env, (), ())),
            write=write,
        )
    if path.is_dir():
        raise UsageError(f"{path} is a folder", code="usage.file")
    try:
        old = {key: entry.value for key, entry in read_file(path).last().items()}
        detail, why = diff_keys(old, env), "replaces the file"
    except UsageError:
        detail, why = (), "replaces a file that is no readable env"
    if _is_same(path, text):
        same = Change(action=Action.NONE, kind=KIND, target=str(path), why="holds the same bytes", state=State.DONE)
        return Step(change=same)
    return Step(change=Change(action=Action.UPDATE, kind=KIND, target=str(path), detail=detail, why=why), write=write)


def _is_same(path: Path, text: str) -> bool:
    """The same bytes, and nobody else may read them."""
    try:
        private = path.stat().st_mode & 0o077 == 0
        return private and path.read_bytes() == text.encode()
    except OSError:
        return False


def plan_split_files(run: Run, document: Document, split: Split, out: Path) -> Plan[FileWrite]:
    """ROLE.env for each role, in the form its consumer reads; refused with every problem of the source."""
    if not out.is_dir():
        raise UsageError(f"{out} is no folder", code="usage.file", hint=f"mkdir -p {out}")
    findings: list[Finding] = list(split.findings)
    steps: list[Step[FileWrite]] = []
    for role in run.contract.roles:
        own = split.by_role[role.name]
        findings += check_role(role, own, document).findings
        env = in_order(own, role)
        rendered = render_blob(env, role.consumer, role=role.name)
        findings += rendered.findings
        steps.append(plan_file(out / f"{role.name}.env", rendered.text, env))
    return Plan(steps=tuple(steps), findings=tuple(findings))


def write_files(plan: Plan[FileWrite]) -> tuple[Change, ...]:
    """Writes each file; the changes as they became. The first failure stops and says how far it came."""
    done: list[Change] = []
    for step in plan.steps:
        try:
            if step.write is not None:
                write_private(step.write.path, step.write.text.reveal())
        except AcademyError as failure:
            rest = [later.change.to(State.NOT_STARTED) for later in plan.steps[len(done) + 1 :]]
            failure.changes = (*done, step.change.to(State.FAILED), *rest)
            raise
        done.append(step.change.to(State.DONE))
    return tuple(done)
