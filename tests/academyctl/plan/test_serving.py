"""Which environment serves, which is new, what the next one is called."""

from typing import Any

import pytest

from academyctl.model.batch import number_of, stem_of
from academyctl.plan.serving import blue_of, next_name, of_stem, open_green, queues_of, serving
from tests.batch_builders import STEM, environment, green, queue


@pytest.mark.parametrize(
    ("name", "stem", "number"),
    [
        ("ce-v3", "ce", 3),
        ("ce-v10", "ce", 10),
        ("ce-v09", "ce", 9),
        ("ce-v3-v4", "ce-v3", 4),
        ("ce", "ce", 1),
        ("ce-v", "ce-v", 1),
        ("-v3", "-v3", 1),
        ("ce-v3x", "ce-v3x", 1),
        ("ce-v3\n", "ce-v3\n", 1),
    ],
)
def test_a_name_is_a_stem_and_a_number(name: str, stem: str, number: int) -> None:
    assert (stem_of(name), number_of(name)) == (stem, number)


@pytest.mark.parametrize(
    ("standing", "following"),
    [
        (["ce-v3"], "ce-v4"),
        (["ce-v9"], "ce-v10"),
        (["ce-v9", "ce-v10"], "ce-v11"),
        (["ce-v09"], "ce-v10"),
        (["ce"], "ce-v2"),
        (["ce", "ce-v2"], "ce-v3"),
        (["ce-v3", "ce-v7"], "ce-v8"),
        (["ce-v3", "other-v40"], "ce-v4"),
        (["ce-v3", "ce-v3-v9"], "ce-v4"),
        ([], "ce-v1"),
    ],
)
def test_the_next_number_is_one_more_than_any_of_the_stem(standing: list[str], following: str) -> None:
    assert next_name("ce", map(environment, standing)) == following


def test_one_that_is_being_deleted_keeps_its_number() -> None:
    assert next_name("ce", [environment("ce-v3"), environment("ce-v4", status="DELETING")]) == "ce-v5"


def test_environments_of_a_stem_are_sorted_by_number_and_not_by_text() -> None:
    found = of_stem("ce", map(environment, ["ce-v10", "ce-v9", "ce", "cex-v1"]))
    assert [one.name for one in found] == ["ce", "ce-v9", "ce-v10"]


DOWN = {"state": "DISABLED"}


@pytest.mark.parametrize(
    ("order", "changes", "serves"),
    [
        (["v4", "v3"], {}, "v4"),
        (["v4", "v3"], {"v4": DOWN}, "v3"),
        (["v4", "v3"], {"v4": {"status": "INVALID"}}, "v3"),
        (["v4", "v3"], {"v4": DOWN, "v3": DOWN}, "v4"),
        (["v3"], {}, "v3"),
        (["x", "v3"], {}, "v3"),
        (["x"], {}, "v5"),
        (["x"], {"v5": {"status": "DELETING"}}, "v4"),
        (["v3"], {"v3": {"status": "UPDATING"}}, "v3"),
        (["v3"], {"v3": {"status": "A_NEW_WORD"}, "v4": {}}, "v3"),
    ],
)
def test_the_first_enabled_valid_one_of_the_stem_in_the_order_serves(
    order: list[str], changes: dict[str, dict[str, Any]], serves: str
) -> None:
    names = {number: f"ce-{number}" for number in ("v3", "v4", "v5")}
    standing = [environment(name, **changes.get(number, {})) for number, name in names.items()]
    found = serving("ce", standing, queue(*(names.get(number, "foreign") for number in order)))
    assert found is not None
    assert found.name == names[serves]


def test_without_a_queue_the_highest_number_serves_and_nothing_where_none_stands() -> None:
    found = serving("ce", [environment("ce-v9"), environment("ce-v10")], None)
    assert found is not None
    assert found.name == "ce-v10"
    assert serving("ce", [environment("other-v1"), environment("ce-v1", status="DELETED")], None) is None


@pytest.mark.parametrize(
    ("phase", "is_open"),
    [
        ("open", True),
        ("proven", True),
        ("attached", True),
        ("rollback", True),
        ("done", False),
        ("aborted", False),
        ("", False),
    ],
)
def test_a_rollout_is_open_until_its_green_says_how_it_ended(phase: str, is_open: bool) -> None:
    standing = [environment(), green(phase=phase)]
    assert (open_green("sandbox", STEM, standing) is not None) is is_open
    assert open_green("other", STEM, standing) is None


def test_blue_is_the_one_that_green_names() -> None:
    blue = environment()
    assert blue_of(green(), [blue, environment(f"{STEM}-v2")]) is blue
    assert blue_of(green(blue="gone"), [blue]) is None


def test_the_queues_of_an_environment_are_all_that_name_it() -> None:
    one, other = queue("a", "b"), queue("b", name="other")
    assert queues_of(environment("a"), [one, other]) == (one,)
    assert queues_of(environment("b"), [one, other]) == (one, other)
