"""Deletes retained environments, each proven drained in the pass before its deletion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from academyctl.apply.batch import RESEND_AFTER, is_sent, write_proven
from academyctl.apply.ports import Batch, Progress
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_write import DeleteComputeEnvironment, UpdateJobQueue
from academyctl.model.errors import AwsError, Conflict, Incomplete, Interrupted
from academyctl.model.plan import State
from academyctl.model.rollout import Facts, Load, Sight, Unseen
from academyctl.plan.prune import is_at_work
from academyctl.plan.serving import named

AGAIN = "run the same command again to go on"


@dataclass(frozen=True, kw_only=True)
class Prune:
    """One run. `stable_reads` empty readings in a row prove one drained; `within` seconds bound each wait.

    `guard` is shown the environments before every write, and raises where none may be made.
    """

    batch: Batch
    sights: Sights
    queue: str
    poll: Poll
    within: float
    stable_reads: int
    progress: Progress
    guard: Callable[[tuple[ComputeEnvironmentDetail, ...]], None]

    def run(self, environments: Sequence[ComputeEnvironmentDetail], note: Callable[[str, State], None]) -> None:
        """`note` is told how far each one came. Incomplete when one runs something, Conflict when one was enabled."""
        self._prove(environments)
        for environment in environments:
            note(environment.name, State.FAILED)
            self._detach(environment)
            self._delete(environment)
            note(environment.name, State.DONE)

    def _prove(self, environments: Sequence[ComputeEnvironmentDetail]) -> None:
        """All at once: the readings of one go on while another is read."""
        self.progress(f"making sure that nothing runs on {', '.join(one.name for one in environments)}")
        loads: dict[str, Load] = {}
        for _ in self.poll.ticks(self.within):
            facts = self._look()
            loads = {one.name: load for one in environments if (load := self._load(facts, one.name))}
            if all(load.quiet_reads >= self.stable_reads for load in loads.values()):
                return
        self._check_stopped()
        left = "; ".join(
            f"{name} {f'runs {load.what}' if load.what else 'was seen empty too few times'}"
            for name, load in loads.items()
            if load.quiet_reads < self.stable_reads
        )
        raise Incomplete(f"not proven drained after {self.within:g} s: {left}", hint=AGAIN)

    def _look(self) -> Facts:
        facts = self.sights.look()
        self.guard(facts.environments)
        return facts

    def _load(self, facts: Facts, name: str) -> Load | None:
        """What runs there; None where it is gone. Conflict when somebody enabled it."""
        now = named(name, facts.environments)
        if now is None:
            return None
        if now.is_enabled:
            raise _enabled(name)
        return self.sights.add(facts, Unseen(Sight.QUIET, name)).quiet[name]

    def _detach(self, environment: ComputeEnvironmentDetail) -> None:
        """Others in the order are carried along as they stand at each sending."""
        looks = 0
        for _ in self.poll.ticks(self.within):
            facts = self._look()
            queue = next((one for one in facts.queues if one.name == self.queue), None)
            if queue is None or environment.name not in queue.environments:
                return
            if looks == 0:
                self._check_stopped()
                looks = RESEND_AFTER if is_sent(self.batch, self._without(facts, queue, environment.name)) else 1
            looks -= 1
        self._check_stopped()
        raise Incomplete(f"{self.queue} still has {environment.name} after {self.within:g} s", hint=AGAIN)

    def _without(self, facts: Facts, queue: JobQueueDetail, name: str) -> UpdateJobQueue:
        """Conflict where nothing that takes jobs would be left in the queue, or somebody enabled the environment."""
        self._load(facts, name)
        rest = tuple(arn for arn in queue.order if arn.rpartition("/")[2] != name)
        if not any(one.arn in rest and is_at_work(one) for one in facts.environments):
            raise Conflict(
                f"without {name} {queue.name} would have no environment that takes jobs; it stays",
                hint="academyctl batch why",
            )
        write = UpdateJobQueue(name=queue.name, order=rest)
        self.progress(f"detaching {name} from {queue.name}")
        return write

    def _delete(self, environment: ComputeEnvironmentDetail) -> None:
        self._check_stopped()
        name = environment.name
        load = self._load(self._look(), name)
        if load and load.what:
            raise Incomplete(f"{name} runs {load.what} again; it stays, detached", hint=AGAIN)
        seen: list[str] = []
        write_proven(
            self.batch,
            DeleteComputeEnvironment(name=name),
            lambda: self._is_gone(name, seen),
            poll=self.poll,
            within=self.within,
            progress=self.progress,
        )

    def _is_gone(self, name: str, seen: list[str]) -> bool:
        """AwsError where its deletion began and failed: it is INVALID then. `seen` are its statuses so far."""
        now = named(name, self.batch.read_environments([name]))
        if now and now.is_enabled and not now.is_going:
            raise _enabled(name)
        if now and now.is_invalid and "DELETING" in seen:
            reason = now.status_reason or "AWS gives no reason"
            hint = "repair what the reason names (academyctl batch setup makes roles), then run the same command again"
            raise AwsError(f"{name} could not be deleted: {reason}", code="ce.invalid", hint=hint)
        seen.append(now.status if now else "DELETED")
        return seen[-1] == "DELETED"

    def _check_stopped(self) -> None:
        if self.poll.stop():
            raise Interrupted("interrupted; what was deleted is gone", hint=AGAIN)


def _enabled(name: str) -> Conflict:
    return Conflict(f"{name} was enabled meanwhile; it stays", hint="academyctl batch status")
