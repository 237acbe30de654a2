"""How a rollout is told: every phase has its stage, and what turns back leaves its stages standing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from academyctl.cli.rollout_told import STAGES, Narrator
from academyctl.model.rollout import Direction, Phase
from academyctl.plan.rollout import TABLES
from academyctl.render.talk import Talk


@dataclass
class Rolling:
    """As much of a run as is told."""

    phase: Phase | None = None
    direction: Direction = Direction.FORWARD


@dataclass
class Heard(Talk):
    """A terminal that writes down what it is told."""

    heard: list[tuple[str, ...]] = field(default_factory=list)
    quiet: bool = False

    @property
    def on_terminal(self) -> bool:
        return True

    def step(self, text: str) -> None:
        self.heard.append(("step", text))

    def hint(self, text: str) -> None:
        self.heard.append(("hint", text))

    def stage(self, stages: Sequence[str], at: int, text: str) -> None:
        self.heard.append(("stage", stages[at], text))


@pytest.mark.parametrize("direction", Direction)
def test_every_phase_of_a_table_has_one_stage(direction: Direction) -> None:
    told = [phase for phases in STAGES[direction].values() for phase in phases]
    for row in TABLES[direction]:
        assert told.count(row.phase) == 1, row.phase


def test_on_a_terminal_a_run_that_turns_back_ends_one_picture_and_begins_another() -> None:
    talk, rolling = Heard(), Rolling()
    narrator = Narrator(talk, rolling)  # type: ignore[arg-type]  # what it asks of both is all that they have
    narrator("taking over from ann")
    rolling.phase = Phase.CANARY_PROOF
    narrator("canary proof: the canary is RUNNABLE")
    rolling.phase, rolling.direction = None, Direction.ROLLBACK
    narrator("turning back: the canary failed")
    rolling.phase = Phase.INTENT
    narrator("note intent: tagging v4")
    assert talk.heard == [
        ("step", "taking over from ann"),
        ("stage", "canary", "the canary is RUNNABLE"),
        ("hint", "turning back: the canary failed"),
        ("stage", "turn back", "tagging v4"),
    ]
