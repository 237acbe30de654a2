"""CloudWatch Logs as far as a stack needs it: one log group, and the writes that bring it about."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class LogGroupDetail:
    """`retention` in days, None: kept for ever. `tags` are read only of a group that is empty and kept for ever."""

    name: str
    retention: int | None = None
    stored_bytes: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CreateLogGroup:
    name: str
    tags: Mapping[str, str]

    @property
    def doing(self) -> str:
        return f"creating log group {self.name}"


@dataclass(frozen=True, kw_only=True)
class PutRetentionPolicy:
    name: str
    days: int

    @property
    def doing(self) -> str:
        return f"keeping the logs of {self.name} for {self.days} days"


LogsWrite = CreateLogGroup | PutRetentionPolicy
