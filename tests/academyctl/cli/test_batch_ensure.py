"""`batch ce-ensure` as a process, against a Batch that behaves as AWS's."""

from dataclasses import replace
from signal import SIGINT
from subprocess import PIPE
from typing import Any

import pytest

from tests.support.cli import Cli, Result
from tests.support.fleet import V2, V3, V4, disable, roll_out, serve, writes
from tests.support.proxy import Dropped, Fault, Proxy, denied, lose
from tests.support.strict import Strict

ENSURE = ("batch", "ce-ensure", "--yes", "--poll", "0.05", "-o", "json")


def change(result: Result) -> dict[str, Any]:
    (one,) = result.json["changes"]
    return dict(one)


def test_both_are_repaired_in_one_update_and_read_back(fleet: Cli, strict: Strict) -> None:
    serve(strict, maxvCpus=16)
    disable(strict, V3)
    result = fleet.run(*ENSURE)
    assert (result.code, result.json["status"]) == (0, "changed")
    assert change(result) | {"kind": ""} == {
        "action": "update",
        "kind": "",
        "target": V3,
        "detail": ["~ maxvCpus", "~ state"],
        "why": "maxvCpus 16 → 32; state DISABLED → ENABLED",
        "state": "done",
    }
    assert writes(strict) == ["UpdateComputeEnvironment"]
    stands = strict.environment(V3)
    assert (stands["state"], stands["status"], stands["computeResources"]["maxvCpus"]) == ("ENABLED", "VALID", 32)
    again = fleet.run(*ENSURE)
    assert (again.code, again.json["status"], change(again)["action"]) == (0, "unchanged", "none")
    assert writes(strict) == ["UpdateComputeEnvironment"]


@pytest.mark.parametrize(
    ("options", "state", "number"),
    [
        (("--enabled",), "ENABLED", 16),
        (("--max-vcpus", "64"), "ENABLED", 64),
        (("--enabled", "--max-vcpus", "8"), "ENABLED", 8),
    ],
)
def test_options_choose_what_is_repaired(
    fleet: Cli, strict: Strict, options: tuple[str, ...], state: str, number: int
) -> None:
    serve(strict, maxvCpus=16)
    disable(strict, V3)
    assert fleet.run(*ENSURE, *options).code == 0
    stands = strict.environment(V3)
    assert (stands["state"], stands["computeResources"]["maxvCpus"]) == (state, number)


def test_what_runs_is_left_as_it_is_and_may_be_more_than_the_number(fleet: Cli, strict: Strict) -> None:
    strict.control.pace = replace(strict.control.pace, idle=1e9)
    serve(strict, maxvCpus=64, desiredvCpus=48)
    assert fleet.run(*ENSURE, "--max-vcpus", "56").code == 0
    assert strict.environment(V3)["computeResources"]["desiredvCpus"] == 48
    assert fleet.run(*ENSURE, "--max-vcpus", "32").code == 0
    assert strict.environment(V3)["computeResources"]["maxvCpus"] == 32


@pytest.mark.parametrize(("option", "code", "status"), [("--dry-run", 0, "pending"), ("--check", 5, "pending")])
def test_a_plan_alone_writes_nothing(fleet: Cli, strict: Strict, option: str, code: int, status: str) -> None:
    serve(strict, maxvCpus=16)
    result = fleet.run("batch", "ce-ensure", option, "-o", "json")
    assert (result.code, result.json["status"]) == (code, status)
    assert writes(strict) == []


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "many"])
def test_a_number_that_batch_cannot_take_is_a_usage_error(fleet: Cli, number: str) -> None:
    assert fleet.run(*ENSURE, "--max-vcpus", number).code == 2


def test_only_the_serving_one_is_touched(fleet: Cli, strict: Strict) -> None:
    serve(strict, V3, V2, maxvCpus=16)
    disable(strict, V2)
    assert fleet.run(*ENSURE).code == 0
    retained = strict.environment(V2)
    assert (retained["state"], retained["computeResources"]["maxvCpus"]) == ("DISABLED", 16)


def test_an_environment_by_its_name(fleet: Cli, strict: Strict) -> None:
    serve(strict, V3, V2)
    disable(strict, V2)
    assert fleet.run(*ENSURE, "--ce", V2, "--enabled").code == 0
    assert strict.environment(V2)["state"] == "ENABLED"


def test_one_that_is_absent_is_refused(fleet: Cli, strict: Strict) -> None:
    serve(strict)
    result = fleet.run(*ENSURE, "--ce", "nobody")
    assert (result.code, result.codes("error")) == (4, ["ce.absent"])


def test_an_invalid_one_is_refused_with_its_reason(fleet: Cli, strict: Strict) -> None:
    serve(strict, maxvCpus=16)
    strict.control.invalidate(V3, "CLIENT_ERROR - the role is gone")
    result = fleet.run(*ENSURE)
    assert (result.code, result.codes("error")) == (4, ["ce.invalid"])
    assert "the role is gone" in result.json["findings"][0]["message"]
    assert writes(strict) == []


def test_the_state_of_an_open_rollout_is_not_touched_but_its_number_may_be(fleet: Cli, strict: Strict) -> None:
    serve(strict, V4, V3)
    disable(strict, V3)
    roll_out(strict, V4, V3)
    refused = fleet.run(*ENSURE, "--ce", V3)
    assert (refused.code, refused.json["status"], refused.json["error"]["code"]) == (6, "conflict", "conflict.rollout")
    assert "r-1 by ann" in refused.json["error"]["message"]
    assert writes(strict) == []
    assert fleet.run(*ENSURE, "--ce", V3, "--max-vcpus", "64").code == 0
    stands = strict.environment(V3)
    assert (stands["state"], stands["computeResources"]["maxvCpus"]) == ("DISABLED", 64)


def test_a_rollout_that_begins_after_the_plan_stops_it(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    serve(strict, V4, V3)
    disable(strict, V3)
    begin = Fault(before=lambda: roll_out(strict, V4, V3))
    proxy.on("DescribeComputeEnvironments", begin, nth=2)
    result = fleet.run(*ENSURE, "--ce", V3)
    assert (result.code, change(result)["state"]) == (6, "not_started")
    assert proxy.writes == []


def test_while_it_is_being_modified_it_is_tried_again(fleet: Cli, strict: Strict) -> None:
    serve(strict, maxvCpus=16)
    strict.control.being_modified(V3, times=2)
    assert fleet.run(*ENSURE).code == 0
    assert writes(strict) == ["UpdateComputeEnvironment"] * 3
    assert strict.environment(V3)["computeResources"]["maxvCpus"] == 32


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_is_settled_by_reading(fleet: Cli, strict: Strict, proxy: Proxy, applied: bool) -> None:
    serve(strict, maxvCpus=16)
    proxy.on("UpdateComputeEnvironment", lose(Dropped(), applied=applied))
    result = fleet.run(*ENSURE)
    assert (result.code, change(result)["state"]) == (0, "done")
    assert len(proxy.writes) == (1 if applied else 2)


def test_one_who_may_not_learns_the_action(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    serve(strict, maxvCpus=16)
    proxy.on(
        "UpdateComputeEnvironment", Fault(forwarded=False, answer=denied("batch:UpdateComputeEnvironment")), nth=()
    )
    result = fleet.run(*ENSURE)
    assert (result.code, result.json["error"]["code"], change(result)["state"]) == (1, "aws.access-denied", "failed")
    assert "batch:UpdateComputeEnvironment" in result.json["error"]["message"]


def test_one_that_becomes_invalid_ends_with_its_reason(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    serve(strict, maxvCpus=16)
    proxy.on("UpdateComputeEnvironment", Fault(after=lambda: strict.control.invalidate(V3, "no such subnet")))
    result = fleet.run(*ENSURE)
    assert (result.code, result.json["error"]["code"], change(result)["state"]) == (1, "ce.invalid", "failed")
    assert "no such subnet" in result.json["error"]["message"]


def test_a_wait_that_runs_out_is_75_and_the_same_command_goes_on(fleet: Cli, strict: Strict) -> None:
    serve(strict, maxvCpus=16)
    strict.control.hold(V3, "UPDATING")
    result = fleet.run(*ENSURE, "--valid-timeout", "0.2")
    assert (result.code, result.json["status"]) == (75, "incomplete")
    strict.control.clear_calls()
    still = fleet.run(*ENSURE, "--valid-timeout", "0.2")
    assert (still.code, still.json["changes"]) == (75, [])
    strict.control.release(V3, "UPDATING")
    again = fleet.run(*ENSURE)
    assert (again.code, again.json["status"]) == (0, "unchanged")
    assert writes(strict) == []


def test_ctrl_c_while_waiting_ends_with_130(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    serve(strict, maxvCpus=16)
    strict.control.hold(V3, "UPDATING")
    proxy.on("UpdateComputeEnvironment", Fault(after=proxy.signal_client(SIGINT)))
    process = fleet.start(*ENSURE, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    proxy.victim(process.pid)
    out, err = process.communicate(timeout=30)
    result = Result(process.returncode, out.decode(), err.decode())
    assert (result.code, result.json["status"]) == (130, "interrupted")
    assert strict.environment(V3)["computeResources"]["maxvCpus"] == 32
