"""`env template`: a file to start from, which passes once its open values are filled in."""

import re

import pytest

from tests.support.cli import Cli, Result
from tests.support.envs import API, WORKER


def template(cli: Cli, *words: str) -> str:
    result = cli.run("env", "template", *words)
    assert (result.code, result.err) == (0, "")
    return result.out


def assigned(text: str) -> dict[str, str]:
    """The uncommented lines."""
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", text, re.MULTILINE))


def filled(text: str, env: dict[str, str]) -> str:
    """Every open value filled in, nothing else touched."""
    return re.sub(r"^([A-Z0-9_]+)=$", lambda found: f"{found[1]}={env[found[1]]}", text, flags=re.MULTILINE)


def validate(cli: Cli, text: str, role: str) -> Result:
    return cli.run("env", "validate", "--stdin", "--role", role, "-o", "json", stdin=text)


@pytest.mark.parametrize(("role", "env"), [("api", API), ("worker", WORKER), ("all", WORKER)])
def test_a_filled_template_passes(cli: Cli, role: str, env: dict[str, str]) -> None:
    result = validate(cli, filled(template(cli, "--role", role), env), role)
    assert (result.code, result.codes("error"), result.codes("warning")) == (0, [], [])


@pytest.mark.parametrize(("role", "env"), [("api", API), ("worker", WORKER)])
def test_an_unfilled_template_is_read_and_its_open_keys_are_empty(cli: Cli, role: str, env: dict[str, str]) -> None:
    """What an example fills in counts because it stands in the file; a check fills nothing in."""
    text = template(cli, "--role", role)
    result = validate(cli, text, role)
    assert result.code == 4
    assert set(result.codes("error")) == {"env.empty"}
    open_keys = {key for key, value in assigned(text).items() if not value}
    assert {finding["subject"] for finding in result.json["findings"]} == {f"{role}:{key}" for key in open_keys}
    assert open_keys <= env.keys()


def test_defaults_and_examples_stand_filled_in(cli: Cli) -> None:
    keys = assigned(template(cli, "--role", "api"))
    wanted = {
        "R2_VIDEO_BUCKET": "academy-video",
        "AWS_REGION": "ap-northeast-2",
        "VIDEO_SQS_QUEUE_NAME": "academy-video-jobs",
        "REDIS_PORT": "6379",
        "REDIS_DB": "0",
        "DEBUG": "false",
    }
    assert {key: keys.get(key) for key in wanted} == wanted


def test_optional_keys_without_a_default_are_commented_out(cli: Cli) -> None:
    text = template(cli, "--role", "api")
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "REDIS_PASSWORD", "VIDEO_API_TOKENS"):
        assert f"\n# {key}=\n" in text
        assert key not in assigned(text)


def test_every_declared_key_stands_once_under_a_comment(cli: Cli) -> None:
    text = template(cli)
    names = re.findall(r"^(?:# )?([A-Z0-9_]+)=", text, re.MULTILINE)
    assert len(names) == len(set(names))
    assert {*API, *WORKER, "R2_BUCKET", "CDN_HLS_BASE_URL", "ALLOWED_HOSTS"} <= set(names)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"(?:# )?[A-Z0-9_]+=", line):
            assert re.match(r"# (required|optional|one of)", lines[number - 1]), line


def test_the_template_of_all_is_the_default(cli: Cli) -> None:
    assert template(cli) == template(cli, "--role", "all")


def test_a_role_holds_nothing_of_the_other(cli: Cli) -> None:
    assert "WORKER_ID" not in template(cli, "--role", "api")
    assert "ALLOWED_HOSTS" not in template(cli, "--role", "worker")


def test_scripts_get_the_same_text(cli: Cli) -> None:
    result = cli.run("env", "template", "--role", "api", "-o", "json")
    assert (result.code, result.json["status"]) == (0, "ok")
    assert result.json["data"]["template"] == template(cli, "--role", "api")


def test_an_unknown_role_is_a_usage_error(cli: Cli) -> None:
    result = cli.run("env", "template", "--role", "nobody")
    assert (result.code, result.out) == (2, "")
    assert "error: unknown role 'nobody'" in result.err
    assert "hint: known: api, worker, all" in result.err


def test_the_template_is_utf8_with_unix_line_ends_in_any_locale(cli: Cli) -> None:
    plain = template(cli)
    other = cli.run("env", "template", env={"PYTHONIOENCODING": "latin-1"})
    assert other.out == plain
    assert "\r" not in plain
    assert plain.endswith("\n")
