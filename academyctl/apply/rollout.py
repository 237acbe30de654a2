"""Carries a rollout out: look, take the first row that is not done, write, look again.

There is no state in here that matters. A run that is killed leaves what its writes made of AWS, and the next one sees
that; what is counted here (how long a wait lasted, how often a write was sent) starts over.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from academyctl.apply.ports import Progress
from academyctl.apply.sights import Sights
from academyctl.apply.wait import Poll
from academyctl.model.batch import (
    TAG,
    BatchWrite,
    ComputeEnvironmentDetail,
    DeregisterJobDefinition,
    RegisterJobDefinition,
    TagResource,
)
from academyctl.model.errors import (
    AccessDenied,
    AlreadyExists,
    AnswerLost,
    AwsError,
    Busy,
    Conflict,
    Incomplete,
    Interrupted,
    NotFound,
    Refusal,
    RolledBack,
)
from academyctl.model.rollout import Direction, Facts, Phase, Terms, Unseen, View
from academyctl.plan.rollout import next_move
from academyctl.plan.rollout_row import Budget, Move, Row

RESEND_AFTER = 3
"""Looks after which a write that does not show is sent again."""
SENDS = 6
"""How often one row sends the same write before somebody else is taken to be undoing it."""
PATIENCE = 5
"""Passes in a row that AWS may fail, or writes at one row, before a run ends. A read has been tried 6 times already."""
GONE_AFTER = 3
"""Looks in a row that must miss green before it is believed to be gone: a list may lag behind."""

Write = Callable[[BatchWrite], str]


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """Seconds that the waits may take."""

    valid: float = 600.0
    canary: float = 900.0
    drain: float = 16200.0

    def of(self, budget: Budget) -> float:
        """The soak has none: it ends by AWS's clock."""
        known = {Budget.VALID: self.valid, Budget.CANARY: self.canary, Budget.DRAIN: self.drain}
        return known.get(budget, float("inf"))


@dataclass
class _Stay:
    """How long this run has been at one row, and what it sent. `looks_left`: before the same is sent again."""

    row: Row
    since: float
    meetings: int = 0
    refusals: int = 0
    failures: int = 0
    sent: str = ""
    looks_left: int = 0


@dataclass
class Rollout:
    """One run of one rollout. `take_over`: become the owner first. `reached`: the phases that it wrote in."""

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
    wrote: bool = False
    reached: set[Phase] = field(default_factory=set)
    _stay: _Stay | None = None
    _group_since: dict[Budget, float] = field(default_factory=dict)
    _sends: Counter[tuple[Phase, str]] = field(default_factory=Counter)
    _failing: int = 0
    _missed: int = 0
    _seen_green: bool = False
    _is_leaving: bool = False

    def run(self) -> None:
        """Returns when the table is done. RolledBack, Incomplete, Interrupted, Conflict say how else it ended."""
        if self.take_over:
            self._take_over()
        while True:
            move = self._pass()
            if move is None:
                return self._finished()
            self._tell(move)
            if not self._act(move):
                self._rest(move)

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
        raise self._interrupted() if self._stopped() else Incomplete("the take-over does not show")

    @property
    def phase(self) -> Phase | None:
        """Where it is, or was when it ended."""
        return self._stay.row.phase if self._stay else None

    def view(self) -> View | None:
        return View(facts=self.facts, terms=self.terms) if self.facts else None

    def _pass(self) -> Move | None:
        """Looks, and finds what is next. AWS may fail some passes in a row."""
        while True:
            try:
                facts = self.sights.look()
                self._check_owner(View(facts=facts, terms=self.terms))
                move = self._find(facts)
            except (Refusal, NotFound, AccessDenied) as refusal:
                raise self._incomplete(refusal) from refusal
            except AwsError as failure:
                self._bear(failure)
            else:
                self._failing = 0
                return move

    def _find(self, facts: Facts) -> Move | None:
        while True:
            self.facts = facts
            try:
                return next_move(View(facts=facts, terms=self.terms), self.direction)
            except Unseen as unseen:
                facts = self.sights.add(facts, unseen)

    def _check_owner(self, view: View) -> None:
        """Every pass, so before every write: green is there, ours, and on the way that we are on."""
        green = view.green
        self._missed = 0 if green else self._missed + 1
        if green is None:
            self._check_gone(view)
            return
        self._seen_green, self._is_leaving = True, green.is_going
        self._check_tags(green)

    def _check_gone(self, view: View) -> None:
        """A green that stood a moment ago: the list lags, unless it misses it again and again."""
        if not self._seen_green or self._is_leaving or Phase.DELETE_GREEN in self.reached:
            return
        if self._missed < GONE_AFTER:
            raise AwsError(f"{self.terms.green} is not listed")
        if self.direction is Direction.FORWARD:
            raise Conflict(
                f"{self.terms.green} is gone: somebody deleted it during the rollout",
                hint=f"blue serves again with: academyctl batch ce-ensure --ce {view.blue_name}",
            )

    def _check_tags(self, green: ComputeEnvironmentDetail) -> None:
        if green.tag("by") != self.terms.by:
            raise foreign(green)
        if green.tag("rollout") != self.terms.rollout:
            self._adopt(green)
        phase = green.tag("phase")
        if phase == "rollback" and self.direction is Direction.FORWARD:
            self.direction = Direction.ROLLBACK
            self.failure = self.failure or "an earlier run had to turn back"
        elif phase == "aborted" and self.direction is not Direction.ABORT:
            raise Conflict(
                f"the rollout of {green.name} was aborted by another run; nothing was undone",
                hint="academyctl batch status",
            )

    def _adopt(self, green: ComputeEnvironmentDetail) -> None:
        """Another run of the same caller, asked the same, was first: it is one rollout."""
        if green.tag("spec") != self.terms.tags.get(f"{TAG}spec"):
            raise foreign(green)
        self.terms = self.sights.terms = replace(self.terms, rollout=green.tag("rollout"))

    def _bear(self, failure: AwsError) -> None:
        """Looks again in a while; a run in which nothing stands yet does not hold out."""
        self._failing += 1
        if self._failing >= PATIENCE or isinstance(failure, AccessDenied) or not (self._seen_green or self.wrote):
            raise self._incomplete(failure) from failure
        self.progress(f"{failure.message}; looking again")
        self._stop_or(lambda: self.poll.pause(self.poll.every))

    def _incomplete(self, failure: AwsError) -> Incomplete | AwsError:
        """Once something stands, the honest end is: not finished, and the same command goes on."""
        if not self._seen_green and not self.wrote:
            return failure
        phase = f" in phase “{self._stay.row.phase}”" if self._stay else ""
        return Incomplete(
            f"{failure.message}; the rollout of {self.terms.green} stands{phase}",
            code="rollout.incomplete",
            hint=f"{failure.hint + '; then ' if failure.hint else ''}run the same command again to go on",
        )

    # One row

    def _tell(self, move: Move) -> None:
        if self._stay is None or self._stay.row.phase is not move.row.phase:
            self._stay = _Stay(row=move.row, since=self._now())
        if move.row.budget is Budget.CANARY and move.row.turns_back:
            self._group_since.setdefault(Budget.CANARY, self._now())

    def _act(self, move: Move) -> bool:
        """Writes what is due, or turns back. True: look again at once."""
        if move.failure:
            return self._turn_back(move.failure)
        stay = self._at()
        if move.write is None or self._stopped():
            return False
        if move.write.doing == stay.sent and stay.looks_left > 0:
            stay.looks_left -= 1
            return False
        return self._send(move, move.write)

    def _send(self, move: Move, write: BatchWrite) -> bool:
        stay = self._at()
        if self._sends[move.row.phase, write.doing] >= SENDS:
            if move.row.phase is Phase.CANARY_JOB:
                return self._turn_back(f"{SENDS} canaries ended well, and nobody saw the instance of one")
            raise Conflict(
                f"{write.doing}: done {SENDS} times, and each time somebody undid it",
                hint="find out who else writes (terraform, another operator), then run the same command again",
            )
        self.progress(f"{move.row.phase}: {write.doing}")
        try:
            self._write(write)
        except Busy as busy:
            self.progress(f"{move.row.phase}: {busy.message}")
            return False
        except AlreadyExists as exists:
            return self._met(move, exists)
        except AnswerLost as lost:
            self._endure(move, lost)
        except (Refusal, NotFound) as refusal:
            return self._refused(move, refusal)
        except AwsError as failure:
            self._endure(move, failure)
            return False
        else:
            stay.failures = 0
            self._sends[move.row.phase, write.doing] += 1
        self.reached.add(move.row.phase)
        stay.sent, stay.looks_left = write.doing, RESEND_AFTER
        return True

    def _endure(self, move: Move, failure: AwsError) -> None:
        """A write that AWS failed at, or did not answer, is sent again in a while; the row ends when it goes on so."""
        stay = self._at()
        stay.failures += 1
        if stay.failures >= PATIENCE or isinstance(failure, AccessDenied) or not (self._seen_green or self.wrote):
            raise self._incomplete(failure) from failure
        self.progress(f"{move.row.phase}: {failure.message}")

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

    def _met(self, move: Move, exists: AlreadyExists) -> bool:
        """A create met its own name: our own create whose answer was lost, a list that lags, or somebody's."""
        stay = self._at()
        stay.meetings += 1
        stay.sent, stay.looks_left = move.write.doing if move.write else "", RESEND_AFTER
        if move.row.phase is Phase.CREATE and stay.meetings > 2:
            raise Conflict(
                f"{self.terms.green} was created by somebody else at the same moment",
                hint="academyctl batch status",
            ) from exists
        return False

    def _refused(self, move: Move, refusal: AwsError) -> bool:
        """What we thought of AWS may be out of date by a moment: a second no is the answer."""
        stay = self._at()
        stay.refusals += 1
        if stay.refusals < 2 and self._seen_green:
            return False
        if move.row.turns_back and self.direction is Direction.FORWARD:
            return self._turn_back(refusal.message)
        raise self._incomplete(refusal) from refusal

    def _rest(self, move: Move) -> None:
        """Waits for the next look, unless the wait is over or the operator wants to stop."""
        if self._stopped():
            raise self._interrupted()
        what = move.row.waits_for(View(facts=self.facts, terms=self.terms)) if self.facts else ""
        self.progress(f"{move.row.phase}: {what}" if what else f"{move.row.phase}")
        if self._waited(move.row) >= self.budgets.of(move.row.budget):
            return self._ran_out(move, what)
        self._stop_or(lambda: self.poll.pause(self.budgets.of(move.row.budget) - self._waited(move.row)))
        return None

    def _ran_out(self, move: Move, what: str) -> None:
        late = f"{move.row.phase}: {what or 'it does not show'} after {self.budgets.of(move.row.budget):g} s"
        if move.row.turns_back and self.direction is Direction.FORWARD:
            self._turn_back(late)
            return
        raise Incomplete(
            f"{late} (--{move.row.budget}); nothing is lost",
            code="rollout.incomplete",
            hint="run the same command again to go on" + self._way_back(),
        )

    def _way_back(self) -> str:
        forward = self.direction is Direction.FORWARD
        return "; academyctl batch ce-rollout --abort goes back" if forward else ""

    def _turn_back(self, why: str) -> bool:
        """From here on the other table is worked through; its first row writes the intent down."""
        self.failure, self.direction, self._stay = why, Direction.ROLLBACK, None
        self._group_since.clear()
        self.progress(f"turning back: {why}")
        return True

    def _finished(self) -> None:
        if self.direction is Direction.ROLLBACK:
            raise RolledBack(
                f"{self.failure or 'an earlier run had to turn back'}; blue serves as before",
                hint="academyctl batch why; then run the same command again",
            )

    # Time and signals

    def _now(self) -> float:
        return self.poll.clock.monotonic()

    def _at(self) -> _Stay:
        assert self._stay is not None, "told before it acts"
        return self._stay

    def _waited(self, row: Row) -> float:
        """The rows of the canary share one budget."""
        since = self._group_since.get(row.budget) if row.turns_back else None
        return self._now() - (self._at().since if since is None else since)

    def _stopped(self) -> bool:
        return self.poll.stop()

    def _stop_or(self, pause: Callable[[], None]) -> None:
        if self._stopped():
            raise self._interrupted()
        pause()

    def _interrupted(self) -> Interrupted:
        phase = f" in phase “{self._stay.row.phase}”" if self._stay else ""
        return Interrupted(
            f"interrupted{phase}; what was done stands",
            hint="run the same command again to go on" + self._way_back(),
        )


def taking_over(green: ComputeEnvironmentDetail, by: str) -> TagResource:
    """The write that makes `by` the owner."""
    return TagResource(arn=green.arn, tags={f"{TAG}by": by})


def foreign(green: ComputeEnvironmentDetail, *, is_other_spec: bool = False) -> Conflict:
    """Somebody else's rollout is open, or one of the caller's own that was asked for something else."""
    owner, since = green.tag("by") or "somebody", green.tag("at") or "an unknown time"
    of = "was asked for another AMI or another stack file; its owner is" if is_other_spec else "belongs to"
    ask = "" if is_other_spec else "ask them; "
    return Conflict(
        f"the rollout of {green.name} {of} {owner} (phase {green.tag('phase') or '?'}, since {since})",
        code="rollout.foreign",
        hint=f"{ask}--take-over goes on with it as it was begun, --abort closes it",
        data={"owner": owner, "since": since, "green": green.name, "rollout": green.tag("rollout")},
    )
