"""Facts → explanations: why an environment is INVALID, a queue blocked, a job not running."""

from typing import Any

import pytest

from academyctl.check.reasons import BLOCKED, ENVIRONMENT, FAILED, decoded
from academyctl.check.why import (
    Explanation,
    explain_environments,
    explain_job,
    explain_queue,
    explain_waiting,
)
from academyctl.model.batch import ClusterLoad, ComputeEnvironmentDetail, JobQueueDetail
from academyctl.model.batch_job import JobDetail
from academyctl.model.finding import CODES, Level
from academyctl.model.fleet import Fleet, MachineType
from tests.batch_builders import STEM, environment, job, queue
from tests.builders import NOON

V3 = f"{STEM}-v3"
CLUSTER = f"{V3}_Batch_1"
NOW = int(NOON.timestamp() * 1000)
TYPES = {
    name: MachineType(name=name, vcpus=vcpus, memory_mib=2048 * vcpus)
    for name, vcpus in {"c6g.xlarge": 4, "c6g.2xlarge": 8, "c7g.xlarge": 4, "c7g.2xlarge": 8}.items()
}


def waiting(id: str = "job-1", *, seconds: int = 60, **changes: Any) -> JobDetail:
    """RUNNABLE for so long, with the stack's needs."""
    needs = {"vcpus": 4, "memory_mib": 7168, **changes}
    return job(id, status="RUNNABLE", created_at=NOW - 1000 * seconds, **needs)


def fleet(
    *jobs: JobDetail,
    environments: tuple[ComputeEnvironmentDetail, ...] | None = None,
    order: JobQueueDetail | None = None,
    **changes: Any,
) -> Fleet:
    """A healthy one with these jobs."""
    facts: dict[str, Any] = {
        "environments": (environment(V3),) if environments is None else environments,
        "queue": order or queue(V3),
        "machines": TYPES,
        "details": {one.id: one for one in jobs},
        "jobs": {status: tuple(one for one in jobs if one.status == status) for status in {one.status for one in jobs}},
    }
    return Fleet(now=NOON, **{**facts, **changes})


def running(count: int, vcpus: int = 4) -> list[JobDetail]:
    return [job(f"r{i}", vcpus=vcpus, started_at=NOW - 1000) for i in range(count)]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AmazonECS)", "service role"),
        ("CLIENT_ERROR - ARN [arn:aws:iam::1:role/x] for role is invalid", "service role"),
        ("CLIENT_ERROR - Access denied", "service role"),
        ("CLIENT_ERROR - Invalid IamInstanceProfile: academy-batch-ecs-instance-role", "instance profile"),
        ("CLIENT_ERROR - The subnet ID 'subnet-1' does not exist", "subnet"),
        ("CLIENT_ERROR - The security group 'sg-1' does not exist in VPC 'vpc-1'", "security group"),
        ("CLIENT_ERROR - The image id '[ami-0abc]' does not exist", "AMI"),
        ("CLIENT_ERROR - Launch Template UserData is not MIME multipart format", "launch template"),
        ("CLIENT_ERROR - You are not authorized to use launch template: lt-1", "launch template"),
        (
            "CLIENT_ERROR - The requested instance type c9g.xlarge is not supported in your requested zone",
            "instance type",
        ),
        ("CLIENT_ERROR - The spot fleet role cannot be assumed", "Spot fleet"),
        ("CLIENT_ERROR - vCPU limit exceeded for this account", "quota"),
        (
            "CLIENT_ERROR - Your compute environment has been INVALIDATED and scaled down because none of the instances"
            " joined the underlying ECS Cluster. Common issues preventing instances joining are the following:"
            " VPC/Subnet configuration, incorrect Instance Profile policy, or customized AMI or LaunchTemplate",
            "never joined",
        ),
    ],
)
def test_an_invalid_environments_reason_is_decoded_and_kept(reason: str, why: str) -> None:
    [found] = explain_environments([environment(V3, status="INVALID", status_reason=reason)], V3)
    assert (found.code, found.level) == ("ce.invalid", Level.ERROR)
    assert why in found.why
    assert reason in found.why
    assert found.remedy


@pytest.mark.parametrize("reason", ["", "INTERNAL_ERROR - something new"])
def test_an_unknown_reason_is_shown_as_it_is(reason: str) -> None:
    [found] = explain_environments([environment(V3, status="INVALID", status_reason=reason)], V3)
    assert (reason or "AWS gives no reason") in found.why


@pytest.mark.parametrize(
    ("one", "serving", "codes"),
    [
        (environment(V3), V3, []),
        (environment(V3, state="DISABLED"), V3, ["ce.disabled"]),
        (environment(V3, state="DISABLED"), "", []),
        (environment(V3, state="DISABLED"), f"{STEM}-v4", []),
        (environment(V3, status="UPDATING"), V3, [""]),
        (environment(V3, status="DELETING", state="DISABLED"), "", [""]),
        (environment(V3, status="INVALID", state="DISABLED"), "", ["ce.invalid"]),
    ],
    ids=["sound", "serving off", "off by a rollout", "retained", "updating", "deleting", "invalid and off"],
)
def test_environments(one: ComputeEnvironmentDetail, serving: str, codes: list[str]) -> None:
    assert [found.code for found in explain_environments([one], serving)] == codes


OFF, BROKEN = environment(V3, state="DISABLED"), environment(V3, status="INVALID")


@pytest.mark.parametrize(
    ("environments", "order", "codes"),
    [
        ((environment(V3),), queue(V3), []),
        ((environment(V3),), queue(V3, state="DISABLED"), ["queue.disabled"]),
        ((environment(V3),), queue(V3, status="INVALID", status_reason="x"), ["queue.disabled"]),
        ((environment(V3),), queue(V3, status="UPDATING"), [""]),
        ((OFF,), queue(V3), ["queue.order"]),
        ((BROKEN,), queue(V3), ["queue.order"]),
        ((environment(V3, status="UPDATING"),), queue(V3), []),
        ((OFF, environment(f"{STEM}-v4")), queue(V3, f"{STEM}-v4"), []),
        ((environment("other"),), queue("other"), ["queue.order"]),
        ((), queue(V3), ["queue.order"]),
        ((), queue(), ["queue.order"]),
    ],
)
def test_queues(environments: tuple[ComputeEnvironmentDetail, ...], order: JobQueueDetail, codes: list[str]) -> None:
    facts = fleet(environments=environments, order=order)
    assert [found.code for found in explain_queue(facts, order.name, STEM)] == codes


def test_a_queue_that_does_not_exist() -> None:
    [found] = explain_queue(Fleet(now=NOON), "q", STEM)
    assert (found.code, found.remedy) == ("queue.absent", "academyctl batch setup")


def test_another_queue_needs_no_environment_of_the_stem() -> None:
    assert list(explain_queue(fleet(environments=(environment("other"),), order=queue("other")), "q", "")) == []


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested", "no instance of"),
        ("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) cannot meet it", "more than any environment"),
        ("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement is too large", "large enough"),
        ("MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS - Batch service role has a permission issue.", "permission"),
        ("MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - x", "instance type"),
        ("ACTION_REQUIRED - CE(s) associated with the job queue are invalid.", "INVALID"),
        ("UNDETERMINED - Batch job is blocked, root cause is undetermined.", "cannot tell"),
        ("SOMETHING_NEW - x", "SOMETHING_NEW"),
    ],
)
def test_what_aws_says_of_a_waiting_job_is_decoded(reason: str, why: str) -> None:
    found = explain_job(fleet(), waiting(status_reason=reason))
    assert (found.code, found.level) == ("job.blocked", Level.ERROR)
    assert why in found.why
    assert reason in found.why


MANY = waiting(vcpus=64)
BIG = waiting(memory_mib=20_000)
FAMILY = environment(V3, resources={"instanceTypes": ["c6g.xlarge", "c7g"]})
ASKED = environment(V3, resources={"desiredvCpus": 4})
JOINED = {CLUSTER: ClusterLoad(name=CLUSTER, instances=1)}
LATE = waiting(seconds=1000)


@pytest.mark.parametrize(
    ("facts", "one", "code", "why"),
    [
        (fleet(environments=(OFF,)), waiting(), "job.blocked", "ENABLED and VALID"),
        (fleet(), MANY, "job.blocked", "64 vCPUs, and no environment of its queue may have more than 32"),
        (fleet(), BIG, "job.blocked", "20000 MiB; none of c6g.2xlarge, c6g.xlarge"),
        (fleet(environments=(FAMILY,)), BIG, "", "an instance is being started"),
        (fleet(machines={}), BIG, "", "an instance is being started"),
        (fleet(*running(8)), waiting(), "", "full: 32 of 32 vCPUs run jobs, it has waited 1 m 0 s"),
        (fleet(*running(7)), waiting(), "", "an instance is being started for it; it has waited 1 m 0 s"),
        (fleet(waiting("old", seconds=90)), waiting(), "", "1 older job wait"),
        (fleet(environments=(environment(V3, status="UPDATING"),)), waiting(), "", "being started"),
        (fleet(), LATE, "job.blocked", "16 m 40 s: Batch asks for no instance"),
        (fleet(environments=(ASKED,)), LATE, "job.blocked", "no instance has joined"),
        (fleet(environments=(ASKED,), loads=JOINED), LATE, "job.blocked", "1 instance"),
    ],
    ids=[
        "no environment",
        "more than the maximum",
        "more than a type has",
        "a family is not judged",
        "unread types are not judged",
        "full",
        "room for one more",
        "not its turn",
        "updating",
        "late, none asked for",
        "late, none joined",
        "late, though there is one",
    ],
)
def test_a_waiting_job_of_which_aws_says_nothing(facts: Fleet, one: JobDetail, code: str, why: str) -> None:
    found = explain_job(facts, one)
    assert found.code == code
    assert why in found.why


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (job(status="SUBMITTED", created_at=NOW - 2000), "has not looked at it yet"),
        (job(status="PENDING"), "depends on"),
        (job(status="STARTING", task_arn=f"arn:aws:ecs:r:1:task/{CLUSTER}/1"), f"started on {V3}"),
        (
            job(status="RUNNING", started_at=NOW - 192_000, task_arn=f"arn:aws:ecs:r:1:task/{CLUSTER}/1"),
            f"3 m 12 s on {V3}",
        ),
        (job(status="SUCCEEDED", started_at=NOW - 60_000, stopped_at=NOW), "over after 1 m 0 s"),
    ],
)
def test_a_job_with_which_nothing_is_wrong(one: JobDetail, why: str) -> None:
    found = explain_job(fleet(), one)
    assert (found.level, found.code) == (Level.INFO, "")
    assert why in found.why


@pytest.mark.parametrize(
    ("changes", "why", "remedy"),
    [
        ({"status_reason": "Host EC2 (instance i-0abc) terminated."}, "instance was terminated", "submit it again"),
        ({"container_reason": "CannotPullContainerError: pull image manifest"}, "could not be pulled", "jobdef-verify"),
        ({"container_reason": "OutOfMemoryError: Container killed", "exit_code": 137}, "more memory", "memory_mib"),
        ({"exit_code": 137}, "killed", "memory_mib"),
        ({"status_reason": "Job attempt duration exceeded timeout", "exit_code": 137}, "longer", "timeout_seconds"),
        ({"status_reason": "Essential container in task exited", "exit_code": 1}, "the worker itself", "logs job-1"),
        ({"exit_code": 139}, "crashed", "logs job-1"),
        ({"status_reason": "stopped by ann", "exit_code": 143}, "SIGTERM", ""),
        ({"container_reason": "exec /usr/bin/python: exec format error", "exit_code": 1}, "arm64", "linux/arm64"),
        (
            {"container_reason": "ResourceInitializationError: failed to fetch secrets"},
            "could not be started",
            "verify",
        ),
        (
            {"status_reason": "Canceled by JobStateTimeLimit action due to reason: UNDETERMINED"},
            "time limit cancelled",
            "submit",
        ),
        ({"status_reason": "no longer wanted"}, "before it started", "submit it again"),
        ({"status_reason": "no longer wanted", "started_at": NOW}, "stopped", "logs job-1"),
    ],
)
def test_a_failed_job(changes: dict[str, Any], why: str, remedy: str) -> None:
    found = explain_job(fleet(), job(status="FAILED", **changes))
    assert (found.code, found.level) == ("job.failed", Level.ERROR)
    assert why in found.why
    assert remedy in found.remedy
    assert all(str(changes[name]) in found.why for name in changes if name not in ("started_at",))


def test_of_a_waiting_queue_the_head_and_those_with_a_reason_are_told_and_the_rest_counted() -> None:
    own = waiting("own", seconds=30, status_reason="UNDETERMINED - x")
    facts = fleet(waiting("b", seconds=50), waiting("head", seconds=90), waiting("c", seconds=40), own)
    assert [(one.subject, one.code) for one in explain_waiting(facts)] == [
        ("head", ""),
        ("own", "job.blocked"),
        ("2 more", ""),
    ]


def test_nothing_waits() -> None:
    assert list(explain_waiting(fleet(*running(3)))) == []


def test_an_explanation_becomes_a_finding_of_a_registered_code() -> None:
    told = [
        *explain_environments([BROKEN, OFF], V3),
        *explain_queue(Fleet(now=NOON), "q", STEM),
        *explain_queue(fleet(environments=(), order=queue(state="DISABLED")), "q", STEM),
        explain_job(fleet(), MANY),
        explain_job(fleet(), job(status="FAILED")),
    ]
    findings = [one.finding() for one in told]
    assert {one.code for one in findings} <= set(CODES)
    assert all(one.hint and one.level is Level.ERROR for one in findings)


def test_every_row_of_the_tables_has_a_remedy() -> None:
    assert all(reason.why and reason.remedy for reason in (*ENVIRONMENT, *BLOCKED, *FAILED))


def test_no_text_is_no_reason() -> None:
    assert decoded("", BLOCKED) is None
    assert Explanation(subject="x", state="s", why="w").level is Level.INFO
