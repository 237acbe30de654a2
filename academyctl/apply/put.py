"""One guarded write of one parameter: sent, resolved by reading when its answer is lost, proved by the version it made.

SSM cannot compare and swap. It numbers versions instead: a put onto version n must come back as n + 1. If it does not,
somebody wrote in between and was overwritten; their text is in the history and goes back on top. botocore never
re-sends a put (aws/connect): without a lost answer, every version that is not the one answered is somebody else's.

Two gaps cannot be closed, as SSM has neither a conditional write nor a conditional delete: a put whose answer was lost
may land after it was looked for, and a delete may meet a write of the same instant. Our own lock keeps both away from
other runs of academyctl.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from academyctl.apply.ports import ParameterStore
from academyctl.apply.wait import Clock
from academyctl.model.errors import AcademyError, AlreadyExists, AnswerLost, AwsError, Conflict, NotFound
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite, StoredParameter

ATTEMPTS = 6
BUDGET = 30.0
"""How often, and within how many seconds, a put is sent whose answers are lost and that is not applied."""
ROUNDS = 5
"""How often a text is put back on top of a parameter that keeps changing hands."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A write that was applied as `version`. `copies`: texts of ours whose answers were lost; they may land late."""

    write: ParameterWrite
    version: int
    copies: tuple[Secret, ...] = ()

    def is_standing(self, stored: StoredParameter) -> bool:
        """It is this write that stands, or a copy of it that landed late."""
        if stored.version == self.version:
            return stored.value == self.write.value
        return stored.version > self.version and stored.value in self.copies


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What stands after a put-back: `version` (0: none). `theirs`: somebody wrote once more, and that stands."""

    version: int
    theirs: bool = False


@dataclass(frozen=True, kw_only=True)
class _Landed:
    """`over`: somebody's newest version that ours covers; `anew`: somebody had deleted the parameter."""

    written: Written
    over: StoredParameter | None = None
    anew: bool = False


class Unrestored(Conflict):
    """Ours stands over somebody else's version, which could not be put back."""


def put_guarded(store: ParameterStore, write: ParameterWrite, clock: Clock) -> Written:
    """The write, applied and proved.

    Conflict when somebody else wrote in between: then theirs stands (Unrestored: ours does). AnswerLost when it may
    have been applied and reading cannot tell. With any other error it was not applied.
    """
    return _unless_theirs(store, _send(store, write, (), clock), clock)


def settle(store: ParameterStore, write: ParameterWrite, lost: AnswerLost, clock: Clock) -> Written | None:
    """Looks once more for a write that ended with AnswerLost; None when it was not applied. Errors: as put_guarded."""
    landed = _found(store, write, lost, (write.value,), clock)
    return _unless_theirs(store, landed, clock) if landed else None


def undo(store: ParameterStore, written: Written, clock: Clock) -> Restored:
    """Brings back what `written` replaced; deletes it where it created. Leaves it alone when somebody wrote since."""
    return _put_back(store, written, written.write.base, clock)


def _unless_theirs(store: ParameterStore, landed: _Landed, clock: Clock) -> Written:
    if landed.over is None and not landed.anew:
        return landed.written
    raise _give_back(store, landed, clock)


def _send(store: ParameterStore, write: ParameterWrite, copies: tuple[Secret, ...], clock: Clock) -> _Landed:
    lost: AnswerLost | None = None
    for _ in _attempts(clock):
        try:
            version = store.put(write)
        except AnswerLost as failure:
            lost, copies = failure, (*copies, write.value)
        except AlreadyExists:
            if lost is None:
                raise _theirs_stands(write, _newest(store, write)) from None
        else:
            return _proved(store, Written(write=write, version=version, copies=copies), clock)
        if lost and (landed := _found(store, write, lost, copies, clock)):
            return landed
    raise AwsError(f"writing {write.name}: no answer, and it was not applied", hint="run it again")


def _attempts(clock: Clock) -> Iterator[int]:
    end = clock.monotonic() + BUDGET
    for attempt in range(1, ATTEMPTS + 1):
        yield attempt
        pause = random.uniform(0.5, 1) * 0.2 * 2**attempt
        if attempt == ATTEMPTS or clock.monotonic() + pause > end:
            return
        clock.sleep(pause)


def _newest(store: ParameterStore, write: ParameterWrite) -> StoredParameter | None:
    try:
        return next(iter(store.read_history(write.name, decrypt=False)[::-1]), None)
    except AcademyError:
        return None


def _theirs_stands(write: ParameterWrite, theirs: StoredParameter | None) -> Conflict:
    what = f"version {theirs.version} ({theirs.modified_by or 'unknown'})" if theirs else "it"
    return Conflict(
        f"{write.name}: somebody else wrote {what}; theirs stands, ours was not applied",
        hint="run it again: the new plan starts from what stands now",
    )


def _found(
    store: ParameterStore, write: ParameterWrite, lost: AnswerLost, copies: tuple[Secret, ...], clock: Clock
) -> _Landed | None:
    """What the lost answer would have told; None when it was not applied, Conflict when only somebody else's was."""
    try:
        newer = _since_base(store.read_history(write.name), write)
    except AcademyError as blind:
        raise AnswerLost(f"{lost.message}; it cannot be looked up ({blind.message})", hint=blind.hint) from blind
    own = [stored.version for stored in newer if stored.value == write.value]
    if own:
        return _proved(store, Written(write=write, version=own[-1], copies=copies), clock)
    theirs = [stored for stored in newer if stored.value not in copies]
    if theirs:
        raise _theirs_stands(write, theirs[-1])
    return None


def _since_base(history: tuple[StoredParameter, ...], write: ParameterWrite) -> tuple[StoredParameter, ...]:
    """Versions made after the base. A history that ends before it is that of a parameter deleted and made again."""
    if not history or history[-1].version < write.base_version:
        return history
    return tuple(stored for stored in history if stored.version > write.base_version)


def _proved(store: ParameterStore, written: Written, clock: Clock) -> _Landed:
    """What the version that it made says: whether it covers anything but copies of ours."""
    base, version = written.write.base_version, written.version
    if version == base + 1:
        return _Landed(written=written)
    try:
        earlier = [stored for stored in _history(store, written, clock) if stored.version < version]
    except AcademyError as blind:
        raise _unrestored(written, version - 1, blind) from blind
    anew = version <= base
    between = earlier if anew else [stored for stored in earlier if stored.version > base]
    foreign = [stored for stored in between if stored.value not in written.copies]
    return _Landed(written=written, over=foreign[-1] if foreign else None, anew=anew)


def _history(store: ParameterStore, written: Written, clock: Clock) -> tuple[StoredParameter, ...]:
    """The history as far as `written` at least: a read may lag behind a write for a moment."""
    for _ in clock.ticks(every=0.3, within=5):
        history = store.read_history(written.write.name)
        if history and history[-1].version >= written.version:
            return history
    raise AwsError(f"the history of {written.write.name} does not show version {written.version}")


def _give_back(store: ParameterStore, landed: _Landed, clock: Clock) -> Conflict:
    """Brings back what our put covers; the Conflict that says so."""
    theirs, ours = landed.over, landed.written
    lost = theirs.version if theirs else 0
    try:
        back = _put_back(store, ours, theirs, clock)
    except AcademyError as failure:
        return _unrestored(ours, lost, failure)
    name, again = ours.write.name, f"academyctl ssm rollback {ours.write.words}"
    now = f"version {back.version} of somebody else stands now" if back.theirs else f"is back as version {back.version}"
    data = {"parameter": name, "theirs": lost, "ours": ours.version, "restored_as": back.version}
    if theirs is None:
        now = now if back.theirs else "is deleted again; wait 30 s before it can be created"
        said = f"{name}: somebody deleted it while this command ran; our version {ours.version} {now}"
        return Conflict(said, code="conflict.version", hint="run it again", data=data)
    return Conflict(
        f"{name}: {theirs.modified_by or 'somebody'} wrote version {lost} while this command ran; "
        f"it was overwritten by version {ours.version} and {now}",
        code="conflict.version",
        hint=f"compare and run it again; theirs: {again} --to-version {lost}; ours: --to-version {ours.version}",
        data=data,
    )


def _unrestored(ours: Written, lost: int, failure: AcademyError) -> Unrestored:
    name = ours.write.name
    what = f"version {lost} of somebody else" if lost else "somebody's deletion"
    hint = f"academyctl ssm rollback {ours.write.words} --to-version {lost}" if lost else "academyctl ssm verify"
    return Unrestored(
        f"{name}: {what} was overwritten by version {ours.version}, which stands: "
        f"it could not be put back ({failure.message})",
        code="conflict.version",
        hint=hint,
        data={"parameter": name, "theirs": lost, "ours": ours.version},
    )


def _put_back(store: ParameterStore, ours: Written, content: StoredParameter | None, clock: Clock) -> Restored:
    """`content` over `ours` (None: ours is deleted), unless somebody wrote since.

    What our own put then covers goes back on top of it: the last text of somebody else is what stands in the end.
    """
    if content is None:
        return _delete(store, ours, clock)
    theirs = False
    for _ in range(ROUNDS):
        standing = _standing(store, ours, clock)
        if standing is None or not ours.is_standing(standing):
            return Restored(version=standing.version if standing else 0, theirs=True)
        try:
            landed = _send(store, _restoring(content, standing, ours), ours.copies, clock)
        except Unrestored:
            raise
        except Conflict:
            continue
        if landed.over is None:
            return Restored(version=landed.written.version, theirs=theirs)
        ours, content, theirs = landed.written, landed.over, True
    raise AwsError(f"{ours.write.name} keeps changing hands", hint="run it again")


def _delete(store: ParameterStore, ours: Written, clock: Clock) -> Restored:
    """Deletes `ours`, unless somebody wrote since. An answer that is lost is looked up."""
    standing, asked = _standing(store, ours, clock), False
    for _ in _attempts(clock):
        if standing is None or not ours.is_standing(standing):
            return Restored(version=standing.version if standing else 0, theirs=standing is not None or not asked)
        try:
            store.delete(ours.write.name)
        except NotFound:
            return Restored(version=0)
        except AnswerLost:
            standing, asked = store.read([ours.write.name]).get(ours.write.name), True
        else:
            return Restored(version=0)
    raise AwsError(f"deleting {ours.write.name}: no answer, and it still stands", hint="run it again")


def _standing(store: ParameterStore, ours: Written, clock: Clock) -> StoredParameter | None:
    """What stands now: ours or something newer. None when it is gone."""
    newest = None
    for _ in clock.ticks(every=0.3, within=5):
        newest = store.read([ours.write.name]).get(ours.write.name)
        if newest and newest.version >= ours.version:
            return newest
    return newest


def _restoring(content: StoredParameter, standing: StoredParameter, ours: Written) -> ParameterWrite:
    """The put of an old text. A tier never goes down: SSM refuses it."""
    return replace(
        ours.write,
        value=content.value,
        base=standing,
        type=content.type,
        tier="Advanced" if "Advanced" in (content.tier, ours.write.tier) else content.tier or "Standard",
        key_id=content.key_id or ours.write.key_id,
        description=content.description,
        tags=(),
    )
