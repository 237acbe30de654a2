"""A stored parameter itself: that it is there, its type, and the room it has left."""

import pytest

from academyctl.check.ssm import check_absent, check_parameter
from academyctl.model.finding import Level
from tests.builders import PARAMETERS, a_parameter, said


def test_an_absent_parameter_is_an_error_with_the_push_that_makes_it() -> None:
    found = check_absent(PARAMETERS["worker"], "worker", "ap-northeast-2")
    assert (found.level, found.code, found.subject) == (Level.ERROR, "ssm.absent", "/academy/workers/env")
    assert "ap-northeast-2" in found.message
    assert found.hint == "academyctl ssm push --role worker --file .env"


@pytest.mark.parametrize("kind", ["String", "StringList"])
def test_a_parameter_that_is_no_secure_string_is_an_error(kind: str) -> None:
    (found,) = check_parameter(a_parameter(type=kind), "api")
    assert said([found]) == [("error", "ssm.type", PARAMETERS["api"])]
    assert kind in found.message
    assert "delete-parameter" in found.hint


@pytest.mark.parametrize(
    ("tier", "size", "warns"),
    [
        ("Standard", 3686, False),
        ("Standard", 3687, True),
        ("Standard", 4096, True),
        ("Advanced", 4096, False),
        ("Advanced", 7372, False),
        ("Advanced", 7373, True),
        ("", 3687, True),
    ],
)
def test_a_parameter_that_is_nearly_full_is_a_warning(tier: str, size: int, warns: bool) -> None:
    found = list(check_parameter(a_parameter(text="x" * size, tier=tier), "api"))
    assert said(found) == ([("warning", "ssm.size", PARAMETERS["api"])] if warns else [])
    assert all(str(size) in finding.message for finding in found)


def test_room_is_counted_in_utf8_bytes() -> None:
    (found,) = check_parameter(a_parameter(text="한" * 1300), "api")
    assert "3900 of 4096 bytes" in found.message
    assert "--allow-advanced" in found.hint


def test_a_full_advanced_parameter_has_no_next_tier() -> None:
    (found,) = check_parameter(a_parameter(text="x" * 8000, tier="Advanced"), "api")
    assert found.hint == ""
