"""What reads stored parameters (pull, show, diff, history, verify), and what writes one (rollback, set, unset)."""

import stat

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.cli import Result
from tests.support.envs import API as API_ENV
from tests.support.envs import WORKER as WORKER_ENV
from tests.support.envs import text
from tests.support.proxy import Fault
from tests.support.site import FOREIGN, OLD, Site, as_keys, ssm_of

MARK = "# academyctl: docker-env-file\n"


def ran(site: Site, line: str, stdin: str = "") -> Result:
    return site.run(*line.split(), "-o", "json", stdin=stdin)


def is_refused(site: Site, result: Result, code: str, subject: str = "") -> bool:
    assert (result.code, result.json["status"]) == (4, "findings"), result
    assert site.proxy.writes == []
    return any(f["code"] == code and subject in (f["subject"], "") for f in result.json["findings"])


# --- reading ---


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
    result = ran(stored, "ssm diff --role all")
    assert (result.code, result.json["status"]) == (5, "pending"), result
    assert result.json["data"]["keys"] == {"api": ["~ DB_PORT"], "worker": ["~ DB_PORT"]}
    assert stored.push().code == 0
    assert (ran(stored, "ssm diff").code, ran(stored, "ssm diff").json["status"]) == (0, "ok")


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
    stored.put(API, "no env\n")
    ssm_of(stored.aws).label_parameter_version(Name=API, ParameterVersion=2, Labels=["good"])
    versions = ran(stored, "ssm history --role api").json["data"]["versions"]
    assert [version["version"] for version in versions] == [4, 3, 2, 1]
    assert [version["keys"] for version in versions[1:]] == [
        ["+ REDIS_DB", "- SITE_URL"],
        ["+ SITE_URL", "~ DB_PORT"],
        ["first kept version"],
    ]
    assert versions[2]["labels"] == ["good"]
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


# --- rollback ---


@pytest.fixture
def changed(stored: Site) -> Site:
    """Version 1 old, version 2 foreign."""
    stored.put(API, FOREIGN[API])
    return stored


@pytest.mark.parametrize("option", ["", "--to-version 1"])
def test_rollback_puts_the_former_content_as_a_new_version(changed: Site, option: str) -> None:
    result = ran(changed, f"ssm rollback --role api {option} --yes")
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert result.json["changes"][0]["detail"] == ["~ DB_PORT"]
    assert (changed.stands(API), changed.version(API)) == ("old", 3)
    assert changed.lock() == "free"


def test_rollback_skips_versions_with_the_same_content(changed: Site) -> None:
    changed.put(API, FOREIGN[API])
    assert ran(changed, "ssm rollback --role api --yes").code == 0
    assert changed.stands(API) == "old"


def test_rollback_to_what_stands_changes_nothing(changed: Site) -> None:
    assert ran(changed, "ssm rollback --role api --to-version 2").json["status"] == "unchanged"


def test_rollback_to_a_version_that_breaks_todays_schema_is_refused(changed: Site) -> None:
    changed.put(API, text(API_ENV, R2_ENDPOINT=None))
    changed.put(API, OLD[API])
    assert is_refused(changed, ran(changed, "ssm rollback --role api --to-version 3 --yes"), "env.missing")
    assert changed.version(API) == 4


def test_rollback_to_a_version_that_its_consumer_cannot_read_is_refused(changed: Site) -> None:
    changed.put(API, "no line\n")
    changed.put(API, OLD[API])
    assert is_refused(changed, ran(changed, "ssm rollback --role api --to-version 3 --yes"), "ssm.parse")


@pytest.mark.parametrize("option", ["--to-version 9", ""])
def test_rollback_with_nothing_to_go_back_to_fails(stored: Site, option: str) -> None:
    result = ran(stored, f"ssm rollback --role api {option} --yes")
    assert (result.code, result.json["error"]["code"]) == (1, "aws.not-found"), result


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5), ("", 2)])
def test_rollback_writes_nothing_unasked(changed: Site, option: str, code: int) -> None:
    assert ran(changed, f"ssm rollback --role api {option}").code == code
    assert changed.proxy.writes == []


def test_rollback_stops_at_a_write_since_its_plan(changed: Site) -> None:
    third = text(API_ENV, DB_PORT="7000")
    changed.proxy.on("PutParameter", Fault(before=lambda: changed.put(API, third)), name=LOCK)
    assert ran(changed, "ssm rollback --role api --yes").code == 6
    assert changed.value(API) == third


# --- set, unset ---


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_set_takes_the_value_from_stdin_without_its_line_end(stored: Site, end: str) -> None:
    result = ran(stored, "ssm set --role api SECRET_KEY --yes", stdin=f"brand-new{end}")
    assert (result.code, result.json["changes"][0]["detail"]) == (0, ["~ SECRET_KEY"]), result
    assert as_keys(str(stored.value(API))) == {**API_ENV, "SECRET_KEY": "brand-new"}
    assert "brand-new" not in result.out + result.err
    assert stored.lock() == "free"


def test_set_adds_an_optional_key(stored: Site) -> None:
    assert ran(stored, "ssm set --role worker CDN_HLS_BASE_URL --yes", stdin="https://cdn.example").code == 0
    assert as_keys(str(stored.value(WORKER))) == {**WORKER_ENV, "CDN_HLS_BASE_URL": "https://cdn.example"}


def test_set_to_the_same_value_changes_nothing(stored: Site) -> None:
    assert ran(stored, "ssm set --role api DB_PORT", stdin="5432\n").json["status"] == "unchanged"


SET = [
    ("api", "DB_PORT", "port", "env.type"),
    ("api", "SECRET_KEY", "", "env.empty"),
    ("api", "SECRET_KEY", "changeme", "env.placeholder"),
    ("api", "SECRET_KEY", "two\nlines", "env.reader"),
    ("api", "SECRET_KEY", "{{x}}", "ssm.braces"),
    ("api", "WORKER_ID", "w", "env.foreign"),
    ("api", "CLOUDFLARE_R2_ENDPOINT", "https://x.example", "env.alias"),
    ("api", "R2_ENDPIONT", "https://x.example", "env.unknown"),
    ("worker", "R2_BUCKET", "another", "env.one-of"),
]


@pytest.mark.parametrize(("role", "key", "value", "code"), SET, ids=[f"{row[1]}-{row[3]}" for row in SET])
def test_set_refuses_it(stored: Site, role: str, key: str, value: str, code: str) -> None:
    assert is_refused(stored, ran(stored, f"ssm set --role {role} {key} --yes", stdin=value), code)


def test_a_value_of_several_lines_goes_to_a_dotenv_reader(stored: Site) -> None:
    assert ran(stored, "ssm set --role worker SECRET_KEY --yes", stdin="two\nlines\n").code == 0
    assert ran(stored, "ssm show --role worker --reveal").json["data"]["env"]["SECRET_KEY"] == "two\nlines"


def test_a_value_that_is_no_text_is_a_usage_error(stored: Site) -> None:
    result = stored.cli.run("ssm", "set", "--role", "api", "SECRET_KEY", "--yes", "-o", "json", stdin=b"\xff\xfe")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.value"), result


@pytest.mark.parametrize("line", ["ssm set --role api SECRET_KEY", "ssm unset --role api REDIS_DB"])
@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5), ("", 2)])
def test_an_edit_writes_nothing_unasked(stored: Site, line: str, option: str, code: int) -> None:
    stored.put(API, text(API_ENV, REDIS_DB="1"))
    assert ran(stored, f"{line} {option}", stdin="new").code == code
    assert stored.proxy.writes == []


def test_unset_removes_one_key(stored: Site) -> None:
    stored.put(API, text(API_ENV, REDIS_DB="1"))
    result = ran(stored, "ssm unset --role api REDIS_DB --yes")
    assert (result.code, result.json["changes"][0]["detail"]) == (0, ["- REDIS_DB"]), result
    assert as_keys(str(stored.value(API))) == API_ENV


def test_unset_of_a_required_key_is_refused(stored: Site) -> None:
    assert is_refused(stored, ran(stored, "ssm unset --role api R2_ENDPOINT --yes"), "env.missing", "api:R2_ENDPOINT")


def test_unset_repairs_a_foreign_key_beside_another_fault(stored: Site) -> None:
    stored.put(API, text(API_ENV, WORKER_ID="1", DB_HOST=None))
    result = ran(stored, "ssm unset --role api WORKER_ID --yes")
    assert result.code == 0, result
    assert as_keys(str(stored.value(API))) == as_keys(text(API_ENV, DB_HOST=None))
    assert "env.missing" in result.codes("warning"), "the other fault is named, and does not block"


def test_unset_of_a_key_that_is_not_there_changes_nothing(stored: Site) -> None:
    assert ran(stored, "ssm unset --role api SITE_URL").json["status"] == "unchanged"


@pytest.mark.parametrize("line", ["ssm set --role api SECRET_KEY --yes", "ssm unset --role api SECRET_KEY --yes"])
def test_an_edit_of_a_blob_that_cannot_be_read_is_refused(stored: Site, line: str) -> None:
    stored.put(API, "no line\n")
    assert is_refused(stored, ran(stored, line, stdin="x"), "ssm.parse")
