"""What refuses a write of a parameter before anything is written."""

import re

import pytest

from academyctl.model.finding import Level
from academyctl.model.role import Consumer
from academyctl.model.ssm import StoredParameter
from academyctl.plan.ssm import (
    blocking_label,
    guard_loss,
    guard_put,
    label_finding,
)
from tests.builders import (
    PARAMETERS,
    REDIS,
    a_contract,
    a_desired,
    a_parameter,
    a_role,
    a_stored,
    put_with,
    said,
)

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
