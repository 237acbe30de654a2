"""What ce-check finds about the queue, as a table."""

from dataclasses import dataclass, field

import pytest

from academyctl.check.job_queue import queue_findings
from academyctl.model.batch import ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.finding import Finding
from academyctl.plan.serving import open_green, serving
from tests.batch_builders import STEM, environment, green, queue, sandbox_stack
from tests.builders import said

QUEUE = "academy-video-batch-queue"
V2, V3, V4 = f"{STEM}-v2", f"{STEM}-v3", f"{STEM}-v4"


def found(standing: JobQueueDetail | None, *environments: ComputeEnvironmentDetail) -> tuple[Finding, ...]:
    """Who serves, and whether a rollout is open, is told as the commands tell it."""
    return queue_findings(
        sandbox_stack(),
        standing,
        environments,
        serving=serving(STEM, environments, standing),
        green=open_green("sandbox", STEM, environments),
    )


def test_no_queue() -> None:
    assert said(found(None, environment())) == [("error", "queue.absent", QUEUE)]


STATES = {
    "as it shall be": ({}, 0),
    "DISABLED": ({"state": "DISABLED"}, 1),
    "a state nobody knows": ({"state": "PAUSED"}, 1),
    "INVALID": ({"status": "INVALID"}, 1),
    "a status nobody knows": ({"status": "PARKED"}, 1),
    "UPDATING passes": ({"status": "UPDATING"}, 0),
    "both": ({"state": "DISABLED", "status": "INVALID"}, 2),
}


@pytest.mark.parametrize("name", STATES)
def test_a_queue_that_takes_no_jobs(name: str) -> None:
    changes, number = STATES[name]
    assert said(found(queue(V3, **changes), environment(V3))) == [("error", "queue.disabled", QUEUE)] * number


def test_a_disabled_queue_is_enabled_by_the_command_that_every_other_finding_names() -> None:
    (disabled,) = found(queue(V3, state="DISABLED"), environment(V3))
    assert disabled.hint == "academyctl batch setup"


@dataclass(frozen=True, kw_only=True)
class Order:
    """Environments in the queue's order, others beside it, and what the one message of queue.order names."""

    order: tuple[ComputeEnvironmentDetail, ...] = ()
    beside: tuple[ComputeEnvironmentDetail, ...] = ()
    names: tuple[str, ...] = field(default=())


RETAINED = environment(V2, state="DISABLED")
ORDERS = {
    "the serving one alone": Order(order=(environment(V3),)),
    "a name without a number": Order(order=(environment(STEM),)),
    "v10 before v3, each by hand: the first serves": Order(order=(environment(f"{STEM}-v10"), environment(V3))),
    "nothing": Order(beside=(environment(V3),), names=(f"names no environment of {STEM}: none at all",)),
    "only a foreign one": Order(
        order=(environment("gpu-v1"),), beside=(environment(V3),), names=(f"names no environment of {STEM}: gpu-v1",)
    ),
    "a stem that only begins alike": Order(
        order=(environment(f"{STEM}-gpu-v3"),), names=(f"names no environment of {STEM}",)
    ),
    "a retained one behind": Order(order=(environment(V3), RETAINED)),
    "a retained one before": Order(order=(RETAINED, environment(V3))),
    "an ENABLED one behind is a fail-safe": Order(order=(environment(V3), environment(V2))),
    "an INVALID one before": Order(order=(environment(V4, status="INVALID"), environment(V3)), names=(V4,)),
    "an INVALID one behind": Order(order=(environment(V3), environment(V2, status="INVALID")), names=(V2,)),
    "an INVALID foreign one": Order(order=(environment(V3), environment("gpu", status="INVALID")), names=("gpu",)),
    "an INVALID one alone": Order(order=(environment(V3, status="INVALID"),), names=(V3,)),
    "a foreign ENABLED one before": Order(order=(environment("gpu-v9"), environment(V3)), names=("gpu-v9",)),
    "a foreign DISABLED one before": Order(order=(environment("gpu-v9", state="DISABLED"), environment(V3))),
    "one by hand before, while it is UPDATING": Order(
        order=(environment(V4, status="UPDATING"), environment(V3)), names=(V4,)
    ),
    "green before blue, while it is UPDATING": Order(order=(green(V4, status="UPDATING"), environment(V3))),
    "blue before green, while it is UPDATING": Order(order=(environment(V3, status="UPDATING"), green(V4))),
    "the green of a closed rollout": Order(
        order=(green(V4, phase="aborted", status="UPDATING"), environment(V3)), names=(V4,)
    ),
    "the rollout of another stack": Order(order=(green(V4, status="UPDATING", tags={}), environment(V3)), names=(V4,)),
    "two faults": Order(
        order=(environment("gpu"), environment(V4, status="INVALID"), environment(V3)), names=(V4, "gpu")
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_the_order_gives_jobs_to_the_environment_that_serves(name: str) -> None:
    case = ORDERS[name]
    standing = queue(*(one.name for one in case.order))
    findings = found(standing, *case.order, *case.beside)
    assert said(findings) == [("error", "queue.order", QUEUE)] * len(case.names)
    assert all(part in finding.message for part, finding in zip(case.names, findings, strict=True))
    assert all(finding.hint for finding in findings)


def test_an_environment_that_is_gone_is_passed_over() -> None:
    assert found(queue(V3, "gone"), environment(V3)) == ()
