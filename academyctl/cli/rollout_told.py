"""How a rollout is told while it runs: each phase that ends leaves a line, the one under way has the spinner.

Elsewhere than on a terminal a line is written when something else is said than before, or the same for five minutes.
"""

import re
import time
from dataclasses import dataclass, field

from academyctl.render.talk import Talk

REPEAT = 300.0
"""Seconds after which a line that differs in its numbers only is written again."""


@dataclass
class Narrator:
    """A `Progress` for something that takes hours."""

    talk: Talk
    _last: str = ""
    _at: float = field(default=0.0)

    def __call__(self, text: str) -> None:
        said = re.sub(r"\d+", "0", text)
        if not self.talk.on_terminal and said == self._last and time.monotonic() - self._at < REPEAT:
            return
        self._last, self._at = said, time.monotonic()
        self.talk.step(text)
