"""What a restored file holds, key by key, and what is said of the keys that SSM lacks."""

import pytest

from academyctl.model.finding import Level
from academyctl.model.secret import Secret
from academyctl.plan.restore import Restored, lacking, last_versions, restore_findings, restored_env
from academyctl.plan.ssm import Stored
from tests.builders import a_stored

HISTORY = (
    a_stored(text="A=1\nGONE=1\nBACK=1\n", version=1),
    a_stored(text="A=1\nGONE=2\n", version=2),
    a_stored(text="A=1\nBACK=1\n", version=3),
)


def secrets(**values: str) -> dict[str, Secret]:
    return {key: Secret(value) for key, value in values.items()}


def restored(*, merge: bool, history: tuple[Stored, ...] = HISTORY, **old: str) -> Restored:
    return restored_env(secrets(A="1", BACK="1"), secrets(**old), history, merge=merge)


@pytest.mark.parametrize(
    ("merge", "env", "rows"),
    [
        (
            False,
            {"A": "1", "BACK": "1"},
            {"GONE": "dropped (stale: SSM had it until version 2)", "MINE": "dropped"},
        ),
        (
            True,
            {"A": "1", "BACK": "1", "GONE": "old", "MINE": "own"},
            {"GONE": "kept from the old file (stale: SSM had it until version 2)", "MINE": "kept from the old file"},
        ),
    ],
)
def test_each_key_is_from_ssm_kept_or_dropped(merge: bool, env: dict[str, str], rows: dict[str, str]) -> None:
    found = restored(merge=merge, A="other", GONE="old", MINE="own")
    assert {key: value.reveal() for key, value in found.env.items()} == env
    assert dict(found.rows) == {"A": "from SSM", "BACK": "from SSM", **rows}
    assert dict(found.stale) == {"GONE": 2}


def test_ssm_wins_wherever_it_has_the_key_also_empty() -> None:
    found = restored_env(secrets(A=""), secrets(A="old"), (), merge=True)
    assert (found.env["A"].reveal(), found.of(found.origins["A"])) == ("", ("A",))


def test_only_the_old_files_own_keys_ask_for_the_history() -> None:
    assert lacking(secrets(A="1", B="1"), secrets(A="2")) == ()
    assert lacking(secrets(A="1"), secrets(Z="1", A="2", B="1")) == ("Z", "B")


def test_the_last_version_of_a_key_is_found_in_any_order_and_in_blobs_that_nobody_can_read() -> None:
    broken = a_stored(text="GONE=1\nno equals sign\n", version=7)
    assert broken.document is None
    assert last_versions(["GONE", "NEVER"], [broken, *HISTORY]) == {"GONE": 7}


@pytest.mark.parametrize(
    ("merge", "said"),
    [
        (True, {("api:GONE", "file.stale", Level.WARNING), ("api:MINE", "file.kept", Level.INFO)}),
        (False, {("api:GONE", "file.stale", Level.INFO), ("api:MINE", "file.dropped", Level.WARNING)}),
    ],
)
def test_what_is_kept_though_removed_and_what_goes_though_never_stored_is_warned_of(
    merge: bool, said: set[tuple[str, str, Level]]
) -> None:
    found = restored(merge=merge, GONE="old", MINE="own", A="1")
    findings = tuple(restore_findings(found, "api", ".env"))
    assert {(f.subject, f.code, f.level) for f in findings} == said


def test_an_old_file_with_nothing_of_its_own_says_nothing() -> None:
    found = restored(merge=False, A="other")
    assert (list(restore_findings(found, "api", ".env")), found.stale) == ([], {})
