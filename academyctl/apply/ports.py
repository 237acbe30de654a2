"""What carrying out needs from the outside."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from academyctl.model.ssm import ParameterWrite, StoredParameter

Progress = Callable[[str], None]
"""Told what happens next, in a few words."""

Stop = Callable[[], bool]
"""True once the operator wants to stop (Ctrl-C, SIGTERM). Asked between writes, never during one."""


class ParameterStore(Protocol):
    def now(self) -> datetime: ...
    def read(self, names: Iterable[str]) -> dict[str, StoredParameter]: ...
    def read_history(self, name: str, *, decrypt: bool = True) -> tuple[StoredParameter, ...]: ...
    def put(self, write: ParameterWrite) -> int: ...
    def delete(self, name: str) -> None: ...
