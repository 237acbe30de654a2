"""Makes a compute environment and waits until it is VALID; updates one; waits for one.

Deletes one only where it is INVALID, was made by a setup, is in no queue and has no task: it never ran anything.
"""

from collections.abc import Callable
from dataclasses import dataclass

from academyctl.apply.batch import write_proven
from academyctl.apply.ports import Batch, Clusters, Progress
from academyctl.apply.wait import Poll
from academyctl.model.batch import MOVING, TAG, CeState, ComputeEnvironmentDetail
from academyctl.model.batch_write import (
    BatchWrite,
    CreateComputeEnvironment,
    DeleteComputeEnvironment,
    UpdateComputeEnvironment,
)
from academyctl.model.errors import AlreadyExists, AwsError, Conflict, Incomplete, Interrupted, Refusal
from academyctl.model.setup import MakeEnvironment

CREATIONS = 3
"""How often one is made before its INVALID is believed: a role that was just created is not seen everywhere at once."""
AGAIN = "run the same command again to go on"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What a wait needs. `within`: seconds for each."""

    batch: Batch
    clusters: Clusters
    poll: Poll
    within: float
    progress: Progress

    def prove(self, write: BatchWrite, is_proven: Callable[[], bool]) -> None:
        write_proven(self.batch, write, is_proven, poll=self.poll, within=self.within, progress=self.progress)

    def until(self, is_so: Callable[[], bool], doing: str, *, at_once: bool = True) -> None:
        """Incomplete when it does not come true in time, Interrupted when the poll is stopped.

        Not `at_once`: it was looked at just now, the first look is after a pause.
        """
        self.progress(doing)
        for look, _ in enumerate(self.poll.ticks(self.within)):
            if (at_once or look) and is_so():
                return
        if self.poll.stop():
            raise Interrupted(f"interrupted while {doing}", hint=AGAIN)
        raise Incomplete(f"{doing}: not so after {self.within:g} s", hint=AGAIN)


def make_environment(waiting: Waiting, write: MakeEnvironment) -> None:
    """Creates it; where it becomes INVALID it is deleted and created again, three times in all."""
    name = write.create.name
    if write.is_going:
        waiting.until(lambda: _read(waiting, name) is None, f"waiting until {name} is deleted")
    if write.replaces:
        _remove(waiting, write.create)
    for left in reversed(range(CREATIONS)):
        made = _created(waiting, write.create)
        if made.is_valid:
            return
        if not left:
            raise invalid(made)
        waiting.progress(f"{name} is INVALID ({made.status_reason or 'no reason given'}): it is made again")
        _remove(waiting, write.create)


def invalid(environment: ComputeEnvironmentDetail) -> AwsError:
    reason = environment.status_reason or "AWS gives no reason"
    return AwsError(
        f"{environment.name} is INVALID: {reason}",
        code="ce.invalid",
        hint="repair what the reason names (academyctl batch why), then run the same command again",
    )


def _created(waiting: Waiting, create: CreateComputeEnvironment) -> ComputeEnvironmentDetail:
    """VALID or INVALID. One of that name that is not the stack's is Conflict."""
    seen: list[ComputeEnvironmentDetail | None] = []

    def is_there() -> bool:
        seen[:] = [_read(waiting, create.name)]
        return seen[0] is not None

    try:
        waiting.prove(create, is_there)
    except AlreadyExists:
        waiting.progress(f"{create.name} is there already")
    made = seen[0] if seen[0] and seen[0].status not in MOVING else _settled(waiting, create.name, at_once=False)
    if made.tag("stack") != create.tags[f"{TAG}stack"]:
        raise Conflict(f"somebody else created {create.name} at this moment; it is left as it is", hint=AGAIN)
    return made


def _read(waiting: Waiting, name: str) -> ComputeEnvironmentDetail | None:
    found = waiting.batch.read_environments([name])
    return next((one for one in found if one.status != "DELETED"), None)


def _settled(waiting: Waiting, name: str, *, at_once: bool = True) -> ComputeEnvironmentDetail:
    """The environment once its status passes no more by itself."""
    seen: list[ComputeEnvironmentDetail] = []

    def is_settled() -> bool:
        found = _read(waiting, name)
        seen[:] = [found] if found else []
        return found is not None and found.status not in MOVING

    waiting.until(is_settled, f"waiting until {name} is VALID", at_once=at_once)
    return seen[0]


def wait_valid(waiting: Waiting, name: str) -> None:
    """AwsError where it becomes INVALID."""
    found = _settled(waiting, name)
    if not found.is_valid:
        raise invalid(found)


def update_environment(waiting: Waiting, write: UpdateComputeEnvironment) -> None:
    """VALID with what was written. An INVALID one is written to whatever it shows: an update is what makes Batch look
    at it again (User Guide, invalid_compute_environment); AwsError where it stays INVALID."""
    looks = 0

    def is_shown() -> bool:
        nonlocal looks
        looks += 1
        found = _read(waiting, write.name)
        if found and found.is_invalid and looks > 1:
            raise invalid(found)
        return found is not None and found.is_valid and _holds(found, write)

    waiting.prove(write, is_shown)


def _holds(found: ComputeEnvironmentDetail, write: UpdateComputeEnvironment) -> bool:
    return (write.state is None or found.state == write.state) and (
        write.max_vcpus is None or found.max_vcpus == write.max_vcpus
    )


def _remove(waiting: Waiting, create: CreateComputeEnvironment) -> None:
    """Disables and deletes an environment that never ran anything; Refusal where that is not certain."""
    found = _read(waiting, create.name)
    if found is None:
        return
    _check_unused(waiting, found, create)
    if found.is_enabled and not found.is_going:
        disable = UpdateComputeEnvironment(name=found.name, state=CeState.DISABLED)
        waiting.prove(disable, lambda: _is_disabled(_read(waiting, found.name)))
    waiting.prove(DeleteComputeEnvironment(name=found.name), lambda: _read(waiting, found.name) is None)


def _is_disabled(found: ComputeEnvironmentDetail | None) -> bool:
    return found is None or (not found.is_enabled and found.status not in ("CREATING", "UPDATING"))


def _check_unused(waiting: Waiting, found: ComputeEnvironmentDetail, create: CreateComputeEnvironment) -> None:
    queues = [queue.name for queue in waiting.batch.read_queues() if found.name in queue.environments]
    why = ""
    if not (found.is_invalid or found.is_going) or found.tag("stack") != create.tags[f"{TAG}stack"]:
        why = f"it is {found.status}, and somebody else's or repaired"
    elif queues:
        why = f"{', '.join(queues)} has it in its order"
    elif found.cluster_arn:
        load = waiting.clusters.read_load(found.cluster_arn)
        why = "" if load.is_empty or not load.is_known else f"tasks on it: {load.running + load.pending}"
    if why:
        raise Refusal(f"{found.name} is not deleted: {why}", hint="academyctl batch status")
