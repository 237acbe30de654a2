"""How long a run of a rollout has been where it is, and what it sent there. Nothing of it outlives the run."""

from collections.abc import Callable
from dataclasses import dataclass

from academyctl.model.rollout import Phase
from academyctl.plan.rollout_row import Budget, Move, Row

RESEND_AFTER = 3
"""Looks after which a write that does not show is sent again."""


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
class Stay:
    """One stay at one row. `looks_left`: before the same is sent again."""

    row: Row
    since: float
    meetings: int = 0
    refusals: int = 0
    failures: int = 0
    sent: str = ""
    looks_left: int = 0

    def has_sent(self, doing: str) -> None:
        self.sent, self.looks_left = doing, RESEND_AFTER

    def is_due(self, doing: str) -> bool:
        """False while a write that was sent has looks left to show in; each asking takes one."""
        if doing != self.sent or self.looks_left == 0:
            return True
        self.looks_left -= 1
        return False


@dataclass
class Waits:
    """The clock of a run: since when it is at a row. The rows of the canary share one budget."""

    now: Callable[[], float]
    budgets: Budgets
    stay: Stay | None = None
    _canary_since: float | None = None

    @property
    def phase(self) -> Phase | None:
        return self.stay.row.phase if self.stay else None

    def at(self) -> Stay:
        assert self.stay is not None, "told before it acts"
        return self.stay

    def tell(self, move: Move) -> None:
        if self.phase is not move.row.phase:
            self.stay = Stay(row=move.row, since=self.now())
        if _is_shared(move.row) and self._canary_since is None:
            self._canary_since = self.now()

    def leave(self) -> None:
        """Another table is begun."""
        self.stay = self._canary_since = None

    def left(self, row: Row) -> float:
        """Seconds of its budget; 0 or less: it is used up."""
        shared = self._canary_since if _is_shared(row) else None
        return self.budgets.of(row.budget) - (self.now() - (self.at().since if shared is None else shared))


def _is_shared(row: Row) -> bool:
    return row.budget is Budget.CANARY and row.turns_back
