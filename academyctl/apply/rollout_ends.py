"""How a run of a rollout ends, in words: each says what stands, and which command goes on from there."""

from academyctl.model.batch_job import JobDetail
from academyctl.model.batch_write import BatchWrite
from academyctl.model.errors import AwsError, Conflict, Incomplete, Interrupted, RolledBack
from academyctl.model.rollout import Direction, Phase, Terms, View
from academyctl.plan.rollout_row import Budget


def cut_short(failure: AwsError, terms: Terms, phase: Phase | None) -> Incomplete:
    """Once something stands, the honest end is: not finished, and the same command goes on."""
    return Incomplete(
        f"{failure.message}; the rollout of {terms.green} stands{_in(phase)}",
        code="rollout.incomplete",
        hint=f"{failure.hint + '; then ' if failure.hint else ''}run the same command again to go on",
    )


def late(what: str, budget: Budget, direction: Direction) -> Incomplete:
    return Incomplete(
        f"{what} (--{budget}); nothing is lost",
        code="rollout.incomplete",
        hint="run the same command again to go on" + _way_back(direction),
    )


def interrupted(phase: Phase | None, direction: Direction) -> Interrupted:
    return Interrupted(
        f"interrupted{_in(phase)}; what was done stands",
        hint="run the same command again to go on" + _way_back(direction),
    )


def no_way_back(why: str, view: View) -> Incomplete:
    """Green takes the traffic as well as it can, and blue could not take it: turning back would end in nothing."""
    said = f"{view.blue_name} is INVALID" if view.blue else f"{view.blue_name} is gone"
    return Incomplete(
        f"{why}; {said}, there is nothing to go back to; the rollout of {view.terms.green} stands",
        code="rollout.no-blue",
        hint="academyctl batch why; then run the same command again to go on",
    )


def undone(write: BatchWrite, times: int) -> Conflict:
    return Conflict(
        f"{write.doing}: done {times} times, and each time somebody undid it",
        hint="find out who else writes (terraform, another operator), then run the same command again",
    )


def beaten(terms: Terms) -> Conflict:
    return Conflict(
        f"{terms.green} was created by somebody else at the same moment",
        hint="academyctl batch status",
    )


def rolled_back(why: str, canary: JobDetail | None = None) -> RolledBack:
    """`canary`: the job that did not prove green, where that was the reason."""
    return RolledBack(
        f"{why or 'an earlier run had to turn back'}; blue serves as before",
        hint=f"{_look_at(canary)}; then run the same command again",
    )


def _look_at(canary: JobDetail | None) -> str:
    """Its log says why it failed; one that never ran has none."""
    if canary is None:
        return "academyctl batch why"
    ran = canary.status == "FAILED" or canary.log_stream
    return f"academyctl batch logs {canary.id}" if ran else f"academyctl batch why --job {canary.id}"


def _in(phase: Phase | None) -> str:
    return f" in phase “{phase}”" if phase else ""


def _way_back(direction: Direction) -> str:
    return "; academyctl batch ce-rollout --abort goes back" if direction is Direction.FORWARD else ""
