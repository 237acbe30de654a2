"""Whatever somebody else writes, whenever, and whichever answers are lost: nothing of theirs is lost, ours is all or
nothing, and the report is true."""

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import event, given, settings
from hypothesis import strategies as st

from academyctl.apply.put import Unrestored
from academyctl.apply.ssm import WriteFailed, write_all
from academyctl.model.errors import AcademyError
from academyctl.model.plan import State
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite
from tests.support.fake_ssm import Event, FakeStore, Fate

NAMES = ("/a", "/b")
CALLS = 14
"""Calls that something may happen to: a push of two makes three, and a dozen more when it has to undo."""


@dataclass(frozen=True)
class Case:
    stood: dict[str, bool]
    script: dict[int, Event]
    stop_at: int


def events(number: int, fates: Iterable[Fate]) -> st.SearchStrategy[Event]:
    """Mostly nothing. Every foreign text is another, so that none can be taken for another."""
    theirs = [((name, f"theirs {number}"),) for name in NAMES]
    return st.builds(
        Event, st.sampled_from([(), (), (), *theirs]), st.sampled_from([Fate.ANSWERED, Fate.ANSWERED, *fates])
    )


def cases(*fates: Fate) -> st.SearchStrategy[Case]:
    script = st.fixed_dictionaries({number: events(number, fates) for number in range(1, CALLS + 1)})
    stood = st.fixed_dictionaries({name: st.booleans() for name in NAMES})
    return st.builds(Case, stood, script, st.sampled_from([0, 0, 0, 1, 2, 3]))


@dataclass(frozen=True)
class Ended:
    store: FakeStore
    states: dict[str, State]
    error: AcademyError | None

    def is_new(self, name: str) -> bool:
        return self.store.stands(name) == new(name)


def new(name: str) -> str:
    return f"new {name}"


def run(case: Case) -> Ended:
    store = FakeStore()
    for name, stood in case.stood.items():
        if stood:
            store.foreign_put(name, f"old {name}")
    store.truth.clear()
    writes = [ParameterWrite(name=name, value=Secret(new(name)), base=store.stored(name)) for name in NAMES]
    store.script = case.script
    try:
        write_all(
            store,
            writes,
            stop=lambda: bool(case.stop_at) and len(store.calls) >= case.stop_at,
            progress=lambda _: None,
            clock=store.time.clock,
        )
    except WriteFailed as failed:
        return Ended(store, failed.states, failed.error)
    return Ended(store, dict.fromkeys(NAMES, State.DONE), None)


def nothing_of_theirs_is_lost(ended: Ended) -> None:
    for name in NAMES:
        theirs = ended.store.last_foreign(name)
        assert theirs is None or ended.store.stands(name) == theirs.text, ended.store.texts(name)


def ours_is_all_or_nothing(case: Case, ended: Ended) -> None:
    """A parameter that somebody else wrote holds their text; of the others all are new, or all are as they were."""
    alone = [name for name in NAMES if ended.store.last_foreign(name) is None]
    if ended.error is None:
        assert all(ended.is_new(name) for name in alone)
        return
    assert not any(ended.is_new(name) for name in NAMES)
    for name in alone:
        assert ended.store.stands(name) == (f"old {name}" if case.stood[name] else None)


def the_report_is_true(ended: Ended) -> None:
    for name, state in ended.states.items():
        applied = [one for one in ended.store.truth if one.name == name and one.text == new(name)]
        match state:
            case State.NOT_STARTED:
                assert not applied
            case State.UNDONE:
                assert applied
                assert not ended.is_new(name)
            case State.FAILED:
                assert not ended.is_new(name)
            case State.DONE:
                assert applied
                assert ended.is_new(name) or ended.store.last_foreign(name)
            case _:
                raise AssertionError(state)


@given(cases(Fate.LOST, Fate.LOST_APPLIED))
@settings(max_examples=400, deadline=None)
def test_no_foreign_write_is_lost_and_the_report_is_true(case: Case) -> None:
    ended = run(case)
    event(type(ended.error).__name__)
    nothing_of_theirs_is_lost(ended)
    ours_is_all_or_nothing(case, ended)
    the_report_is_true(ended)


@given(cases(*Fate))
@settings(max_examples=400, deadline=None)
def test_what_cannot_be_put_right_is_told(case: Case) -> None:
    """Any call may be refused, or fail for good. Then something may be left; it is never left unsaid."""
    ended = run(case)
    event(type(ended.error).__name__)
    told = ended.error.message if ended.error else ""
    if isinstance(ended.error, Unrestored) or "NOT undone" in told:
        for name in NAMES:
            if ended.is_new(name):
                assert name in told, told
        return
    nothing_of_theirs_is_lost(ended)
    ours_is_all_or_nothing(case, ended)
    the_report_is_true(ended)
