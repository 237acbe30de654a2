"""The registry, the choice of checks, and what a check that cannot be made says."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from academyctl.check.ecr import ecr_checks
from academyctl.check.preflight import chosen, made, needs_of, registry, with_findings
from academyctl.model.batch import Ami
from academyctl.model.ecr import ImageManifest, Platforms
from academyctl.model.errors import AccessDenied, AwsError, NotAws, NotOffered, Throttled, Unreachable, UsageError
from academyctl.model.finding import CODES, Level, error, info, warning
from academyctl.model.preflight import CheckStatus, Facts, Judged
from academyctl.profiles.load import load_stack
from tests.builders import NOON, shipped
from tests.report_builders import a_check, a_result
from tests.support.cli import ROOT

STACK = load_stack(ROOT / "env_profiles", "production")
FAMILIES = {"env", "ssm", "account", "iam", "ecr", "logs", "ce", "queue", "jobdef", "delete-r2", "legacy"}
CHECKS = registry(STACK, region=STACK.region, with_file=True)


def facts(**changes: object) -> Facts:
    return Facts(stack=STACK, contract=shipped(), region=STACK.region, now=NOON, **changes)  # type: ignore[arg-type]  # by name


def test_ids_are_one_each_and_of_the_families_that_scripts_match() -> None:
    assert [name for name, count in Counter(one.id for one in CHECKS).items() if count > 1] == []
    assert {one.group for one in CHECKS} == FAMILIES
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9_.:-]+)+", one.id) for one in CHECKS)


def test_every_check_says_what_it_is_and_how_to_repair() -> None:
    for one in CHECKS:
        assert one.title[0].isupper() or one.title[0] == "/" or one.title.startswith("academy"), one
        assert one.hint, one


def test_a_service_role_that_is_declared_is_checked_as_the_other_roles_are() -> None:
    declared = replace(STACK, iam=replace(STACK.iam, service_role="batch-service"))
    ids = {one.id for one in registry(declared, region=STACK.region)}
    assert {"iam.role.service", "iam.trust.service", "iam.policy.service"} <= ids
    assert not any(one.id.startswith("env.file") for one in registry(declared, region=STACK.region))


@pytest.mark.parametrize(
    ("only", "skip", "count"),
    [
        ((), (), len(CHECKS)),
        (("queue.*",), (), 3),
        (("queue.*", "account.identity"), ("*.order",), 3),
        ((), ("*.*.*", "ce.*", "jobdef.*", "delete-r2.*", "legacy.*", "queue.*", "logs.*"), 3),
    ],
)
def test_globs_choose(only: tuple[str, ...], skip: tuple[str, ...], count: int) -> None:
    assert len(chosen(CHECKS, only, skip)) == count


@pytest.mark.parametrize(
    ("only", "skip", "hint"),
    [
        (("ce.al3",), (), "ce.al2"),
        ((), ("jobdefs.*",), "jobdef.*"),
        (("QUEUE.*",), (), "groups: account"),
        (("ce.al2",), ("ce.*",), "choose fewer"),
    ],
)
def test_a_glob_that_matches_nothing_is_told_with_what_is_near(
    only: tuple[str, ...], skip: tuple[str, ...], hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        chosen(CHECKS, only, skip)
    assert hint in refused.value.hint


def test_needs_are_those_of_the_chosen_ones_only() -> None:
    assert needs_of(chosen(CHECKS, ("env.file*", "account.*"), ())) == {"caller"}


@pytest.mark.parametrize(
    ("missing", "status"),
    [
        ((AccessDenied("not allowed to call iam:GetRole", hint="grant it"),), CheckStatus.DENIED),
        ((NotOffered("no such API", hint="grant it"),), CheckStatus.DENIED),
        ((NotAws("no AWS there", hint="grant it"),), CheckStatus.DENIED),
        ((Unreachable("too much of a wait"),), CheckStatus.FAILED),
        ((Throttled("too much"),), CheckStatus.FAILED),
        ((AccessDenied("no"), Throttled("too much")), CheckStatus.FAILED),
    ],
)
def test_a_check_without_its_facts_is_not_made(missing: tuple[AwsError, ...], status: CheckStatus) -> None:
    def judge(_: Facts) -> Judged:
        raise AssertionError("nothing is known to judge by")

    result = made(replace(a_check("iam.role.job"), judge=judge), facts(), missing, 1.5)
    assert (result.status, result.seconds) == (status, 1.5)
    if status is CheckStatus.DENIED:
        (found,) = result.findings
        assert (found.level, found.code, found.subject) == (Level.WARNING, "check.denied", "iam.role.job")
        assert found.message == f"cannot check: {missing[0].message}"
        assert found.hint == "grant it"
    else:
        assert result.findings == ()
        assert "too much" in result.evidence


@pytest.mark.parametrize(
    ("judged", "status", "level"),
    [
        (Judged(evidence="fine"), CheckStatus.OK, Level.ERROR),
        (Judged(evidence="gone", skipped=True), CheckStatus.SKIPPED, Level.ERROR),
        (Judged(evidence="", findings=(info("logs.retention", "g", "m"),)), CheckStatus.OK, Level.INFO),
        (Judged(evidence="", findings=(warning("ssm.size", "p", "m"),)), CheckStatus.FINDINGS, Level.WARNING),
        (
            Judged(evidence="", findings=(warning("ssm.size", "p", "m"), error("ssm.type", "p", "m"))),
            CheckStatus.FINDINGS,
            Level.ERROR,
        ),
        (Judged(evidence="", findings=(warning("check.denied", "i", "m"),)), CheckStatus.DENIED, Level.WARNING),
    ],
)
def test_the_status_follows_the_findings(judged: Judged, status: CheckStatus, level: Level) -> None:
    result = made(replace(a_check(), judge=lambda _: judged), facts(), (), 0.0)
    assert (result.status, result.level, result.evidence) == (status, level, judged.evidence)


def test_findings_weighed_as_info_leave_a_check_ok() -> None:
    found = a_result("queue.enabled", CheckStatus.FINDINGS, error("queue.disabled", "q", "m"))
    weighed = with_findings(found, (info("queue.disabled", "q", "m (accepted)"),))
    assert (weighed.status, weighed.level) == (CheckStatus.OK, Level.INFO)


IMAGE = STACK.job_definition.image
HUB, FAR = "docker.io/library/busybox:1", "809466760795.dkr.ecr.us-east-1.amazonaws.com/far:v1"
ARM = Platforms(names=("linux/arm64",))


def image_codes(image: str, manifest: ImageManifest | None, platforms: Platforms | None) -> list[tuple[str, str]]:
    known = facts(manifests={image: manifest}, platforms={image: platforms})
    stack = replace(STACK, job_definition=replace(STACK.job_definition, image=image))
    results = [made(check, known, (), 0.0) for check in ecr_checks(stack, STACK.region)]
    return [(one.status, ",".join(f"{found.level} {found.code}" for found in one.findings)) for one in results]


@pytest.mark.parametrize(
    ("image", "manifest", "platforms", "told"),
    [
        (IMAGE, ImageManifest(digest="sha256:1"), ARM, [("ok", ""), ("ok", "")]),
        (IMAGE, None, None, [("findings", "error ecr.image-absent"), ("skipped", "")]),
        (
            IMAGE,
            ImageManifest(digest="sha256:1"),
            Platforms(names=("linux/amd64", "windows/amd64")),
            [("ok", ""), ("findings", "error ecr.architecture")],
        ),
        (
            IMAGE,
            ImageManifest(digest="sha256:1"),
            Platforms(fault="gone"),
            [("ok", ""), ("findings", "warning ecr.architecture")],
        ),
        (HUB, None, None, [("denied", "warning check.denied"), ("skipped", "")]),
        (FAR, None, None, [("denied", "warning check.denied"), ("skipped", "")]),
    ],
)
def test_an_image(
    image: str, manifest: ImageManifest | None, platforms: Platforms | None, told: list[tuple[str, str]]
) -> None:
    assert image_codes(image, manifest, platforms) == told


def test_images_of_one_name_have_ids_of_their_own() -> None:
    others = (IMAGE, IMAGE.replace(":latest", ":v2"), HUB, FAR, FAR.replace("us-east-1", "us-west-2"))
    ids = [one.id for one in ecr_checks(replace(STACK, ecr_images=others), STACK.region)]
    assert ids[::2] == [
        "ecr.image.academy-video-worker:latest",
        "ecr.image.academy-video-worker:v2",
        "ecr.image.busybox",
        f"ecr.image.{FAR}",
        f"ecr.image.{FAR.replace('us-east-1', 'us-west-2')}",
    ]
    assert len(set(ids)) == 10


def test_no_build_is_told_to_bring_a_digest() -> None:
    pinned = f"{IMAGE.partition(':')[0]}@sha256:{'a' * 64}"
    stack = replace(STACK, job_definition=replace(STACK.job_definition, image=pinned))
    (gone, _) = (made(one, facts(), (), 0.0) for one in ecr_checks(stack, STACK.region))
    assert "stack file" in gone.hint


@pytest.mark.parametrize(
    ("parameter", "name", "architecture", "told"),
    [
        ("/custom/ami", "al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-arm64", "arm64", ""),
        ("/custom/ami", "amzn2-ami-ecs-hvm-2.0.20260922-arm64-ebs", "arm64", "Amazon Linux 2"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended", "own", "arm64", "Amazon Linux 2"),
        ("/custom/ami", "own", "x86_64", "is x86_64"),
    ],
)
def test_the_wanted_ami_is_one_that_a_rollout_takes(parameter: str, name: str, architecture: str, told: str) -> None:
    stack = replace(STACK, compute_environment=replace(STACK.compute_environment, ami=parameter))
    known = replace(
        facts(ami="ami-1", amis={"ami-1": Ami(id="ami-1", architecture=architecture, name=name)}), stack=stack
    )
    (check,) = (one for one in CHECKS if one.id == "ce.ami")
    found = made(check, known, (), 0.0).findings
    assert [one.code for one in found] == (["ce.ami"] if told else [])
    assert all(told in one.message for one in found)


def test_the_codes_of_a_check_are_registered() -> None:
    assert {"check.denied", "check.baseline", "ecr.architecture", "legacy.leftover"} <= CODES.keys()


def test_all_but_the_file_s_checks_need_a_fact() -> None:
    assert {one.id for one in CHECKS if not one.needs} == {"env.file", "env.file.api", "env.file.worker"}
