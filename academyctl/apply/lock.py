"""The stack's lock: one String parameter whose history says who holds it.

SSM has no compare-and-swap, but it numbers versions: the holder is whoever wrote the first version after the last
`free` one. A claim that comes second changes nothing. A holder that did not free it (SIGKILL) is taken over once its
two minutes are past, by a claim that names the version it takes over; of two such claims, again the first counts. The
parameter is never deleted: a deleted name must rest 30 s before it can be made again.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from academyctl.apply.ports import ParameterStore, Progress, Stop
from academyctl.apply.wait import Clock
from academyctl.model.errors import AcademyError, AlreadyExists, AnswerLost, AwsError, Conflict, Interrupted
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite, StoredParameter, lock_name

FREE = "free"
LEASE = timedelta(minutes=2)
PATIENCE = 10.0
"""Seconds that a second writer waits."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim in the lock's history. Times are ISO 8601, UTC, AWS's clock."""

    owner: str
    host: str
    since: str
    expires: str
    id: str
    over: int = 0
    version: int = 0
    written_at: datetime | None = None

    def text(self) -> str:
        names = ("owner", "host", "since", "expires", "id", "over")
        return json.dumps({name: getattr(self, name) for name in names if getattr(self, name)})

    def has_expired(self, now: datetime) -> bool:
        """Past what the claim says; where that cannot be read (written by hand), two minutes after it was written."""
        end = _moment(self.expires) or (self.written_at + LEASE if self.written_at else None)
        return end is None or now >= end


def _moment(text: str) -> datetime | None:
    """An ISO 8601 time, in UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def holder_in(history: tuple[StoredParameter, ...]) -> Claim | None:
    """Who holds the lock, judged from all its versions; None when it is free."""
    holder: Claim | None = None
    for version in history:
        claim = _claim(version)
        if claim is None:
            holder = None
        elif holder is None or (claim.over == holder.version and holder.has_expired(_written(version, claim))):
            holder = claim
    return holder


def _written(version: StoredParameter, claim: Claim) -> datetime:
    return version.modified_at or _moment(claim.since) or datetime.min.replace(tzinfo=UTC)


def _claim(version: StoredParameter) -> Claim | None:
    text = version.value.reveal()
    if text == FREE:
        return None
    try:
        raw = json.loads(text)
        words = {name: str(raw.get(name, "")) for name in ("owner", "host", "since", "expires", "id")}
        over = int(raw.get("over", 0))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        # Written by hand: it holds the lock until someone unlocks it or its unreadable lease is taken over.
        words, over = (
            {"owner": version.modified_by or "unknown", "host": "", "since": "", "expires": "", "id": ""},
            0,
        )
    return Claim(**words, over=over, version=version.version, written_at=version.modified_at)


@contextmanager
def held_lock(
    store: ParameterStore,
    stack: str,
    owner: str,
    *,
    seen: StoredParameter | None,
    stop: Stop,
    progress: Progress,
    clock: Clock | None = None,
) -> Iterator[None]:
    """Holds the lock; frees it on every end. `seen` is the lock as the plan's read saw it (it saves a call).

    Conflict, naming the owner, when it is not free within 10 s; Interrupted when `stop` says so while waiting.
    """
    lock = _Lock(store, stack, owner, clock or Clock())
    claim = lock.acquire(seen, stop, progress)
    try:
        yield
    finally:
        lock.free(claim, progress)


class _Lock:
    def __init__(self, store: ParameterStore, stack: str, owner: str, clock: Clock) -> None:
        self._store = store
        self._stack = stack
        self._name = lock_name(stack)
        self._owner = owner
        self._clock = clock
        self._claim: Claim | None = None

    def acquire(self, seen: StoredParameter | None, stop: Stop, progress: Progress) -> Claim:
        holder: Claim | None = None
        for waited in self._clock.ticks(every=0.5, within=PATIENCE):
            if stop():
                raise Interrupted("interrupted while waiting for the lock; nothing was written")
            current = seen if waited == 0 and seen else self._store.read([self._name]).get(self._name)
            won, holder = self._try_or_leave(current, progress)
            if won:
                return won
            if waited == 0 and holder:
                progress(f"waiting for the lock of {holder.owner}")
        raise self._refusal(holder)

    def _try_or_leave(self, current: StoredParameter | None, progress: Progress) -> tuple[Claim | None, Claim | None]:
        """As _try; a claim that was written before it failed does not stay behind."""
        try:
            return self._try(current)
        except AcademyError:
            if self._claim:
                self.free(self._claim, progress)
            raise

    def _try(self, current: StoredParameter | None) -> tuple[Claim | None, Claim | None]:
        """(our claim, None) when we hold it now, else (None, who does)."""
        if current is None or current.value.reveal() == FREE:
            claim, version = self._write_claim(current)
            if version == (current.version if current else 0) + 1:
                return replace(claim, version=version), None
            return self._judge(claim)
        holder = holder_in(self._store.read_history(self._name))
        if holder is None or not holder.has_expired(self._store.now()):
            return None, holder
        claim, _ = self._write_claim(current, over=holder.version)
        return self._judge(claim)

    def _judge(self, claim: Claim) -> tuple[Claim | None, Claim | None]:
        holder = holder_in(self._store.read_history(self._name))
        return (holder, None) if holder and holder.id == claim.id else (None, holder)

    def _write_claim(self, current: StoredParameter | None, over: int = 0) -> tuple[Claim, int]:
        now = self._store.now().replace(microsecond=0)
        claim = Claim(
            owner=self._owner,
            host=socket.gethostname(),
            since=now.isoformat(),
            expires=(now + LEASE).isoformat(),
            id=uuid4().hex,
            over=over,
        )
        version = self._put(claim.text(), current)
        self._claim = claim
        return claim, version

    def _put(self, text: str, current: StoredParameter | None) -> int:
        """The version written; 0 when only the history can tell (a lost answer, or a name that just came to be)."""
        try:
            return self._store.put(_lock_write(self._stack, text, current))
        except (AnswerLost, AlreadyExists):
            return 0

    def free(self, claim: Claim, progress: Progress) -> None:
        """Frees the lock if it is still ours. A failure is told and left: the lease ends by itself."""
        why = "no answer"
        for _ in self._clock.ticks(every=0.5, within=5):
            try:
                current = self._ours(claim)
                if current is None or self._put(FREE, current):
                    return
            except AcademyError as failure:
                why = failure.message
                break
        progress(f"the lock could not be freed ({why}); it ends by itself at {claim.expires}")

    def _ours(self, claim: Claim) -> StoredParameter | None:
        """The lock as it stands while `claim` holds it; None when it does not: someone unlocked or took it over."""
        current = self._store.read([self._name]).get(self._name)
        if current is None or current.version <= claim.version:
            return current
        holder = holder_in(self._store.read_history(self._name))
        return current if holder and holder.id == claim.id else None

    def _refusal(self, holder: Claim | None) -> Conflict:
        if holder is None:
            return Conflict("the lock changed hands for 10 s; nothing was written", hint="run it again")
        who = f"{holder.owner} on {holder.host or 'an unknown host'}"
        return Conflict(
            f"{who} holds the lock since {holder.since or 'an unknown time'}; nothing was written",
            code="lock.held",
            hint=f"wait (it ends by {holder.expires or 'unlocking'}), or: academyctl ssm unlock --stack {self._stack}",
        )


def read_holder(store: ParameterStore, stack: str) -> tuple[StoredParameter | None, Claim | None]:
    """The lock as it stands, and who holds it."""
    history = store.read_history(lock_name(stack))
    return (history[-1] if history else None), holder_in(history)


def force_free(store: ParameterStore, stack: str, shown: StoredParameter, clock: Clock | None = None) -> None:
    """`ssm unlock`: writes `free`, whoever holds it. Conflict when it is no longer what was shown."""
    clock = clock or Clock()
    for _ in clock.ticks(every=0.5, within=5):
        current = store.read([shown.name]).get(shown.name)
        if current and current.value.reveal() == FREE:
            return
        if current is None or current.version != shown.version:
            raise Conflict(
                "the lock changed hands since it was shown; it was left alone",
                code="lock.changed",
                hint=f"look again: academyctl ssm unlock --stack {stack} --dry-run",
            )
        try:
            store.put(_lock_write(stack, FREE, current))
        except AnswerLost:
            continue
        return
    raise AwsError(f"freeing {shown.name}: no answer, and it was not applied", hint="run it again")


def _lock_write(stack: str, text: str, current: StoredParameter | None) -> ParameterWrite:
    return ParameterWrite(
        name=lock_name(stack),
        value=Secret(text),
        base=current,
        type="String",
        description="who is writing; see academyctl ssm unlock",
        tags=() if current else (("academyctl:stack", stack),),
    )
