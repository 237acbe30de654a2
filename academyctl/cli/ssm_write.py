"""`academyctl ssm`, the writing commands: push, rollback, set, unset, unlock."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from academyctl.apply.lock import force_free, read_holder
from academyctl.check.env import check_role, check_stored
from academyctl.cli.flow import carry_out
from academyctl.cli.leaf import leaf
from academyctl.cli.options import OneRole, RoleOption, Unknown, UnknownOption
from academyctl.cli.push import apply_puts, blob_of, desired_blobs, label_findings, lock_of
from academyctl.cli.run import Run
from academyctl.cli.sources import absent, as_stored, read_stored
from academyctl.envfile.read import read_file
from academyctl.model.env import Document, Entry, SourceKind
from academyctl.model.errors import NotFound, Refused, UsageError
from academyctl.model.finding import Finding, Level, error, warning
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Action, Change, Plan, State, Step
from academyctl.model.role import Role
from academyctl.model.secret import Secret
from academyctl.model.ssm import StoredParameter
from academyctl.plan.ssm import Desired, Stored, guard_loss, guard_put, plan_put, put_options

app = typer.Typer()


@leaf(app, "ssm push", writes=True, example="academyctl ssm push --role all --file .env")
def push(
    run: Run,
    role: RoleOption,
    file: Annotated[Path, typer.Option("--file", help="The mixed env file.")] = Path(".env"),
    allow_remove: Annotated[
        list[str] | None,
        typer.Option("--allow-remove", metavar="KEY", help="A stored key that may go. Repeatable."),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Every stored key that the file lacks may go.")] = False,
    merge: Annotated[bool, typer.Option("--merge", help="Keep stored keys of the role that the file lacks.")] = False,
    unknown: UnknownOption = Unknown.REFUSE,
    kms_key: Annotated[str, typer.Option("--kms-key", metavar="ID", help="Another KMS key.")] = "",
    allow_advanced: Annotated[
        bool, typer.Option("--allow-advanced", help="Over 4096 bytes: make it Advanced (one-way, charged).")
    ] = False,
) -> Outcome:
    """Split an env file and write each role's own keys to its SSM parameter, all or nothing, read back.

    Everything of every role is checked before the first write. A stored key that would be lost refuses the push.
    """
    if prune and merge:
        raise UsageError("--prune and --merge exclude each other")
    roles, document = run.stored_roles(role), read_file(file)
    head = run.head()
    stored, locks = read_stored(run, roles, lock_of(run))
    desired, findings = desired_blobs(run, document, roles, stored, drop=unknown is Unknown.DROP, merge=merge)
    options = put_options(run.stack, new_kms_key=kms_key, allow_advanced=allow_advanced)
    allowed = (
        frozenset(key for each in stored.values() for key in each.keys) if prune else frozenset(allow_remove or ())
    )
    found = [*findings, *label_findings(run, stored.values())]
    for each in desired:
        found += guard_put(each, stored.get(each.role.name), options)
        found += guard_loss(each, stored.get(each.role.name), run.contract, allowed)
    steps = tuple(plan_put(each, stored.get(each.role.name), options) for each in desired)
    plan = Plan(steps=steps, findings=tuple(found))
    return carry_out(run, plan, head=head, apply=lambda: apply_puts(run, plan, locks.get(lock_of(run))))


def _carry_one(
    run: Run,
    role: Role,
    desired: Desired,
    stored: Stored,
    lock: StoredParameter | None,
    findings: list[Finding],
    why: str,
) -> Outcome:
    """The tail of rollback, set and unset: one parameter that is there already."""
    options = put_options(run.stack)
    step = plan_put(desired, stored, options, why=why)
    if step.write is not None:
        findings = [*findings, *guard_put(desired, stored, options), *label_findings(run, [stored])]
    plan = Plan(steps=(step,), findings=tuple(findings) if step.write is not None else ())
    return carry_out(run, plan, head=run.head(), apply=lambda: apply_puts(run, plan, lock))


def _read_one(run: Run, role: Role) -> tuple[Stored, StoredParameter | None]:
    run.head()
    stored, locks = read_stored(run, [role], lock_of(run))
    if role.name not in stored:
        raise absent(run, role)
    return stored[role.name], locks.get(lock_of(run))


@leaf(app, "ssm rollback", writes=True, example="academyctl ssm rollback --role api --to-version 41")
def rollback(
    run: Run,
    role: OneRole,
    to_version: Annotated[
        int | None, typer.Option("--to-version", min=1, help="The version (default: the newest that differs).")
    ] = None,
) -> Outcome:
    """Put an old version again as a new one, after checking it against today's schema."""
    one = run.stored_role(role)
    stored, lock = _read_one(run, one)
    old = as_stored(_target(run, one, stored, to_version), one)
    parameter = stored.parameter.name
    if old.document is None:
        found = error(
            "ssm.parse", parameter, f"version {old.parameter.version} cannot be read by {one.name}'s consumer"
        )
        raise Refused(found.message, findings=[found])
    desired = Desired(role=one, parameter=parameter, env=old.env, text=old.parameter.value.reveal())
    return _carry_one(
        run,
        one,
        desired,
        stored,
        lock,
        _findings(run, one, old.document),
        f"the content of version {old.parameter.version}",
    )


def _target(run: Run, role: Role, stored: Stored, version: int | None) -> StoredParameter:
    """The version asked for, else the newest one whose content differs from what stands."""
    if version is not None:
        return run.store.read_version(stored.parameter.name, version)
    history = run.store.read_history(stored.parameter.name)
    # By keys and values, as the plan compares: a version that differs in a comment alone would bring nothing back.
    older = [old for old in history if old.version < stored.parameter.version and _differs(old, stored, role)]
    if not older:
        raise NotFound(
            f"{stored.parameter.name} has no older version that differs",
            hint=f"academyctl ssm history --role {role.name}",
        )
    return older[-1]


def _differs(old: StoredParameter, now: Stored, role: Role) -> bool:
    before = as_stored(old, role)
    if before.document is None or now.document is None:
        return old.value != now.parameter.value
    return before.env != now.env


def _findings(run: Run, role: Role, document: Document) -> list[Finding]:
    return [
        *check_role(role, run.contract.own_keys(role, document), document).findings,
        *check_stored(role, document, run.contract),
    ]


@leaf(app, "ssm set", writes=True, example='printf %s "$NEW" | academyctl ssm set --role api SECRET_KEY --yes')
def set_key(
    run: Run, role: OneRole, key: Annotated[str, typer.Argument(metavar="KEY", help="The key to set.")]
) -> Outcome:
    """Set one key of a stored parameter. The value comes from stdin or a hidden prompt, never from the command line."""
    one = run.stored_role(role)
    _refuse_value(key)
    _own_or_refuse(run, one, key)
    stored, lock = _read_one(run, one)
    run.talk.close()
    value = Secret(_read_value(key))
    return _edit(run, one, stored, lock, {key: Entry(key, value)}, remove="")


@leaf(app, "ssm unset", writes=True, example="academyctl ssm unset --role api OLD_KEY")
def unset_key(
    run: Run, role: OneRole, key: Annotated[str, typer.Argument(metavar="KEY", help="The key to remove.")]
) -> Outcome:
    """Remove one key of a stored parameter."""
    one = run.stored_role(role)
    _refuse_value(key)
    stored, lock = _read_one(run, one)
    return _edit(run, one, stored, lock, {}, remove=key)


def _refuse_value(key: str) -> None:
    """KEY=value on the command line: the value stands in the shell's history already, and goes no further."""
    if not key:
        raise UsageError("KEY is empty", code="usage.key", hint="name one")
    if "=" in key:
        raise UsageError(
            "KEY is a name only; a value never stands on the command line",
            code="usage.key",
            hint="give the value on stdin, or type it at the hidden prompt",
        )


def _edit(
    run: Run,
    role: Role,
    stored: Stored,
    lock: StoredParameter | None,
    entries: dict[str, Entry],
    *,
    remove: str,
) -> Outcome:
    """Refuses what the edit makes worse; faults that stand already do not block their own repair."""
    if stored.document is None:
        broken = error(
            "ssm.parse",
            stored.parameter.name,
            "cannot be read by its consumer",
            f"academyctl ssm history --role {role.name}",
        )
        raise Refused(broken.message, findings=[broken])
    env = {key: entry for key, entry in (stored.document.last() | entries).items() if key != remove}
    desired, refused = blob_of(run, role, env)
    after = Document(kind=SourceKind.SSM, label=stored.document.label, entries=tuple(env.values()))
    before = {(f.code, f.subject) for f in _findings(run, role, stored.document)}
    found = [_softened(finding, before) for finding in _findings(run, role, after)]
    return _carry_one(run, role, desired, stored, lock, [*found, *refused], "")


def _softened(finding: Finding, before: set[tuple[str, str]]) -> Finding:
    """A warning, where the same fault stood before the edit."""
    if finding.level is not Level.ERROR or (finding.code, finding.subject) not in before:
        return finding
    return warning(finding.code, finding.subject, f"{finding.message} (it stood before)", finding.hint)


def _own_or_refuse(run: Run, role: Role, key: str) -> None:
    owners = run.contract.owners(key)
    if role.name in owners:
        return
    if owners:
        found = error("env.foreign", f"{role.name}:{key}", f"belongs to {' and '.join(owners)}, not to {role.name}")
    elif key in run.contract.aliases:
        targets = ", ".join(run.contract.aliases[key].targets)
        found = error("env.alias", f"{role.name}:{key}", f"is never read; the code reads {targets}", f"set {targets}")
    else:
        near = run.contract.nearest(key)
        found = error(
            "env.unknown",
            f"{role.name}:{key}",
            "is declared nowhere" + (f"; did you mean {near}?" if near else ""),
        )
    raise Refused(found.message, findings=[found])


def _read_value(key: str) -> str:
    """One value: typed unseen on a terminal, else all of stdin without its last line end."""
    if sys.stdin.isatty():
        try:
            return getpass.getpass(f"value of {key}: ", stream=sys.stderr)
        except EOFError:
            raise UsageError("no value was typed", code="usage.value") from None
    raw = sys.stdin.buffer.read()
    if not raw:
        # What feeds it has failed: `vault read … | academyctl ssm set` must not make the key empty.
        hint = "to make it empty: echo | academyctl ssm set …"
        raise UsageError("no value came on stdin", code="usage.value", hint=hint)
    try:
        return raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UsageError("the value on stdin is not UTF-8", code="usage.value") from None


@leaf(app, "ssm unlock", writes=True, example="academyctl ssm unlock --stack production")
def unlock(run: Run) -> Outcome:
    """Free the stack's lock after showing who holds it. A killed run's lock ends by itself after 2 minutes."""
    head = run.head()
    current, holder = read_holder(run.store, run.stack_name)
    name = lock_of(run)
    if current is None or holder is None:
        change = Change(action=Action.NONE, kind="ssm.lock", target=name, why="nobody holds it", state=State.DONE)
        return carry_out(run, Plan[StoredParameter](steps=(Step(change=change),)), head=head, apply=tuple)
    why = f"held by {holder.owner} on {holder.host or '?'} since {holder.since or '?'}, ends {holder.expires or '?'}"
    change = Change(action=Action.UPDATE, kind="ssm.lock", target=name, why=why)
    plan = Plan(steps=(Step(change=change, write=current),))

    def free() -> tuple[Change, ...]:
        run.shield.up()
        force_free(run.store, run.stack_name, current)
        return (change.to(State.DONE),)

    return carry_out(run, plan, head=head, apply=free, data={"holder": {"owner": holder.owner, "host": holder.host}})
