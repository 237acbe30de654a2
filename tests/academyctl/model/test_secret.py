"""A value that no output may show."""

import copy
import json
import logging
import pickle
import traceback

import pytest

from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite, StoredParameter

CANARY = "c4n4ry"
SECRET = Secret(CANARY)


@pytest.mark.parametrize(
    "shown",
    [
        repr(SECRET),
        str(SECRET),
        f"{SECRET}",
        f"{SECRET!r:>40}",
        f"{SECRET:>40}",
        "%s %r" % (SECRET, SECRET),  # noqa: UP031  # this form is what is tested
        "{} {!s}".format(SECRET, SECRET),  # noqa: UP032  # this form is what is tested
        repr([SECRET]),
        repr({"A": SECRET}),
        repr(StoredParameter(name="/a", version=1, type="SecureString", value=SECRET)),
        repr(ParameterWrite(name="/a", value=SECRET)),
    ],
)
def test_no_form_of_printing_shows_it(shown: str) -> None:
    assert CANARY not in shown
    assert "<secret>" in shown


@pytest.mark.parametrize("value", ["", "x", "x" * 5000])
def test_the_mask_tells_neither_length_nor_tail(value: str) -> None:
    assert repr(Secret(value)) == str(Secret(value)) == f"{Secret(value):5}" == "<secret>"


def test_it_is_not_serialised() -> None:
    with pytest.raises(TypeError):
        json.dumps({"A": SECRET})
    for serialise in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not serialised"):
            serialise(SECRET)


def test_it_has_no_dictionary_that_vars_could_show() -> None:
    with pytest.raises(TypeError):
        vars(SECRET)


def test_a_log_line_and_a_traceback_show_the_mask(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("any").warning("got %s", SECRET)
    assert CANARY not in caplog.text
    try:
        raise ValueError(SECRET)
    except ValueError:
        assert CANARY not in traceback.format_exc()


def test_only_reveal_gives_the_value() -> None:
    assert SECRET.reveal() == CANARY


def test_secrets_compare_and_hash_by_value_and_never_equal_a_string() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret(" ")
