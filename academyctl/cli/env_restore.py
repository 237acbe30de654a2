"""`academyctl env restore`: a role's stored env, as the file that its consumer reads on a host."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from academyctl.cli.files import KIND
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole
from academyctl.cli.posix import posix_only
from academyctl.cli.run import Run
from academyctl.cli.sources import as_stored
from academyctl.cli.stored import Judged, read_judged
from academyctl.envfile.read import any_keys, read_as
from academyctl.envfile.restore import restore_file
from academyctl.envfile.target import Target, look_at
from academyctl.envfile.write import render_blob, with_mark
from academyctl.model.errors import AcademyError, AccessDenied, EngineError, Refused, Unreadable, UsageError
from academyctl.model.finding import Finding, Level, error, info, warning
from academyctl.model.outcome import Outcome, Table
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.role import Role
from academyctl.model.secret import Secret
from academyctl.plan.restore import Origin, Restored, lacking, restore_findings, restored_env
from academyctl.plan.ssm import Stored, diff_keys

app = typer.Typer()
ORIGIN_STYLES = {Origin.SSM: "", Origin.KEPT: "warn", Origin.DROPPED: "bad"}


@dataclass(frozen=True, kw_only=True)
class Old:
    """The file that is there, as the role's consumer reads it; where it cannot, the names that any reader could see."""

    target: Target
    env: Mapping[str, Secret]
    findings: tuple[Finding, ...] = ()


@leaf(app, "env restore", writes=True, example="academyctl env restore --role api --to /home/ec2-user/.env")
def restore(
    run: Run,
    role: OneRole,
    to: Annotated[Path, typer.Option("--to", metavar="PATH", readable=False, help="The file to write.")],
    merge: Annotated[bool, typer.Option("--merge", help="Keep keys of the old file that SSM lacks.")] = False,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write into the file that is there (a mount point). Not atomic.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Also from a stored env that has errors.")] = False,
) -> Outcome:
    """Write a role's stored env to a file, in the form its consumer reads. The old file stays beside it as a backup.

    All at once, readable by its owner only; owner and symlinks stay. Names each key: from SSM, kept, stale or dropped.
    """
    posix_only("env restore")
    one = run.stored_role(role)
    old = _old(look_at(to, in_place=in_place), one, in_place=in_place, merge=merge)
    head = run.head()
    stored = read_judged(run, one)
    history, denied = _history(run, one, stored, old)
    restored = restored_env(_names(stored, one), old.env, history, merge=merge)
    text, unwritable = _text(stored, one, restored)
    step = _step(old.target, text, diff_keys(old.env, restored.env), stored.parameter.version, in_place=in_place)
    findings = [*old.findings, *_judgement(stored, force=force, merge=merge), *unwritable, *denied]
    findings += restore_findings(restored, one.name, str(to)) if step.write else ()
    findings += _seen_by_others(run, old.target, text, in_place=in_place) if step.write else ()
    plan, done = Plan(steps=(step,), findings=tuple(findings)), _Done(run, old.target, step, in_place=in_place)
    outcome = carry_out(run, plan, head=head, apply=done.apply, data=_data(old.target, stored, restored))
    return replace(outcome, data={**outcome.data, "backup": done.backup}, view=(*outcome.view, _table(restored, one)))


def _old(target: Target, role: Role, *, in_place: bool, merge: bool) -> Old:
    """Refused for a mount point; Unreadable where a merge cannot know what it would keep."""
    if target.is_mount_point and not in_place:
        message = "is itself a mount point: nothing can be renamed onto it"
        hint = "--in-place writes into it, which is not atomic; or restore the file that is mounted there"
        raise Refused(f"{target.path} {message}", findings=[error("file.mount-point", str(target.path), message, hint)])
    if target.data is None:
        return Old(target=target, env={})
    try:
        document = read_as(target.data, role.consumer, label=str(target.path))
    except Unreadable as broken:
        if merge:
            broken.hint = "correct the line, or leave out --merge: the file is then replaced, and kept as a backup"
            raise
        names = sorted(any_keys(target.data))
        message = f"is replaced, and kept as a backup: {broken.message}"
        note = warning("file.unreadable", str(target.path), message)
        return Old(target=target, env=dict.fromkeys(names, Secret("")), findings=(note,))
    return Old(target=target, env=document.values)


def _history(run: Run, role: Role, stored: Judged, old: Old) -> tuple[tuple[Stored, ...], tuple[Finding, ...]]:
    """The parameter's versions, where a key of the old file asks for them."""
    name = stored.parameter.name
    if not lacking(_names(stored, role), old.env):
        return (), ()
    run.talk.step(f"reading the history of {name}")
    try:
        return tuple(as_stored(version, role) for version in run.store.read_history(name)), ()
    except AccessDenied as denied:
        message = f"{denied.message}: which keys were removed from SSM is not known"
        return (), (info("check.denied", name, message, denied.hint),)


def _names(stored: Judged, role: Role) -> Mapping[str, Secret]:
    """The stored env; of a blob that its consumer cannot read, the names alone."""
    if stored.document is not None:
        return stored.env
    return dict.fromkeys(sorted(as_stored(stored.parameter, role).keys), Secret(""))


def _text(stored: Judged, role: Role, restored: Restored) -> tuple[str, tuple[Finding, ...]]:
    """The blob byte for byte (docker's with our mark); written anew where keys of the old file join it."""
    if not restored.of(Origin.KEPT):
        return with_mark(stored.parameter.value.reveal(), role.consumer), ()
    rendered = render_blob(restored.env, role.consumer, role=role.name)
    return rendered.text, rendered.findings


def _judgement(stored: Judged, *, force: bool, merge: bool) -> tuple[Finding, ...]:
    """Errors refuse; with --force they are said. Nothing can be merged into a blob that cannot be read."""
    if not force or (merge and stored.document is None):
        return stored.findings
    return tuple(replace(one, level=Level.WARNING) if one.level is Level.ERROR else one for one in stored.findings)


def _step(target: Target, text: str, detail: tuple[str, ...], version: int, *, in_place: bool) -> Step[Secret]:
    is_same = target.data == text.encode()
    if is_same and target.is_private:
        why = f"holds the bytes of version {version}"
        same = Change(action=Action.NONE, kind=KIND, target=str(target.path), why=why, state=State.DONE)
        return Step(change=same)
    change = Change(
        action=Action.CREATE if target.data is None else Action.UPDATE,
        kind=KIND,
        target=str(target.path),
        detail=() if is_same else detail,
        why="; ".join(_reasons(target, version, is_same=is_same, in_place=in_place)),
    )
    return Step(change=change, write=Secret(text))


def _reasons(target: Target, version: int, *, is_same: bool, in_place: bool) -> Iterator[str]:
    if is_same:
        yield "the same bytes; only its owner shall read them"
    else:
        yield f"version {version}" if target.data is None else f"version {version} replaces it"
    if target.path.is_symlink():
        yield f"a link to {target.real}, which is written"
    if target.links > 1 and not in_place:
        yield "its other names (hard links) keep the old file"


def _seen_by_others(run: Run, target: Target, text: str, *, in_place: bool) -> Iterator[Finding]:
    """Who does not see the new file, or sees half of it for a moment."""
    if target.data is None or target.data == text.encode():
        return
    if in_place:
        yield warning("file.in-place", str(target.path), "is written in place: not atomic, a reader may see half of it")
        return
    yield from _mounted(run, target)


def _mounted(run: Run, target: Target) -> Iterator[Finding]:
    """A bind mount of a file holds on to the file that was there when the container started."""
    from academyctl.containers.mounts import read_mounting

    try:
        names = read_mounting(run.engine, target.real)
    except (EngineError, UsageError) as failure:
        message = f"which containers have it mounted is not known: {failure.message}"
        yield info("check.denied", str(target.path), message, failure.hint)
        return
    for name in names:
        message = f"is mounted into container {name}, which goes on seeing the old file"
        yield warning("file.mounted", str(target.path), message, f"docker restart {name}")


def _data(target: Target, stored: Judged, restored: Restored) -> dict[str, object]:
    return {
        "parameter": stored.parameter.name,
        "version": stored.parameter.version,
        "path": str(target.real),
        "keys": {key: str(origin) for key, origin in restored.origins.items()},
        "stale": dict(restored.stale),
    }


def _table(restored: Restored, role: Role) -> Table:
    styles = tuple(ORIGIN_STYLES[origin] for origin in restored.origins.values())
    return Table(title=role.name, columns=("key", "is"), rows=restored.rows, styles=styles)


class _Done:
    """Carries the one step out; `backup` is where the old file went, "" without one."""

    def __init__(self, run: Run, target: Target, step: Step[Secret], *, in_place: bool) -> None:
        self.backup = ""
        self._run, self._target, self._step, self._in_place = run, target, step, in_place

    def apply(self) -> tuple[Change, ...]:
        change, text = self._step.change, self._step.write
        if text is None:
            return (change,)
        self._run.shield.up()
        try:
            backup = restore_file(self._target, text.reveal().encode(), in_place=self._in_place)
        except AcademyError as failure:
            failure.changes = (change.to(State.FAILED),)
            raise
        self.backup = str(backup or "")
        why = f"{change.why}; backup {backup}" if backup else change.why
        return (replace(change, state=State.DONE, why=why),)
