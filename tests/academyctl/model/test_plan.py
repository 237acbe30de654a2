"""Changes and plans."""

from academyctl.model.finding import error, warning
from academyctl.model.plan import Action, Change, Plan, State, Step, key_changes

CHANGE = Change(action=Action.UPDATE, kind="file", target="a.env", detail=("+ A",))


def test_key_changes_are_signed_and_sorted_within_each_sign() -> None:
    assert key_changes(["B", "A"], {"D", "C"}, iter(["F", "E"])) == ("+ A", "+ B", "~ C", "~ D", "- E", "- F")


def test_a_change_moves_on_and_stays_what_it_is() -> None:
    done = CHANGE.to(State.DONE)
    assert (CHANGE.state, done.state) == (State.PLANNED, State.DONE)
    assert (done.action, done.target, done.detail) == (Action.UPDATE, "a.env", ("+ A",))


def test_the_words_of_actions_and_states_are_the_documented_ones() -> None:
    assert [str(action) for action in Action] == ["create", "update", "delete", "none"]
    assert [str(state) for state in State] == ["planned", "done", "failed", "not_started", "undone"]


def test_a_plan_is_empty_when_nothing_is_to_be_written() -> None:
    none, some = Step[str](change=CHANGE), Step(change=CHANGE, write="w")
    assert Plan[str](steps=(none,)).is_empty
    plan = Plan(steps=(none, some))
    assert not plan.is_empty
    assert (plan.writes, plan.changes) == (("w",), (CHANGE, CHANGE))


def test_an_empty_text_is_still_a_write() -> None:
    assert not Plan(steps=(Step(change=CHANGE, write=""),)).is_empty


def test_only_an_error_refuses_a_plan() -> None:
    assert not Plan[str](findings=(warning("env.alias", "A", "m"),)).is_refused
    assert Plan[str](findings=(warning("env.alias", "A", "m"), error("env.missing", "B", "m"))).is_refused
