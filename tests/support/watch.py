"""Eyes on the embedded Batch that see every call: what stands after it, and whether what was promised still holds.

They look from inside: no call is added, and no time passes for it.
"""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from academyctl.sandbox.batch_backend import StrictBatch
from academyctl.sandbox.batch_state import Environment, Job, Runner
from academyctl.sandbox.calls import ApiCall
from academyctl.sandbox.control import Control
from tests.support.strict import QUEUE

TICK = 0.01
OPEN = {"open", "proven", "attached", "rollback"}
LOST = "Host EC2"
"""How Batch begins the reason of a job whose instance was taken away."""
Do = Callable[[], object]
Order = tuple[tuple[int, str], ...]


@dataclass
class Hook:
    """`nth` 0 is every one. `of_writes`: only calls that change something are counted."""

    operation: str
    name: str
    nth: int
    do: Do
    of_writes: bool = False
    seen: int = 0

    def fits(self, call: ApiCall) -> bool:
        is_named = self.operation in ("", call.operation) and self.name in ("", call.name)
        return is_named and (call.is_mutating or not self.of_writes)


@dataclass(kw_only=True)
class Watch(Control):
    """Looks at the account after every call, from inside: it adds no call of its own, and takes no time.

    `broken` are the promises that did not hold. `hooks` are done once AWS has carried the call out, before it answers.
    """

    broken: list[str] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    is_on: bool = False
    may_stop_serving: bool = False
    victim: Event = field(default_factory=Event)
    pid: int = 0
    region: str = ""
    batch: "Seen | None" = None

    def log(self, call: ApiCall, status: int) -> None:
        super().log(call, status)
        if not self.is_on:
            return
        if call.operation == "DescribeComputeEnvironments":
            self.advance(TICK)
        self._check(call)
        for hook in list(self.hooks):
            self._meet(hook, call)

    def _meet(self, hook: Hook, call: ApiCall) -> None:
        if hook.fits(call):
            hook.seen += 1
            if hook.nth in (0, hook.seen):
                hook.do()

    def kill(self, number: int = signal.SIGKILL) -> None:
        assert self.victim.wait(60), "no victim was named"
        os.kill(self.pid, number)

    # What stands, as AWS would tell it.

    def told(self, operation: str, **request: Any) -> dict[str, Any]:
        call = ApiCall(service="batch", region=self.region, operation=operation, name="")
        return dict(self.seen.answer(call, request))

    @property
    def seen(self) -> "Seen":
        assert self.batch, "nothing is served yet"
        return self.batch

    def environments(self) -> dict[str, dict[str, Any]]:
        found = self.told("DescribeComputeEnvironments")["computeEnvironments"]
        return {one["computeEnvironmentName"]: one for one in found}

    def queues(self) -> dict[str, dict[str, Any]]:
        return {one["jobQueueName"]: one for one in self.told("DescribeJobQueues")["jobQueues"]}

    def lost(self) -> list[str]:
        """Jobs whose instance was taken from under them."""
        return [f"{job.name}: {job.reason}" for job in self.seen.jobs() if job.reason.startswith(LOST)]

    # The promises.

    def _check(self, call: ApiCall) -> None:
        environments, queue = self.environments(), self.queues().get(QUEUE)
        after = f"after {call.operation} {call.name} (call {len(self.calls)})"
        attached = [environments[name] for name in names_of(queue)] if queue else []
        if queue and not self.may_stop_serving and not any(map(serves, attached)):
            self.broken.append(f"nothing serves {after}: {list(map(state_of, attached))}")
        greens = [name for name, one in environments.items() if tag_of(one, "role") == "green"]
        opened = [name for name in greens if tag_of(environments[name], "phase") in OPEN]
        if len(opened) > 1:
            self.broken.append(f"{opened} are open {after}")


class Seen(StrictBatch):
    """The embedded Batch, within reach of its watch."""

    def __init__(self, account: str, control: Watch, runner: Runner) -> None:
        super().__init__(account, control, runner)
        self._hidden: dict[str, Environment] = {}
        control.batch = self

    def held(self, name: str) -> Environment:
        return next(iter(self._environments(name)))

    def jobs(self) -> list[Job]:
        return self._jobs()

    # What others do, which no scripted wish of the sandbox is about.

    def forget_environment(self, name: str) -> None:
        """Somebody deleted it, long since."""
        for batch in self._all():
            batch.environments.pop(name, None)
            for queue in batch.queues.values():
                queue.order = tuple(one for one in queue.order if not one[1].endswith(f"/{name}"))

    def hide(self, name: str) -> None:
        """It is there, and no list tells of it."""
        self._hidden = {name: self.held(name)}
        for batch in self._all():
            batch.environments.pop(name, None)

    def show(self, name: str) -> None:
        for batch in self._all():
            batch.environments[name] = self._hidden[name]

    def order_of(self, queue: str) -> Order:
        return next(batch.queues[queue].order for batch in self._all() if queue in batch.queues)

    def reorder(self, queue: str, order: Order) -> None:
        for batch in self._all():
            batch.queues[queue].order = order

    def append(self, queue: str, name: str) -> None:
        self.reorder(queue, (*self.order_of(queue), (99, self.held(name).arn)))


def serves(environment: Mapping[str, Any]) -> bool:
    return state_of(environment) == "ENABLED VALID"


def state_of(environment: Mapping[str, Any]) -> str:
    return f"{environment['state']} {environment['status']}"


def names_of(queue: Mapping[str, Any]) -> list[str]:
    placed = sorted(queue["computeEnvironmentOrder"], key=lambda one: int(one["order"]))
    return [one["computeEnvironment"].rpartition("/")[2] for one in placed]


def tag_of(environment: Mapping[str, Any], name: str) -> str:
    return str(environment.get("tags", {}).get(f"academyctl:{name}", ""))
