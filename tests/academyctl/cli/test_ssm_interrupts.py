"""SIGINT, SIGTERM and SIGKILL at every AWS call of a push: nothing is torn, and the next push converges."""

import fcntl
import json
import os
import select
import sys
import termios
from dataclasses import dataclass
from signal import SIGINT, SIGKILL, SIGTERM, Signals
from subprocess import DEVNULL, PIPE

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.envs import API as API_ENV
from tests.support.envs import text
from tests.support.proxy import Dropped, Fault, refuse
from tests.support.site import PUSH, Site, states

PLANNED = f"{API},{WORKER},{LOCK}"
WRITTEN = f"{API},{WORKER}"
WRITES = (
    ("PutParameter", LOCK),
    ("GetParameters", WRITTEN),
    ("PutParameter", API),
    ("PutParameter", WORKER),
    ("GetParameters", WRITTEN),
    ("GetParameters", LOCK),
    ("PutParameter", LOCK),
)
CALLS = {
    "first push": (("GetCallerIdentity", ""), ("GetParameters", PLANNED), ("GetParameters", LOCK), *WRITES),
    "update": (("GetCallerIdentity", ""), ("GetParameters", PLANNED), ("DescribeParameters", ""), *WRITES),
}
"""Every call of `ssm push --role all`, in order."""


@dataclass(frozen=True)
class Moment:
    """`number` counts calls from 1; `after`: AWS has answered, and we have not heard it yet."""

    kind: str
    number: int
    after: bool

    @property
    def old(self) -> str:
        return "old" if self.kind == "update" else "absent"

    def __str__(self) -> str:
        operation, name = CALLS[self.kind][self.number - 1]
        words = (self.kind, "after" if self.after else "before", str(self.number), operation, name.split("/")[-1])
        return "-".join(words).replace(" ", "-")


MOMENTS = [
    Moment(kind, number, after)
    for kind, calls in CALLS.items()
    for number in range(1, len(calls) + 1)
    for after in (False, True)
]
KILLS = [moment for moment in MOMENTS if moment.after]
"""To die before call n leaves what to die after call n - 1 leaves; before the first call nothing was done."""


def prepared(site: Site, kind: str) -> Site:
    if kind == "update":
        site.store_old()
        site.put(LOCK, "free", Type="String")
    return site


@pytest.mark.parametrize("kind", CALLS)
def test_a_push_makes_these_calls(site: Site, kind: str) -> None:
    assert prepared(site, kind).push().code == 0
    assert tuple(site.proxy.log) == CALLS[kind]
    assert site.both() == ("new", "new")


def interrupt(site: Site, moment: Moment, number: Signals) -> None:
    """All or nothing, one JSON object, exit 130, and the lock is free."""
    hit = site.proxy.signal_client(number)
    site.proxy.at(moment.number, Fault(after=hit) if moment.after else Fault(before=hit))
    result = prepared(site, moment.kind).push()
    assert (result.code, result.json["status"], result.json["exit_code"]) == (130, "interrupted", 130), result
    assert result.json["error"]["code"] == "interrupted"
    assert site.both() in ((moment.old, moment.old), ("new", "new"))
    assert site.lock() in ("free", None)
    told = set(states(result).values())
    assert told == {"done"} if site.both() == ("new", "new") else told <= {"not_started", "undone"}, result


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_ctrl_c_at_any_call_is_all_or_nothing(site: Site, moment: Moment) -> None:
    interrupt(site, moment, SIGINT)


@pytest.mark.parametrize("moment", [each for each in MOMENTS if each.kind == "update" and each.after], ids=str)
def test_sigterm_at_any_call_is_all_or_nothing(site: Site, moment: Moment) -> None:
    interrupt(site, moment, SIGTERM)


@pytest.mark.parametrize("moment", KILLS, ids=str)
def test_a_kill_at_any_call_tears_nothing_and_the_next_push_converges(site: Site, moment: Moment) -> None:
    site.proxy.at(moment.number, Fault(after=site.proxy.signal_client(SIGKILL), answer=Dropped()))
    assert prepared(site, moment.kind).push().code == -SIGKILL
    assert set(site.both()) <= {moment.old, "new"}
    if site.lock() not in ("free", None):
        assert site.run("ssm", "unlock", "--yes").code == 0
    assert site.push().code == 0
    assert site.both() == ("new", "new")
    assert site.lock() == "free"


@pytest.mark.parametrize("number", range(1, len(CALLS["update"]) + 1))
def test_a_reader_of_stderr_that_goes_away_stops_nothing(site: Site, number: int) -> None:
    """A closed ssh, `2>&1 | head`: the progress is lost, the push is not."""
    reader, writer = os.pipe()
    site.proxy.at(number, Fault(before=lambda: os.close(reader)))
    process = prepared(site, "update").cli.start(*PUSH, stdin=DEVNULL, stdout=PIPE, stderr=writer)
    os.close(writer)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["status"]) == (0, "changed")
    assert (site.both(), site.lock()) == (("new", "new"), "free")


def test_ctrl_c_while_waiting_for_the_lock_ends_the_wait(stored: Site) -> None:
    claim = '{"owner": "arn:somebody", "expires": "2999-01-01T00:00:00+00:00", "id": "1"}'
    stored.put(LOCK, claim, Type="String")
    stored.proxy.on("GetParameterHistory", Fault(after=stored.proxy.signal_client(SIGINT)), name=LOCK, nth=2)
    result = stored.push()
    assert result.code == 130, result
    assert states(result) == {API: "not_started", WORKER: "not_started"}
    assert stored.lock() == claim
    assert stored.both() == ("old", "old")


def test_ctrl_c_during_an_undo_does_not_stop_it(stored: Site) -> None:
    stored.proxy.on("PutParameter", refuse("ValidationException"), name=WORKER)
    stored.proxy.on("PutParameter", Fault(before=stored.proxy.signal_client(SIGINT)), name=API, nth=2)
    result = stored.push()
    assert result.code == 7, result
    assert stored.both() == ("old", "old")
    assert stored.lock() == "free"


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_a_signal_while_the_result_is_printed_does_not_cut_it(stored: Site, number: Signals) -> None:
    """The reader of the pipe is slow; what happened is decided already, and is told whole."""
    for port in range(1, 40):
        stored.put(API, text(API_ENV, DB_PORT=str(port)))
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    words = ("ssm", "history", "--role", "api", "-o", "json")
    process = stored.cli.start(*words, stdin=DEVNULL, stdout=writer, stderr=PIPE)
    os.close(writer)
    try:
        while process.poll() is None and not _is_full(reader):
            select.select([reader], [], [], 1)
        process.send_signal(number)
        with os.fdopen(reader, encoding="utf-8") as shown:
            told = json.loads(shown.read())
        assert (process.wait(30), told["exit_code"], len(told["data"]["versions"])) == (0, 0, 40)
    finally:
        process.kill()
        process.communicate()


def _is_full(reader: int) -> bool:
    held = fcntl.ioctl(reader, termios.FIONREAD, b"\0\0\0\0")
    return int.from_bytes(held, sys.byteorder) >= 4096
