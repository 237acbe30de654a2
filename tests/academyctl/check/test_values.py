"""Placeholders, and what makes a key required."""

import pytest

from academyctl.check.values import is_placeholder, is_required
from tests.builders import a_key


@pytest.mark.parametrize(
    "value",
    ["changeme", "CHANGEME", "ChangeMe", "change-me", "change_me", "change me", "<key>", "<>", "<a\nb>", "xxx", "XXXX"],
)
def test_a_value_that_was_never_filled_in_is_a_placeholder(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value", ["", "x", "xx", "changeme1", "please changeme", "xxx.example", "a<b>", "<b>c", "<", " xxx", "maxxxx"]
)
def test_a_value_that_only_holds_one_is_none(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize(
    ("when", "values", "required"),
    [
        ("", {}, False),
        ("B", {}, False),
        ("B", {"B": ""}, False),
        ("B", {"B": "x"}, True),
        ("B=on", {}, False),
        ("B=on", {"B": "off"}, False),
        ("B=on", {"B": "on"}, True),
        ("B=on", {"B": "ON"}, False),
        ("B=a=b", {"B": "a=b"}, True),
        ("B=", {"B": ""}, True),
        ("B=", {}, False),
    ],
)
def test_a_key_may_be_required_because_of_another(when: str, values: dict[str, str], required: bool) -> None:
    assert is_required(a_key("A", required_when=when), values) is required
    assert is_required(a_key("A", required=True, required_when=when), values) is True
