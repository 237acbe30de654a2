"""From a document and what is stored to the blobs that shall be (push, diff), and the all-or-nothing apply."""

from collections.abc import Iterable, Mapping

from academyctl.apply.lock import held_lock
from academyctl.apply.ssm import WriteFailed, check_bases, write_all
from academyctl.check.env import check_role, check_strangers
from academyctl.cli.run import Run
from academyctl.envfile.write import render_blob
from academyctl.model.env import Document, Entry
from academyctl.model.errors import AcademyError, Interrupted
from academyctl.model.finding import Finding
from academyctl.model.plan import Action, Change, Plan, State
from academyctl.model.role import Role
from academyctl.model.ssm import ParameterWrite, StoredParameter, lock_name
from academyctl.plan.split import split_document
from academyctl.plan.ssm import Desired, Stored, blocking_label, in_order, label_finding, merge_stored


def desired_blobs(
    run: Run,
    document: Document,
    roles: Iterable[Role],
    stored: Mapping[str, Stored],
    *,
    drop: bool = False,
    merge: bool = False,
) -> tuple[list[Desired], tuple[Finding, ...]]:
    """What each role's parameter shall hold, and everything that is wrong with it."""
    split = split_document(document, run.contract, drop_unknown=drop)
    findings = list(split.findings)
    desired: list[Desired] = []
    for role in roles:
        env = split.by_role[role.name]
        if merge:
            env = merge_stored(env, stored.get(role.name), role, run.contract)
        blob, refused = blob_of(run, role, env)
        findings += check_role(role, env, document, refused).findings
        findings += check_strangers(role, document, run.contract)
        desired.append(blob)
    return desired, tuple(findings)


def blob_of(run: Run, role: Role, env: Mapping[str, Entry]) -> tuple[Desired, tuple[Finding, ...]]:
    """One role's keys as the blob that its consumer reads back."""
    ordered = in_order(env, role)
    rendered = render_blob(ordered, role.consumer, role=role.name)
    desired = Desired(role=role, parameter=run.parameter(role), env=ordered, text=rendered.text)
    return desired, rendered.findings


def label_findings(run: Run, stored: Iterable[Stored]) -> Iterable[Finding]:
    """A label on the oldest of 100 versions, found before SSM refuses the put for it."""
    for each in stored:
        if each.parameter.version >= 100:
            oldest = blocking_label(run.store.read_history(each.parameter.name, decrypt=False))
            if oldest:
                yield label_finding(each.parameter.name, oldest)


def apply_puts(run: Run, plan: Plan[ParameterWrite], lock: StoredParameter | None) -> tuple[Change, ...]:
    """Takes the lock, checks that nothing moved since the plan, writes all or nothing, reads back, frees the lock.

    The changes as they became; an error carries them too. Signals are noted during it and obeyed between writes.
    """
    stop = run.shield
    stop.up()
    try:
        run.talk.step("taking the lock")
        with held_lock(run.store, run.stack_name, run.caller.arn, seen=lock, stop=stop, progress=run.talk.step):
            check_bases(run.store, plan.writes)
            versions = write_all(run.store, plan.writes, stop=stop, progress=run.talk.step)
    except WriteFailed as failed:
        failed.error.changes = tuple(_stated(change, failed.states) for change in plan.changes)
        raise failed.error from None
    except AcademyError as failure:
        failure.changes = failure.changes or tuple(
            change if change.action is Action.NONE else change.to(State.NOT_STARTED) for change in plan.changes
        )
        raise
    changes = tuple(_written(change, versions) for change in plan.changes)
    if stop():
        raise Interrupted(f"{stop.name} came when everything was written and read back", changes=changes)
    return changes


def _stated(change: Change, states: Mapping[str, State]) -> Change:
    return change.to(states.get(change.target, change.state))


def _written(change: Change, versions: Mapping[str, int]) -> Change:
    if change.target not in versions:
        return change
    from dataclasses import replace

    return replace(change, state=State.DONE, why=f"is version {versions[change.target]}, read back")


def lock_of(run: Run) -> str:
    return lock_name(run.stack_name)
