"""Deletes retained environments, each proven drained in the pass before its deletion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from academyctl.apply.batch import write_proven
from academyctl.apply.ports import Batch, Progress
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.model.batch import ComputeEnvironmentDetail, DeleteComputeEnvironment, UpdateJobQueue
from academyctl.model.errors import Conflict, Incomplete, Interrupted
from academyctl.model.rollout import Facts, Sight, Unseen


@dataclass(frozen=True, kw_only=True)
class Prune:
    """One run. `stable_reads` empty readings in a row prove one drained; `within` seconds bound each wait."""

    batch: Batch
    sights: Sights
    queue: str
    poll: Poll
    within: float
    stable_reads: int
    progress: Progress

    def run(self, environments: Sequence[ComputeEnvironmentDetail], on_done: Callable[[str], None]) -> None:
        """Incomplete when one starts running something, Conflict when one was enabled meanwhile."""
        self._prove(environments)
        for environment in environments:
            self._detach(environment)
            self._delete(environment)
            on_done(environment.name)

    def _prove(self, environments: Sequence[ComputeEnvironmentDetail]) -> None:
        """All at once: the readings of one go on while another is read."""
        for _ in self.poll.ticks(self.within):
            facts = self.sights.look()
            reads = [self._quiet_reads(facts, one) for one in environments]
            if min(reads, default=self.stable_reads) >= self.stable_reads:
                return
        self._stopped()
        raise Incomplete("something still runs there", hint="run the same command again when it is done")

    def _quiet_reads(self, facts: Facts, environment: ComputeEnvironmentDetail) -> int:
        now = next((one for one in facts.environments if one.name == environment.name), None)
        if now is None:
            return self.stable_reads
        if now.is_enabled:
            raise Conflict(f"{now.name} was enabled meanwhile; it stays", hint="academyctl batch status")
        self.progress(f"{now.name}: making sure that nothing runs there")
        return self.sights.add(facts, Unseen(Sight.QUIET, now.name)).quiet[now.name].quiet_reads

    def _detach(self, environment: ComputeEnvironmentDetail) -> None:
        """Others in the order are carried along as they stand now."""
        while environment.name in self._attached():
            self._stopped()
            queue = self.batch.read_queues([self.queue])[0]
            rest = tuple(arn for arn in queue.order if arn.rpartition("/")[2] != environment.name)
            if not rest:
                raise Conflict(f"{environment.name} is the only one of {self.queue} now; it stays")
            write_proven(
                self.batch,
                UpdateJobQueue(name=self.queue, order=rest),
                lambda: environment.name not in self._attached(),
                poll=self.poll,
                within=self.within,
                progress=self.progress,
            )

    def _attached(self) -> tuple[str, ...]:
        found = self.batch.read_queues([self.queue])
        return found[0].environments if found else ()

    def _delete(self, environment: ComputeEnvironmentDetail) -> None:
        self._stopped()
        if self._quiet_reads(self.sights.look(), environment) == 0:
            raise Incomplete(f"{environment.name} runs something again; it stays, detached")
        write_proven(
            self.batch,
            DeleteComputeEnvironment(name=environment.name),
            lambda: self._is_gone(environment.name),
            poll=self.poll,
            within=self.within,
            progress=self.progress,
        )

    def _is_gone(self, name: str) -> bool:
        found = self.batch.read_environments([name])
        return not found or found[0].status == "DELETED"

    def _stopped(self) -> None:
        if self.poll.stop():
            raise Interrupted("interrupted; what was deleted is gone", hint="run the same command again to go on")
