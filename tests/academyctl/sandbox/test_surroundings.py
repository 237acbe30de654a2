import os

import pytest

from academyctl.sandbox.surroundings import CREDENTIALS, exported, isolated, misleading, no_aws_settings

URL = "http://127.0.0.1:5000"
SOMEBODYS = {
    "AWS_PROFILE": "production",
    "AWS_SESSION_TOKEN": "somebody's",
    "AWS_ENDPOINT_URL_SSM": "http://elsewhere",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_ACCESS_KEY_ID": "somebody's",
}


def test_the_exported_lines_are_what_the_sdk_reads() -> None:
    assert exported("sandbox", URL, "", {}) == {"AWS_ENDPOINT_URL": URL, **CREDENTIALS, "ACADEMYCTL_STACK": "sandbox"}


def test_a_profile_folder_is_exported_where_it_was_named() -> None:
    assert exported("sandbox", URL, "/profiles", {})["ACADEMYCTL_PROFILES"] == "/profiles"


def test_loopback_goes_past_a_proxy_and_other_exceptions_stay() -> None:
    env = exported("sandbox", URL, "", {"HTTP_PROXY": "http://proxy", "no_proxy": "internal"})
    assert env["NO_PROXY"] == env["no_proxy"] == "internal,127.0.0.1"


def test_settings_that_lead_elsewhere_are_named_and_a_region_is_not() -> None:
    around = {**SOMEBODYS, "AWS_REGION": "eu-west-1", "PATH": "/bin"}
    assert misleading(around) == tuple(sorted(SOMEBODYS.keys() - {"AWS_ACCESS_KEY_ID"}))


def test_a_child_has_nothing_of_anybodys_aws() -> None:
    env = isolated("sandbox", URL, "/profiles", {**SOMEBODYS, "PATH": "/bin", "ACADEMYCTL_STACK": "production"})
    assert "somebody's" not in env.values()
    assert {name for name in env if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        *CREDENTIALS,
    }
    assert (env["AWS_CONFIG_FILE"], env["PATH"], env["ACADEMYCTL_STACK"]) == (os.devnull, "/bin", "sandbox")


def test_our_own_settings_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    before = dict(os.environ)
    with no_aws_settings() as around:
        assert "AWS_PROFILE" not in os.environ
        assert around == before
    assert dict(os.environ) == before
