"""`batch status` and its live screen, over real HTTP."""

import os
import pty
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGHUP, SIGINT, SIGTERM, Signals
from subprocess import PIPE
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.proxy import Fault, proxied, refuse
from tests.support.strict import QUEUE, STEM, Strict

V2, V3, V4 = f"{STEM}-v2", f"{STEM}-v3", f"{STEM}-v4"
GREEN = {
    "academyctl:stack": "sandbox",
    "academyctl:role": "green",
    "academyctl:phase": "attached",
    "academyctl:rollout": "r-1",
    "academyctl:from": V3,
    "academyctl:by": "arn:aws:iam::123456789012:user/ann",
    "academyctl:at": "2026-11-22T06:00:00Z",
}
QUIET_CALLS = {
    ("batch", "DescribeComputeEnvironments"): 1,
    ("batch", "DescribeJobQueues"): 1,
    ("batch", "ListJobs"): 6,
    ("ecs", "DescribeClusters"): 1,
    ("ec2", "DescribeImages"): 1,
}
"""What one look costs, however many environments and however many jobs below a thousand a status there are."""


@pytest.fixture
def fleet(cli: Cli, strict: Strict) -> Strict:
    """v3 serves; its image is pinned."""
    cli.env |= strict.env
    pinned = strict.resources(ec2Configuration=[{"imageType": "ECS_AL2023", "imageIdOverride": strict.ami()}])
    strict.valid(V3, resources=pinned)
    strict.control.set_pace(running=600)
    return strict


def rolling(fleet: Strict) -> None:
    """v4 is green and attached first; v2 is kept from before; one of another stem stands beside."""
    fleet.valid(V4, tags=GREEN)
    fleet.valid(V2, tags={"academyctl:stack": "sandbox", "academyctl:role": "blue"})
    fleet.valid("other-v1")
    fleet.queue(V4, V3)


def calls(strict: Strict) -> dict[tuple[str, str], int]:
    made = [(call.service, call.operation) for call in strict.calls]
    return {one: made.count(one) for one in made}


def test_one_screen_tells_the_queue_the_environments_and_the_jobs(cli: Cli, fleet: Strict) -> None:
    rolling(fleet)
    fleet.register()
    fleet.control.next_job("broken", exit_code=1)
    for name in ("a", "b", "broken"):
        fleet.submit(name)
    fleet.until_running()
    fleet.control.finish("broken", exit_code=1)
    fleet.control.next_job("waiting", stuck="RUNNABLE")
    fleet.submit("waiting")
    fleet.until_running()
    fleet.control.clear_calls()

    told = cli.run("batch", "status", "-o", "json")
    assert (told.code, told.json["status"], told.codes()) == (0, "ok", []), told
    assert calls(fleet) == QUIET_CALLS
    assert fleet.control.writes == []
    data = told.json["data"]
    assert data["queue"]["order"] == [V4, V3]
    assert data["canary_queue"] is None
    assert {name: data["rollout"][name] for name in ("id", "phase", "green", "blue")} == {
        "id": "r-1",
        "phase": "attached",
        "green": V4,
        "blue": V3,
    }
    assert [(one["order"], one["name"], one["mark"]) for one in data["environments"]] == [
        (1, V4, "green"),
        (2, V3, "blue"),
        (None, V2, "retained"),
    ]
    green, blue, _ = data["environments"]
    assert (green["running_tasks"], blue["running_tasks"]) == (2, 0)
    assert green["vcpus"] == {"min": 0, "desired": 8, "max": 32}
    assert blue["ami"] == fleet.ami()
    assert isinstance(blue["ami_age_days"], int)
    assert green["ami_age_days"] is None
    assert data["jobs"] == {"SUBMITTED": 0, "PENDING": 0, "RUNNABLE": 1, "STARTING": 0, "RUNNING": 2}
    assert data["failed_24h"] == 1

    people = cli.run("batch", "status")
    assert people.code == 0
    assert f"queue {QUEUE}  ENABLED VALID  order {V4}, {V3}" in people.out
    assert f"rollout r-1  attached  {V3} -> {V4}  by arn:aws:iam::123456789012:user/ann" in people.out
    assert "jobs  SUBMITTED 0  PENDING 0  RUNNABLE 1  STARTING 0  RUNNING 2  failed in 24 h 1" in people.out
    assert "other-v1" not in people.out


def test_twenty_environments_cost_no_call_more_and_those_who_need_not_wait_go_together(cli: Cli, fleet: Strict) -> None:
    fleet.valid(*(f"{STEM}-v{number}" for number in range(4, 23)))
    fleet.queue(V3)
    # The first eight calls are answered when all eight have come, and not before.
    together = threading.Barrier(8)
    with proxied(fleet.url) as proxy:
        for number in range(1, 9):
            proxy.at(number, Fault(before=lambda: together.wait(20)))
        told = cli.run("batch", "status", "-o", "json", env={"AWS_ENDPOINT_URL": proxy.url})
        assert {(call.service, call.operation): proxy.count(call.operation) for call in proxy.calls} == QUIET_CALLS
    assert told.code == 0, told
    assert len(told.json["data"]["environments"]) == 20
    assert not together.broken


def test_an_account_without_a_queue_is_told_so(cli: Cli, strict: Strict) -> None:
    cli.env |= strict.env
    told = cli.run("batch", "status")
    assert told.code == 0
    assert f"queue {QUEUE}  does not exist: academyctl batch setup" in told.out
    assert "no compute environment of this stack" in told.out


def test_an_invalid_environment_is_told_with_its_reason(cli: Cli, fleet: Strict) -> None:
    fleet.queue(V3)
    fleet.control.invalidate(V3, "CLIENT_ERROR - gone [red]")
    told = cli.run("batch", "status")
    assert f"{V3} is INVALID: CLIENT_ERROR - gone [red]" in told.out


def test_a_watch_is_for_people(cli: Cli) -> None:
    refused = cli.run("batch", "status", "--watch", "-o", "json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "usage")
    assert refused.json["error"]["hint"] == "academyctl batch status -o json"


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 0), (SIGTERM, 130), (SIGHUP, 130)])
def test_who_ends_a_watch_tells_how_it_ended(cli: Cli, fleet: Strict, number: Signals, code: int) -> None:
    """Ctrl-C is its ordinary end; a supervisor that stops it is told that it was stopped."""
    fleet.queue(V3)
    process = cli.start("batch", "status", "--watch", stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    while not process.stdout.readline().startswith(b"every"):
        assert process.poll() is None, "it ended by itself"
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out.strip()) == (code, b""), err
    assert (f"{number.name} ended the watch" in err.decode()) == (code == 130), err


def test_off_a_terminal_a_watch_prints_a_block_a_look_and_outlives_a_failed_one(cli: Cli, fleet: Strict) -> None:
    fleet.queue(V3)
    with proxied(fleet.url) as proxy:
        proxy.on("DescribeComputeEnvironments", refuse("AccessDeniedException", 403), nth=2)
        words = ("batch", "status", "--watch", "--poll", "0.1")
        process = cli.start(*words, env={"AWS_ENDPOINT_URL": proxy.url}, stdout=PIPE, stderr=PIPE)
        assert process.stdout is not None
        heads, notes = 0, list[str]()
        while len(notes) < 3:
            line = process.stdout.readline().decode()
            assert line, "it ended by itself"
            heads += line.startswith("stack sandbox")
            notes += [line.strip()] if line.startswith(("every", "this is old")) else []
        process.send_signal(SIGINT)
        rest, err = process.communicate(timeout=30)
        looks = proxy.count("DescribeComputeEnvironments")
        assert [call.operation for call in proxy.calls if call.is_mutating] == []
    assert process.returncode == 0, err
    assert b"Traceback" not in err
    assert heads == 3
    assert notes[0] == notes[2] == "every 0.1 s; Ctrl-C ends it"
    assert notes[1].startswith("this is old: reading environments: not allowed to call batch:")
    assert heads + rest.count(b"stack sandbox") in (looks, looks - 1)


class Screen:
    """stdout and stderr of one process on a terminal of their own."""

    def __init__(self, cli: Cli, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        env = {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
        self.process = cli.start(*words, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        self.sent = ""

    def until(self, text: str, times: int) -> None:
        end = time.monotonic() + 30
        while self.sent.count(text) < times and time.monotonic() < end and self._more():
            continue
        assert self.sent.count(text) >= times, self.sent

    def rest(self) -> int:
        while self._more():
            continue
        return self.process.wait(timeout=30)

    def _more(self) -> bool:
        if not select.select([self._ours], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            read = os.read(self._ours, 65536)
        except OSError:
            return False
        self.sent += read.decode(errors="replace")
        return bool(read)

    def close(self) -> None:
        self.process.kill()
        os.close(self._ours)


@contextmanager
def screen(cli: Cli, *words: str) -> Iterator[Any]:
    shown = Screen(cli, *words)
    try:
        yield shown
    finally:
        shown.close()


def test_on_a_terminal_a_watch_redraws_in_place_and_ctrl_c_ends_it_well(cli: Cli, fleet: Strict) -> None:
    fleet.queue(V3)
    with screen(cli, "batch", "status", "--watch", "--poll", "0.2") as shown:
        shown.until("failed in 24 h 0", 3)
        shown.process.send_signal(SIGINT)
        assert shown.rest() == 0
    assert "\x1b[1A" in shown.sent, "nothing was redrawn"
    assert shown.sent.rindex("\x1b[?25h") > shown.sent.rindex("\x1b[?25l"), "the cursor stays hidden"
    assert "Traceback" not in shown.sent
    # The last picture stays.
    assert "failed in 24 h 0" in shown.sent.rpartition("\x1b[?25h")[0]
