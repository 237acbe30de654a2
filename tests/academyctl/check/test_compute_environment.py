"""What ce-check finds about one environment, as a table."""

from datetime import UTC, datetime
from typing import Any

import pytest

from academyctl.check.compute_environment import absent_findings, age_days, environment_findings
from academyctl.model.batch import Ami, ComputeEnvironmentDetail
from academyctl.model.finding import Finding
from tests.batch_builders import AMI, LINKED_ROLE, ami, changed_stack, environment, sandbox_stack
from tests.builders import said

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WANTED = "ami-wanted"
CUSTOM = "arn:aws:iam::123456789012:role/academy-batch-service-role"
V3 = "academy-video-batch-ce-v3"


def found(
    one: ComputeEnvironmentDetail,
    *,
    wanted: str = AMI,
    images: tuple[Ami, ...] = (ami(),),
    service_role: str = "",
) -> tuple[Finding, ...]:
    stack = changed_stack(service_role=service_role)
    return environment_findings(stack, one, wanted_ami=wanted, images={image.id: image for image in images}, now=NOW)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def test_what_the_stack_declares_has_no_finding() -> None:
    assert found(environment()) == ()


FAULTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "INVALID": ({"status": "INVALID"}, ["ce.invalid"]),
    "a status nobody knows": ({"status": "PARKED"}, ["ce.invalid"]),
    "no status": ({"status": ""}, ["ce.invalid"]),
    "CREATING passes": ({"status": "CREATING"}, []),
    "UPDATING passes": ({"status": "UPDATING"}, []),
    "DISABLED": ({"state": "DISABLED"}, ["ce.disabled"]),
    "a state nobody knows": ({"state": "PAUSED"}, ["ce.disabled"]),
    "no state": ({"state": ""}, ["ce.disabled"]),
    "smaller": ({"resources": {"maxvCpus": 16}}, ["ce.max-vcpus"]),
    "larger": ({"resources": {"maxvCpus": 64}}, ["ce.max-vcpus"]),
    "UNMANAGED, without resources": ({"resources": dict.fromkeys(("maxvCpus", "instanceTypes"))}, ["ce.max-vcpus"]),
    "AL2 by its type": ({"ec2": {"imageType": "ECS_AL2"}}, ["ce.al2"]),
    "AL2 by a variant": ({"ec2": {"imageType": "ECS_AL2_NVIDIA"}}, ["ce.al2"]),
    "AL2023 by a variant": ({"ec2": {"imageType": "ECS_AL2023_NVIDIA"}}, []),
    "an image type nobody knows": ({"ec2": {"imageType": "ECS_AL3"}}, []),
    "x86 types": ({"resources": {"instanceTypes": ["c7g.xlarge", "c6i.xlarge"]}}, ["ce.architecture"]),
    "optimal": ({"resources": {"instanceTypes": ["optimal"]}}, ["ce.architecture"]),
    "live desiredvCpus": ({"resources": {"desiredvCpus": 48}}, []),
    "BEST_FIT": ({"resources": {"allocationStrategy": None}}, []),
    "several at once": (
        {"status": "INVALID", "state": "DISABLED", "resources": {"maxvCpus": 1}},
        ["ce.invalid", "ce.disabled", "ce.max-vcpus"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_code_as_an_error(name: str) -> None:
    changes, expected = FAULTS[name]
    assert said(found(environment(**changes))) == [("error", code, V3) for code in expected]


@pytest.mark.parametrize(
    "types",
    ["a1.large", "c7g.xlarge", "m6gd", "im4gn.large", "is4gen", "g5g.xlarge", "hpc7g", "t4g.small", "default_arm64"],
)
def test_graviton_is_arm64_by_its_name(types: str) -> None:
    assert found(environment(resources={"instanceTypes": [types]})) == ()


@pytest.mark.parametrize(
    "types", ["c6i.xlarge", "g4dn.xlarge", "g6.xlarge", "m7a", "c7i-flex.large", "default_x86_64", "p4d", "mygroup"]
)
def test_other_types_are_not(types: str) -> None:
    assert codes(found(environment(resources={"instanceTypes": [types]}))) == ["ce.architecture"]


def test_an_image_may_be_of_another_architecture_than_the_types() -> None:
    assert codes(found(environment(), images=(ami(architecture="x86_64"),))) == ["ce.architecture"]


def test_al2_is_told_by_the_name_of_the_image_too() -> None:
    image = ami(name="amzn2-ami-ecs-hvm-2.0.20240131-arm64-ebs")
    assert codes(found(environment(ec2={"imageType": None}), images=(image,))) == ["ce.al2"]


DRIFT: dict[str, tuple[str, str]] = {
    "recent": ("2026-10-01T00:00:00.000Z", "warning"),
    "exactly the limit": ("2026-09-23T00:00:00.000Z", "warning"),
    "a second older": ("2026-09-22T23:59:59.000Z", "error"),
    "years": ("2021-01-01T00:00:00Z", "error"),
    "a date nobody reads": ("yesterday", "warning"),
    "no date": ("", "warning"),
}


@pytest.mark.parametrize("name", DRIFT)
def test_another_ami_is_a_warning_and_an_old_one_an_error(name: str) -> None:
    created, level = DRIFT[name]
    drift = found(environment(), wanted=WANTED, images=(ami(created=created),))
    assert said(drift) == [(level, "ce.ami-drift", V3)]
    assert AMI in drift[0].message
    assert WANTED in drift[0].message
    assert drift[0].hint == "academyctl batch ce-rollout"


def test_the_parameters_own_ami_never_drifts_however_old_it_is() -> None:
    assert found(environment(), images=(ami(created="2021-01-01T00:00:00Z"),)) == ()


def test_a_deregistered_ami_drifts_and_the_message_says_that_nothing_starts_from_it() -> None:
    (drift,) = found(environment(), wanted=WANTED, images=())
    assert (str(drift.level), drift.code) == ("warning", "ce.ami-drift")
    assert "no new instance starts" in drift.message


@pytest.mark.parametrize("ec2", [{"imageIdOverride": None}, {"imageType": None, "imageIdOverride": None}])
def test_an_environment_that_pins_no_ami_drifts(ec2: dict[str, None]) -> None:
    (drift,) = found(environment(ec2=ec2), wanted=WANTED)
    assert (str(drift.level), drift.code) == ("warning", "ce.ami-drift")


def test_an_override_beats_the_older_member() -> None:
    assert found(environment(resources={"imageId": "ami-other"})) == ()


def test_without_a_wanted_ami_there_is_no_drift() -> None:
    assert found(environment(), wanted="", images=(ami(created="2021-01-01T00:00:00Z"),)) == ()


SERVICE_ROLES = [
    # declared, stands, is a finding, remedy
    ("", LINKED_ROLE, False, ""),
    ("", "", False, ""),
    ("", CUSTOM, True, "academyctl batch ce-rollout"),
    ("academy-batch-service-role", CUSTOM, False, ""),
    ("academy-batch-service-role", LINKED_ROLE, True, 'set iam.service_role: "" in sandbox.yaml'),
    ("another-role", CUSTOM, True, "correct iam.service_role in sandbox.yaml"),
]


@pytest.mark.parametrize(("declared", "stands", "is_found", "hint"), SERVICE_ROLES)
def test_the_service_role_is_the_one_that_is_declared(declared: str, stands: str, is_found: bool, hint: str) -> None:
    findings = found(environment(service_role=stands), service_role=declared)
    assert [(one.code, one.hint) for one in findings] == ([("ce.service-role", hint)] if is_found else [])


def test_findings_quote_what_stands_and_what_is_declared() -> None:
    invalid, number = found(environment(status="INVALID", status_reason="no role", resources={"maxvCpus": 16}))
    assert invalid.message == "is INVALID: no role"
    assert number.message == "maxvCpus is 16, the stack's is 32"
    assert all(one.hint.startswith("academyctl batch ") for one in (invalid, number))


def test_the_remedy_names_an_environment_that_was_asked_for() -> None:
    one = environment(state="DISABLED", resources={"maxvCpus": 16})
    findings = environment_findings(sandbox_stack(), one, wanted_ami="", images={}, now=NOW, by_name=True)
    assert [finding.hint for finding in findings] == [
        f"academyctl batch ce-ensure --ce {V3} --enabled",
        f"academyctl batch ce-ensure --ce {V3}",
    ]


def test_absent_names_the_stem_or_the_name_that_was_asked_for() -> None:
    assert said(absent_findings(sandbox_stack())) == [("error", "ce.absent", "academy-video-batch-ce")]
    assert said(absent_findings(sandbox_stack(), "mine")) == [("error", "ce.absent", "mine")]


def test_an_age_is_in_whole_days() -> None:
    assert age_days(ami(created="2026-11-20T12:00:00.000Z"), NOW) == 1
    assert age_days(None, NOW) is None
