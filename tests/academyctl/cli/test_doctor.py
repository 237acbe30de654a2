"""`academyctl doctor` on this machine, as a process: each fault is a real one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.aws import CREDENTIALS
from tests.support.cli import Cli, Result
from tests.support.deaf import NO_IMDS, portal
from tests.support.engine import Engine

CALLER = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ops</Arn>"
    "<UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
REFUSAL = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error></ErrorResponse>"
IDS = ["versions", "terminal", "profiles", "stack", "credentials", "account", "region", "clock", "docker", "folders"]


def rows(result: Result) -> dict[str, Any]:
    return {row["id"]: row for row in result.json["data"]["checks"]}


def test_a_sound_side_is_told_row_by_row_without_a_key(ops: Cli) -> None:
    ops.env |= {"AWS_SECRET_ACCESS_KEY": "hunter2hunter2", "AWS_ACCESS_KEY_ID": "AKIAHUNTER"}
    result = ops.run("doctor", "-o", "json")
    found = rows(result)
    assert (result.code, list(found)) == (0, IDS)
    assert found["credentials"]["message"].startswith("environment variables: arn:aws:")
    assert found["account"]["message"] == "123456789012, as the stack declares"
    assert "(ACADEMYCTL_STACK)" in found["stack"]["message"]
    assert "(ACADEMYCTL_PROFILES)" in found["profiles"]["message"]
    assert ops.env["AWS_ENDPOINT_URL"] in found["region"]["message"]
    assert "hunter" not in (result.out + result.err).lower()


def test_another_account_and_region_are_found(ops: Cli) -> None:
    result = ops.run("doctor", "--stack", "production", env={"AWS_REGION": "us-east-1"})
    assert result.code == 4
    assert "[account.mismatch]" in result.out
    assert "AWS_REGION (us-east-1) is ignored; the region is ap-northeast-2 [doctor.region]" in result.out


def test_without_credentials_it_says_where_it_looked(cli: Cli) -> None:
    cli.cwd = Path("/proc")
    result = cli.run("doctor", "-o", "json", env=NO_IMDS)
    said = rows(result)["credentials"]["message"]
    assert (result.code, result.codes("error")) == (4, ["doctor.credentials"])
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set" in said
    assert f"{cli.env['HOME']}/.aws/credentials does not exist" in said
    assert "doctor.folder" in result.codes("warning")


def test_a_token_that_is_not_there_is_named_and_aws_is_not_blamed(ops: Cli) -> None:
    token = {"AWS_ROLE_ARN": "arn:aws:iam::1:role/ci", "AWS_WEB_IDENTITY_TOKEN_FILE": str(ops.cwd / "token")}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        ops.env.pop(name)
    (finding,) = ops.run("doctor", "-o", "json", env=token).json["findings"]
    assert (finding["code"], finding["subject"]) == ("doctor.credentials", "credentials")
    assert f"{ops.cwd / 'token'} cannot be read" in finding["message"]


def test_a_broken_profile_is_one_row_and_nobody_is_asked(cli: Cli, tmp_path: Path) -> None:
    for name in ("roles/api.yaml", "stacks/production.yaml"):
        path = tmp_path / "env_profiles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("nope: 1\n")
    result = cli.run("doctor", "--profiles", "env_profiles", "-o", "json")
    assert (result.code, result.codes()) == (4, ["profile.invalid"])
    assert list(rows(result)) == ["versions", "terminal", "profiles", "folders"]


@pytest.mark.parametrize(
    ("text", "status", "codes"),
    [(CALLER, 200, ["doctor.clock"]), (REFUSAL, 403, ["doctor.credentials", "doctor.clock"])],
)
def test_a_clock_that_is_off_is_seen_in_an_answer_and_in_a_refusal(
    cli: Cli, text: str, status: int, codes: list[str]
) -> None:
    with portal(text, status, ahead=timedelta(minutes=-10)) as url:
        result = cli.run("doctor", "--stack", "sandbox", "-o", "json", env={**CREDENTIALS, "AWS_ENDPOINT_URL": url})
    assert (result.code, result.codes("error")) == (4, codes)
    assert " before AWS's" in rows(result)["clock"]["message"]


def test_the_engine_is_told_with_its_version_and_a_dead_one_with_its_setting(ops: Cli, engine: Engine) -> None:
    found = rows(ops.run("doctor", "-o", "json"))["docker"]
    assert (found["level"], found["message"].endswith(f"at {engine.host} (DOCKER_HOST)")) == ("ok", True)
    result = ops.run("doctor", "-o", "json", env={"DOCKER_HOST": "unix:///nowhere.sock"})
    assert (result.code, result.codes()) == (0, ["doctor.docker"])
    assert "DOCKER_HOST" in rows(result)["docker"]["hint"]


def test_a_password_in_the_endpoint_is_not_shown(cli: Cli) -> None:
    with portal("no xml") as url:
        endpoint = url.replace("://", "://ops:hunter2@")
        result = cli.run("doctor", "--stack", "sandbox", env={**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint})
    assert result.code == 4
    assert "hunter2" not in result.out + result.err
