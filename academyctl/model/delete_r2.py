"""The delete-r2 function and what it stands on: what a stack declares, and what was found.

Queue, dead-letter queue, role, log group, function, event source mapping: each is a part, with a kind and a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from academyctl.model.iam import RoleDetail, WantedRole
from academyctl.model.legacy import Messages
from academyctl.model.logs import LogGroupDetail
from academyctl.model.secret import Secret


class Part(StrEnum):
    """What delete-r2 is made of, in the order in which it can be made. The value is the kind of its changes."""

    DEAD_LETTERS = "sqs.dead-letter-queue"
    QUEUE = "sqs.queue"
    LOGS = "logs.group"
    ROLE = "iam.role"
    FUNCTION = "lambda.function"
    MAPPING = "lambda.event-source-mapping"


@dataclass(frozen=True, kw_only=True)
class WantedQueue:
    """`attributes` as SetQueueAttributes takes them; those that are not named are nobody's business here."""

    name: str
    arn: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class QueueDetail:
    """One queue of GetQueueAttributes. `messages` is approximate, as SQS counts them."""

    name: str
    url: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    messages: Messages = field(default_factory=Messages)


@dataclass(frozen=True, kw_only=True)
class WantedFunction:
    """`timeout` in seconds, `memory` in MiB. `sha256` is CodeSha256 of `code`, a zip: base64, as Lambda tells it."""

    name: str
    arn: str
    role: str
    runtime: str
    handler: str
    architecture: str
    timeout: int
    memory: int
    environment: Mapping[str, str]
    sha256: str
    code: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class FunctionDetail:
    """One function of GetFunctionConfiguration. `environment` is hidden: what is deployed may hold secrets."""

    name: str
    arn: str = ""
    role: str = ""
    runtime: str = ""
    handler: str = ""
    architecture: str = ""
    timeout: int = 0
    memory: int = 0
    environment: Mapping[str, Secret] = field(default_factory=dict)
    sha256: str = ""
    package: str = "Zip"
    state: str = "Active"
    state_reason: str = ""
    update: str = "Successful"
    update_reason: str = ""
    last_modified: str = ""

    @property
    def is_moving(self) -> bool:
        """Lambda refuses updates meanwhile (Developer Guide, functions-states)."""
        return self.state == "Pending" or self.update == "InProgress"

    @property
    def is_broken(self) -> bool:
        return self.state == "Failed" or self.update == "Failed"

    @property
    def reason(self) -> str:
        return (self.state_reason if self.state == "Failed" else self.update_reason) or "AWS gives no reason"


@dataclass(frozen=True, kw_only=True)
class MappingDetail:
    """One event source mapping. `state`: Creating, Enabling, Enabled, Disabling, Disabled, Updating or Deleting."""

    uuid: str
    function: str
    source: str = ""
    batch_size: int = 0
    reports: tuple[str, ...] = ()
    state: str = "Enabled"

    @property
    def is_going(self) -> bool:
        return self.state == "Deleting"

    @property
    def is_off(self) -> bool:
        return self.state in ("Disabled", "Disabling")


@dataclass(frozen=True, kw_only=True)
class DesiredDeleteR2:
    """What a stack declares."""

    queue: WantedQueue
    dead_letters: WantedQueue
    role: WantedRole
    log_group: str
    function: WantedFunction
    batch_size: int

    def name(self, part: Part) -> str:
        match part:
            case Part.DEAD_LETTERS:
                return self.dead_letters.name
            case Part.QUEUE | Part.MAPPING:
                return self.queue.name
            case Part.LOGS:
                return self.log_group
            case Part.ROLE:
                return self.role.name
            case Part.FUNCTION:
                return self.function.name


@dataclass(frozen=True, kw_only=True)
class DeleteR2Facts:
    """One reading. `mappings` are all of the queue, whosever they are."""

    queue: QueueDetail | None = None
    dead_letters: QueueDetail | None = None
    role: RoleDetail | None = None
    log_group: LogGroupDetail | None = None
    function: FunctionDetail | None = None
    mappings: tuple[MappingDetail, ...] = ()


def own_mapping(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> MappingDetail | None:
    """The declared one; one that is being deleted counts until it is gone."""
    found = [one for one in facts.mappings if one.function == desired.function.arn]
    return min(found, key=lambda one: one.is_going, default=None)


def other_mappings(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> tuple[MappingDetail, ...]:
    """Those of other functions, of a version or an alias, and a second one. One that is being deleted is none."""
    own = own_mapping(desired, facts)
    return tuple(one for one in facts.mappings if one != own and not one.is_going)


def missing_parts(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> tuple[Part, ...]:
    mapping = own_mapping(desired, facts)
    found = {
        Part.DEAD_LETTERS: facts.dead_letters,
        Part.QUEUE: facts.queue,
        Part.LOGS: facts.log_group,
        Part.ROLE: facts.role,
        Part.FUNCTION: facts.function,
        Part.MAPPING: None if mapping and mapping.is_going else mapping,
    }
    return tuple(part for part, detail in found.items() if detail is None)
