"""How a rollout is told while it runs: its stages ticked off on a terminal, elsewhere a line when something is new."""

import re
import time
from dataclasses import dataclass, field

from academyctl.apply.rollout import Rollout
from academyctl.model.rollout import Direction, Phase
from academyctl.render.talk import Talk

REPEAT = 300.0
"""Seconds after which a line that differs in its numbers only is written again."""
STAGES: dict[Direction, dict[str, tuple[Phase, ...]]] = {
    Direction.FORWARD: {
        "create green": (Phase.CREATE, Phase.VALIDATE, Phase.POLICY),
        "canary": tuple(phase for phase in Phase if phase.name.startswith("CANARY_")),
        "green before blue": (Phase.ATTACH, Phase.ATTACHED),
        "soak": (Phase.SOAK,),
        "disable blue": (Phase.QUIESCE_NOTE, Phase.QUIESCE, Phase.DRAIN_NOTE),
        "drain blue": (Phase.DRAIN,),
        "finish": (Phase.RETAIN, Phase.DETACH, Phase.DELETE, Phase.CLOSE),
    },
    Direction.ROLLBACK: {
        "turn back": (Phase.INTENT,),
        "blue serves": (Phase.RESTORE, Phase.ORDER, Phase.RESTORE_MIN, Phase.RESTORE_NOTE),
        "put the canary away": tuple(phase for phase in Phase if phase.name.startswith("CANARY_")),
        "disable green": (Phase.DISABLE_GREEN, Phase.GREEN_NOTE),
        "drain green": (Phase.DRAIN_GREEN,),
        "delete green": (Phase.DELETE_GREEN,),
    },
    Direction.ABORT: {
        "close the rollout": (Phase.INTENT,),
        "blue serves": (Phase.RESTORE, Phase.ORDER, Phase.RESTORE_MIN, Phase.RESTORE_NOTE),
        "put the canary away": tuple(phase for phase in Phase if phase.name.startswith("CANARY_")),
        "green gives way": (Phase.DISABLE_GREEN, Phase.GREEN_NOTE, Phase.DRAIN_GREEN, Phase.DELETE_GREEN),
    },
}


@dataclass
class Narrator:
    """A `Progress` for something that takes hours. `rolling` is set once there is a rollout to follow."""

    talk: Talk
    rolling: Rollout | None = None
    _last: str = ""
    _at: float = field(default=0.0)
    _is_shown: bool = False

    def __call__(self, text: str) -> None:
        if self.talk.on_terminal and self.rolling and self.rolling.phase:
            self._show(self.rolling.phase, self.rolling.direction, text)
        elif self._is_shown:  # it turns back: the stages so far stay as they are, and others follow
            self.talk.hint(text)
        else:
            self._say(text)

    def _say(self, text: str) -> None:
        said = re.sub(r"\d+", "0", text)
        if said == self._last and time.monotonic() - self._at < REPEAT:
            return
        self._last, self._at = said, time.monotonic()
        self.talk.step(text)

    def _show(self, phase: Phase, direction: Direction, text: str) -> None:
        stages, self._is_shown = STAGES[direction], True
        at = next((number for number, phases in enumerate(stages.values()) if phase in phases), 0)
        self.talk.stage(tuple(stages), at, text.removeprefix(f"{phase}: "))
