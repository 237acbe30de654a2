"""`batch ce-prune` as a process: what is only shown, what stays, what others do meanwhile, and how it ends then."""

from collections.abc import Iterator
from signal import SIGINT
from subprocess import PIPE

import pytest

from tests.support.cli import Cli, Result
from tests.support.proxy import Fault, Proxy, denied, proxied
from tests.support.strict import Strict, order

STEM, QUEUE = "academy-video-batch-ce", "academy-video-batch-queue"
V1, V2, V3, V4 = (f"{STEM}-v{number}" for number in range(1, 5))
PRUNE = ("batch", "ce-prune", "--poll", "0.03", "--stable-reads", "2", "-o", "json")


@pytest.fixture
def fleet(cli: Cli, strict: Strict) -> Cli:
    """v4 serves; v1 to v3 are retained, v2 and v3 in the queue behind it."""
    cli.env |= strict.env
    strict.valid(V1, V2, V3, V4)
    strict.queue(V4, V3, V2)
    for name in (V1, V2, V3):
        strict.batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
        tag(strict, name, role="blue", phase="retained")
    strict.control.advance(strict.control.pace.updating)
    strict.control.clear_calls()
    return cli


@pytest.fixture
def proxy(fleet: Cli, strict: Strict) -> Iterator[Proxy]:
    with proxied(strict.url) as one:
        fleet.env["AWS_ENDPOINT_URL"] = one.url
        yield one


def tag(strict: Strict, name: str, **marks: str) -> None:
    said = {"stack": "sandbox", "rollout": "r-1", **marks}
    arn = strict.environment(name)["computeEnvironmentArn"]
    strict.batch.tag_resource(resourceArn=arn, tags={f"academyctl:{key}": value for key, value in said.items()})


def open_rollout(strict: Strict) -> None:
    tag(strict, V4, role="green", phase="attached", **{"from": V3, "by": "ann"})


def writes(strict: Strict) -> list[str]:
    return [call.operation for call in strict.calls if call.is_mutating]


def standing(strict: Strict) -> set[str]:
    """The environments that are not gone, nor on their way out."""
    found = strict.batch.describe_compute_environments()["computeEnvironments"]
    return {one["computeEnvironmentName"] for one in found if one["status"] not in ("DELETING", "DELETED")}


def placed(strict: Strict) -> list[str]:
    return [one["computeEnvironment"].rpartition("/")[2] for one in strict.job_queue()["computeEnvironmentOrder"]]


def became(result: Result) -> dict[str, str]:
    return {one["target"]: one["state"] for one in result.json["changes"] if one["action"] == "delete"}


@pytest.mark.parametrize(("options", "code"), [(("--dry-run",), 0), (("--check",), 5)])
def test_a_plan_alone_writes_nothing(fleet: Cli, strict: Strict, options: tuple[str, ...], code: int) -> None:
    result = fleet.run(*PRUNE, *options)
    assert (result.code, result.json["status"], became(result)) == (code, "pending", {V1: "planned", V2: "planned"})
    assert writes(strict) == []


def test_without_a_terminal_it_needs_yes(fleet: Cli, strict: Strict) -> None:
    result = fleet.run(*PRUNE)
    assert (result.code, result.json["error"]["code"], writes(strict)) == (2, "usage.confirm", [])


def test_people_see_what_goes_and_what_is_kept(fleet: Cli) -> None:
    shown = fleet.run("batch", "ce-prune", "--dry-run").out
    assert f"- {V1}  (no queue has it)" in shown
    assert f"- {V2}  (detached from {QUEUE} first)" in shown
    assert f"= {V3}  (kept for a way back, --keep 1)" in shown


def test_an_enabled_one_and_one_of_another_queue_stay(fleet: Cli, strict: Strict) -> None:
    strict.queue(V1, name="other-queue")
    strict.batch.update_compute_environment(computeEnvironment=V2, state="ENABLED")
    strict.control.advance(strict.control.pace.updating)
    result = fleet.run(*PRUNE, "--yes", "--keep", "0", "--include-untagged")
    assert (result.code, standing(strict)) == (0, {V1, V2, V4})
    said = {one["subject"]: one["message"] for one in result.json["findings"]}
    assert "ENABLED" in said[V2]
    assert "other-queue" in said[V1]


def test_a_rollout_that_begins_while_it_works_ends_it(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    proxy.on("DeleteComputeEnvironment", Fault(after=lambda: open_rollout(strict)))
    result = fleet.run(*PRUNE, "--yes")
    assert (result.code, result.json["error"]["code"]) == (6, "rollout.open")
    assert became(result) == {V1: "done", V2: "failed"}
    assert placed(strict) == [V4, V3, V2]


def test_a_fleet_that_serves_nothing_loses_no_way_back(fleet: Cli, strict: Strict) -> None:
    strict.control.invalidate(V4, "the role is gone")
    result = fleet.run(*PRUNE, "--yes", "--keep", "0")
    assert (result.code, result.codes("error"), writes(strict)) == (4, ["ce.invalid"], [])


def test_the_way_back_taken_while_it_works_stays(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    """While v1 is deleted an operator enables v2 and disables v4: without v2 the queue would have none that serves."""

    def go_back() -> None:
        for name, state in ((V2, "ENABLED"), (V4, "DISABLED")):
            strict.batch.update_compute_environment(computeEnvironment=name, state=state)

    proxy.on("DeleteComputeEnvironment", Fault(after=go_back))
    result = fleet.run(*PRUNE, "--yes")
    assert (result.code, became(result)) == (6, {V1: "done", V2: "failed"})
    assert placed(strict) == [V4, V3, V2]


def test_another_account_is_refused(fleet: Cli, strict: Strict) -> None:
    result = fleet.run(*PRUNE, "--yes", "--stack", "production")
    assert (result.code, result.codes("error"), writes(strict)) == (4, ["account.mismatch"], [])


def test_one_who_may_not_learns_the_action(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    proxy.on("UpdateJobQueue", Fault(forwarded=False, answer=denied("batch:UpdateJobQueue")), nth=())
    result = fleet.run(*PRUNE, "--yes", "--keep", "0")
    states = {V1: "done", V2: "failed", V3: "not_started"}
    assert (result.code, result.json["error"]["code"], became(result)) == (1, "aws.access-denied", states)
    assert "batch:UpdateJobQueue" in result.json["error"]["message"]


def test_ctrl_c_ends_with_what_was_done_and_the_same_command_goes_on(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    proxy.on("UpdateJobQueue", Fault(after=proxy.signal_client(SIGINT)))
    process = fleet.start(*PRUNE, "--yes", stdin=PIPE, stdout=PIPE, stderr=PIPE)
    proxy.victim(process.pid)
    out, err = process.communicate(timeout=30)
    result = Result(process.returncode, out.decode(), err.decode())
    assert (result.code, result.json["status"], became(result)) == (130, "interrupted", {V1: "done", V2: "failed"})
    assert fleet.run(*PRUNE, "--yes").code == 0
    assert (standing(strict), placed(strict)) == ({V3, V4}, [V4, V3])


def test_what_another_wrote_to_the_order_stays(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    """Somebody exchanges v3 for another one before v2 is detached."""
    strict.valid("gpu-v1")
    changed = order(V4, "gpu-v1", V2)
    exchange = Fault(after=lambda: strict.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=changed))
    proxy.on("DeleteComputeEnvironment", exchange, name=V1)
    assert fleet.run(*PRUNE, "--yes").code == 0
    assert placed(strict) == [V4, "gpu-v1"]


def test_a_wait_that_runs_out_is_75(fleet: Cli, strict: Strict) -> None:
    strict.control.hold(V1, "DELETING")
    result = fleet.run(*PRUNE, "--yes", "--valid-timeout", "0.3")
    states = {V1: "failed", V2: "not_started"}
    assert (result.code, result.json["status"], became(result)) == (75, "incomplete", states)
    strict.control.release(V1, "DELETING")
    assert fleet.run(*PRUNE, "--yes").code == 0
    assert standing(strict) == {V3, V4}
