"""Where credentials come from, how soon their absence is told, and that the region is the stack's."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support.aws import CREDENTIALS
from tests.support.cli import Cli
from tests.support.deaf import NO_IMDS, PUSH, SHOW, closed, imds, is_told, mute, soon, soon_given_up
from tests.support.site import Site

ASSUMED = """\
[profile ops]
role_arn = arn:aws:iam::123456789012:role/ops
source_profile = base
[profile base]
aws_access_key_id = a
aws_secret_access_key = b
"""


def config(folder: Path, text: str) -> dict[str, str]:
    """The settings that make `ops` of `text` the profile."""
    (folder / "config").write_text(text)
    return {"AWS_CONFIG_FILE": str(folder / "config"), "AWS_PROFILE": "ops"}


@pytest.fixture
def unsigned(stored: Site) -> Site:
    """Both parameters stand, and nobody is signed in."""
    for name in CREDENTIALS:
        del stored.cli.env[name]
    return stored


@pytest.mark.parametrize("words", [SHOW, PUSH])
def test_no_credentials(cli: Cli, words: tuple[str, ...]) -> None:
    (cli.cwd / ".env").write_text("A=1\n")
    result = soon(cli, NO_IMDS, *words)
    is_told(result, "aws.credentials", "no AWS credentials found")
    assert "aws sso login" in result.json["error"]["hint"]


def test_half_of_the_credentials(cli: Cli) -> None:
    is_told(soon(cli, {"AWS_ACCESS_KEY_ID": "a", **NO_IMDS}), "aws.credentials", "cannot be used")


def test_an_unknown_profile(cli: Cli) -> None:
    is_told(soon(cli, {"AWS_PROFILE": "nobody", **NO_IMDS}), "aws.credentials", "nobody")


@pytest.mark.parametrize("process", ["echo no json", "false", "/nowhere/at-all", "echo {}"])
def test_a_process_that_gives_no_credentials(cli: Cli, tmp_path: Path, process: str) -> None:
    env = config(tmp_path, f"[profile ops]\ncredential_process = {process}\n")
    is_told(soon(cli, {**env, **NO_IMDS}), "aws.credentials", "cannot be used")


def test_a_config_that_cannot_be_read(cli: Cli, tmp_path: Path) -> None:
    result = soon(cli, {**config(tmp_path, "no section\n"), **CREDENTIALS})
    assert (result.code, result.json["error"]["hint"]) == (1, "check ~/.aws/config and the AWS_* variables"), result


def test_a_metadata_service_that_never_answers_is_tried_once(cli: Cli) -> None:
    with mute() as url:
        result = soon_given_up(cli, {"AWS_EC2_METADATA_SERVICE_ENDPOINT": url})
    is_told(result, "aws.credentials", "no AWS credentials found")


@pytest.mark.parametrize("end", [mute, closed])
def test_a_containers_endpoint_that_never_answers_is_tried_once(
    cli: Cli, end: Callable[[], AbstractContextManager[str]]
) -> None:
    with end() as url:
        result = soon_given_up(cli, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url, **NO_IMDS})
    is_told(result, "aws.credentials", "cannot be used")


def test_the_role_of_an_instance_serves(unsigned: Site) -> None:
    with imds() as url:
        result = unsigned.run(*PUSH, env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": url})
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert unsigned.both() == ("new", "new")


def test_the_role_of_a_container_serves(unsigned: Site) -> None:
    with imds() as url:
        result = unsigned.run(*PUSH, env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/role", **NO_IMDS})
    assert (result.code, result.json["status"]) == (0, "changed"), result


def test_a_profile_that_assumes_a_role_serves_without_a_region_of_its_own(unsigned: Site, tmp_path: Path) -> None:
    result = unsigned.run(*SHOW, env=config(tmp_path, ASSUMED))
    assert (result.code, result.json["status"]) == (0, "ok"), result
    assert ("AssumeRole", "") in unsigned.proxy.log


def test_a_role_that_cannot_be_assumed_for_silence_is_told_soon(cli: Cli, tmp_path: Path) -> None:
    with mute() as url:
        result = soon_given_up(cli, {**config(tmp_path, ASSUMED), "AWS_ENDPOINT_URL": url})
    is_told(result, "aws.unreachable", url)


def _region(home: Path) -> dict[str, str]:
    return {"AWS_REGION": "eu-west-1"}


def _default_region(home: Path) -> dict[str, str]:
    return {"AWS_DEFAULT_REGION": "us-east-1"}


def _profile(home: Path) -> dict[str, str]:
    return config(home, "[profile ops]\nregion = eu-central-1\n")


REGIONS = [
    (_region, "AWS_REGION (eu-west-1) is ignored"),
    (_default_region, "AWS_DEFAULT_REGION (us-east-1) is ignored"),
    (_profile, "the AWS profile's region (eu-central-1) is ignored"),
]


@pytest.mark.parametrize(("set_region", "note"), REGIONS)
def test_another_region_is_ignored_and_named(
    stored: Site, tmp_path: Path, set_region: Callable[[Path], dict[str, str]], note: str
) -> None:
    result = stored.run(*SHOW, env=set_region(tmp_path))
    assert (result.code, result.json["status"]) == (0, "ok"), result
    assert f"{note}; the region is ap-northeast-2" in result.err


def test_the_same_region_is_not_worth_a_word(stored: Site) -> None:
    same = {"AWS_REGION": "ap-northeast-2", "AWS_DEFAULT_REGION": "ap-northeast-2"}
    assert "ignored" not in stored.run(*SHOW, env=same).err


def test_only_the_option_changes_the_region(stored: Site) -> None:
    result = stored.run(*SHOW, "--region", "eu-west-1")
    assert (result.code, result.json["error"]["code"]) == (1, "ssm.absent"), "another region holds no such parameter"
    assert "does not exist in eu-west-1" in result.json["error"]["message"]
