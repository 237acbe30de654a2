"""How jobs are listed and described, over HTTP."""

from typing import Any

from tests.support.strict import DEFINITION, QUEUE, Strict, message


def _listed(strict: Strict, **asked: Any) -> list[str]:
    found = strict.batch.list_jobs(jobQueue=QUEUE, **asked)["jobSummaryList"]
    return [one["jobName"] for one in found]


def test_a_list_is_of_running_jobs_unless_a_status_is_given(queued: Strict) -> None:
    """API reference, ListJobs, jobStatus."""
    queued.submit("first")
    queued.until_running()
    queued.submit("second")
    assert _listed(queued) == ["first"]
    assert _listed(queued, jobStatus="SUBMITTED") == ["second"]
    assert _listed(queued, jobStatus="FAILED") == []


def test_a_filter_ignores_the_status(queued: Strict) -> None:
    """API reference, ListJobs, filters: names without regard to case, an asterisk at the end, times in milliseconds."""
    queued.submit("canary-1")
    queued.control.advance(5)
    middle = str(int((queued.control.now() - 2) * 1000))
    queued.submit("Canary-2")
    arn = queued.register("other")
    queued.submit("vt-1", definition="other")
    table: dict[tuple[str, str], list[str]] = {
        ("JOB_NAME", "canary*"): ["Canary-2", "canary-1"],
        ("JOB_NAME", "CANARY-1"): ["canary-1"],
        ("JOB_NAME", "anary*"): [],
        ("JOB_DEFINITION", "other"): ["vt-1"],
        ("JOB_DEFINITION", arn): ["vt-1"],
        ("JOB_DEFINITION", f"{DEFINITION}*"): ["Canary-2", "canary-1"],
        ("AFTER_CREATED_AT", middle): ["vt-1", "Canary-2"],
        ("BEFORE_CREATED_AT", middle): ["canary-1"],
    }
    for (name, value), expected in table.items():
        asked = {"filters": [{"name": name, "values": [value]}], "jobStatus": "FAILED"}
        assert _listed(queued, **asked) == expected, (name, value)


def test_a_snapshot_is_of_runnable_jobs_in_their_order(queued: Strict) -> None:
    """API reference, GetJobQueueSnapshot."""
    queued.control.next_job("*", times=2, stuck="RUNNABLE")
    numbers = [queued.submit() for _ in range(3)]
    queued.until_running()
    front = queued.batch.get_job_queue_snapshot(jobQueue=QUEUE)["frontOfQueue"]["jobs"]
    assert [one["jobArn"].rpartition("/")[2] for one in front] == numbers[:2]


def test_lists_come_in_pages(queued: Strict) -> None:
    for number in range(5):
        queued.submit(f"job-{number}")
    paginator = queued.batch.get_paginator("list_jobs")
    asked = {"jobQueue": QUEUE, "jobStatus": "SUBMITTED", "PaginationConfig": {"PageSize": 2}}
    assert [len(page["jobSummaryList"]) for page in paginator.paginate(**asked)] == [2, 2, 1]


def test_a_hundred_jobs_are_described_at_most(queued: Strict) -> None:
    """API reference, DescribeJobs; ids that are unknown are left out."""
    assert queued.batch.describe_jobs(jobs=["nobody"])["jobs"] == []
    assert "100" in message(queued.batch.describe_jobs, jobs=["x"] * 101)
