"""What each environment of a fleet is to the stack: blue, green, retained, by hand, or foreign."""

from dataclasses import dataclass
from enum import StrEnum

from academyctl.model.batch import ComputeEnvironmentDetail, stem_of
from academyctl.model.fleet import Fleet
from academyctl.plan.serving import blue_of, of_stem, open_green, serving


class Mark(StrEnum):
    """`retained`: tagged by a former rollout. `untagged`: of the stem, made by hand. `foreign`: of another stem."""

    BLUE = "blue"
    GREEN = "green"
    RETAINED = "retained"
    UNTAGGED = "untagged"
    FOREIGN = "foreign"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One environment in its place. `place` counts from 1; 0: the production queue does not have it."""

    environment: ComputeEnvironmentDetail
    mark: Mark
    place: int = 0


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """An open rollout, as its tags tell it. `blue` is empty when that environment is gone."""

    id: str
    phase: str
    by: str
    at: str
    green: str
    blue: str


def members(fleet: Fleet, stack: str, stem: str) -> tuple[Member, ...]:
    """The queue's environments in their order, then the others of the stem, the newest number first."""
    names = fleet.queue.environments if fleet.queue else ()
    attached = [one for name in names if (one := fleet.environment(name))]
    standing = [one for one in of_stem(stem, fleet.environments) if one.status != "DELETED"]
    others = [one for one in reversed(standing) if one.name not in names]
    marks = _Marks(fleet, stack, stem)
    placed = [Member(environment=one, mark=marks.of(one), place=names.index(one.name) + 1) for one in attached]
    return (*placed, *(Member(environment=one, mark=marks.of(one)) for one in others))


class _Marks:
    def __init__(self, fleet: Fleet, stack: str, stem: str) -> None:
        self._stack, self._stem = stack, stem
        self._green = open_green(stack, stem, fleet.environments)
        blue = blue_of(self._green, fleet.environments) if self._green else None
        self._blue = blue or serving(stem, fleet.environments, fleet.queue)

    def of(self, one: ComputeEnvironmentDetail) -> Mark:
        if stem_of(one.name) != self._stem:
            return Mark.FOREIGN
        if one is self._green:
            return Mark.GREEN
        if one is self._blue:
            return Mark.BLUE
        return Mark.RETAINED if one.tag("stack") == self._stack else Mark.UNTAGGED


def rollout_of(fleet: Fleet, stack: str, stem: str) -> Rollout | None:
    """The open rollout; None when there is none."""
    green = open_green(stack, stem, fleet.environments)
    if green is None:
        return None
    blue = blue_of(green, fleet.environments)
    return Rollout(
        id=green.tag("rollout"),
        phase=phase_of(green),
        by=green.tag("by"),
        at=green.tag("at"),
        green=green.name,
        blue=blue.name if blue else "",
    )


def phase_of(green: ComputeEnvironmentDetail) -> str:
    """How far the rollout of `green` came, in one word: what its tag says."""
    return green.tag("phase")
