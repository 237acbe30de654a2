"""The line to the Batch in memory: what a caller's calls meet on the way, and what must hold at each of them.

Fates are by call number from 1, reads and writes counted together. `Killed` stands for SIGKILL: nothing catches it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from academyctl.model.batch import ClusterLoad, ComputeEnvironmentDetail, ContainerInstance, JobQueueDetail
from academyctl.model.batch_job import JobDefinitionDetail, JobDetail
from academyctl.model.batch_write import BatchWrite, DeleteComputeEnvironment, UpdateComputeEnvironment, UpdateJobQueue
from academyctl.model.errors import AccessDenied, AnswerLost, AwsError, Busy, Throttled
from tests.support.batch_model import World

T = TypeVar("T")
ENDLESS = 6000
"""Calls after which a run is taken to loop."""
LATENCY = 0.1
"""Seconds that a call takes."""


class Killed(Exception):
    """The process is gone, at this very call."""


class Endless(AssertionError):
    """A run that does not end."""


class Fate(StrEnum):
    """What becomes of a call. A read whose answer is lost was repeated by botocore as often as it does, and failed."""

    OK = "answered"
    LOST_APPLIED = "applied, its answer is lost"
    LOST = "lost on the way"
    BUSY = "the resource is being modified"
    THROTTLED = "throttled"
    FAILED = "server error"
    DENIED = "denied"
    STALE = "answers with what was before the last write"
    KILLED_BEFORE = "killed before it"
    KILLED_AFTER = "killed after it"


@dataclass(frozen=True)
class _Seen:
    """Environments and queues at one moment."""

    environments: tuple[ComputeEnvironmentDetail, ...]
    queues: tuple[JobQueueDetail, ...]

    def queue(self, name: str) -> JobQueueDetail | None:
        return next((one for one in self.queues if one.name == name), None)

    def serves(self, queue: str) -> bool:
        found = self.queue(queue)
        return any(one.is_serving for one in self.environments if found and one.arn in found.order)

    def states(self, queue: str) -> tuple[object, ...]:
        """What decides whether the queue is served."""
        found = self.queue(queue)
        order = found.order if found else ()
        return order, [(one.name, one.state, one.status) for one in self.environments if one.arn in order]


@dataclass
class Line:
    """One process's way to AWS. Implements both ports. `hooks`: what somebody else does just before that call.

    `ours`: the environments that this rollout may write to. `wrong`: where what must hold did not.
    """

    world: World
    queue: str
    fates: Mapping[int, Fate] = field(default_factory=dict)
    always: Callable[[str], Fate] = lambda call: Fate.OK
    hooks: Mapping[int, Callable[[], object]] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _stale: _Seen | None = None
    _looked: _Seen | None = None

    def now(self) -> datetime:
        return self.world.now()

    # Reads

    def read_environments(self, names: Iterable[str] | None = None) -> tuple[ComputeEnvironmentDetail, ...]:
        wanted = None if names is None else set(names)
        seen = self._read("read_environments", self._see, lambda: self._stale or self._see())
        self._looked = _Seen(seen.environments, self._see().queues)
        return tuple(one for one in seen.environments if wanted is None or one.name in wanted)

    def read_queues(self, names: Iterable[str] | None = None) -> tuple[JobQueueDetail, ...]:
        wanted = None if names is None else set(names)
        seen = self._read("read_queues", self._see, lambda: self._stale or self._see())
        self._looked = _Seen(self._looked.environments if self._looked else (), seen.queues)
        return tuple(one for one in seen.queues if wanted is None or one.name in wanted)

    def read_job_definitions(self, name: str) -> tuple[JobDefinitionDetail, ...]:
        return self._read("read_job_definitions", lambda: self.world.active(name))

    def list_jobs(self, queue: str, status: str) -> tuple[JobDetail, ...]:
        return self._read("list_jobs", lambda: self._summaries(queue, lambda job: job.status == status))

    def find_jobs(self, queue: str, name: str) -> tuple[JobDetail, ...]:
        return self._read("find_jobs", lambda: self._summaries(queue, lambda job: job.name == name))

    def _summaries(self, queue: str, fits: Callable[[JobDetail], bool]) -> tuple[JobDetail, ...]:
        return tuple(job for job in self.world.jobs.values() if job.queue == queue and fits(job))

    def read_jobs(self, ids: Iterable[str]) -> tuple[JobDetail, ...]:
        wanted = tuple(ids)
        return self._read("read_jobs", lambda: tuple(self.world.jobs[id] for id in wanted))

    def read_load(self, cluster: str) -> ClusterLoad:
        return self._read("read_load", lambda: self.world.load(cluster))

    def read_container_instances(self, cluster: str, arns: Iterable[str]) -> tuple[ContainerInstance, ...]:
        wanted = tuple(arns)
        return self._read("read_container_instances", lambda: self.world.instances(wanted))

    def _see(self) -> _Seen:
        return _Seen(tuple(self.world.environments.values()), tuple(self.world.queues.values()))

    def _read(self, call: str, read: Callable[[], T], stale: Callable[[], T] | None = None) -> T:
        fate = self._begin(call)
        match fate:
            case Fate.LOST | Fate.LOST_APPLIED | Fate.FAILED:
                raise AwsError(f"{call}: no answer")
            case Fate.KILLED_AFTER:
                raise Killed(call)
            case Fate.STALE if stale:
                return stale()
        return read()

    def _begin(self, call: str) -> Fate:
        """Counts the call, lets time pass and others act, and raises what comes before anything is done."""
        self.calls.append(call)
        if len(self.calls) > ENDLESS:
            raise Endless(", ".join(self.calls[-20:]))
        self.world.sleep(LATENCY)
        self.at.append(self.world.seconds)
        self.hooks.get(len(self.calls), lambda: None)()
        fate = self.fates.get(len(self.calls)) or self.always(call)
        if fate is Fate.KILLED_BEFORE:
            raise Killed(call)
        if fate is Fate.THROTTLED:
            raise Throttled(f"{call}: too many requests")
        if fate is Fate.DENIED:
            raise AccessDenied(f"{call}: not allowed")
        return fate

    # Writes

    def write(self, write: BatchWrite) -> str:
        call = type(write).__name__
        fate = self._begin(call)
        if fate is Fate.BUSY:
            raise Busy(f"{call}: is being modified")
        if fate is Fate.FAILED:
            raise AwsError(f"{call}: server error")
        if fate is Fate.LOST:
            raise AnswerLost(f"{call}: no answer")
        made = self._write(write)
        if fate is Fate.LOST_APPLIED:
            raise AnswerLost(f"{call}: no answer")
        if fate is Fate.KILLED_AFTER:
            raise Killed(call)
        return made

    def _write(self, write: BatchWrite) -> str:
        before, lost = self._see(), len(self.world.lost)
        made = self.world.write(write)
        self._stale = before
        self._check(write, before, self._see())
        self.wrong += [f"{write.doing}: {id} was lost" for id in self.world.lost[lost:]]
        return made

    def _check(self, write: BatchWrite, before: _Seen, after: _Seen) -> None:
        """What somebody else did since the caller looked is not laid to its charge."""
        informed = bool(self._looked) and self._looked.states(self.queue) == before.states(self.queue)  # type: ignore[union-attr]
        if informed and before.serves(self.queue) and not after.serves(self.queue):
            self.wrong.append(f"{write.doing}: {self.queue} has no ENABLED VALID environment any more")
        if isinstance(write, UpdateComputeEnvironment | DeleteComputeEnvironment) and write.name not in self.ours:
            self.wrong.append(f"{write.doing}: it is not ours")
        if isinstance(write, UpdateJobQueue) and informed and self._others(before) != self._others(after):
            self.wrong.append(f"{write.doing}: {self._others(before)} became {self._others(after)}")

    def _others(self, seen: _Seen) -> tuple[str, ...]:
        """The environments of the queue that are not of the rollout, in order."""
        found = seen.queue(self.queue)
        return tuple(name for name in (found.environments if found else ()) if name not in self.ours)
