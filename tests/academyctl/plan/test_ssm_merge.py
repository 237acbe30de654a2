"""What of a stored blob is kept, and the order in which a blob's keys stand."""

import itertools

from academyctl.plan.ssm import (
    guard_loss,
    in_order,
    merge_stored,
)
from tests.builders import (
    a_contract,
    a_desired,
    a_role,
    a_stored,
    an_env,
    shipped,
)

API = shipped().role("api")


# --- merge ----------------------------------------------------------------------------------------------------------


def merged(env: str, stored: str) -> dict[str, str]:
    found = merge_stored(an_env(env), a_stored(API, stored), API, shipped())
    return {key: entry.value.reveal() for key, entry in found.items()}


def test_merge_keeps_the_roles_own_stored_keys_and_the_file_wins() -> None:
    assert merged("DB_NAME=new\n", "DB_NAME=old\nDB_USER=kept\nSOLAPI_KEY=kept\n") == {
        "DB_NAME": "new",
        "DB_USER": "kept",
        "SOLAPI_KEY": "kept",
    }


def test_merge_keeps_no_foreign_and_no_unknown_key() -> None:
    assert merged("DB_NAME=d\n", "WORKER_ID=w\nQQQ=q\nDJANGO_SETTINGS_MODULE=m\n") == {"DB_NAME": "d"}


def test_merge_maps_old_names_and_prefers_a_stored_new_name() -> None:
    assert merged("", "CLOUDFLARE_R2_ENDPOINT=old\n") == {"R2_ENDPOINT": "old"}
    for lines in itertools.permutations(["CLOUDFLARE_R2_ENDPOINT=old\n", "R2_ENDPOINT=new\n"]):
        assert merged("", "".join(lines)) == {"R2_ENDPOINT": "new"}


def test_merge_expands_a_redis_url() -> None:
    assert merged("REDIS_HOST=h\n", "REDIS_URL=redis://:p@old:6380\n") == {
        "REDIS_HOST": "h",
        "REDIS_PORT": "6380",
        "REDIS_PASSWORD": "p",
    }


def test_merge_keeps_nothing_of_an_old_name_that_stands_for_anothers_key() -> None:
    api, worker = a_role("api", keys=["A"]), a_role("worker", keys=["W"], aliases={"OLD_W": "W"})
    assert merge_stored({}, a_stored(api, "OLD_W=1\nA=1\n"), api, a_contract(api, worker)).keys() == {"A"}


def test_merge_takes_no_line_numbers_from_the_blob() -> None:
    stored = a_stored(API, "\n\nCLOUDFLARE_R2_ENDPOINT=old\nDB_USER=u\n")
    assert {entry.line for entry in merge_stored({}, stored, API, shipped()).values()} == {0}


def test_merge_with_nothing_readable_stored_is_the_file() -> None:
    assert merge_stored(an_env("DB_NAME=d\n"), None, API, shipped()).keys() == {"DB_NAME"}
    assert merged("DB_NAME=d\n", "export DB_USER=u\n") == {"DB_NAME": "d"}


def test_what_merge_did_not_keep_is_still_a_loss() -> None:
    stored = a_stored(API, "WORKER_ID=w\nQQQ=q\nDB_USER=u\n")
    env = merge_stored(an_env("DB_NAME=d\n"), stored, API, shipped())
    desired = a_desired({key: entry.value.reveal() for key, entry in env.items()}, role=API)
    assert [finding.subject for finding in guard_loss(desired, stored, shipped(), ())] == ["api:QQQ", "api:WORKER_ID"]


# --- order ----------------------------------------------------------------------------------------------------------


def test_keys_stand_in_the_role_files_order_and_the_undeclared_by_name() -> None:
    role = a_role(keys=["Z", "M", "A"])
    for lines in itertools.permutations(["A=1\n", "Z=2\n", "Y=3\n", "B=4\n"]):
        assert list(in_order(an_env("".join(lines)), role)) == ["Z", "A", "B", "Y"]
        assert a_desired("".join(lines), role=role).text == "Z=2\nA=1\nB=4\nY=3\n"
