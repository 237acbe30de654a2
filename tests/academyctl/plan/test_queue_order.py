"""The order of the production queue at each point of a rollout: green, blue, who made room, and all others."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academyctl.model.batch import ComputeEnvironmentDetail
from academyctl.model.rollout import Facts, Terms, View
from academyctl.plan.queue_order import aborted_order, attached_order, detached_order, former_order
from tests.batch_builders import environment, green, queue, tags
from tests.support.batch_jobs import NOON

NAMES = {"g": "ce-v4", "b": "ce-v3", "o": "ce-v2", "x": "theirs", "y": "mine"}
STATES = {"o": "DISABLED"}
LETTERS = {name: letter for letter, name in NAMES.items()}


def _view(order: str, *, detaches: str = "", **changes: dict[str, Any]) -> View:
    """`order` is one letter an environment; `detaches` is `place` and a letter, as in 1o."""
    standing: list[ComputeEnvironmentDetail] = []
    for letter, name in NAMES.items():
        made = green(name, blue=NAMES["b"]) if letter == "g" else environment(name, state=STATES.get(letter, "ENABLED"))
        if letter == "g" and detaches:
            made = green(name, blue=NAMES["b"], tags={**made.tags, **tags(detaches=f"{detaches[0]}={NAMES['o']}")})
        if changes.get(letter, {}).get("status") != "gone":
            standing.append(_changed(made, changes.get(letter, {})))
    terms = Terms(
        stack="s", green=NAMES["g"], rollout="r-1", by="a", queue=queue().name, canary_queue="c", definition="d",
        canary_definition="e",
    )  # fmt: skip
    facts = Facts(now=NOON, environments=tuple(standing), queues=(queue(*(NAMES[letter] for letter in order)),))
    return View(facts=facts, terms=terms)


def _changed(one: ComputeEnvironmentDetail, changes: dict[str, Any]) -> ComputeEnvironmentDetail:
    return replace(one, **changes)


def _letters(order: tuple[str, ...]) -> str:
    return "".join(LETTERS[arn.rpartition("/")[2]] for arn in order)


@pytest.mark.parametrize(
    ("order", "detaches", "attached"),
    [
        ("b", "", "gb"),
        ("xb", "", "xgb"),
        ("bx", "", "gbx"),
        ("gb", "", "gb"),
        ("bg", "", "gb"),
        ("xgb", "", "xgb"),
        ("gxb", "", "xgb"),
        ("bxo", "2o", "gbx"),
        ("obx", "0o", "gbx"),
        ("g", "", "g"),
        ("gx", "", "gx"),
        ("xg", "", "xg"),
        ("x", "", "gx"),
    ],
)
def test_green_goes_directly_before_blue_and_all_others_keep_their_places(
    order: str, detaches: str, attached: str
) -> None:
    assert _letters(attached_order(_view(order, detaches=detaches))) == attached


def test_one_that_shall_make_room_and_was_enabled_meanwhile_stays() -> None:
    assert _letters(attached_order(_view("bxo", detaches="2o", o={"state": "ENABLED"}))) == "gbxo"


def test_an_aborted_rollout_brings_nobody_back() -> None:
    aborted = tags(
        stack="s", rollout="r-1", role="green", phase="aborted", detaches=f"1={NAMES['o']}", **{"from": NAMES["b"]}
    )
    assert _letters(aborted_order(_view("b", g={"tags": aborted}))) == "b"


def test_a_blue_that_is_being_deleted_is_no_place_to_stand_before() -> None:
    assert _letters(attached_order(_view("xb", b={"status": "DELETING"}))) == "gxb"


@pytest.mark.parametrize(
    ("order", "detached"), [("gb", "g"), ("xgby"[:3], "xg"), ("gx", "gx"), ("b", "b"), ("gbx", "gx")]
)
def test_blue_leaves_but_never_an_empty_order(order: str, detached: str) -> None:
    assert _letters(detached_order(_view(order))) == detached


@pytest.mark.parametrize(
    ("order", "detaches", "former"),
    [
        ("gb", "", "b"),
        ("xgb", "", "xb"),
        ("gbx", "2o", "bxo"),
        ("gbx", "0o", "obx"),
        ("gbx", "1o", "box"),
        ("bxo", "2o", "bxo"),
        ("g", "", "b"),
        ("xg", "", "xb"),
        ("b", "", "b"),
        ("xyb", "2o", "xyb"),
    ],
)
def test_the_way_back_is_the_order_as_it_was(order: str, detaches: str, former: str) -> None:
    assert _letters(former_order(_view(order, detaches=detaches))) == former


@pytest.mark.parametrize("status", ["INVALID", "DELETING", "gone"])
def test_who_made_room_does_not_come_back_where_it_could_not_be_attached(status: str) -> None:
    assert _letters(former_order(_view("gbx", detaches="2o", o={"status": status}))) == "bx"


@pytest.mark.parametrize(
    ("order", "aborted"),
    [
        ("gb", "bg"),
        ("bg", "bg"),
        ("xgb", "xbg"),
        ("gbx", "bgx"),
        ("gxb", "bgx"),
        ("g", "bg"),
        ("b", "b"),
        ("bx", "bx"),
        ("xbg", "xbg"),
    ],
)
def test_an_abort_puts_blue_first_and_green_behind_it(order: str, aborted: str) -> None:
    assert _letters(aborted_order(_view(order))) == aborted


orders = st.permutations("gboxy").flatmap(lambda letters: st.integers(1, 3).map(lambda most: "".join(letters[:most])))


@given(orders, st.sampled_from(["", "0o", "1o", "2o"]))
def test_no_order_is_empty_or_names_one_twice_and_strangers_stay_in_their_order(order: str, detaches: str) -> None:
    view = _view(order, detaches=detaches)
    for planned in (attached_order, detached_order, former_order, aborted_order):
        after = _letters(planned(view))
        assert after
        assert len(set(after)) == len(after)
        assert [one for one in after if one in "xy"] == [one for one in order if one in "xy"]
        assert _letters(planned(_view(after, detaches=detaches))) == after, "done once, it is done"
