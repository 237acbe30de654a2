"""`batch jobs` and `batch logs`, over real HTTP."""

from itertools import count
from signal import SIGINT
from subprocess import PIPE

import pytest

from tests.support.cli import Cli
from tests.support.proxy import Fault, proxied
from tests.support.strict import QUEUE, STEM, Strict

V3 = f"{STEM}-v3"
GROUP = "/aws/batch/academy-video-worker"
LOGGED = {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": GROUP}}}


@pytest.fixture
def fleet(cli: Cli, strict: Strict) -> Strict:
    """v3 serves the queue; jobs run until they are told to end."""
    cli.env |= strict.env
    strict.valid(V3)
    strict.queue(V3)
    strict.register(containerProperties=LOGGED)
    strict.control.set_pace(running=600)
    return strict


def running(fleet: Strict, name: str = "job") -> str:
    number = fleet.submit(name)
    fleet.until_running()
    return number


AFTER = count(60_000)
"""Milliseconds after which the next event comes: CloudWatch orders by time, and the simulated run spoke already."""


def say(fleet: Strict, job: str, *messages: str) -> None:
    """What the job's container prints."""
    start = int(fleet.control.now() * 1000)
    events = [{"timestamp": start + next(AFTER), "message": text} for text in messages]
    stream = fleet.job(job)["container"]["logStreamName"]
    fleet.client("logs").put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


def test_jobs_that_are_not_over_are_listed_newest_first(cli: Cli, fleet: Strict) -> None:
    first = running(fleet, "first")
    fleet.control.next_job("second", stuck="RUNNABLE", status_reason="UNDETERMINED - x")
    second = running(fleet, "second")
    ended = running(fleet, "ended")
    fleet.control.finish("ended")
    fleet.control.clear_calls()
    told = cli.run("batch", "jobs", "-o", "json")
    assert (told.code, told.json["status"], told.json["data"]["total"]) == (0, "ok", 2), told
    assert fleet.control.writes == []
    newest, oldest = told.json["data"]["jobs"]
    assert [newest["id"], oldest["id"]] == [second, first]
    assert (oldest["status"], oldest["environment"], oldest["exit_code"]) == ("RUNNING", V3, None)
    assert isinstance(oldest["ran_seconds"], int)
    assert (newest["status"], newest["environment"], newest["ran_seconds"]) == ("RUNNABLE", "", None)
    assert newest["reason"] == "UNDETERMINED - x"
    assert [call.operation for call in fleet.calls].count("DescribeJobs") == 1
    over = cli.run("batch", "jobs", "--status", "succeeded", "-o", "json").json["data"]["jobs"]
    assert [(one["id"], one["environment"], one["stopped_at"][-1]) for one in over] == [(ended, V3, "Z")]


def test_people_read_a_table_and_how_much_is_not_shown(cli: Cli, fleet: Strict) -> None:
    for name in ("a", "b", "c"):
        running(fleet, name)
    fleet.control.finish("c", exit_code=3)
    shown = cli.run("batch", "jobs", "--status", "RUNNING", "--status", "FAILED", "--limit", "2")
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[0] == ["JOB", "NAME", "STATUS", "SINCE", "WAITED", "RAN", "ENVIRONMENT", "EXIT", "REASON"]
    assert [line[1:3] for line in lines[1:3]] == [["c", "FAILED"], ["b", "RUNNING"]]
    assert "1 older not shown (--limit)" in shown.out
    assert "no job of" in cli.run("batch", "jobs", "--status", "PENDING").out


def test_an_unknown_status_is_a_usage_error_that_lists_the_known_ones(cli: Cli) -> None:
    refused = cli.run("batch", "jobs", "--status", "WAITING", "-o", "json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "usage.status")
    assert "SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED" in refused.json["error"]["hint"]


def test_a_queue_that_does_not_exist_is_not_found(cli: Cli, strict: Strict) -> None:
    cli.env |= strict.env
    lost = cli.run("batch", "jobs", "-o", "json")
    assert (lost.code, lost.json["error"]["code"]) == (1, "aws.not-found")
    assert QUEUE in lost.json["error"]["message"]


def test_a_log_is_printed_as_it_is_and_obeys_nothing(cli: Cli, fleet: Strict) -> None:
    job = running(fleet)
    say(fleet, job, "[red]frame 1[/]", "two\nlines\r", "\x1b[2Jwiped", "끝")
    fleet.control.clear_calls()
    shown = cli.run("batch", "logs", job)
    assert shown.code == 0, shown
    assert shown.out.splitlines()[-5:] == ["[red]frame 1[/]", "two", "lines", "\\x1b[2Jwiped", "끝"]
    assert fleet.control.writes == []
    tail = cli.run("batch", "logs", job, "--tail", "2")
    assert tail.out.splitlines() == ["\\x1b[2Jwiped", "끝"]


def test_a_script_reads_the_events(cli: Cli, fleet: Strict) -> None:
    job = running(fleet)
    say(fleet, job, "\x1b[1mone")
    told = cli.run("batch", "logs", job, "--tail", "1", "-o", "json")
    data = told.json["data"]
    assert (data["job"], data["status"], data["log_group"]) == (job, "RUNNING", GROUP)
    assert [event["message"] for event in data["events"]] == ["\x1b[1mone"]
    assert isinstance(data["events"][0]["timestamp"], int)


def test_all_pages_of_a_log_are_printed(cli: Cli, fleet: Strict) -> None:
    job = running(fleet)
    for start in range(0, 12_000, 4_000):
        say(fleet, job, *(f"line {number}" for number in range(start, start + 4_000)))
    shown = cli.run("batch", "logs", job)
    assert [line for line in shown.out.splitlines() if line.startswith("line ")] == [
        f"line {number}" for number in range(12_000)
    ]


def test_a_job_that_has_not_started_says_so(cli: Cli, fleet: Strict) -> None:
    fleet.control.next_job("job", stuck="RUNNABLE")
    job = running(fleet)
    shown = cli.run("batch", "logs", job)
    assert (shown.code, shown.out) == (0, "")
    assert f"job {job} is RUNNABLE and has printed nothing yet; --follow waits for it" in shown.err
    fleet.batch.terminate_job(jobId=job, reason="no longer wanted")
    fleet.control.advance(1)
    over = cli.run("batch", "logs", job, "--follow", "--poll", "0.1")
    assert (over.code, over.out) == (0, "")
    assert "never started, so it printed nothing: no longer wanted" in over.err


def test_an_unknown_job_is_not_found(cli: Cli, fleet: Strict) -> None:
    lost = cli.run("batch", "logs", "5c1f2d9e-0000-4000-8000-000000000000", "-o", "json")
    assert (lost.code, lost.json["error"]["code"]) == (1, "aws.not-found")


def test_a_log_that_is_gone_is_named(cli: Cli, fleet: Strict) -> None:
    job = running(fleet)
    fleet.control.finish(job)
    stream = fleet.job(job)["container"]["logStreamName"]
    fleet.client("logs").delete_log_stream(logGroupName=GROUP, logStreamName=stream)
    lost = cli.run("batch", "logs", job, "-o", "json")
    assert (lost.code, lost.json["error"]["code"]) == (1, "aws.not-found")
    assert f"there is no log stream {stream} in {GROUP}" in lost.json["error"]["message"]


def test_following_waits_for_the_job_prints_what_comes_and_ends_with_it(cli: Cli, fleet: Strict) -> None:
    fleet.control.set_pace(runnable=100)
    job = fleet.submit()
    process = cli.start("batch", "logs", job, "--follow", "--poll", "0.1", stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    while b"waiting for its container" not in (line := process.stderr.readline()):
        assert line, "it ended by itself"
    fleet.until_running()
    assert process.stdout.readline().startswith(b"simulated run of job")
    say(fleet, job, "first", "second")
    while process.stdout.readline() != b"second\n":
        assert process.poll() is None
    fleet.control.finish(job)
    say(fleet, job, "the last word comes late")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, b"the last word comes late\n"), err


def test_what_comes_just_after_a_look_at_a_job_that_is_over_is_still_printed(cli: Cli, fleet: Strict) -> None:
    """CloudWatch takes events in late: one look that brings nothing new is not the end. The first look reads a page and
    meets its end; the third call is the second look."""
    job = running(fleet)
    with proxied(fleet.url) as proxy:
        proxy.on("GetLogEvents", Fault(after=lambda: say(fleet, job, "the last word")), nth=3)
        cli.env["AWS_ENDPOINT_URL"] = proxy.url
        fleet.control.finish(job)
        shown = cli.run("batch", "logs", job, "--follow", "--poll", "0.1")
    assert (shown.code, shown.out.splitlines()[-1]) == (0, "the last word"), shown.err


def test_ctrl_c_while_following_is_an_interruption(cli: Cli, fleet: Strict) -> None:
    job = running(fleet)
    process = cli.start("batch", "logs", job, "--follow", "--poll", "0.1", stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
