"""`ssm rollback`, `set` and `unset`: one parameter, under the same guards as a push."""

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.envs import API as API_ENV
from tests.support.envs import WORKER as WORKER_ENV
from tests.support.envs import text
from tests.support.proxy import Fault
from tests.support.site import FOREIGN, OLD, Site, as_keys, is_refused, ran


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
    ("api", "SECRET_KEY", "\n", "env.empty"),
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


def test_a_value_that_never_came_is_no_empty_value(stored: Site) -> None:
    """`vault read … | academyctl ssm set`, and vault has failed; a line end alone is an empty value that was meant."""
    stored.put(API, text(API_ENV, REDIS_PASSWORD="kept"))
    line = "ssm set --role api REDIS_PASSWORD --yes"
    result = ran(stored, line)
    assert (result.code, result.json["error"]["code"]) == (2, "usage.value"), result
    assert stored.version(API) == 2
    assert ran(stored, line, stdin="\n").code == 0
    assert ran(stored, "ssm set --role api", stdin="x").code == 2


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


@pytest.mark.parametrize(
    ("old", "code"),
    [({"REDIS_URL": "rediss://cache.internal"}, "env.type"), ({"VIDEO_BUCKET_NAME": "another"}, "env.alias-conflict")],
)
@pytest.mark.parametrize(
    "repair",
    ["ssm unset --role api {} --yes", "ssm rollback --role api --yes", "ssm push --role api --file .env --yes"],
)
def test_a_stored_old_name_that_contradicts_is_found_and_blocks_no_repair(
    stored: Site, repair: str, old: dict[str, str], code: str
) -> None:
    [key] = old
    stored.put(API, text(API_ENV, **old))
    for check in ("ssm verify --role api", "env validate --ssm --role api"):
        assert is_refused(stored, ran(stored, check), code, f"api:{key}")
    beside = ran(stored, "ssm set --role api DB_PORT --dry-run", stdin="6000")
    assert (beside.code, code in beside.codes("warning")) == (0, True), beside
    assert ran(stored, repair.format(key)).code == 0
    assert ran(stored, "ssm verify --role api").code == 0
    assert key not in as_keys(str(stored.value(API)))


def test_unset_of_a_key_that_is_not_there_changes_nothing(stored: Site) -> None:
    assert ran(stored, "ssm unset --role api SITE_URL").json["status"] == "unchanged"


@pytest.mark.parametrize("line", ["ssm set --role api SECRET_KEY --yes", "ssm unset --role api SECRET_KEY --yes"])
def test_an_edit_of_a_blob_that_cannot_be_read_is_refused(stored: Site, line: str) -> None:
    stored.put(API, "no line\n")
    assert is_refused(stored, ran(stored, line, stdin="x"), "ssm.parse")
