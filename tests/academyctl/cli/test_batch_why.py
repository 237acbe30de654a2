"""`batch why`, over real HTTP: what is stuck, and what to do."""

import pytest

from tests.support.cli import Cli, Result
from tests.support.strict import QUEUE, STEM, Strict

V3 = f"{STEM}-v3"


@pytest.fixture
def fleet(cli: Cli, strict: Strict) -> Strict:
    """v3 serves the queue; jobs run until they are told to end."""
    cli.env |= strict.env
    strict.valid(V3)
    strict.queue(V3)
    strict.register()
    strict.control.set_pace(running=600)
    return strict


def why(cli: Cli, *words: str) -> Result:
    return cli.run("batch", "why", *words, "-o", "json")


def test_nothing_is_stuck(cli: Cli, fleet: Strict) -> None:
    fleet.submit()
    fleet.until_running()
    fleet.control.clear_calls()
    told = cli.run("batch", "why")
    assert (told.code, fleet.control.writes) == (0, [])
    assert "nothing is stuck" in told.out


def test_an_invalid_environment_and_the_queue_it_blocks_are_told_with_a_remedy(cli: Cli, fleet: Strict) -> None:
    fleet.control.invalidate(V3, "CLIENT_ERROR - Not authorized to perform sts:AssumeRole")
    told = why(cli)
    assert (told.code, told.json["status"]) == (4, "findings")
    assert told.codes("error") == ["ce.invalid", "queue.order"]
    first = told.json["findings"][0]
    assert first["subject"] == V3
    assert "sts:AssumeRole" in first["message"]
    assert first["hint"].startswith("recreate the role under its old name")
    assert "academyctl batch setup" in first["hint"]


def test_a_disabled_queue_and_a_disabled_environment(cli: Cli, fleet: Strict) -> None:
    fleet.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    fleet.batch.update_compute_environment(computeEnvironment=V3, state="DISABLED")
    fleet.control.advance(1)
    assert why(cli).codes("error") == ["ce.disabled", "queue.disabled", "queue.order"]


def test_an_absent_queue(cli: Cli, strict: Strict) -> None:
    cli.env |= strict.env
    told = why(cli)
    assert (told.code, told.codes()) == (4, ["queue.absent"])


def test_a_job_that_aws_calls_blocked_is_told_and_the_rest_counted(cli: Cli, fleet: Strict) -> None:
    fleet.control.next_job("*", times=3, stuck="RUNNABLE")
    fleet.control.next_job("head", stuck="RUNNABLE", status_reason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none")
    ids = [fleet.submit(name) for name in ("a", "b", "c")]
    fleet.control.clear()
    fleet.control.next_job("head", stuck="RUNNABLE", status_reason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none")
    head = fleet.submit("head")
    fleet.until_running()
    fleet.control.clear_calls()
    told = why(cli)
    assert (told.code, told.codes()) == (4, ["job.blocked"])
    assert told.json["findings"][0]["subject"] == head
    subjects = [one["subject"] for one in told.json["data"]["explanations"]]
    assert subjects == [ids[0], head, "2 more"]
    assert [call.operation for call in fleet.calls].count("DescribeJobs") == 1
    assert fleet.control.writes == []


def test_a_fleet_that_is_full_is_nothing_wrong(cli: Cli, fleet: Strict) -> None:
    for number in range(9):
        fleet.submit(f"job-{number}")
    fleet.until_running()
    fleet.until_running()
    told = why(cli)
    assert told.code == 0
    [waiting] = told.json["data"]["explanations"]
    assert "the fleet is full: 32 of 32 vCPUs run jobs" in waiting["why"]


def test_a_job_that_fits_no_declared_type(cli: Cli, fleet: Strict) -> None:
    fleet.register(
        containerProperties={
            "resourceRequirements": [
                {"type": "VCPU", "value": "4"},
                {"type": "MEMORY", "value": "65536"},
            ]
        }
    )
    fleet.control.next_job("*", stuck="RUNNABLE")
    job = fleet.submit()
    fleet.until_running()
    told = why(cli, "--job", job)
    assert (told.code, told.codes()) == (4, ["job.blocked"])
    assert "65536 MiB; none of c7g.xlarge has both" in told.json["findings"][0]["message"]


def test_a_failed_job_is_explained(cli: Cli, fleet: Strict) -> None:
    job = fleet.submit()
    fleet.until_running()
    fleet.control.finish(job, exit_code=137, reason="OutOfMemoryError: Container killed due to memory usage")
    told = why(cli, "--job", job)
    assert (told.code, told.codes()) == (4, ["job.failed"])
    message = told.json["findings"][0]["message"]
    assert "more memory" in message
    assert "exit code 137" in message


def test_a_running_job_is_told_where_it_runs(cli: Cli, fleet: Strict) -> None:
    job = fleet.submit()
    fleet.until_running()
    told = cli.run("batch", "why", "--job", job)
    assert told.code == 0
    assert f"on {V3}" in told.out


def test_an_unknown_job_is_not_found(cli: Cli, fleet: Strict) -> None:
    lost = why(cli, "--job", "5c1f2d9e-0000-4000-8000-000000000000")
    assert (lost.code, lost.json["error"]["code"]) == (1, "aws.not-found")
