"""`batch ce-check` as a process, against a Batch that behaves as AWS's."""

from datetime import UTC, datetime

import pytest
from moto.backends import get_backend

from academyctl.sandbox.batch_pages import page
from tests.support.cli import Cli
from tests.support.fleet import QUEUE, STEM, V3, V4, disable, operations, pinned, roll_out, serve, writes
from tests.support.proxy import Fault, Proxy, denied
from tests.support.strict import Strict

AL2 = "/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended/image_id"


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
    assert told["queue"]["order"] == [V3]
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
