"""`batch ce-check` and `ce-ensure` as processes, against a Batch that behaves as AWS's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from signal import SIGINT
from subprocess import PIPE
from typing import Any

import pytest
from moto.backends import get_backend

from academyctl.sandbox.batch_pages import page
from tests.support.cli import Cli, Result
from tests.support.proxy import Dropped, Fault, Proxy, denied, lose, proxied
from tests.support.strict import Strict

STEM, QUEUE = "academy-video-batch-ce", "academy-video-batch-queue"
V2, V3, V4 = f"{STEM}-v2", f"{STEM}-v3", f"{STEM}-v4"
AL2 = "/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended/image_id"
ENSURE = ("batch", "ce-ensure", "--yes", "--poll", "0.05", "-o", "json")


@pytest.fixture
def fleet(cli: Cli, strict: Strict) -> Cli:
    """academyctl on the strict sandbox."""
    cli.env |= strict.env
    return cli


@pytest.fixture
def proxy(fleet: Cli, strict: Strict) -> Iterator[Proxy]:
    """The same through a proxy."""
    with proxied(strict.url) as one:
        fleet.env["AWS_ENDPOINT_URL"] = one.url
        yield one


def pinned(strict: Strict, ami: str = "", **changes: Any) -> dict[str, Any]:
    """Resources with a pinned AMI: the wanted one."""
    image = {"imageType": "ECS_AL2023", "imageIdOverride": ami or strict.ami()}
    return strict.resources(ec2Configuration=[image], **changes)


def serve(strict: Strict, *names: str, **changes: Any) -> None:
    """VALID environments in the queue, in this order; the log is empty then."""
    strict.valid(*(names or (V3,)), resources=pinned(strict, **changes))
    strict.queue(*(names or (V3,)))
    strict.control.clear_calls()


def disable(strict: Strict, name: str) -> None:
    strict.batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    strict.control.advance(strict.control.pace.updating)
    strict.control.clear_calls()


def roll_out(strict: Strict, green: str, blue: str) -> None:
    """The tags of an open rollout."""
    ours = {"stack": "sandbox", "rollout": "r-1", "role": "green", "phase": "attached", "from": blue, "by": "ann"}
    arn = strict.environment(green)["computeEnvironmentArn"]
    strict.batch.tag_resource(resourceArn=arn, tags={f"academyctl:{name}": value for name, value in ours.items()})
    strict.control.clear_calls()


def operations(strict: Strict) -> list[str]:
    return [call.operation for call in strict.calls]


def writes(strict: Strict) -> list[str]:
    return [call.operation for call in strict.calls if call.is_mutating]


# ce-check


def test_a_healthy_fleet_takes_four_reads(fleet: Cli, strict: Strict) -> None:
    serve(strict)
    result = fleet.run("batch", "ce-check", "-o", "json")
    assert (result.code, result.json["status"], result.json["findings"]) == (0, "ok", [])
    assert sorted(operations(strict)) == [
        *("DescribeComputeEnvironments", "DescribeImages", "DescribeJobQueues", "GetParameters"),
    ]
    assert writes(strict) == []
    told = result.json["data"]
    assert told["environment"] | {"ami_created": ""} == {
        "name": V3,
        "mark": "blue",
        "state": "ENABLED",
        "status": "VALID",
        "status_reason": told["environment"]["status_reason"],
        "max_vcpus": 32,
        "declared_max_vcpus": 32,
        "min_vcpus": 0,
        "desired_vcpus": 0,
        "ami": strict.ami(),
        "ami_created": "",
        "ami_age_days": 0,
        "image_type": "ECS_AL2023",
        "allocation_strategy": "BEST_FIT_PROGRESSIVE",
        "instance_types": ["c7g.xlarge"],
        "place": 1,
        "service_role": told["environment"]["service_role"],
        "service_linked": True,
    }
    assert told["environments"] == [told["environment"]]
    assert told["queue"]["environments"] == [V3]
    assert told["ami"]["wanted"] == strict.ami()
    assert told["rollout"] is None


def test_an_empty_account_has_neither_environment_nor_queue(fleet: Cli, strict: Strict) -> None:
    result = fleet.run("batch", "ce-check", "-o", "json")
    assert result.code == 4
    assert result.codes("error") == ["ce.absent", "queue.absent"]
    assert result.json["data"]["environment"] is None


def test_people_see_one_table_and_a_remedy(fleet: Cli, strict: Strict) -> None:
    serve(strict, maxvCpus=16)
    result = fleet.run("batch", "ce-check")
    assert result.code == 4
    row = next(line for line in result.out.splitlines() if line.startswith(V3))
    assert row.split() == [
        V3,
        "blue",
        "ENABLED",
        "VALID",
        "16",
        "of",
        "32",
        strict.ami(),
        "0",
        "d",
        "1",
        "service-linked",
    ]
    assert "maxvCpus is 16, the stack's is 32 [ce.max-vcpus]" in result.out
    assert "hint: academyctl batch ce-ensure" in result.out


def test_an_old_environment_has_all_its_faults_named(
    fleet: Cli, strict: Strict, monkeypatch: pytest.MonkeyPatch
) -> None:
    al2 = strict.client("ssm").get_parameter(Name=AL2)["Parameter"]["Value"]
    image = get_backend("ec2")[strict.stack.account][strict.stack.region].amis[al2]
    monkeypatch.setattr(image, "creation_date", datetime(2024, 1, 31, tzinfo=UTC))
    serve(strict, ami=al2, maxvCpus=16, allocationStrategy=None)
    disable(strict, V3)
    strict.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    result = fleet.run("batch", "ce-check", "-o", "json")
    assert result.code == 4
    assert result.codes("error") == ["ce.disabled", "ce.max-vcpus", "ce.ami-drift", "ce.al2", "queue.disabled"]
    assert result.json["data"]["environment"]["allocation_strategy"] == "BEST_FIT"


def test_a_recent_ami_that_is_not_the_wanted_one_is_no_error(fleet: Cli, strict: Strict) -> None:
    strict.valid(V3)
    strict.queue(V3)
    result = fleet.run("batch", "ce-check", "-o", "json")
    assert (result.code, result.codes("warning"), result.codes("error")) == (0, ["ce.ami-drift"], [])


def test_an_invalid_environment_gives_awss_reason(fleet: Cli, strict: Strict) -> None:
    serve(strict)
    strict.control.invalidate(V3, "CLIENT_ERROR - the role is gone")
    result = fleet.run("batch", "ce-check", "-o", "json")
    assert result.codes("error") == ["ce.invalid", "queue.order"]
    assert "the role is gone" in result.json["findings"][0]["message"]


@pytest.mark.parametrize("blue", [f"{STEM}-v9", STEM])
def test_the_serving_one_is_told_by_the_queue_and_not_by_its_number(fleet: Cli, strict: Strict, blue: str) -> None:
    serve(strict, blue)
    strict.valid(f"{STEM}-v10", resources=pinned(strict))
    told = fleet.run("batch", "ce-check", "-o", "json").json
    assert (told["status"], told["data"]["environment"]["name"]) == ("ok", blue)
    assert [one["name"] for one in told["data"]["environments"]] == [blue, f"{STEM}-v10"]


def test_an_open_rollout_explains_an_order_that_is_wrong_without_it(fleet: Cli, strict: Strict) -> None:
    serve(strict, V4, V3)
    strict.control.hold(V4, "UPDATING")
    strict.batch.update_compute_environment(computeEnvironment=V4, computeResources={"maxvCpus": 33})
    before = fleet.run("batch", "ce-check", "-o", "json")
    assert (before.code, before.codes()) == (4, ["queue.order"])
    roll_out(strict, V4, V3)
    after = fleet.run("batch", "ce-check", "-o", "json")
    assert (after.code, after.codes()) == (0, [])
    assert after.json["data"]["rollout"]["by"] == "ann"


def test_another_environment_is_judged_by_its_name(fleet: Cli, strict: Strict) -> None:
    serve(strict)
    strict.valid("gpu", resources=pinned(strict, maxvCpus=64))
    gpu = fleet.run("batch", "ce-check", "--ce", "gpu", "-o", "json")
    judged = gpu.json["data"]["environment"]
    assert (gpu.code, gpu.codes(), judged["mark"], judged["ami_age_days"]) == (4, ["ce.max-vcpus"], "foreign", 0)
    nobody = fleet.run("batch", "ce-check", "--ce", "nobody", "-o", "json")
    assert (nobody.code, nobody.codes()) == (4, ["ce.absent"])
    assert nobody.json["findings"][0]["subject"] == "nobody"


def test_people_learn_where_nothing_was_found(fleet: Cli, strict: Strict) -> None:
    serve(strict)
    elsewhere = fleet.run("batch", "ce-check", "--region", "us-east-1")
    assert (elsewhere.code, f"queue {QUEUE}: absent in us-east-1" in elsewhere.out) == (4, True)
    strict.control.invalidate(V3, "the role is gone")
    assert fleet.run("batch", "ce-check").out.startswith(f"sandbox · ap-northeast-2 · {V3} should serve\n")


@pytest.mark.parametrize(
    "words",
    [
        ("ce-ensure", "--ce", "", "--yes"),
        ("ce-ensure", "--poll", "nan", "--yes"),
        ("ce-ensure", "--valid-timeout", "inf", "--yes"),
        ("ce-check", "--ce", ""),
        ("setup", "--subnet", "", "--yes"),
        ("why", "--job", ""),
    ],
)
def test_a_variable_that_was_not_set_is_no_name_and_nan_no_number(
    fleet: Cli, strict: Strict, words: tuple[str, ...]
) -> None:
    serve(strict, maxvCpus=16)
    result = fleet.run("batch", *words, "-o", "json")
    assert (result.code, result.json["error"]["code"], strict.calls) == (2, "usage", [])


def test_every_page_is_read(fleet: Cli, strict: Strict, monkeypatch: pytest.MonkeyPatch) -> None:
    strict.valid("a-v1", "b-v1", resources=pinned(strict))
    serve(strict)
    monkeypatch.setattr(page, "__defaults__", (1,))
    assert fleet.run("batch", "ce-check").code == 0
    assert operations(strict).count("DescribeComputeEnvironments") == 3


@pytest.mark.parametrize("value", [None, "no ami", '{"image_id": 7}', "{"])
def test_a_parameter_that_names_no_ami_is_a_finding_beside_the_others(
    fleet: Cli, strict: Strict, value: str | None
) -> None:
    serve(strict, maxvCpus=16)
    if value:
        strict.client("ssm").put_parameter(Name="/test/ami", Value=value, Type="String")
    copy_profiles(fleet, "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended", "/test/ami")
    result = fleet.run("batch", "ce-check", "--profiles", str(fleet.cwd / "env_profiles"), "-o", "json")
    assert (result.code, result.codes("error")) == (4, ["ce.ami", "ce.max-vcpus"])


def copy_profiles(cli: Cli, old: str, new: str) -> None:
    """The shipped profiles in the working folder, with one word of the sandbox's stack exchanged."""
    from shutil import copytree

    folder = cli.cwd / "env_profiles"
    copytree(cli.env["ACADEMYCTL_PROFILES"], folder)
    stack = folder / "stacks" / "sandbox.yaml"
    text = stack.read_text()
    assert old in text
    stack.write_text(text.replace(old, new))


def test_what_may_not_be_read_ends_with_the_action(fleet: Cli, strict: Strict, proxy: Proxy) -> None:
    serve(strict)
    proxy.on("DescribeJobQueues", Fault(forwarded=False, answer=denied("batch:DescribeJobQueues")))
    result = fleet.run("batch", "ce-check", "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (1, "aws.access-denied")
    assert "batch:DescribeJobQueues" in result.json["error"]["message"]


# ce-ensure


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
