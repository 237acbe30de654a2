"""Carries a setup out, one resource after another: roles before what runs with them, an environment before its queue.

Nothing is undone on a failure: every step leaves a state that the same command goes on from. How an environment is made
and waited for is apply/environment's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from academyctl.apply.environment import Waiting, make_environment, update_environment, wait_valid
from academyctl.apply.ports import Batch, Clusters, Iam, Logs, Progress
from academyctl.apply.steps import carry_steps, heed
from academyctl.apply.wait import Poll
from academyctl.model.batch import JobQueueDetail
from academyctl.model.batch_write import CreateJobQueue, UpdateComputeEnvironment, UpdateJobQueue
from academyctl.model.errors import AlreadyExists, AnswerLost, AwsError, Conflict, NotFound
from academyctl.model.iam import UpdateAssumeRolePolicy
from academyctl.model.logs import CreateLogGroup, PutRetentionPolicy
from academyctl.model.plan import Change, Step
from academyctl.model.setup import ChangeQueue, MakeEnvironment, RegisterAfter, SetupWrite, Writes

PAUSE, SETTLE = 1.0, 20.0
"""Seconds: between two tries of a write to IAM or Logs, and for all of them. What IAM was told is not seen everywhere
at once (IAM User Guide, "Changes that I make are not always immediately visible")."""

ANEW = "run it again: the new plan starts from what stands now"


@dataclass(frozen=True, kw_only=True)
class Ports:
    batch: Batch
    clusters: Clusters
    iam: Iam
    logs: Logs


def apply_setup(
    ports: Ports, steps: Sequence[Step[Writes]], *, poll: Poll, within: float, progress: Progress
) -> tuple[Change, ...]:
    """The changes as they became; an error carries them too. `within`: seconds for each wait."""
    waiting = Waiting(batch=ports.batch, clusters=ports.clusters, poll=poll, within=within, progress=progress)
    return carry_steps(steps, lambda write: _carry(ports, waiting, write), poll.stop)


def _carry(ports: Ports, waiting: Waiting, write: SetupWrite) -> None:
    match write:
        case MakeEnvironment():
            make_environment(waiting, write)
        case UpdateComputeEnvironment():
            update_environment(waiting, write)
        case CreateJobQueue():
            _create_queue(waiting, write)
        case ChangeQueue():
            _change_queue(waiting, write)
        case RegisterAfter():
            _register(waiting, write)
        case CreateLogGroup() | PutRetentionPolicy():
            _repeat(waiting, write.doing, lambda: ports.logs.write(write))
        case UpdateAssumeRolePolicy():
            check_base(ports.iam, write)
            _repeat(waiting, write.doing, lambda: ports.iam.write(write))
        case _:
            _repeat(waiting, write.doing, lambda: ports.iam.write(write))


def _repeat(waiting: Waiting, doing: str, send: Callable[[], None]) -> None:
    """Sends a write that may be sent twice, until it is answered and what it is about is found."""
    waiting.progress(doing)
    failure: AwsError | None = None
    for _ in waiting.poll.clock.ticks(every=PAUSE, within=SETTLE):
        if failure is not None:
            heed(waiting.poll.stop)
        try:
            return send()
        except (AnswerLost, NotFound) as failed:
            failure = failed
    assert failure is not None, "a clock ticks once at least"
    raise failure


def check_base(iam: Iam, write: UpdateAssumeRolePolicy) -> None:
    """Conflict where somebody changed the trust policy since the plan: an update would replace theirs."""
    stands = iam.read_role(write.name)
    if stands and stands.trust not in (write.base, write.trust):
        raise Conflict(f"the trust of {write.name} was changed since the plan; nothing was written to it", hint=ANEW)


def _create_queue(waiting: Waiting, write: CreateJobQueue) -> None:
    """One that is not there a moment after the plan; its environment has to be VALID first."""
    wait_valid(waiting, write.order[0].rpartition("/")[2])
    is_valid = False

    def is_there() -> bool:
        nonlocal is_valid
        queue = _queue(waiting, write.name)
        is_valid = queue is not None and _is_valid(queue)
        return queue is not None

    try:
        waiting.prove(write, is_there)
    except AlreadyExists:
        waiting.progress(f"{write.name} is there already")
    if not is_valid:
        doing = f"waiting until {write.name} is VALID"
        waiting.until(lambda: is_there() and is_valid, doing, at_once=False)


def _change_queue(waiting: Waiting, write: ChangeQueue) -> None:
    """Conflict where somebody changed the order since the plan: an update would replace theirs."""
    update = write.update
    for arn in set(update.order or ()) - set(write.base):
        wait_valid(waiting, arn.rpartition("/")[2])
    stands = _queue(waiting, update.name)
    if update.order is not None and stands and stands.order not in (write.base, update.order):
        raise Conflict(
            f"the order of {update.name} was changed since the plan; nothing was written to it",
            hint=ANEW,
        )
    waiting.prove(update, lambda: _shows(_queue(waiting, update.name), update))


def _shows(queue: JobQueueDetail | None, update: UpdateJobQueue) -> bool:
    return (
        queue is not None
        and (update.state is None or queue.state == update.state)
        and (update.order is None or queue.order == update.order)
        and (update.priority is None or queue.priority == update.priority)
        and _is_valid(queue)
    )


def _queue(waiting: Waiting, name: str) -> JobQueueDetail | None:
    found = waiting.batch.read_queues([name])
    return next((one for one in found if one.status != "DELETED"), None)


def _is_valid(queue: JobQueueDetail) -> bool:
    """AwsError where it is INVALID."""
    if queue.status == "INVALID":
        reason = queue.status_reason or "AWS gives no reason"
        raise AwsError(f"{queue.name} is INVALID: {reason}", code="aws.invalid", hint="academyctl batch why")
    return queue.is_valid


def _register(waiting: Waiting, write: RegisterAfter) -> None:
    """Registered twice it is there twice: a lost answer is resolved by reading, never by sending again."""

    def is_there() -> bool:
        return any(one.revision > write.revision for one in waiting.batch.read_job_definitions(write.name))

    waiting.progress(write.doing)
    try:
        waiting.batch.write(write.register)
    except AnswerLost as lost:
        if not is_there():
            raise AwsError(f"{lost.message}; it was not applied", hint="run the same command to go on") from lost
    waiting.until(is_there, f"reading {write.name} back")
