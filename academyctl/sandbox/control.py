"""What is scripted to go wrong, at which pace things go, and which calls came in. Holds wishes, decides nothing.

Names in wishes are shell patterns (fnmatch). All may be called while the sandbox serves, in its process or over
POST /sandbox/control (control_http).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from threading import Lock

from academyctl.sandbox.calls import ApiCall
from academyctl.sandbox.pace import Pace

ALWAYS = -1
"""As a number of times."""


@dataclass(frozen=True, kw_only=True)
class JobWish:
    """How a job is to go. `stuck`: the status it never leaves. `running`: seconds; None is the pace's.

    `reason` is the container's and `status_reason` the job's; for a stuck job `status_reason` says why it waits.
    """

    exit_code: int = 0
    running: float | None = None
    reason: str = ""
    status_reason: str = ""
    stuck: str = ""
    hides_instance: bool = False


@dataclass(kw_only=True)
class Wish:
    """Something for the next `left` things of a kind whose name matches."""

    kind: str
    pattern: str
    left: int = 1
    text: str = ""
    number: float = 0
    job: JobWish = JobWish()
    status: int = 400
    code: str = "ClientException"


@dataclass(frozen=True, kw_only=True)
class Logged:
    """A call that came in, and the HTTP status it was answered with; `number` counts from 1."""

    number: int
    service: str
    operation: str
    name: str
    is_mutating: bool
    status: int = 0


@dataclass(kw_only=True)
class Control:
    """`now` is the sandbox's clock: this machine's, moved by `advance`."""

    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], float] = time.time
    calls: list[Logged] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    """Services that took a write since the last `reset`."""
    _wishes: list[Wish] = field(default_factory=list)
    _ahead: float = 0
    _lock: Lock = field(default_factory=Lock)
    _others: list[Callable[[], None]] = field(default_factory=list)
    _act: dict[str, Callable[..., None]] = field(default_factory=dict)

    def now(self) -> float:
        return self.clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """The clock is put forward: what would happen by then has happened."""
        self._ahead += seconds

    def shift(self, seconds: float) -> None:
        """The clock is so far ahead of this machine's; behind, when negative. Not to be put back once things began."""
        self._ahead = seconds

    def set_pace(self, **seconds: float) -> None:
        """Durations, by the names of Pace; for what begins from now on."""
        self.pace = replace(self.pace, **seconds)

    # What is to happen to environments.

    def invalidate_next(self, pattern: str, reason: str, *, after: float = -1) -> None:
        """The next environment created under such a name becomes INVALID: in place of VALID, or `after` seconds."""
        self._wish(Wish(kind="invalid", pattern=pattern, text=reason, number=after))

    def invalidate(self, pattern: str, reason: str, *, after: float = 0) -> None:
        """Environments that are there become INVALID in so many seconds."""
        self._act["invalidate"](pattern, reason, after)

    def heal(self, pattern: str) -> None:
        """INVALID environments are VALID again."""
        self._act["heal"](pattern)

    def hold(self, pattern: str, status: str) -> None:
        """Environments and queues that reach CREATING, UPDATING or DELETING stay so until `release`."""
        self._wish(Wish(kind=f"hold:{status}", pattern=pattern, left=ALWAYS))

    def release(self, pattern: str, status: str) -> None:
        self._wishes = [one for one in self._wishes if (one.kind, one.pattern) != (f"hold:{status}", pattern)]
        self._act["release"](pattern, status)

    def run_ami(self, pattern: str, ami: str) -> None:
        """Instances of such environments really run this AMI."""
        self._wish(Wish(kind="ami", pattern=pattern, text=ami, left=ALWAYS))

    def without_capacity(self, pattern: str) -> None:
        """Such environments get no new instance, until `clear`."""
        self._wish(Wish(kind="capacity", pattern=pattern, left=ALWAYS))

    # What calls answer.

    def refuse(
        self,
        operation: str,
        pattern: str,
        message: str,
        *,
        times: int = 1,
        status: int = 400,
        code: str = "ClientException",
    ) -> None:
        """The next calls of an operation of Batch on such a name are refused, in these words, and do nothing."""
        kind = f"refuse:{operation}"
        self._wish(Wish(kind=kind, pattern=pattern, text=message, left=times, status=status, code=code))

    def being_modified(self, pattern: str, *, times: int = 1) -> None:
        """The next updates and deletes of such environments and queues are refused (ALWAYS: all of them)."""
        self._wish(Wish(kind="modified", pattern=pattern, left=times))

    def related(self, pattern: str, *, times: int = 1) -> None:
        """The next deletes of such environments find an existing JobQueue relationship."""
        self._wish(Wish(kind="related", pattern=pattern, left=times))

    def not_yet_valid(self, pattern: str, *, times: int = 1) -> None:
        """The next attempts to attach such an environment find that it is not VALID."""
        self._wish(Wish(kind="not-valid", pattern=pattern, left=times))

    def stale_order(self, pattern: str, *, times: int = 1) -> None:
        """The next descriptions of such queues tell the order from before the last update."""
        self._wish(Wish(kind="stale", pattern=pattern, left=times))

    # What happens to jobs.

    def next_job(
        self,
        pattern: str,
        *,
        times: int = 1,
        exit_code: int = 0,
        running: float | None = None,
        reason: str = "",
        status_reason: str = "",
        stuck: str = "",
        hides_instance: bool = False,
    ) -> None:
        """The next jobs submitted under such a name go so. `stuck`: SUBMITTED, RUNNABLE, STARTING or RUNNING."""
        job = JobWish(
            exit_code=exit_code,
            running=running,
            reason=reason,
            status_reason=status_reason,
            stuck=stuck,
            hides_instance=hides_instance,
        )
        self._wish(Wish(kind="job", pattern=pattern, left=times, job=job))

    def finish(self, pattern: str, *, exit_code: int = 0, reason: str = "") -> None:
        """Placed jobs, by id or name, end now."""
        self._act["finish"](pattern, exit_code, reason)

    def place(self, pattern: str, environment: str) -> None:
        """RUNNABLE jobs, by id or name, start on this environment now, whatever its state: they were on their way."""
        self._act["place"](pattern, environment)

    # Everything.

    def clear(self) -> None:
        """No more wishes; what has already come of them stays."""
        self._wishes.clear()

    def clear_calls(self) -> None:
        self.calls.clear()

    def forget(self) -> None:
        """An empty Batch, no wishes, no calls, this machine's time; other services stay as they are."""
        self._act["forget"]()
        self.clear()
        self.calls.clear()
        self._ahead = 0

    def reset(self) -> None:
        """An empty AWS, and the rest as `forget`."""
        self.forget()
        self.touched.clear()
        for wipe in self._others:
            wipe()

    # For the sandbox itself.

    def connect(self, *others: Callable[[], None], **act: Callable[..., None]) -> None:
        """What empties other services, and what works on the things that are there."""
        self._others += others
        self._act |= act

    def take(self, kind: str, name: str) -> Wish | None:
        """The first wish of the kind for this name; one of its times is used up."""
        for wish in self._wishes:
            if wish.kind == kind and wish.left and fnmatchcase(name, wish.pattern):
                wish.left -= 1 if wish.left > 0 else 0
                return wish
        return None

    def has(self, kind: str, name: str) -> bool:
        """Whether there is such a wish, which is not used up."""
        return any(one.kind == kind and one.left and fnmatchcase(name, one.pattern) for one in self._wishes)

    def _wish(self, wish: Wish) -> None:
        self._wishes.append(wish)

    def log(self, call: ApiCall, status: int) -> None:
        said = {"service": call.service, "operation": call.operation, "name": call.name}
        with self._lock:
            self.calls.append(Logged(number=len(self.calls) + 1, is_mutating=call.is_mutating, status=status, **said))
        if call.is_mutating:
            self.touched.add(call.service)

    @property
    def writes(self) -> list[tuple[str, str, str]]:
        """(service, operation, name) of the mutating calls."""
        return [(call.service, call.operation, call.name) for call in self.calls if call.is_mutating]
