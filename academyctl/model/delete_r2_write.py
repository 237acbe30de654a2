"""The writes that bring delete-r2 about, beside those of IAM and Logs. Each is one API call, and may be sent twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from academyctl.model.delete_r2 import WantedFunction
from academyctl.model.iam import IamWrite
from academyctl.model.logs import LogsWrite


@dataclass(frozen=True, kw_only=True)
class CreateQueue:
    name: str
    attributes: Mapping[str, str]
    tags: Mapping[str, str]

    @property
    def doing(self) -> str:
        return f"creating queue {self.name}"


@dataclass(frozen=True, kw_only=True)
class SetQueueAttributes:
    name: str
    url: str
    attributes: Mapping[str, str]

    @property
    def doing(self) -> str:
        return f"setting {', '.join(self.attributes)} of {self.name}"


@dataclass(frozen=True, kw_only=True)
class CreateFunction:
    """With the role that stands there when it is sent, or the declared one."""

    wanted: WantedFunction
    tags: Mapping[str, str]

    @property
    def doing(self) -> str:
        return f"creating function {self.wanted.name}"


@dataclass(frozen=True, kw_only=True)
class UpdateFunctionConfiguration:
    """Everything declared but code and architecture, which UpdateFunctionCode takes."""

    wanted: WantedFunction

    @property
    def doing(self) -> str:
        return f"updating the configuration of {self.wanted.name}"


@dataclass(frozen=True, kw_only=True)
class UpdateFunctionCode:
    wanted: WantedFunction

    @property
    def doing(self) -> str:
        return f"updating the code of {self.wanted.name}"


@dataclass(frozen=True, kw_only=True)
class CreateEventSourceMapping:
    """`is_going`: an older one of the same two is being deleted, and waited for."""

    function: str
    source: str
    batch_size: int
    is_going: bool = False

    @property
    def doing(self) -> str:
        return f"mapping {self.source.rpartition(':')[2]} to {self.function.rpartition(':')[2]}"


@dataclass(frozen=True, kw_only=True)
class UpdateEventSourceMapping:
    """Enables it, too."""

    uuid: str
    function: str
    source: str
    batch_size: int

    @property
    def doing(self) -> str:
        return f"updating the mapping of {self.source.rpartition(':')[2]} to {self.function.rpartition(':')[2]}"


QueueWrite = CreateQueue | SetQueueAttributes
FunctionWrite = CreateFunction | UpdateFunctionConfiguration | UpdateFunctionCode
MappingWrite = CreateEventSourceMapping | UpdateEventSourceMapping
DeleteR2Write = IamWrite | LogsWrite | QueueWrite | FunctionWrite | MappingWrite
DeleteR2Writes = tuple[DeleteR2Write, ...]
"""What one part needs, in order."""
