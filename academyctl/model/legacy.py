"""What the encoder ran on before AWS Batch: Auto Scaling groups, alarms and an SQS queue; and the deletions of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ScalingPolicy:
    name: str
    group: str
    arn: str = ""


@dataclass(frozen=True, kw_only=True)
class AutoScalingGroup:
    """`instances` in whatever lifecycle state. `is_going`: its deletion goes on. `is_batchs`: Batch made it."""

    name: str
    instances: int = 0
    desired: int = 0
    is_going: bool = False
    is_batchs: bool = False

    @property
    def is_in_use(self) -> bool:
        return bool(self.instances or self.desired)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`actions`: the ARNs that it acts on, of all its states."""

    name: str
    actions: tuple[str, ...] = ()
    is_composite: bool = False


@dataclass(frozen=True, kw_only=True)
class Messages:
    """What GetQueueAttributes counts; approximate, so one reading proves nothing."""

    visible: int = 0
    in_flight: int = 0
    delayed: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.visible or self.in_flight or self.delayed)

    def __str__(self) -> str:
        return f"{self.visible} visible, {self.in_flight} in flight, {self.delayed} delayed"


@dataclass(frozen=True, kw_only=True)
class LegacyQueue:
    """`readings` of its messages, in order. `readers`: the roles whose parameter names the queue."""

    name: str
    url: str = ""
    readings: tuple[Messages, ...] = ()
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """What stands of it: everything that the stack's patterns match. `policies` is group → its scaling policies."""

    groups: tuple[AutoScalingGroup, ...] = ()
    policies: Mapping[str, tuple[ScalingPolicy, ...]] = field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()
    queues: tuple[LegacyQueue, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeleteAlarm:
    name: str

    @property
    def doing(self) -> str:
        return f"deleting alarm {self.name}"


@dataclass(frozen=True, kw_only=True)
class DeleteScalingPolicy:
    name: str
    group: str

    @property
    def doing(self) -> str:
        return f"deleting scaling policy {self.name} of {self.group}"


@dataclass(frozen=True, kw_only=True)
class DeleteAutoScalingGroup:
    """Never with ForceDelete: AWS refuses it while an instance is there."""

    name: str

    @property
    def doing(self) -> str:
        return f"deleting Auto Scaling group {self.name}"


@dataclass(frozen=True, kw_only=True)
class DeleteQueue:
    name: str
    url: str

    @property
    def doing(self) -> str:
        return f"deleting queue {self.name}"


LegacyWrite = DeleteAlarm | DeleteScalingPolicy | DeleteAutoScalingGroup | DeleteQueue
