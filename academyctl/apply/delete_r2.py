"""Carries a deployment of delete-r2 out, one part after another: queues and role before the function, that before its
mapping. Each write is waited for until what it is about has settled.

Nothing is undone on a failure: every step leaves a state that the same command goes on from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from academyctl.apply.ports import Iam, Logs, Progress
from academyctl.apply.setup import check_base
from academyctl.apply.steps import carry_steps
from academyctl.apply.wait import Poll
from academyctl.model.delete_r2 import FunctionDetail, MappingDetail
from academyctl.model.delete_r2_write import (
    CreateEventSourceMapping,
    CreateFunction,
    CreateQueue,
    DeleteR2Write,
    DeleteR2Writes,
    FunctionWrite,
    MappingWrite,
    QueueWrite,
    SetQueueAttributes,
    UpdateEventSourceMapping,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
)
from academyctl.model.errors import AlreadyExists, AnswerLost, AwsError, Busy, Incomplete, Interrupted, NotFound
from academyctl.model.iam import UpdateAssumeRolePolicy
from academyctl.model.logs import CreateLogGroup, PutRetentionPolicy
from academyctl.model.plan import Change, Step

SETTLE = 20.0
"""Seconds for which a lost answer, or what was made a moment ago and is not found, is tried again."""
AGAIN = "run the same command again to go on"


class Functions(Protocol):
    """Lambda. `write` raises AlreadyExists, AnswerLost (it may have been applied) and Busy (later)."""

    def read_function(self, name: str) -> FunctionDetail | None: ...
    def read_mappings(self, source: str) -> tuple[MappingDetail, ...]: ...
    def write(self, write: FunctionWrite | MappingWrite) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Ports:
    iam: Iam
    logs: Logs
    functions: Functions
    write_queue: Callable[[QueueWrite], None]


@dataclass(frozen=True, kw_only=True)
class _Work:
    """`within`: seconds for each wait."""

    ports: Ports
    poll: Poll
    within: float
    progress: Progress


def apply_deploy(
    ports: Ports, steps: Sequence[Step[DeleteR2Writes]], *, poll: Poll, within: float, progress: Progress
) -> tuple[Change, ...]:
    """The changes as they became; an error carries them too."""
    work = _Work(ports=ports, poll=poll, within=within, progress=progress)
    return carry_steps(steps, lambda write: _carry(work, write), poll.stop)


def _carry(work: _Work, write: DeleteR2Write) -> None:
    ports = work.ports
    match write:
        case CreateQueue() | SetQueueAttributes():
            _send(work, write.doing, lambda: ports.write_queue(write))
        case CreateLogGroup() | PutRetentionPolicy():
            _send(work, write.doing, lambda: ports.logs.write(write))
        case CreateFunction() | UpdateFunctionConfiguration() | UpdateFunctionCode():
            _send(work, write.doing, lambda: ports.functions.write(write))
            _until_settled(work, write.wanted.name)
        case CreateEventSourceMapping() | UpdateEventSourceMapping():
            _map(work, write)
        case UpdateAssumeRolePolicy():
            check_base(ports.iam, write)
            _send(work, write.doing, lambda: ports.iam.write(write))
        case _:
            _send(work, write.doing, lambda: ports.iam.write(write))


def _send(work: _Work, doing: str, send: Callable[[], None], is_done: Callable[[], bool] = lambda: False) -> None:
    """Sends a write that may be sent twice, until it is answered. Busy is waited for: Lambda sees a new role late.

    `is_done` is asked after a lost answer. What is there already is what was wanted: reading everything back tells
    where it is not.
    """
    work.progress(doing)
    failure: AwsError | None = None
    for waited in work.poll.ticks(work.within):
        if failure and work.poll.stop():
            break
        try:
            send()
            return
        except AlreadyExists:
            return
        except Busy as busy:
            failure = busy
        except (AnswerLost, NotFound) as failed:
            if isinstance(failed, AnswerLost) and is_done():
                return
            if waited >= SETTLE:
                raise
            failure = failed
    assert failure is not None, "a poll ticks once at least"
    raise _given_up(work, doing, failure)


def _given_up(work: _Work, doing: str, failure: AwsError) -> Exception:
    if work.poll.stop():
        return Interrupted(f"interrupted while {doing}", hint=AGAIN)
    if isinstance(failure, Busy):
        return Incomplete(f"{failure.message}; not possible after {work.within:g} s", hint=AGAIN)
    return failure


def _until(work: _Work, is_so: Callable[[], bool], doing: str) -> None:
    """Incomplete when it does not come true in time, Interrupted when the poll is stopped."""
    for look, _ in enumerate(work.poll.ticks(work.within)):
        if is_so():
            return
        if not look:
            work.progress(doing)
    if work.poll.stop():
        raise Interrupted(f"interrupted while {doing}", hint=AGAIN)
    raise Incomplete(f"{doing}: not so after {work.within:g} s", hint=AGAIN)


def _until_settled(work: _Work, name: str) -> None:
    """AwsError where the function, or the update of it, failed."""
    seen: list[FunctionDetail] = []

    def is_settled() -> bool:
        found = work.ports.functions.read_function(name)
        seen[:] = [found] if found else []
        return found is not None and not found.is_moving

    _until(work, is_settled, f"waiting until {name} is ready")
    if seen[0].is_broken:
        hint = "repair what the reason names, then run the same command again"
        raise AwsError(f"{name} failed: {seen[0].reason}", code="aws.invalid", hint=hint)


def _map(work: _Work, write: CreateEventSourceMapping | UpdateEventSourceMapping) -> None:
    """Enabled, as soon as the function is settled."""
    queue = write.source.rpartition(":")[2]
    _until_settled(work, write.function.rpartition(":")[2])
    if isinstance(write, CreateEventSourceMapping) and write.is_going:
        _until(work, lambda: not _mappings(work, write), f"waiting until the old mapping of {queue} is deleted")
    created = isinstance(write, CreateEventSourceMapping)
    _send(
        work,
        write.doing,
        lambda: work.ports.functions.write(write),
        is_done=lambda: created and bool(_mappings(work, write)),
    )
    _until(
        work,
        lambda: any(one.state == "Enabled" for one in _mappings(work, write)),
        f"waiting until the mapping of {queue} is enabled",
    )


def _mappings(work: _Work, write: CreateEventSourceMapping | UpdateEventSourceMapping) -> tuple[MappingDetail, ...]:
    found = work.ports.functions.read_mappings(write.source)
    return tuple(one for one in found if one.function == write.function)
