"""Writes parameters all or nothing: put, put, read back; on any failure what was written gets its former content back.

SSM cannot compare and swap. It numbers versions instead: a put onto version n must come back as n + 1. If it does not,
somebody wrote in between and was overwritten; their text is in the history and is put back. A lost answer is resolved
by reading that history. botocore never re-sends a put (aws/connect): a version that is not ours is somebody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from academyctl.apply.ports import ParameterStore, Progress, Stop
from academyctl.apply.wait import Clock
from academyctl.model.errors import (
    AcademyError,
    AnswerLost,
    AwsError,
    Conflict,
    Interrupted,
    Refusal,
    RolledBack,
)
from academyctl.model.plan import State
from academyctl.model.ssm import ParameterWrite, StoredParameter

RESENDS = 5
"""How often a put whose answer was lost, and that was not applied, is sent again."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A write that came through, as `version`."""

    write: ParameterWrite
    version: int


class WriteFailed(Exception):
    """How far an all-or-nothing write came: `states` by parameter, and the error that says how it ended."""

    def __init__(self, error: AcademyError, states: dict[str, State]) -> None:
        super().__init__(error.message)
        self.error = error
        self.states = states


def write_all(
    store: ParameterStore,
    writes: Sequence[ParameterWrite],
    *,
    stop: Stop,
    progress: Progress,
    clock: Clock | None = None,
) -> dict[str, int]:
    """Parameter → new version. WriteFailed when it could not be all; nothing of ours then stands that can be undone."""
    done: list[Written] = []
    current = writes[0].name if writes else ""
    try:
        for write in writes:
            current = write.name
            if stop():
                raise Interrupted("interrupted between two writes")
            progress(f"writing {write.name}")
            done.append(Written(write=write, version=put_guarded(store, write)))
        progress("reading back")
        for written in tuple(done):
            current = written.write.name
            _read_back(store, written, done, clock or Clock())
    except AcademyError as failure:
        raise _undo_all(store, writes, done, current, failure, progress) from failure
    return {written.write.name: written.version for written in done}


def check_bases(store: ParameterStore, writes: Sequence[ParameterWrite]) -> None:
    """Conflict unless every parameter still stands at the version that the plan was made from."""
    stored = store.read([write.name for write in writes])
    for write in writes:
        version = stored[write.name].version if write.name in stored else 0
        if version != write.base_version:
            raise Conflict(
                f"{write.name} is at version {version}, the plan was made from {write.base_version}; "
                "nothing was written",
                hint="run it again: the new plan starts from what stands now",
            )


def put_guarded(store: ParameterStore, write: ParameterWrite) -> int:
    """One put, proved by the version it made. Conflict when somebody else wrote in between: their text is back then."""
    for _ in range(RESENDS):
        try:
            version = store.put(write)
        except AnswerLost as lost:
            found = _find_own(store, write, lost)
            if found is None:
                continue
            version = found
        except Refusal as refused:
            if write.base is not None or "ParameterAlreadyExists" not in refused.message:
                raise
            found = _find_own(store, write, refused)
            if found is None:
                raise
            version = found
        if version == write.base_version + 1:
            return version
        return _resolve(store, write, version)
    raise AwsError(
        f"writing {write.name}: no answer after {RESENDS} attempts, and it was not applied",
        hint="run it again",
    )


def _find_own(store: ParameterStore, write: ParameterWrite, failure: AcademyError) -> int | None:
    """The version of ours that a lost answer would have told; None when it was not applied. Conflict when only
    somebody else's came to be."""
    newer = [stored for stored in store.read_history(write.name) if stored.version > write.base_version]
    own = [stored.version for stored in newer if stored.value == write.value]
    if own:
        return own[-1]
    if newer:
        raise Conflict(
            f"{write.name}: somebody else wrote version {newer[-1].version} ({newer[-1].modified_by or 'unknown'}); "
            "theirs stands, ours was not applied",
            hint="run it again: the new plan starts from what stands now",
        ) from failure
    return None


def _resolve(store: ParameterStore, write: ParameterWrite, version: int) -> int:
    """Ours is `version`, which is not base + 1. What stands between is our own re-send, or somebody else's."""
    between = [stored for stored in store.read_history(write.name) if write.base_version < stored.version < version]
    foreign = [stored for stored in between if stored.value != write.value]
    if not foreign:
        return version
    theirs = foreign[-1]
    back = _put_back(store, theirs, over=version)
    raise Conflict(
        f"{write.name}: {theirs.modified_by or 'somebody'} wrote version {theirs.version} while this command ran; "
        f"it was overwritten by version {version} and is back as version {back}",
        code="conflict.version",
        hint=f"compare and push again; ours: academyctl ssm rollback --role ROLE --to-version {version}; "
        f"theirs again: --to-version {theirs.version}",
        data={"parameter": write.name, "theirs": theirs.version, "ours": version, "restored_as": back},
    )


def _put_back(store: ParameterStore, content: StoredParameter, *, over: int) -> int:
    """Puts an old version's content over version `over`; AwsError when somebody wrote in between once more."""
    write = ParameterWrite(
        name=content.name,
        value=content.value,
        base=replace(content, version=over),
        type=content.type,
        tier=content.tier or "Standard",
        key_id=content.key_id,
        description=content.description,
    )
    for _ in range(RESENDS):
        try:
            version = store.put(write)
        except AnswerLost as lost:
            found = _find_own(store, write, lost)
            if found is None:
                continue
            version = found
        between = (
            [s for s in store.read_history(content.name) if over < s.version < version] if version > over + 1 else []
        )
        foreign = [stored for stored in between if stored.value != content.value]
        if not foreign:
            return version
        # A third writer: theirs is the newest wish, so it goes back on top.
        write = replace(write, value=foreign[-1].value, base=replace(content, version=version))
        over = version
    raise AwsError(
        f"{content.name}: version {content.version} could not be put back",
        hint=f"academyctl ssm rollback --role ROLE --to-version {content.version}",
    )


def _read_back(store: ParameterStore, written: Written, done: list[Written], clock: Clock) -> None:
    """The stored bytes are ours. A read may lag behind a write for a moment."""
    name = written.write.name
    for _ in clock.ticks(every=0.3, within=5):
        stored = store.read([name]).get(name)
        if stored and stored.version > written.version:
            done.remove(written)
            raise Conflict(
                f"{name}: {stored.modified_by or 'somebody'} wrote version {stored.version} right after ours "
                f"({written.version}); theirs stands",
                hint=f"compare: academyctl ssm history --role ROLE; ours: --to-version {written.version}",
            )
        if stored and stored.version == written.version:
            if stored.value == written.write.value:
                return
            raise AwsError(f"{name}: what SSM stores is not what was written", code="ssm.read-back")
    raise AwsError(f"{name}: version {written.version} cannot be read back", code="ssm.read-back")


def _undo_all(
    store: ParameterStore,
    writes: Sequence[ParameterWrite],
    done: Sequence[Written],
    current: str,
    failure: AcademyError,
    progress: Progress,
) -> WriteFailed:
    """Brings back what stood before, and says how everything stands now."""
    states = {write.name: State.NOT_STARTED for write in writes}
    if not isinstance(failure, Interrupted):
        states[current] = State.FAILED
    broken: list[str] = []
    for written in reversed(done):
        name = written.write.name
        try:
            progress(f"undoing {name}")
            _undo(store, written)
            states[name] = State.FAILED if name == current and not isinstance(failure, Interrupted) else State.UNDONE
        except AcademyError as second:
            states[name] = State.DONE
            broken.append(f"{name} stays at version {written.version} ({second.message})")
    return WriteFailed(_ending(failure, done, broken), states)


def _undo(store: ParameterStore, written: Written) -> None:
    write = written.write
    if write.base is not None:
        _put_back(store, write.base, over=written.version)
        return
    stored = store.read([write.name]).get(write.name)
    if stored and stored.version == written.version:
        store.delete(write.name)


def _ending(failure: AcademyError, done: Sequence[Written], broken: Sequence[str]) -> AcademyError:
    created = [written.write.name for written in done if written.write.base is None]
    rest = f"; wait 30 s before {', '.join(created)} can be created again" if created else ""
    if broken:
        return AwsError(
            f"{failure.message}; NOT undone: {'; '.join(broken)}", hint="academyctl ssm history, ssm rollback"
        )
    if isinstance(failure, Conflict | Interrupted):
        undone = "; what this command had written is undone" if done else ""
        failure.message += undone + rest
        return failure
    if not done:
        return failure
    return RolledBack(f"{failure.message}; the former content is back{rest}", hint=failure.hint)
