"""What reads stored parameters: pull, show, diff, history, verify."""

import stat

import pytest

from tests.support.aws import API, WORKER
from tests.support.envs import API as API_ENV
from tests.support.envs import text
from tests.support.site import FOREIGN, OLD, Site, is_refused, ran, ssm_of

MARK = "# academyctl: docker-env-file\n"


def test_pull_writes_a_private_file_with_the_blobs_bytes(stored: Site) -> None:
    result = ran(stored, "ssm pull --role worker --to out.env --yes")
    assert (result.code, result.json["status"], result.json["data"]["version"]) == (0, "changed", 1), result
    file = stored.cli.cwd / "out.env"
    assert file.read_text() == OLD[WORKER]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_pull_marks_what_docker_reads(stored: Site) -> None:
    assert ran(stored, "ssm pull --role api --to out.env --yes").code == 0
    assert (stored.cli.cwd / "out.env").read_text() == MARK + OLD[API]


def test_pull_of_a_marked_blob_marks_it_once(stored: Site) -> None:
    stored.put(API, MARK + OLD[API])
    assert ran(stored, "ssm pull --role api --to out.env --yes").code == 0
    assert (stored.cli.cwd / "out.env").read_text() == MARK + OLD[API]


def test_a_second_pull_changes_nothing_and_a_wider_mode_is_narrowed(stored: Site) -> None:
    line = "ssm pull --role worker --to out.env --yes"
    assert ran(stored, line).json["status"] == "changed"
    assert ran(stored, line).json["status"] == "unchanged"
    (stored.cli.cwd / "out.env").chmod(0o644)
    assert ran(stored, line).json["status"] == "changed"
    assert stat.S_IMODE((stored.cli.cwd / "out.env").stat().st_mode) == 0o600


def test_pull_takes_an_older_version(stored: Site) -> None:
    stored.put(WORKER, FOREIGN[WORKER])
    assert ran(stored, "ssm pull --role worker --version 1 --to out.env --yes").code == 0
    assert (stored.cli.cwd / "out.env").read_text() == OLD[WORKER]


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5), ("", 2)])
def test_pull_writes_no_file_unasked(stored: Site, option: str, code: int) -> None:
    assert ran(stored, f"ssm pull --role api --to out.env {option}").code == code
    assert not (stored.cli.cwd / "out.env").exists()


def test_pull_to_stdout_needs_reveal(stored: Site) -> None:
    refused = stored.run("ssm", "pull", "--role", "api", "--to", "-")
    assert (refused.code, refused.out) == (2, "")
    assert "--reveal" in refused.err
    assert stored.run("ssm", "pull", "--role", "api", "--to", "-", "--reveal").out == OLD[API]


@pytest.mark.parametrize("command", ["pull --to x.env", "show", "history", "rollback", "unset A"])
def test_a_parameter_that_is_not_there_fails_with_the_command_that_makes_it(site: Site, command: str) -> None:
    result = ran(site, f"ssm {command} --role api")
    assert (result.code, result.json["error"]["code"]) == (1, "ssm.absent")
    assert result.json["error"]["message"] == f"{API} does not exist in ap-northeast-2"
    assert "academyctl ssm push --role api" in result.json["error"]["hint"]


def test_show_tells_names_and_no_value(stored: Site) -> None:
    result = ran(stored, "ssm show --role api")
    assert (result.code, result.json["status"]) == (0, "ok"), result
    data = result.json["data"]
    assert (data["parameter"], data["version"], data["type"]) == (API, 1, "SecureString")
    assert data["bytes"] == len(OLD[API].encode())
    assert data["keys"]["DB_PASSWORD"] == "SET"
    table = stored.run("ssm", "show", "--role", "api")
    assert not any(value in result.out + table.out for value in ("db-secret", "signing-key", "r2-secret"))


def test_show_reveals_on_demand_to_stdout_only(stored: Site) -> None:
    assert ran(stored, "ssm show --role api --reveal").json["data"]["env"] == API_ENV
    shown = stored.run("ssm", "show", "--role", "api", "--reveal", "-v")
    assert shown.out == OLD[API]
    assert "db-secret" not in shown.err


def test_show_of_a_version_that_is_not_kept_fails(stored: Site) -> None:
    result = ran(stored, "ssm show --role api --version 9")
    assert (result.code, result.json["error"]["code"]) == (1, "aws.not-found"), result


def test_diff_is_pending_when_it_differs_and_ok_when_not(stored: Site) -> None:
    result = ran(stored, "ssm diff --role all --check")
    assert (result.code, result.json["status"]) == (5, "pending"), result
    assert result.json["data"]["keys"] == {"api": ["~ DB_PORT"], "worker": ["~ DB_PORT"]}
    assert stored.push().code == 0
    same = ran(stored, "ssm diff --check")
    assert (same.code, same.json["status"]) == (0, "ok")


def test_diff_of_a_bad_file_tells_what_is_wrong(stored: Site) -> None:
    stored.write_env(NOBODYS="1")
    assert is_refused(stored, ran(stored, "ssm diff"), "env.unknown")


def test_diff_of_no_parameter_lists_every_key_as_new(site: Site) -> None:
    result = ran(site, "ssm diff --role api")
    assert result.code == 5
    assert set(result.json["data"]["keys"]["api"]) == {f"+ {key}" for key in API_ENV}


def test_history_tells_the_keys_of_each_version_newest_first(stored: Site) -> None:
    stored.put(API, text(API_ENV, DB_PORT="6000", SITE_URL="https://x.example"))
    stored.put(API, text(API_ENV, DB_PORT="6000", REDIS_DB="1"))
    stored.put(API, text(API_ENV, DB_PORT="6000", REDIS_DB="1"))
    stored.put(API, "no env\n")
    ssm_of(stored.aws).label_parameter_version(Name=API, ParameterVersion=2, Labels=["good"])
    versions = ran(stored, "ssm history --role api").json["data"]["versions"]
    assert [(version["version"], version["keys"], version["note"]) for version in versions] == [
        (5, [], "cannot be read by its consumer"),
        (4, [], "same keys and values"),
        (3, ["+ REDIS_DB", "- SITE_URL"], ""),
        (2, ["+ SITE_URL", "~ DB_PORT"], ""),
        (1, [], "first kept version"),
    ]
    assert versions[3]["labels"] == ["good"]
    table = stored.run("ssm", "history", "--role", "api").out
    for told in ("cannot be read by its consumer", "same keys and values", "+ REDIS_DB  - SITE_URL", "first kept"):
        assert told in table
    assert all(version["modified_at"].endswith("+00:00") for version in versions)


VERIFY = [
    ("ssm.type", OLD[API], {"Type": "String"}),
    ("ssm.parse", "FINE=1\nno line\n", {}),
    ("env.foreign", f"{OLD[API]}WORKER_ID=1\n", {}),
    ("env.unknown", f"{OLD[API]}NOBODYS=1\n", {}),
    ("env.duplicate", f"{OLD[API]}DB_HOST=other\n", {}),
    ("env.missing", text(API_ENV, DB_HOST=None), {}),
    ("env.type", text(API_ENV, DB_PORT="x"), {}),
]


@pytest.mark.parametrize(("code", "blob", "more"), VERIFY, ids=[row[0] for row in VERIFY])
def test_verify_finds_it(site: Site, code: str, blob: str, more: dict[str, str]) -> None:
    site.put(API, blob, **more)
    assert is_refused(site, ran(site, "ssm verify --role api"), code)


def test_verify_finds_what_is_absent(site: Site) -> None:
    result = ran(site, "ssm verify --role all")
    assert is_refused(site, result, "ssm.absent")
    assert [finding["subject"] for finding in result.json["findings"]] == [API, WORKER]


def test_verify_of_a_nearly_full_parameter_warns(site: Site) -> None:
    site.put(API, text(API_ENV, SITE_URL=f"https://x.example/{'a' * 3500}"))
    result = ran(site, "ssm verify --role api")
    assert (result.code, result.codes("warning")) == (0, ["ssm.size"]), result


def test_verify_of_what_a_push_wrote_is_ok(site: Site) -> None:
    assert site.push().code == 0
    result = ran(site, "ssm verify")
    assert (result.code, result.json["status"], result.codes("error")) == (0, "ok", []), result
