"""One mixed env becomes each role's own keys: nothing is lost, nothing crosses over, no value is changed."""

import pytest

from academyctl.model.contract import EnvContract
from academyctl.model.finding import Level
from academyctl.plan.split import Split, split_document
from tests.builders import REDIS, a_contract, a_document, a_role, said, shipped
from tests.support.envs import LEGACY

API_ONLY = ("DEBUG", "ALLOWED_HOSTS", "VIDEO_API_TOKENS", "AWS_SECRET_ACCESS_KEY", "SITE_URL", "SOLAPI_API_KEY")
WORKER_ONLY = ("API_BASE_URL", "INTERNAL_WORKER_TOKEN", "WORKER_ID", "R2_PREFIX", "R2_REGION", "R2_BUCKET")


def split_text(text: str, contract: EnvContract | None = None, *, drop_unknown: bool = False) -> Split:
    return split_document(a_document(text), contract or shipped(), drop_unknown=drop_unknown)


def values(split: Split, role: str) -> dict[str, str]:
    return {key: entry.value.reveal() for key, entry in split.by_role[role].items()}


def messages(split: Split) -> str:
    return "\n".join(f"{finding.message} {finding.hint}" for finding in split.findings)


# --- who gets a key -----------------------------------------------------------------------------------------------


def test_a_key_goes_to_every_role_that_declares_it() -> None:
    split = split_text("DB_NAME=academy\n")
    assert split.homes == {"DB_NAME": ("api", "worker")}
    assert values(split, "api") == values(split, "worker") == {"DB_NAME": "academy"}


@pytest.mark.parametrize(
    ("key", "home"), [*((key, "api") for key in API_ONLY), *((key, "worker") for key in WORKER_ONLY)]
)
def test_a_key_of_one_role_never_enters_the_other(key: str, home: str) -> None:
    split = split_text(f"{key}=v\n")
    other = "worker" if home == "api" else "api"
    assert split.homes == {key: (home,)}
    assert (values(split, home), values(split, other)) == ({key: "v"}, {})
    assert split.findings == ()


def test_a_passthrough_pattern_takes_undeclared_keys_and_may_stand_in_both_roles() -> None:
    contract = a_contract(a_role("api", passthrough=["MAIL_*"]), a_role("worker", passthrough=["MAIL_*", "AI_*"]))
    split = split_text("MAIL_HOST=m\nAI_KEY=a\n", contract)
    assert split.homes == {"MAIL_HOST": ("api", "worker"), "AI_KEY": ("worker",)}


def test_a_declared_key_does_not_follow_another_roles_pattern() -> None:
    contract = a_contract(a_role("api", keys=["R2_ENDPOINT"]), a_role("worker", passthrough=["R2_*"]))
    assert split_text("R2_ENDPOINT=e\n", contract).homes == {"R2_ENDPOINT": ("api",)}


def test_the_legacy_env_ends_in_both_roles_with_warnings_only() -> None:
    split = split_text(LEGACY)
    assert all(split.homes.values())
    assert {finding.level for finding in split.findings} == {Level.WARNING}
    assert not values(split, "api").keys() & set(WORKER_ONLY)
    assert not values(split, "worker").keys() & set(API_ONLY)
    assert values(split, "api")["DB_PASSWORD"] == "p@ss w#rd"


# --- keys without a home --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("R2_ENDPIONT", "R2_ENDPOINT"),
        ("r2_endpoint", "R2_ENDPOINT"),
        ("R2_ENDPOINTS", "R2_ENDPOINT"),
        ("DB_PASWORD", "DB_PASSWORD"),
        ("INTERNAL_WORKER_TOKN", "INTERNAL_WORKER_TOKEN"),
        ("CLOUDFLARE_R2_ENDPIONT", "CLOUDFLARE_R2_ENDPOINT"),
    ],
)
def test_a_typo_gets_the_nearest_declared_name(typo: str, meant: str) -> None:
    split = split_text(f"{typo}=v\n")
    assert said(split.findings) == [("error", "env.unknown", typo)]
    assert f"did you mean {meant}?" in messages(split)
    assert split.homes == {typo: ()}


def test_a_name_like_nothing_gets_no_suggestion() -> None:
    split = split_text("QQQ=v\n")
    assert "did you mean" not in messages(split)
    assert "push with --unknown drop" in messages(split)


def test_unknown_keys_are_dropped_on_demand_and_each_is_named() -> None:
    split = split_text("QQQ=v\nR2_ENDPIONT=v\nDB_NAME=d\n", drop_unknown=True)
    assert said(split.findings) == [("warning", "env.unknown", "QQQ"), ("warning", "env.unknown", "R2_ENDPIONT")]
    assert split.dropped == ("QQQ", "R2_ENDPIONT")
    assert values(split, "api") == {"DB_NAME": "d"}


def test_nothing_is_dropped_unasked() -> None:
    assert split_text("QQQ=v\n").dropped == ()


@pytest.mark.parametrize("key", ["DJANGO_SETTINGS_MODULE", "AWS_BATCH_JOB_ID", "ACADEMY_ENV_PARAMETER"])
def test_a_name_that_the_platform_sets_has_no_home(key: str) -> None:
    split = split_text(f"{key}=v\n")
    assert said(split.findings) == [("error", "env.unknown", key)]
    assert "set by the platform" in messages(split)
    assert split.homes == {key: ()}


def test_a_runtime_name_does_not_slip_in_through_a_pattern() -> None:
    contract = a_contract(a_role("api", passthrough=["AWS_*"]), a_role("worker", runtime=["AWS_BATCH_JOB_ID"]))
    assert split_text("AWS_BATCH_JOB_ID=1\n", contract).homes == {"AWS_BATCH_JOB_ID": ()}


# --- old names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CLOUDFLARE_R2_ENDPOINT", "R2_ENDPOINT"),
        ("CLOUDFLARE_R2_ACCESS_KEY_ID", "R2_ACCESS_KEY"),
        ("CLOUDFLARE_R2_SECRET_ACCESS_KEY", "R2_SECRET_KEY"),
        ("VIDEO_BUCKET_NAME", "R2_VIDEO_BUCKET"),
    ],
)
def test_an_old_name_alone_is_mapped_with_a_warning(old: str, new: str) -> None:
    split = split_text(f"{old}=v\n")
    assert said(split.findings) == [("warning", "env.alias", old)]
    assert new in messages(split)
    assert values(split, "api") == values(split, "worker") == {new: "v"}
    assert split.homes == {old: ("api", "worker")}


def test_an_old_and_a_new_name_that_agree_make_one_value_and_a_warning() -> None:
    split = split_text("CLOUDFLARE_R2_ENDPOINT=same\nR2_ENDPOINT=same\n")
    assert said(split.findings) == [("warning", "env.alias", "CLOUDFLARE_R2_ENDPOINT")]
    assert split.findings[0].hint == "delete CLOUDFLARE_R2_ENDPOINT"
    assert values(split, "api") == {"R2_ENDPOINT": "same"}


def test_an_old_and_a_new_name_that_differ_are_an_error_and_no_value_is_guessed() -> None:
    split = split_text("CLOUDFLARE_R2_ENDPOINT=a\nR2_ENDPOINT=b\n")
    assert said(split.findings) == [("error", "env.alias-conflict", "CLOUDFLARE_R2_ENDPOINT")]
    assert values(split, "api") == {"R2_ENDPOINT": "b"}


def test_an_old_name_goes_to_every_role_that_owns_a_part_of_it() -> None:
    api = a_role("api", keys=["REDIS_PASSWORD"])
    worker = a_role("worker", keys=["REDIS_HOST", "REDIS_PORT", "REDIS_DB"], aliases={"REDIS_URL": REDIS})
    split = split_text("REDIS_URL=redis://:p@h:1\n", a_contract(api, worker))
    assert split.homes == {"REDIS_URL": ("api", "worker")}
    assert values(split, "api") == {"REDIS_PASSWORD": "p"}
    assert values(split, "worker") == {"REDIS_HOST": "h", "REDIS_PORT": "1"}


def test_a_role_that_declares_anothers_old_name_gets_it_too() -> None:
    contract = a_contract(a_role("api", keys=["NEW"], aliases={"OLD": "NEW"}), a_role("worker", keys=["OLD"]))
    split = split_text("OLD=1\n", contract)
    assert split.homes == {"OLD": ("api", "worker")}
    assert (values(split, "api"), values(split, "worker")) == ({"NEW": "1"}, {"OLD": "1"})


def test_two_old_names_of_one_key_that_agree_are_one_value() -> None:
    contract = a_contract(a_role(keys=["A"], aliases={"OLD_A": "A", "OLDER_A": "A"}))
    split = split_text("OLD_A=1\nOLDER_A=1\n", contract)
    assert [code for _, code, _ in said(split.findings)] == ["env.alias", "env.alias"]
    assert values(split, "api") == {"A": "1"}


def test_two_old_names_of_one_key_that_differ_name_each_other() -> None:
    contract = a_contract(a_role(keys=["A"], aliases={"OLD_A": "A", "OLDER_A": "A"}))
    split = split_text("OLD_A=1\nOLDER_A=2\n", contract)
    assert said(split.findings)[-1] == ("error", "env.alias-conflict", "OLDER_A")
    assert "and OLD_A mean the same" in split.findings[-1].message


# --- a redis URL ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "means"),
    [
        ("redis://h", {"host": "h"}),
        ("redis://h/", {"host": "h"}),
        ("redis://h:6380", {"host": "h", "port": "6380"}),
        ("redis://h/2", {"host": "h", "db": "2"}),
        ("redis://h:6380/0", {"host": "h", "port": "6380", "db": "0"}),
        ("redis://:pw@h", {"host": "h", "password": "pw"}),
        ("redis://:@h", {"host": "h"}),
        ("redis://:p%40s%2Fs%25@h", {"host": "h", "password": "p@s/s%"}),
        ("redis://:%ED%95%9C@h", {"host": "h", "password": "한"}),
        ("redis://:a:b@h:1", {"host": "h", "port": "1", "password": "a:b"}),
        ("redis://[::1]:6380/1", {"host": "::1", "port": "6380", "db": "1"}),
        ("redis://:pw@[fe80::2]", {"host": "fe80::2", "password": "pw"}),
        ("redis://:pw@redis.internal:6380/1", dict(zip(REDIS, ("redis.internal", "6380", "pw", "1"), strict=True))),
    ],
)
def test_a_redis_url_states_its_parts_and_nothing_more(url: str, means: dict[str, str]) -> None:
    split = split_text(f"REDIS_URL='{url}'\n")
    assert said(split.findings) == [("warning", "env.alias", "REDIS_URL")]
    assert values(split, "api") == values(split, "worker") == {REDIS[part]: value for part, value in means.items()}


@pytest.mark.parametrize(
    "url",
    [
        "rediss://h",
        "rediss://:pw@h:6380/0",
        "redis://user:pw@h",
        "redis://user@h",
        "redis://h?ssl=true",
        "redis://h/0?timeout=5",
        "redis://h/x",
        "redis://h:port",
        "redis://h/0/1",
        "redis://:p@ss@h",
        "redis://",
        "redis://:pw@",
        "unix:///run/redis.sock",
        "h:6379",
        "",
    ],
)
def test_a_redis_url_that_four_keys_cannot_carry_is_an_error(url: str) -> None:
    split = split_text(f"REDIS_URL='{url}'\n")
    assert said(split.findings) == [("error", "env.type", "REDIS_URL")]
    assert values(split, "api") == values(split, "worker") == {}


def test_a_redis_url_agrees_with_the_keys_beside_it_or_names_those_that_differ() -> None:
    url = "REDIS_URL=redis://:pw@h:6380/1\n"
    agreeing = split_text(f"{url}REDIS_HOST=h\nREDIS_PORT=6380\n")
    assert said(agreeing.findings) == [("warning", "env.alias", "REDIS_URL")]
    assert values(agreeing, "api")["REDIS_PASSWORD"] == "pw"
    differing = split_text(f"{url}REDIS_HOST=other\nREDIS_PORT=6380\nREDIS_DB=2\n")
    assert said(differing.findings) == [("error", "env.alias-conflict", "REDIS_URL")]
    assert "and REDIS_HOST, REDIS_DB mean the same" in differing.findings[0].message


# --- duplicates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["1", "2"])
def test_a_key_set_twice_is_an_error_also_with_equal_values(second: str) -> None:
    split = split_text(f"DB_NAME=1\nDB_USER=u\nDB_NAME={second}\n")
    (found,) = split.findings
    assert (found.level, found.code, found.subject) == (Level.ERROR, "env.duplicate", "DB_NAME")
    assert found.location is not None
    assert (found.location.path, found.location.line) == (".env", 3)
    assert "line 1" in found.message


def test_each_further_copy_of_a_key_is_named() -> None:
    assert said(split_text("DB_NAME=1\nDB_NAME=1\nDB_NAME=1\n").findings) == [("error", "env.duplicate", "DB_NAME")] * 2
