"""What a write of a parameter would be: create, update or nothing, and what it keeps."""

import pytest

from academyctl.model.plan import Action, State
from academyctl.model.ssm import ParameterWrite
from academyctl.plan.ssm import (
    plan_put,
)
from tests.builders import (
    a_desired,
    a_stored,
    put_with,
)

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
