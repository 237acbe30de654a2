"""What the guided tour is made of: where it plays, and its steps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from academyctl.model.exit import ExitCode
from academyctl.model.stack import Stack

# The steps are told apart from the sandbox's parts: without moto the tour says how to get it.
if TYPE_CHECKING:
    from academyctl.sandbox.control import Control
    from academyctl.sandbox.seed import Client


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where the tour plays: a folder of its own, and an AWS. `legacy` is the operators' mixed .env.

    `values` fill the `{name}`s of later commands.
    """

    folder: Path
    clients: "Client"
    control: "Control"
    stack: Stack
    parameters: tuple[str, ...]
    legacy: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def ssm(self) -> Any:
        return self.clients("ssm")


@dataclass(frozen=True, kw_only=True)
class Step:
    """`command` are academyctl's words. `before` is what the tour does by itself first, told in `aside`.

    `is_live`: on a terminal it writes there by itself, so that its progress is seen.
    """

    title: str
    says: str
    command: str
    expected: ExitCode = ExitCode.OK
    aside: str = ""
    before: Callable[[Scene], None] | None = None
    stdin: str = ""
    is_live: bool = False

    def words(self, scene: Scene) -> str:
        """The command with the scene's values."""
        return self.command.format(**scene.values)

    def typed(self, scene: Scene) -> str:
        """The whole line, as a person types it."""
        return (f"printf %s {self.stdin} | " if self.stdin else "") + f"academyctl {self.words(scene)}"
