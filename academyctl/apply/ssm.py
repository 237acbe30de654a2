"""Writes parameters all or nothing: put, put, read back; on any failure what was written gets its former content back.

How one write is guarded is apply/put's. Here is what several of them owe each other, and the truth about how far they
came.
"""

from collections.abc import Sequence

from academyctl.apply.ports import ParameterStore, Progress, Stop
from academyctl.apply.put import Unrestored, Written, put_guarded, settle, undo
from academyctl.apply.wait import Clock
from academyctl.model.errors import AcademyError, AnswerLost, AwsError, Conflict, Interrupted, RolledBack
from academyctl.model.plan import State
from academyctl.model.ssm import ParameterWrite, StoredParameter


class WriteFailed(Exception):
    """How far an all-or-nothing write came: `states` by parameter, and the error that says how it ended."""

    def __init__(self, error: AcademyError, states: dict[str, State]) -> None:
        super().__init__(error.message)
        self.error = error
        self.states = states


def check_bases(store: ParameterStore, writes: Sequence[ParameterWrite]) -> None:
    """Conflict unless every parameter still is what the plan was made from: its version, and the text of it (one that
    was deleted and made again counts from 1 once more)."""
    stored = store.read([write.name for write in writes])
    for write in writes:
        now = stored.get(write.name)
        version = now.version if now else 0
        if version != write.base_version:
            raise _moved(write, f"is at version {version}, the plan was made from {write.base_version}")
        if now and write.base and now.value != write.base.value:
            raise _moved(write, f"was made anew; its version {version} is not the one that the plan was made from")


def _moved(write: ParameterWrite, what: str) -> Conflict:
    return Conflict(
        f"{write.name} {what}; nothing was written", hint="run it again: the new plan starts from what stands now"
    )


def write_all(
    store: ParameterStore,
    writes: Sequence[ParameterWrite],
    *,
    stop: Stop,
    progress: Progress,
    clock: Clock | None = None,
) -> dict[str, int]:
    """Parameter → new version. WriteFailed when it could not be all; nothing of ours then stands that can be undone."""
    together = _Together(store, writes, progress, clock or Clock())
    is_told = False
    try:
        versions = together.write(stop)
        is_told = True
    except AcademyError as failure:
        is_told = True
        raise WriteFailed(together.undo(failure), together.states) from failure
    finally:
        if not is_told:
            together.undo(AcademyError("a bug"))
    return versions


class _Together:
    """The writes of one command. `done` stand; `current` is the one that a failure is about."""

    def __init__(
        self, store: ParameterStore, writes: Sequence[ParameterWrite], progress: Progress, clock: Clock
    ) -> None:
        self.states = {write.name: State.NOT_STARTED for write in writes}
        self._store = store
        self._writes = writes
        self._progress = progress
        self._clock = clock
        self._done: list[Written] = []
        self._broken: dict[str, str] = {}
        self._theirs: list[str] = []
        self._deleted: list[str] = []

    def write(self, stop: Stop) -> dict[str, int]:
        for write in self._writes:
            if stop():
                raise Interrupted(f"interrupted before {write.name} was written")
            self._progress(f"writing {write.name}")
            self._put(write)
        self._progress("reading back")
        self._read_back()
        return {written.write.name: written.version for written in self._done}

    def _put(self, write: ParameterWrite) -> None:
        self.states[write.name] = State.FAILED
        try:
            self._done.append(self._written(write))
        except Unrestored:
            self.states[write.name] = State.DONE
            raise
        except AnswerLost:
            self._broken[write.name] = f"it may hold version {write.base_version + 1} of this run"
            raise
        self.states[write.name] = State.DONE

    def _written(self, write: ParameterWrite) -> Written:
        try:
            return put_guarded(self._store, write, self._clock)
        except AnswerLost as lost:
            written = settle(self._store, write, lost, self._clock)
            if written is None:
                raise AwsError(f"{lost.message}; it was not applied", hint=lost.hint) from lost
            return written

    def _read_back(self) -> None:
        """The stored bytes are ours. A read may lag behind a write for a moment."""
        behind: list[Written] = []
        for _ in self._clock.ticks(every=0.3, within=5):
            stored = self._store.read([written.write.name for written in self._done])
            behind = [written for written in self._done if not self._stands(written, stored.get(written.write.name))]
            if not behind:
                return
        written = behind[0]
        self.states[written.write.name] = State.FAILED
        raise AwsError(f"{written.write.name}: version {written.version} cannot be read back", code="ssm.read-back")

    def _stands(self, written: Written, stored: StoredParameter | None) -> bool:
        """False while it is not seen yet; Conflict when somebody wrote right after."""
        if stored is None or stored.version < written.version:
            return False
        if written.is_standing(stored):
            return True
        name = written.write.name
        self.states[name] = State.FAILED
        if stored.version == written.version:
            raise AwsError(f"{name}: what SSM stores is not what was written", code="ssm.read-back")
        self._done.remove(written)
        raise Conflict(
            f"{name}: somebody wrote version {stored.version} right after ours ({written.version}); theirs stands",
            code="conflict.version",
            hint=f"compare: academyctl ssm history {written.write.words}; "
            f"ours again: academyctl ssm rollback {written.write.words} --to-version {written.version}",
        )

    def undo(self, failure: AcademyError) -> AcademyError:
        """Brings back what stood before; the error that says how everything stands now."""
        for written in reversed(self._done):
            self._progress(f"undoing {written.write.name}")
            self._undo(written)
        return self._ending(failure)

    def _undo(self, written: Written) -> None:
        name = written.write.name
        try:
            restored = undo(self._store, written, self._clock)
        except AcademyError as second:
            self.states[name] = State.DONE
            self._broken[name] = f"it stays at version {written.version} ({second.message})"
            return
        if restored.theirs:
            self.states[name] = State.FAILED
            self._theirs.append(f"{name} now is what somebody else made of it, which stands")
        elif self.states[name] is State.DONE:
            self.states[name] = State.UNDONE
        if restored.version == 0 and not restored.theirs:
            self._deleted.append(name)

    def _ending(self, failure: AcademyError) -> AcademyError:
        told = "; ".join([failure.message, *self._theirs])
        if self._broken:
            broken = "; ".join(f"{name}: {why}" for name, why in self._broken.items())
            return AwsError(f"{told}; NOT undone: {broken}", hint=self._by_hand())
        rest = f"; wait 30 s before {', '.join(self._deleted)} can be created again" if self._deleted else ""
        if isinstance(failure, Conflict | Interrupted):
            undone = "; what this command had written is undone" if self._done else ""
            failure.message = told + undone + rest
            return failure
        if self._theirs:
            return Conflict(told + rest, hint="compare: academyctl ssm history")
        if not self._done:
            return failure
        return RolledBack(f"{told}; the former content is back{rest}", hint=failure.hint)

    def _by_hand(self) -> str:
        """The commands that undo what we could not."""
        return "; ".join(
            f"academyctl ssm rollback {write.words} --to-version {write.base_version}"
            if write.base
            else f"aws ssm delete-parameter --name {write.name}"
            for write in self._writes
            if write.name in self._broken
        )
