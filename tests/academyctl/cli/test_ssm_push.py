"""`ssm push`, where nothing goes wrong on the way: what it writes, what it refuses, and what it leaves alone."""

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.cli import Result
from tests.support.envs import API as API_ENV
from tests.support.envs import LEGACY, text
from tests.support.envs import WORKER as WORKER_ENV
from tests.support.site import OLD, Site, as_keys, described, is_refused, ssm_of

MIXED = text(WORKER_ENV, SITE_URL="https://academy.example")


def subjects(result: Result, code: str) -> set[str]:
    return {finding["subject"] for finding in result.json["findings"] if finding["code"] == code}


def test_one_mixed_env_becomes_two_parameters_of_their_own_keys(site: Site) -> None:
    (site.cli.cwd / ".env").write_text(LEGACY)
    result = site.push()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    api, worker = (as_keys(str(site.value(name))) for name in (API, WORKER))
    assert {"SITE_URL", "SOLAPI_API_KEY", "DEBUG"} <= api.keys() - worker.keys()
    assert {
        "API_BASE_URL",
        "INTERNAL_WORKER_TOKEN",
        "WORKER_ID",
        "R2_PREFIX",
        "R2_REGION",
    } <= worker.keys() - api.keys()
    assert api["R2_ENDPOINT"] == worker["R2_ENDPOINT"] == "https://account.r2.cloudflarestorage.com"
    assert not any(key.startswith("CLOUDFLARE_") or key == "REDIS_URL" for key in api.keys() | worker.keys())
    assert site.run("env", "validate", "--ssm").code == 0


def test_a_new_parameter_is_encrypted_described_and_tagged(site: Site) -> None:
    assert site.push().code == 0
    raw = described(site, API)
    assert (raw["Type"], raw["Tier"], raw["KeyId"]) == ("SecureString", "Standard", "alias/aws/ssm")
    assert raw["Description"] == "env of api"
    tags = ssm_of(site.aws).list_tags_for_resource(ResourceType="Parameter", ResourceId=API)["TagList"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"academyctl:stack": "sandbox", "academyctl:role": "api"}


def test_an_equal_push_makes_no_version_and_no_write(site: Site) -> None:
    assert site.push().code == 0
    writes = len(site.proxy.writes)
    result = site.push()
    assert (result.code, result.json["status"]) == (0, "unchanged"), result
    assert [change["action"] for change in result.json["changes"]] == ["none", "none"]
    assert len(site.proxy.writes) == writes
    assert site.run("ssm", "push", "--role", "all").code == 0, "an empty plan asks nothing"


def test_only_the_role_that_differs_is_written(site: Site) -> None:
    assert site.push().code == 0
    site.write_env(WORKER_ID="worker-2")
    assert site.push().code == 0
    assert (site.version(API), site.version(WORKER)) == (1, 2)


def test_one_role_is_pushed_alone(site: Site) -> None:
    assert site.run("ssm", "push", "--role", "worker", "--yes").code == 0
    assert site.both() == ("absent", "new")


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5)])
@pytest.mark.parametrize("first", [True, False])
def test_a_plan_makes_no_mutating_call(site: Site, option: str, code: int, first: bool) -> None:
    if not first:
        site.store_old()
    result = site.run("ssm", "push", "--role", "all", option, "-o", "json")
    assert (result.code, result.json["status"], result.json["exit_code"]) == (code, "pending", code), result
    assert [change["state"] for change in result.json["changes"]] == ["planned", "planned"]
    assert site.proxy.writes == []
    assert site.both() == (("absent", "absent") if first else ("old", "old"))


@pytest.mark.parametrize("option", ["--dry-run", "--check", "--yes"])
def test_a_refusal_is_the_same_in_a_plan_and_in_a_push(site: Site, option: str) -> None:
    (site.cli.cwd / ".env").write_text(text(WORKER_ENV, DB_PORT="no port"))
    result = site.run("ssm", "push", "--role", "all", option, "-o", "json")
    assert is_refused(site, result, "env.type")
    assert site.both() == ("absent", "absent")


def test_a_check_of_an_equal_push_is_ok(site: Site) -> None:
    assert site.push().code == 0
    assert site.run("ssm", "push", "--role", "all", "--check").code == 0


def test_without_a_terminal_and_without_yes_nothing_is_written(stored: Site) -> None:
    result = stored.run("ssm", "push", "--role", "all", "-o", "json", stdin="y\n")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.confirm"), result
    assert [change["state"] for change in result.json["changes"]] == ["planned", "planned"]
    assert stored.proxy.writes == []


def test_a_fault_of_one_role_stops_both(stored: Site) -> None:
    (stored.cli.cwd / ".env").write_text(text(WORKER_ENV, WORKER_ID=None, DB_PORT="5433"))
    assert is_refused(stored, stored.push(), "env.missing")
    assert stored.both() == ("old", "old")


def test_of_a_value_that_cannot_be_written_nothing_is_promised_and_validate_says_the_same(stored: Site) -> None:
    (stored.cli.cwd / ".env").write_text(text(WORKER_ENV, ALLOWED_HOSTS="'multi\nline'"))
    pushed, validated = stored.push(), stored.run("env", "validate", "-o", "json")
    assert is_refused(stored, pushed, "env.reader", "api:ALLOWED_HOSTS")
    told = [[f for f in result.json["findings"] if f["code"] == "env.reader"] for result in (pushed, validated)]
    assert told[0] == told[1]
    assert len(told[0]) == 1, "no warning that a push would write it in another form"


@pytest.fixture
def richer(site: Site) -> Site:
    """What stands has two keys more than the file."""
    site.put(API, text(API_ENV, SITE_URL="https://academy.example", REDIS_DB="1"))
    site.put(WORKER, OLD[WORKER])
    return site


def test_a_lost_key_refuses_the_push_and_names_the_option_for_each(richer: Site) -> None:
    result = richer.push()
    assert is_refused(richer, result, "ssm.key-loss")
    assert subjects(result, "ssm.key-loss") == {"api:SITE_URL", "api:REDIS_DB"}
    hints = {finding["hint"] for finding in result.json["findings"] if finding["code"] == "ssm.key-loss"}
    assert hints == {"--allow-remove SITE_URL", "--allow-remove REDIS_DB"}


def test_every_lost_key_needs_its_own_permission(richer: Site) -> None:
    result = richer.push("--allow-remove", "SITE_URL")
    assert subjects(result, "ssm.key-loss") == {"api:REDIS_DB"}
    assert richer.push("--allow-remove", "SITE_URL", "--allow-remove", "REDIS_DB").code == 0
    assert richer.both() == ("new", "new")


def test_prune_drops_what_the_file_lacks(richer: Site) -> None:
    result = richer.push("--prune")
    assert result.code == 0, result
    assert {"- SITE_URL", "- REDIS_DB"} <= set(result.json["changes"][0]["detail"])
    assert richer.both() == ("new", "new")


def test_merge_keeps_what_the_role_owns(richer: Site) -> None:
    assert richer.push("--merge").code == 0
    kept = as_keys(str(richer.value(API)))
    assert (kept["SITE_URL"], kept["REDIS_DB"], kept["DB_PORT"]) == ("https://academy.example", "1", "5433")


@pytest.mark.parametrize("stranger", ["WORKER_ID", "NOBODYS"])
def test_merge_still_refuses_a_stored_key_that_is_not_the_roles(stored: Site, stranger: str) -> None:
    stored.put(API, f"{OLD[API]}{stranger}=x\n")
    result = stored.push("--merge")
    assert is_refused(stored, result, "ssm.key-loss")
    assert subjects(result, "ssm.key-loss") == {f"api:{stranger}"}


def test_merge_checks_the_merged_result(stored: Site) -> None:
    stored.put(API, f"{OLD[API]}REDIS_DB=first\n")
    assert is_refused(stored, stored.push("--merge"), "env.type")


def test_prune_and_merge_exclude_each_other(site: Site) -> None:
    result = site.push("--prune", "--merge")
    assert (result.code, result.json["error"]["code"]) == (2, "usage")
    assert site.proxy.calls == []


def test_a_stored_old_name_is_not_lost_when_its_new_one_is_pushed(stored: Site) -> None:
    stored.put(API, text(API_ENV, R2_ENDPOINT=None, CLOUDFLARE_R2_ENDPOINT="https://old.example"))
    assert stored.push().code == 0
    assert stored.stands(API) == "new"


def test_an_unknown_key_is_refused_with_the_nearest_name(site: Site) -> None:
    site.write_env(R2_ENDPIONT="https://x.example")
    result = site.push()
    assert is_refused(site, result, "env.unknown")
    assert any("R2_ENDPOINT" in f["message"] + f["hint"] for f in result.json["findings"] if f["code"] == "env.unknown")


def test_unknown_drop_drops_and_says_so(site: Site) -> None:
    site.write_env(NOBODYS="1")
    result = site.push("--unknown", "drop")
    assert result.code == 0, result
    assert site.both() == ("new", "new")
    assert any("NOBODYS" in finding["subject"] for finding in result.json["findings"])


def test_a_stored_blob_that_cannot_be_read_guards_its_keys_and_is_replaced(stored: Site) -> None:
    stored.put(WORKER, f"{OLD[WORKER]}broken line\nKEPT='half\n")
    result = stored.push()
    assert is_refused(stored, result, "ssm.key-loss")
    assert "worker:KEPT" in subjects(result, "ssm.key-loss")
    assert stored.push("--prune").code == 0
    assert stored.both() == ("new", "new")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--role", "nobody"), "usage.role"),
        (("--role", "api", "--file", "absent.env"), "env.parse"),
        (("--role", "api", "--stack", "nowhere"), "usage.stack"),
        ((), "usage"),
    ],
)
def test_a_mistake_on_the_command_line_calls_nobody(site: Site, words: tuple[str, ...], code: str) -> None:
    result = site.run("ssm", "push", *words, "--yes", "-o", "json")
    assert (result.code, result.json["status"]) == (2, "failed"), result
    assert result.json["error"]["code"] == code, result.json["error"]
    assert site.proxy.calls == []


def test_the_plan_begins_with_account_region_and_caller(stored: Site) -> None:
    result = stored.run("ssm", "push", "--role", "all", "--yes")
    head = "account 123456789012  region ap-northeast-2  caller arn:aws:sts::123456789012:user/moto"
    assert head in result.err
    assert stored.proxy.log[0] == ("GetCallerIdentity", "")
    assert LOCK not in result.out
