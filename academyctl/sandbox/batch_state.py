"""What the embedded Batch holds: environments, queues, definitions and jobs of one region, and how they are found.

Nothing here decides: the operations are in batch_environments, batch_queues, batch_definitions and batch_jobs, time in
batch_life. Times are seconds since 1970 of the sandbox's clock.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from academyctl.sandbox.batch_behind import Behind
from academyctl.sandbox.control import Control, JobWish

NEVER = math.inf
ENDED = ("SUCCEEDED", "FAILED")


@dataclass(kw_only=True)
class Resource:
    """What an environment and a queue have in common: a status that turns into `then` at `due`."""

    name: str
    arn: str
    healthy: str
    state: str
    tags: dict[str, str]
    status: str = "CREATING"
    reason: str = ""
    due: float = NEVER
    then: str = "VALID"
    then_reason: str = ""

    def turn(self, status: str, due: float, then: str = "VALID", reason: str = "") -> None:
        """Passes `status` until `due`, then `then`, whose statusReason is `reason`."""
        self.status, self.reason = status, ""
        self.due, self.then, self.then_reason = due, then, reason

    def arrive(self) -> None:
        self.status, self.due = self.then, NEVER
        self.reason = self.healthy if self.status == "VALID" else self.then_reason

    @property
    def is_moving(self) -> bool:
        return self.status in ("CREATING", "UPDATING", "DELETING")


@dataclass(kw_only=True)
class Instance:
    """An EC2 instance in an environment's cluster. `idle_since` is NEVER while a task is on it."""

    ec2_id: str
    arn: str
    type: str
    vcpus: int
    ami: str
    registered: float
    idle_since: float


@dataclass(kw_only=True)
class Environment(Resource):
    """`uuid` and `cluster` are AWS's own names. `wanted`: the desiredvCpus of a request, until they are launched.

    Scripted: `fails_at` and `failure`, when it becomes INVALID and why; `broken`, why it cannot be VALID.
    """

    uuid: str
    cluster: str
    type: str
    service_role: str
    resources: dict[str, Any]
    policy: dict[str, Any]
    instances: list[Instance] = field(default_factory=list)
    fails_at: float = NEVER
    failure: str = ""
    broken: str = ""
    wanted: int = 0
    has_scaled: bool = False

    @property
    def takes_jobs(self) -> bool:
        return self.state == "ENABLED" and self.status == "VALID"

    @property
    def desired_vcpus(self) -> int:
        """What runs, or is about to."""
        low: int = self.resources.get("minvCpus", 0)
        return max(sum(one.vcpus for one in self.instances), self.wanted, low)


@dataclass(kw_only=True)
class Queue(Resource):
    """`order` is (order, environment ARN), as given; `former` what stood before the last update."""

    priority: int
    order: tuple[tuple[int, str], ...]
    former: tuple[tuple[int, str], ...] = ()
    limit_actions: list[dict[str, Any]] = field(default_factory=list)
    policy: str = ""

    @property
    def environments(self) -> list[str]:
        """ARNs, in the order in which the scheduler tries them."""
        return [arn for _, arn in sorted(self.order)]


@dataclass(kw_only=True)
class Definition:
    """A revision. `body` is what RegisterJobDefinition was given."""

    name: str
    arn: str
    revision: int
    body: dict[str, Any]
    tags: dict[str, str]
    status: str = "ACTIVE"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How an attempt ended. `reason` is the container's, `status_reason` the attempt's."""

    exit_code: int | None
    status_reason: str
    reason: str = ""


class Run(Protocol):
    """One attempt of a job, from RUNNING on."""

    @property
    def due(self) -> float:
        """When it ends by itself; NEVER when only asking can tell."""

    def ended(self, now: float) -> Ended | None:
        """None while it runs."""

    def stop(self) -> bool | None:
        """SIGTERM, and SIGKILL 30 s later. True: `ended` will tell when it is over; else the pace's `stopping` does."""


@dataclass(kw_only=True)
class Job:
    """`body` holds what DescribeJobs repeats: definition and SubmitJob merged. `due` is the end of the present status.

    `tells_at`: from when on a placed job says where it is.
    """

    id: str
    name: str
    arn: str
    queue: str
    definition: str
    body: dict[str, Any]
    container: dict[str, Any]
    vcpus: int
    created: float
    wish: JobWish
    tags: dict[str, str]
    status: str = "SUBMITTED"
    reason: str = ""
    due: float = NEVER
    tells_at: float = 0
    environment: Environment | None = None
    instance: Instance | None = None
    task: str = ""
    log_stream: str = ""
    run: Run | None = None
    started: float = 0
    stopped: float = 0
    attempts: list[dict[str, Any]] = field(default_factory=list)
    ending: Ended | None = None
    is_cancelled: bool = False
    is_terminated: bool = False

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def is_placed(self) -> bool:
        return self.status in ("STARTING", "RUNNING")


Runner = Callable[["Batch", Job, float], Run]
"""Decides a job's run when it becomes RUNNING: the seam where a real process may stand for a container."""


@dataclass(kw_only=True)
class Batch:
    """Batch of one account and region. `behind` is its hand in IAM, EC2, ECS and CloudWatch Logs."""

    account: str
    region: str
    control: Control
    behind: Behind
    runner: Runner
    environments: dict[str, Environment] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    lingering: dict[str, float] = field(default_factory=dict)
    """Environment ARN → until when it counts as attached."""

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:batch:{self.region}:{self.account}:{kind}/{name}"

    def environment(self, given: str) -> Environment | None:
        """By name or ARN."""
        return self.environments.get(self._name(given, "compute-environment"))

    def queue(self, given: str) -> Queue | None:
        return self.queues.get(self._name(given, "job-queue"))

    def _name(self, given: str, kind: str) -> str:
        """An ARN of another account or region names nothing."""
        prefix = self.arn(kind, "")
        return given.removeprefix(prefix) if given.startswith(prefix) or not given.startswith("arn:") else ""

    def revisions(self) -> Iterator[Definition]:
        return (one for revisions in self.definitions.values() for one in revisions)

    def on(self, environment: Environment) -> list[Job]:
        """The jobs that are placed there."""
        return [job for job in self.jobs.values() if job.is_placed and job.environment is environment]

    def is_attached(self, environment: Environment) -> bool:
        return any(arn == environment.arn for queue in self.queues.values() for _, arn in queue.order)


def milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def kept(**fields: Any) -> dict[str, Any]:
    """An answer's fields, without those that AWS would leave out."""
    return {key: value for key, value in fields.items() if value is not None}


def given(request: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: request[name] for name in names if request.get(name) is not None}
