"""Carries a rollout out: look, take the first row that is not done, write, look again.

There is no state in here that matters. A run that is killed leaves what its writes made of AWS, and the next one sees
that; what is counted here (how long a wait lasted, how often a write was sent) starts over. Whose rollout it is stands
in rollout_owner, how long a wait may last in rollout_stay, how a run ends in rollout_ends.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from academyctl.apply import rollout_ends as ends
from academyctl.apply.ports import Progress
from academyctl.apply.rollout_owner import Ownership, taking_over
from academyctl.apply.rollout_stay import Budgets, Waits
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.model.batch_job import JobDetail
from academyctl.model.batch_write import BatchWrite, DeregisterJobDefinition, RegisterJobDefinition, TerminateJob
from academyctl.model.errors import (
    AccessDenied,
    AlreadyExists,
    AnswerLost,
    AwsError,
    Busy,
    Incomplete,
    NotFound,
    Refusal,
)
from academyctl.model.rollout import Direction, Facts, Phase, Terms, Unseen, View
from academyctl.plan.rollout import next_move
from academyctl.plan.rollout_canary import canary_at_fault
from academyctl.plan.rollout_row import Move

SENDS = 6
"""How often one row sends the same write before somebody else is taken to be undoing it."""
PATIENCE = 5
"""Passes in a row that AWS may fail, or writes at one row, before a run ends. A read has been tried 6 times already."""

Write = Callable[[BatchWrite], str]


@dataclass
class Rollout:
    """One run of one rollout. `take_over`: become the owner first. `reached`: the phases that it wrote in.

    `canary`: the job for which it turned back, if it was one.
    """

    sights: Sights
    write: Write
    terms: Terms
    direction: Direction
    poll: Poll
    budgets: Budgets
    progress: Progress
    take_over: bool = False
    facts: Facts | None = None
    failure: str = ""
    canary: JobDetail | None = None
    wrote: bool = False
    reached: set[Phase] = field(default_factory=set)
    _sends: Counter[tuple[Phase, str]] = field(default_factory=Counter)
    _failing: int = 0

    def __post_init__(self) -> None:
        self._ownership = Ownership(terms=self.terms, has_seen_green=not self.terms.resources)
        self._waits = Waits(now=self.poll.clock.monotonic, budgets=self.budgets)

    def run(self) -> None:
        """Returns when the table is done. RolledBack, Incomplete, Interrupted, Conflict say how else it ended."""
        if self.take_over:
            self._take_over()
        while (move := self._pass()) is not None:
            self._waits.tell(move)
            if not self._act(move):
                self._rest(move)
        if self.direction is Direction.ROLLBACK:
            raise ends.rolled_back(self.failure, self.canary)

    @property
    def phase(self) -> Phase | None:
        """Where it is, or was when it ended."""
        return self._waits.phase

    def view(self) -> View | None:
        return View(facts=self.facts, terms=self.terms) if self.facts else None

    def _take_over(self) -> None:
        """Becomes the owner. Of two who do, the later one is; the other sees it before its next write."""
        for _ in self.poll.ticks(self.budgets.valid):
            green = View(facts=self.sights.look(), terms=self.terms).green
            if green is None or green.tag("by") == self.terms.by:
                return
            self.progress(f"taking over from {green.tag('by')}")
            try:
                self._write(taking_over(green, self.terms.by))
            except (AnswerLost, Busy):
                continue
        if self._stopped():
            raise ends.interrupted(self.phase, self.direction)
        raise Incomplete("the take-over does not show")

    # One pass

    def _pass(self) -> Move | None:
        """Looks, and finds what is next. AWS may fail some passes in a row."""
        while True:
            try:
                move = self._find(self._look())
            except (Refusal, NotFound, AccessDenied) as refusal:
                raise self._cut_short(refusal) from refusal
            except AwsError as failure:
                self._bear(failure)
            else:
                self._failing = 0
                return move

    def _look(self) -> Facts:
        facts, owned = self.sights.look(), self._ownership
        self.direction = owned.check(View(facts=facts, terms=self.terms), self.direction, self.reached)
        self.terms = self.sights.terms = owned.terms
        return facts

    def _find(self, facts: Facts) -> Move | None:
        while True:
            self.facts = facts
            try:
                return next_move(View(facts=facts, terms=self.terms), self.direction)
            except Unseen as unseen:
                facts = self.sights.add(facts, unseen)

    def _bear(self, failure: AwsError) -> None:
        """Looks again in a while."""
        self._failing += 1
        self._endure(failure, self._failing)
        self.progress(f"{failure.message}; looking again")
        self._pause(self.poll.every)

    # One row

    def _act(self, move: Move) -> bool:
        """Writes what is due, or turns back. True: look again at once."""
        if move.failure:
            return self._turn_back(move.failure)
        if move.write is None or self._stopped() or not self._waits.at().is_due(move.write.doing):
            return False
        return self._send(move, move.write)

    def _send(self, move: Move, write: BatchWrite) -> bool:
        phase, stay = move.row.phase, self._waits.at()
        if self._sends[phase, write.doing] >= SENDS:
            return self._sent_in_vain(phase, write)
        self.progress(f"{phase}: {write.doing}")
        try:
            self._write(write)
        except Busy as busy:
            self.progress(f"{phase}: {busy.message}")
            return False
        except AlreadyExists as exists:
            return self._met(move, write, exists)
        except AnswerLost as lost:
            self._endure_write(move, lost)
        except (Refusal, NotFound) as refusal:
            return self._refused(move, refusal)
        except AwsError as failure:
            self._endure_write(move, failure)
            return False
        else:
            stay.failures = 0
            self._count(phase, write)
        self.reached.add(phase)
        stay.has_sent(write.doing)
        return True

    def _count(self, phase: Phase, write: BatchWrite) -> None:
        """Nobody undoes a termination; it takes what the container takes to stop."""
        if not isinstance(write, TerminateJob):
            self._sends[phase, write.doing] += 1

    def _sent_in_vain(self, phase: Phase, write: BatchWrite) -> bool:
        if phase is Phase.CANARY_JOB:
            return self._turn_back(f"{SENDS} canaries ended well, and nobody saw the instance of one")
        raise ends.undone(write, SENDS)

    def _write(self, write: BatchWrite) -> None:
        """A refusal leaves nothing behind; a lost answer may."""
        if isinstance(write, RegisterJobDefinition | DeregisterJobDefinition):
            self.sights.forget_definitions()
        try:
            self.write(write)
        except AnswerLost:
            self.wrote = True
            raise
        self.wrote = True

    def _met(self, move: Move, write: BatchWrite, exists: AlreadyExists) -> bool:
        """A create met its own name: our own create whose answer was lost, a list that lags, or somebody's."""
        stay = self._waits.at()
        stay.meetings += 1
        stay.has_sent(write.doing)
        if move.row.phase is Phase.CREATE and stay.meetings > 2:
            raise ends.beaten(self.terms) from exists
        return False

    def _refused(self, move: Move, refusal: AwsError) -> bool:
        """What we thought of AWS may be out of date by a moment: a second no is the answer."""
        stay = self._waits.at()
        stay.refusals += 1
        if stay.refusals < 2 and self._ownership.has_seen_green:
            return False
        if move.row.turns_back and self.direction is Direction.FORWARD:
            return self._turn_back(refusal.message)
        raise self._cut_short(refusal) from refusal

    def _rest(self, move: Move) -> None:
        """Waits for the next look, unless the wait is over or the operator wants to stop."""
        row = move.row
        if self._stopped():
            raise ends.interrupted(self.phase, self.direction)
        what = row.waits_for(View(facts=self.facts, terms=self.terms)) if self.facts else ""
        self.progress(f"{row.phase}: {what}" if what else f"{row.phase}")
        if self._waits.left(row) <= 0:
            self._ran_out(move, what or "it does not show")
        else:
            self._pause(self._waits.left(row))

    def _ran_out(self, move: Move, what: str) -> None:
        row = move.row
        late = f"{row.phase}: {what} after {self.budgets.of(row.budget):g} s"
        if not (row.turns_back and self.direction is Direction.FORWARD):
            raise ends.late(late, row.budget, self.direction)
        self._turn_back(late)

    def _turn_back(self, why: str) -> bool:
        """From here on the other table is worked through; its first row writes the intent down."""
        view = self.view()
        if view and not view.has_way_back:
            raise ends.no_way_back(why, view)
        if view and self.phase is Phase.CANARY_PROOF and (job := canary_at_fault(view)):
            self.canary, why = job, f"{why} (job {job.id})"
        self.failure, self.direction = why, Direction.ROLLBACK
        self._waits.leave()
        self.sights.forget_definitions()
        self.progress(f"turning back: {why}")
        return True

    # What AWS fails at, and who wants to stop

    def _endure_write(self, move: Move, failure: AwsError) -> None:
        """A write that AWS failed at, or did not answer, is sent again in a while; the row ends when it goes on so."""
        stay = self._waits.at()
        stay.failures += 1
        self._endure(failure, stay.failures)
        self.progress(f"{move.row.phase}: {failure.message}")

    def _endure(self, failure: AwsError, times: int) -> None:
        """A run in which nothing stands yet does not hold out."""
        stands = self._ownership.has_seen_green or self.wrote
        if times >= PATIENCE or isinstance(failure, AccessDenied) or not stands:
            raise self._cut_short(failure) from failure

    def _cut_short(self, failure: AwsError) -> AwsError | Incomplete:
        stands = self._ownership.has_seen_green or self.wrote
        return ends.cut_short(failure, self.terms, self.phase) if stands else failure

    def _stopped(self) -> bool:
        return self.poll.stop()

    def _pause(self, at_most: float) -> None:
        if self._stopped():
            raise ends.interrupted(self.phase, self.direction)
        self.poll.pause(at_most)
