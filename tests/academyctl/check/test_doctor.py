"""This side's facts → rows: a table for each, without a machine."""

from datetime import timedelta

import pytest

from academyctl.check import doctor as check
from academyctl.model.doctor import Check, EngineSeen, Folder, Package, Problem, SignIn
from academyctl.model.explain.registry import FINDINGS

ME = SignIn(provider="sso", profile="ops", account="1", arn="arn:aws:sts::1:assumed-role/ops/me")
TRIED = ("AWS_ACCESS_KEY_ID is not set", "no instance role answered within a second")


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("1.2.4", ">=1.2.4", True),
        ("1.2.10", ">=1.2.4", True),
        ("1.2.3", ">=1.2.4", False),
        ("0.28.0", "<0.29,>=0.28", True),
        ("0.29.1", "<0.29,>=0.28", False),
        ("15.0.0rc1", ">=13.9", True),
        ("", ">=1", False),
        ("7.1", ">=7.1", True),
    ],
)
def test_a_version_is_compared_as_numbers(version: str, wanted: str, fits: bool) -> None:
    assert check.is_wanted(version, wanted) is fits


def test_a_package_out_of_its_bounds_is_named_with_them() -> None:
    row = check.check_packages("3.11.9", [Package("typer", "0.29.2", "<0.29,>=0.28"), Package("rich", "15.0", ">=13")])
    assert (row.level, row.code) == ("warning", "doctor.python")
    assert row.message == "Python 3.11.9; typer 0.29.2, rich 15.0; tested with typer <0.29,>=0.28"


@pytest.mark.parametrize(
    ("encoding", "level"), [("utf-8", "ok"), ("UTF8", "ok"), ("utf_8", "ok"), ("cp949", "warning"), ("", "warning")]
)
def test_a_terminal_is_to_speak_utf_8(encoding: str, level: str) -> None:
    assert check.check_terminal(encoding, is_terminal=True).level == level


@pytest.mark.parametrize(
    ("sign_in", "level", "code", "said"),
    [
        (ME, "ok", "", "IAM Identity Center (SSO), profile ops: arn:aws:sts::1:assumed-role/ops/me"),
        (SignIn(provider="env", profile="ops", arn="arn:x"), "ok", "", "environment variables: arn:x"),
        (
            SignIn(provider="assume-role-with-web-identity", profile="default", arn="arn:x"),
            "ok",
            "",
            "a web identity token (OIDC): arn:x",
        ),
        (
            SignIn(problem=Problem("aws.credentials", "none found")),
            "error",
            "doctor.credentials",
            "none found; looked at: AWS_ACCESS_KEY_ID is not set; no instance role answered within a second",
        ),
        (
            SignIn(provider="env", problem=Problem("aws.credentials", "AWS rejects them")),
            "error",
            "doctor.credentials",
            "AWS rejects them (from environment variables)",
        ),
        (
            SignIn(provider="iam-role", problem=Problem("aws.unreachable", "no answer")),
            "error",
            "doctor.network",
            "no answer (from the instance role (IMDS))",
        ),
    ],
)
def test_credentials_are_told_by_where_they_come_from(sign_in: SignIn, level: str, code: str, said: str) -> None:
    row = check.check_sign_in(sign_in, TRIED)
    assert (row.level, row.code, row.message) == (level, code, said)


@pytest.mark.parametrize(("wanted", "level"), [("1", "ok"), ("2", "error")])
def test_the_account_is_the_stacks(wanted: str, level: str) -> None:
    assert check.check_account(ME, wanted).level == level


def test_an_account_that_nobody_told_is_no_fault() -> None:
    assert check.check_account(SignIn(), "1").level == "info"


@pytest.mark.parametrize(
    ("seconds", "level", "said"),
    [
        (0, "ok", "within a minute"),
        (60, "ok", "within a minute"),
        (-60, "ok", "within a minute"),
        (61, "warning", "1 min 01 s before AWS's"),
        (-90, "warning", "1 min 30 s behind AWS's"),
        (240, "warning", "4 min 00 s before"),
        (241, "error", "4 min 01 s before"),
        (-3600, "error", "60 min 00 s behind"),
    ],
)
def test_a_clock_is_an_error_a_minute_before_aws_refuses_its_signatures(seconds: int, level: str, said: str) -> None:
    row = check.check_clock(timedelta(seconds=seconds))
    assert (row.level, said in row.message) == (level, True), row


def test_a_clock_that_was_not_compared_is_no_fault() -> None:
    assert check.check_clock(None).level == "info"


@pytest.mark.parametrize(
    ("seen", "level", "said"),
    [
        (EngineSeen(place="unix:///s", said_by="DOCKER_HOST", version="docker 28"), "ok", "at unix:///s (DOCKER_HOST)"),
        (
            EngineSeen(place="unix:///s", said_by="the default", is_absent=True, problem=Problem("e", "x")),
            "info",
            "no eng",
        ),
        (EngineSeen(place="unix:///s", said_by="DOCKER_HOST", problem=Problem("e", "refused")), "warning", "refused"),
    ],
)
def test_a_machine_without_docker_is_no_fault(seen: EngineSeen, level: str, said: str) -> None:
    row = check.check_engine(seen)
    assert (row.level, said in row.message) == (level, True), row


def test_rows_that_are_not_fine_are_findings_that_explain_knows() -> None:
    rows: tuple[Check, ...] = (
        check.check_profiles("env_profiles", "./env_profiles", 4, 2),
        check.check_region("r", ["AWS_REGION (x) is ignored; the region is r"]),
        check.check_folders([Folder("TMPDIR", "/proc", "Permission denied"), Folder("x", "/tmp")]),
        check.check_account(ME, "2"),
        check.check_clock(timedelta(hours=1)),
        check.check_stack("production", "the default", "1", "r"),
    )
    found = tuple(check.as_findings(rows))
    codes = ["profile.invalid", "doctor.region", "doctor.folder", "account.mismatch", "doctor.clock"]
    assert [one.code for one in found] == codes
    assert all(one.code in FINDINGS and one.hint for one in found)
