"""What a write of a parameter would be, and what refuses it before anything is written."""

import itertools
import re

import pytest

from academyctl.model.finding import Level
from academyctl.model.plan import Action, State
from academyctl.model.role import Consumer
from academyctl.model.ssm import ParameterWrite, StoredParameter
from academyctl.plan.ssm import (
    blocking_label,
    guard_loss,
    guard_put,
    in_order,
    label_finding,
    merge_stored,
    plan_put,
)
from tests.builders import (
    PARAMETERS,
    REDIS,
    a_contract,
    a_desired,
    a_parameter,
    a_role,
    a_stored,
    an_env,
    put_with,
    said,
    shipped,
)

API = shipped().role("api")
SSM_KEY = "alias/aws/ssm"
OWN_KEY = "arn:aws:kms:ap-northeast-2:123456789012:key/1"


def the_write(desired: str, stored: str | None = None, **parameter: str) -> ParameterWrite:
    """The write that the plan of a one-role change holds."""
    stands = None if stored is None else a_stored(text=stored, **parameter)
    write = plan_put(a_desired(desired), stands, put_with()).write
    assert write is not None
    return write


# --- create, update, none -------------------------------------------------------------------------------------------


def test_a_parameter_that_is_not_there_is_created_with_tags_and_a_description() -> None:
    step = plan_put(a_desired("B=2\nA=1\n"), None, put_with(kms_key=OWN_KEY))
    assert (step.change.action, step.change.state) == (Action.CREATE, State.PLANNED)
    assert step.change.detail == ("+ A", "+ B")
    assert step.write is not None
    assert (step.write.type, step.write.tier, step.write.key_id) == ("SecureString", "Standard", OWN_KEY)
    assert dict(step.write.tags) == {"academyctl:stack": "sandbox", "academyctl:role": "api"}
    assert step.write.description == "env of api"
    assert step.write.base_version == 0


def test_an_update_says_what_is_added_changed_and_removed_and_sends_no_tags() -> None:
    step = plan_put(a_desired("A=1\nB=new\nC=3\n"), a_stored(text="A=1\nB=old\nD=4\n", version=7), put_with())
    assert step.change.action is Action.UPDATE
    assert step.change.detail == ("+ C", "~ B", "- D")
    assert "replaces version 7" in step.change.why
    assert step.write is not None
    assert step.write.base_version == 7
    assert step.write.tags == ()


@pytest.mark.parametrize(
    "stored",
    ["A=1\nB=x y\n", "B=x y\nA=1\n", "# comment\n\nexport A='1'\nB=\"x y\" # why\n", "A = 1\r\nB='x y'\r\n"],
)
def test_equal_keys_and_values_are_nothing_to_write_in_any_order_or_form(stored: str) -> None:
    step = plan_put(a_desired("A=1\nB='x y'\n"), a_stored(text=stored, version=4), put_with())
    assert (step.change.action, step.change.state, step.write) == (Action.NONE, State.DONE, None)
    assert step.change.detail == ()
    assert "version 4" in step.change.why


def test_a_blob_that_sets_a_key_twice_is_written_anew_though_its_last_values_are_the_wanted_ones() -> None:
    step = plan_put(a_desired("A=1\n"), a_stored(text="A=0\nA=1\n"), put_with())
    assert step.change.action is Action.UPDATE
    assert "sets a key twice" in step.change.why
    assert step.write is not None


def test_a_blob_that_its_consumer_cannot_read_is_replaced_and_its_names_are_compared() -> None:
    stored = a_stored(text="A=1\nC='never closed\n")
    assert stored.document is None
    step = plan_put(a_desired("A=1\nB=2\n"), stored, put_with())
    assert step.change.action is Action.UPDATE
    assert step.change.detail == ("+ B", "~ A", "- C")


def test_the_reason_of_the_caller_stands_in_place_of_the_base() -> None:
    step = plan_put(a_desired("A=2\n"), a_stored(), put_with(), why="the content of version 1")
    assert step.change.why.startswith("the content of version 1; ")


def test_the_size_is_told_in_utf8_bytes() -> None:
    step = plan_put(a_desired("A=한글\n"), None, put_with())
    assert f"{len('A=한글'.encode()) + 1} of 4096 bytes" in step.change.why


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_key_tier_and_description_that_stand_are_sent_again() -> None:
    write = the_write("A=2\n", "A=1\n", key_id=OWN_KEY, tier="Advanced", description="by hand")
    assert (write.key_id, write.tier, write.description) == (OWN_KEY, "Advanced", "by hand")


def test_a_description_that_is_not_there_is_not_invented() -> None:
    assert the_write("A=2\n", "A=1\n", description="").description == ""


def test_another_kms_key_is_a_change_of_its_own_and_named() -> None:
    step = plan_put(a_desired("A=1\n"), a_stored(text="A=1\n"), put_with(new_kms_key=OWN_KEY))
    assert (step.change.action, step.change.detail) == (Action.UPDATE, ())
    assert f"KMS key {SSM_KEY} → {OWN_KEY}" in step.change.why
    assert step.write is not None
    assert step.write.key_id == OWN_KEY


def test_naming_the_kms_key_that_stands_changes_nothing() -> None:
    step = plan_put(a_desired("A=1\n"), a_stored(key_id=OWN_KEY), put_with(new_kms_key=OWN_KEY))
    assert step.change.action is Action.NONE


def test_the_stacks_kms_key_does_not_replace_one_that_stands() -> None:
    step = plan_put(a_desired("A=1\n"), a_stored(key_id=OWN_KEY), put_with(kms_key="alias/other"))
    assert step.change.action is Action.NONE


@pytest.mark.parametrize(
    ("size", "stands", "consent", "tier"),
    [
        (4096, "Standard", False, "Standard"),
        (4096, "Standard", True, "Standard"),
        (4097, "Standard", True, "Advanced"),
        (4097, "Advanced", False, "Advanced"),
        (10, "Advanced", False, "Advanced"),
        (10, "", False, "Standard"),
    ],
)
def test_the_tier_is_kept_and_becomes_advanced_only_with_consent_and_need(
    size: int, stands: str, consent: bool, tier: str
) -> None:
    desired = a_desired({"A": "v" * (size - len("A=\n"))})
    step = plan_put(desired, a_stored(tier=stands), put_with(allow_advanced=consent))
    assert step.write is not None
    assert step.write.tier == tier
    assert ("one-way" in step.change.why) == (tier == "Advanced" and stands != "Advanced")


# --- limits ---------------------------------------------------------------------------------------------------------


def guarded(
    env: str | dict[str, str], *, tier: str = "Standard", type: str = "SecureString", allow_advanced: bool = False
) -> list[tuple[str, str]]:
    stored = a_stored(tier=tier, type=type)
    found = guard_put(a_desired(env), stored, put_with(allow_advanced=allow_advanced))
    return [(level, code) for level, code, _ in said(found)]


def of_size(size: int) -> dict[str, str]:
    """A blob of `size` bytes; where a character of three bytes fits it has one."""
    room = size - len("A=\n")
    return {"A": "한" * (room // 3) + "x" * (room % 3)}


@pytest.mark.parametrize(
    ("size", "tier", "consent", "refused"),
    [
        (4096, "Standard", False, False),
        (4097, "Standard", False, True),
        (4097, "Standard", True, False),
        (4097, "Advanced", False, False),
        (8192, "Advanced", False, False),
        (8192, "Standard", True, False),
        (8193, "Advanced", False, True),
        (8193, "Standard", True, True),
    ],
)
def test_size_is_measured_in_bytes_against_the_tier(size: int, tier: str, consent: bool, refused: bool) -> None:
    env = of_size(size)
    assert len(a_desired(env).text.encode()) == size
    assert guarded(env, tier=tier, allow_advanced=consent) == ([("error", "ssm.size")] if refused else [])


def test_the_largest_values_are_named_in_order_of_bytes_without_their_lengths() -> None:
    env = {"SMALL": "x", "ASCII": "y" * 2000, "WIDE": "한" * 900, "MIDDLE": "z" * 100}
    (found,) = guard_put(a_desired(env), None, put_with())
    assert "WIDE, ASCII, MIDDLE, SMALL" in found.message
    assert "--allow-advanced" in found.hint
    size = len(a_desired(env).text.encode())
    assert re.findall(r"\d+", found.message) == [str(size), "4096"]


def test_over_the_largest_size_nothing_helps() -> None:
    (found,) = guard_put(a_desired(of_size(8193)), None, put_with(allow_advanced=True))
    assert "8193 bytes" in found.message
    assert found.hint == ""


@pytest.mark.parametrize("value", ["{{x}}", "a{{", "{{{"])
def test_braces_that_ssm_refuses_are_named_by_key(value: str) -> None:
    (found,) = guard_put(a_desired({"GOOD": "{x}", "TEMPLATE": value}), None, put_with())
    assert (found.level, found.code) == (Level.ERROR, "ssm.braces")
    assert "TEMPLATE" in found.message
    assert "GOOD" not in found.message
    assert value not in found.message.replace("holds {{", "")


def test_single_braces_pass() -> None:
    assert guarded({"A": "{x} { {"}) == []


def test_an_empty_blob_is_refused() -> None:
    assert guarded("") == [("error", "ssm.empty")]


def test_a_stored_string_refuses_with_the_way_out() -> None:
    (found,) = guard_put(a_desired(), a_stored(type="String"), put_with())
    assert (found.level, found.code, found.subject) == (Level.ERROR, "ssm.type", PARAMETERS["api"])
    assert "delete-parameter" in found.hint
    assert "30 s" in found.hint


def test_a_parameter_that_is_not_there_passes() -> None:
    assert list(guard_put(a_desired(), None, put_with())) == []


# --- key loss -------------------------------------------------------------------------------------------------------


def lost(stored: str, desired: str, *allowed: str, consumer: Consumer = Consumer.DOTENV) -> list[str]:
    """The hints of the refusal."""
    role = a_role(keys=["A", "B", *REDIS.values()], aliases={"OLD_A": "A", "REDIS_URL": REDIS}, consumer=consumer)
    stands = a_stored(role, stored, version=5)
    found = list(guard_loss(a_desired(desired, role=role), stands, a_contract(role), allowed))
    assert all(finding.level is Level.ERROR and finding.code == "ssm.key-loss" for finding in found)
    assert all("version 5" in finding.message for finding in found)
    return [finding.hint for finding in found]


def test_each_lost_key_is_a_finding_with_its_own_option() -> None:
    assert lost("A=1\nB=2\nC=3\n", "A=1\n") == ["--allow-remove B", "--allow-remove C"]


def test_a_changed_or_a_new_key_is_no_loss() -> None:
    assert lost("A=1\n", "A=2\nB=3\n") == []


def test_a_key_that_may_go_is_no_loss_and_only_that_one() -> None:
    assert lost("A=1\nB=2\nC=3\n", "A=1\n", "B") == ["--allow-remove C"]
    assert lost("A=1\nB=2\nC=3\n", "A=1\n", "B", "C", "NEVER_THERE") == []


def test_an_old_name_is_not_lost_when_its_new_name_is_in_the_new_blob() -> None:
    assert lost("OLD_A=1\n", "A=1\n") == []
    assert lost("OLD_A=1\n", "B=1\n") == ["--allow-remove OLD_A"]


@pytest.mark.parametrize(
    ("url", "new", "is_lost"),
    [
        ("redis://h", "REDIS_HOST=h\n", False),
        ("redis://h:1", "REDIS_HOST=h\n", True),
        ("redis://h:1", "REDIS_HOST=h\nREDIS_PORT=2\n", False),
        ("redis://:p@h:1/2", "REDIS_HOST=h\nREDIS_PORT=1\nREDIS_DB=2\n", True),
        ("redis://:p@h:1/2", "REDIS_HOST=h\nREDIS_PORT=1\nREDIS_DB=2\nREDIS_PASSWORD=p\n", False),
        ("rediss://h", "REDIS_HOST=h\n", False),
        ("rediss://h", "A=1\n", True),
    ],
)
def test_a_redis_url_is_not_lost_when_every_part_it_states_is_in_the_new_blob(
    url: str, new: str, is_lost: bool
) -> None:
    assert lost(f"REDIS_URL={url}\n", new) == (["--allow-remove REDIS_URL"] if is_lost else [])


def test_the_names_in_a_blob_that_cannot_be_read_are_guarded_too() -> None:
    assert lost("A=1\nB='never closed\nexport C=2\n", "A=1\n") == ["--allow-remove B", "--allow-remove C"]


def test_the_names_in_a_docker_blob_that_docker_refuses_are_guarded_too() -> None:
    assert lost("A=1\nexport B=2\n", "A=1\n", consumer=Consumer.DOCKER) == ["--allow-remove B"]


def test_where_nothing_is_stored_nothing_is_lost() -> None:
    assert list(guard_loss(a_desired(), None, a_contract(), ())) == []


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


# --- labels ---------------------------------------------------------------------------------------------------------


def versions(count: int, *, first: int = 1, labelled: int = 0) -> list[StoredParameter]:
    numbers = range(first, first + count)
    return [a_parameter(version=n, labels=("good", "v1") if n == labelled else ()) for n in numbers]


@pytest.mark.parametrize(
    ("count", "first", "labelled", "blocks"),
    [(100, 1, 1, True), (100, 51, 51, True), (99, 1, 1, False), (100, 1, 2, False), (100, 1, 0, False)],
)
def test_a_label_blocks_on_the_oldest_version_of_a_full_history_only(
    count: int, first: int, labelled: int, blocks: bool
) -> None:
    oldest = blocking_label(reversed(versions(count, first=first, labelled=labelled)))
    assert (oldest.version if oldest else None) == (first if blocks else None)


def test_no_history_blocks_nothing() -> None:
    assert blocking_label(()) is None


def test_a_blocking_label_is_named_with_the_command_that_moves_it() -> None:
    found = label_finding(PARAMETERS["api"], a_parameter(version=51, labels=("good", "v1")))
    assert (found.level, found.code) == (Level.ERROR, "ssm.labels")
    assert found.hint == (
        "aws ssm unlabel-parameter-version --name /academy/api/env --parameter-version 51 --labels good v1"
    )
