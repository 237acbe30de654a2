"""Whose rollout it is, asked in every pass and so before every write: green is there, ours, and on our way."""

from collections.abc import Container
from dataclasses import dataclass, replace

from academyctl.model.batch import TAG, ComputeEnvironmentDetail
from academyctl.model.batch_write import TagResource
from academyctl.model.errors import AwsError, Conflict
from academyctl.model.rollout import Direction, Phase, Terms, View

GONE_AFTER = 3
"""Looks in a row that must miss green, or its tags, before that is believed: a list may lag behind."""


@dataclass
class Ownership:
    """What one run knows of its green. `terms` change where it adopts a rollout of its own caller."""

    terms: Terms
    has_seen_green: bool
    """Also of a run that goes on with a green: it was read before the run began."""
    _missed: int = 0
    _is_leaving: bool = False

    def check(self, view: View, direction: Direction, reached: Container[Phase]) -> Direction:
        """The way to go on. Conflict where somebody else's; AwsError where what is read cannot be all there is yet."""
        green = view.green
        if green is None:
            self._check_gone(view, direction, reached)
            return direction
        self.has_seen_green, self._is_leaving = True, green.is_going
        if not green.tag("rollout") and Phase.CREATE in reached:
            self._miss(f"{green.name} has no tags yet")
        self._missed = 0
        self._check_tags(green)
        return _direction(green, direction)

    def _check_gone(self, view: View, direction: Direction, reached: Container[Phase]) -> None:
        """One that stood a moment ago."""
        if not self.has_seen_green or self._is_leaving or Phase.DELETE_GREEN in reached:
            return
        self._miss(f"{self.terms.green} is not listed")
        if direction is Direction.FORWARD:
            raise Conflict(
                f"{self.terms.green} is gone: somebody deleted it during the rollout",
                hint=f"blue serves again with: academyctl batch ce-ensure --ce {view.blue_name}",
            )

    def _miss(self, what: str) -> None:
        """Raises for the first looks of a row of them."""
        self._missed += 1
        if self._missed < GONE_AFTER:
            raise AwsError(what)

    def _check_tags(self, green: ComputeEnvironmentDetail) -> None:
        if green.tag("by") != self.terms.by:
            raise foreign(green)
        if green.tag("rollout") != self.terms.rollout:
            self._adopt(green)

    def _adopt(self, green: ComputeEnvironmentDetail) -> None:
        """Another run of the same caller, asked the same, was first: it is one rollout."""
        if green.tag("spec") != self.terms.tags.get(f"{TAG}spec"):
            raise foreign(green)
        self.terms = replace(self.terms, rollout=green.tag("rollout"))


def _direction(green: ComputeEnvironmentDetail, direction: Direction) -> Direction:
    """Another run may have turned back, which is ours to go on with, or closed the rollout, which ends us."""
    phase = green.tag("phase")
    if phase == "aborted" and direction is not Direction.ABORT:
        raise Conflict(
            f"the rollout of {green.name} was aborted by another run; nothing was undone",
            hint="academyctl batch status",
        )
    return Direction.ROLLBACK if phase == "rollback" and direction is Direction.FORWARD else direction


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
