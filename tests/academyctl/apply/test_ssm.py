"""Several writes together: all or nothing, and the states say how far each came."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from academyctl.apply.ssm import WriteFailed, check_bases, write_all
from academyctl.model.errors import AccessDenied, AwsError, Conflict, Interrupted, RolledBack
from academyctl.model.plan import State
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite, StoredParameter
from tests.support.fake_ssm import Event, FakeStore, Fate

A, B = "/a", "/b"


def stored(*names: str) -> FakeStore:
    store = FakeStore()
    for name in names:
        store.foreign_put(name, f"old {name}")
    return store


def writes(store: FakeStore) -> list[ParameterWrite]:
    return [
        ParameterWrite(name=name, value=Secret(f"new {name}"), base=store.stored(name), words=f"--role {name[1:]}")
        for name in (A, B)
    ]


def write(store: FakeStore, stop: Callable[[], bool] = lambda: False) -> dict[str, int]:
    return write_all(store, writes(store), stop=stop, progress=lambda _: None, clock=store.time.clock)


def fails(store: FakeStore, stop: Callable[[], bool] = lambda: False) -> WriteFailed:
    with pytest.raises(WriteFailed) as caught:
        write(store, stop)
    return caught.value


def test_every_write_is_read_back_in_one_call() -> None:
    store = stored(A)
    assert write(store) == {A: 2, B: 1}
    assert store.calls == [("put", A), ("put", B), ("read", f"{A},{B}")]


def test_nothing_to_write_calls_nobody() -> None:
    store = FakeStore()
    assert write_all(store, [], stop=lambda: False, progress=lambda _: None, clock=store.time.clock) == {}


def test_a_bug_in_the_middle_is_undone_too() -> None:
    """Whatever it is: all or nothing does not ask for its type."""
    store = stored(A, B)

    def progress(text: str) -> None:
        if text == f"writing {B}":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_all(store, writes(store), stop=lambda: False, progress=progress, clock=store.time.clock)
    assert [store.texts(name)[-1] for name in (A, B)] == ["old /a", "old /b"]


class Blind(FakeStore):
    """Its reads show what stood before, until `until` of them were made; puts beyond `puts` are refused."""

    def __init__(self, store: FakeStore, *, until: int, puts: int = 9) -> None:
        super().__init__()
        self._store = store
        self._old = {name: found for name in (A, B) if (found := store.stored(name))}
        self._reads = until
        self._puts = puts

    def read(self, names: object) -> dict[str, StoredParameter]:
        self._reads -= 1
        return self._old if self._reads >= 0 else self._store.read((A, B))

    def put(self, write: ParameterWrite) -> int:
        self._puts -= 1
        if self._puts < 0:
            raise AccessDenied("no more")
        return self._store.put(write)


ALL_LOOKS = 17
"""Every 0.3 s for 5 s."""


def blind_write(store: FakeStore, blind: FakeStore) -> WriteFailed:
    with pytest.raises(WriteFailed) as caught:
        write_all(blind, writes(store), stop=lambda: False, progress=lambda _: None, clock=store.time.clock)
    return caught.value


def test_a_read_that_lags_behind_is_repeated() -> None:
    store = stored(A, B)
    blind = Blind(store, until=3)
    done = write_all(blind, writes(store), stop=lambda: False, progress=lambda _: None, clock=store.time.clock)
    assert done == {A: 2, B: 2}


def test_a_version_that_never_shows_is_undone() -> None:
    store = stored(A, B)
    failed = blind_write(store, Blind(store, until=ALL_LOOKS))
    assert isinstance(failed.error, RolledBack)
    assert "cannot be read back" in failed.error.message
    assert failed.states == {A: State.FAILED, B: State.UNDONE}
    assert (store.stands(A), store.stands(B)) == ("old /a", "old /b")


def test_a_version_that_never_shows_and_cannot_be_undone_is_done() -> None:
    store = stored(A, B)
    failed = blind_write(store, Blind(store, until=ALL_LOOKS, puts=2))
    assert failed.states == {A: State.DONE, B: State.DONE}
    assert (store.stands(A), store.stands(B)) == ("new /a", "new /b")


def test_other_bytes_than_ours_are_an_error_and_undone() -> None:
    store = stored(A, B)

    class Garbling(FakeStore):
        def read(self, names: object) -> dict[str, StoredParameter]:
            found = store.read((A, B))
            return {**found, B: replace(found[B], value=Secret("garbled"))}

        def put(self, write: ParameterWrite) -> int:
            return store.put(write)

    with pytest.raises(WriteFailed) as caught:
        write_all(Garbling(), writes(store), stop=lambda: False, progress=lambda _: None, clock=store.time.clock)
    assert "is not what was written" in caught.value.error.message
    assert store.stands(A) == "old /a"


def test_a_failed_second_write_undoes_the_first() -> None:
    store = stored(A, B)
    store.script = {2: Event(fate=Fate.DENIED)}
    failed = fails(store)
    assert isinstance(failed.error, RolledBack)
    assert failed.states == {A: State.UNDONE, B: State.FAILED}
    assert store.texts(A) == ["old /a", "new /a", "old /a"]


def test_a_failed_second_creation_deletes_the_first_and_says_to_wait() -> None:
    store = FakeStore()
    store.script = {2: Event(fate=Fate.DENIED)}
    failed = fails(store)
    assert "wait 30 s before /a can be created again" in failed.error.message
    assert failed.states == {A: State.UNDONE, B: State.FAILED}
    assert store.stands(A) is None


def test_a_failed_first_write_starts_no_second() -> None:
    store = stored(A, B)
    store.script = {1: Event(fate=Fate.DENIED)}
    failed = fails(store)
    assert not isinstance(failed.error, RolledBack), "nothing had to be brought back"
    assert failed.states == {A: State.FAILED, B: State.NOT_STARTED}


@pytest.mark.parametrize(("after", "left"), [(0, State.NOT_STARTED), (1, State.UNDONE)])
def test_a_stop_between_writes_undoes(after: int, left: State) -> None:
    store = stored(A, B)
    failed = fails(store, lambda: len(store.calls) >= after)
    assert isinstance(failed.error, Interrupted)
    assert failed.states == {A: left, B: State.NOT_STARTED}
    assert store.stands(A) == "old /a"


def test_a_stop_after_the_last_write_changes_nothing() -> None:
    store = stored(A, B)
    assert write(store, lambda: len(store.calls) >= 2) == {A: 2, B: 2}


def test_a_conflict_undoes_the_others() -> None:
    store = stored(A, B)
    store.script = {2: Event(before=((B, "theirs"),))}
    failed = fails(store)
    assert isinstance(failed.error, Conflict)
    assert failed.states == {A: State.UNDONE, B: State.FAILED}
    assert (store.stands(A), store.stands(B)) == ("old /a", "theirs")


def test_somebody_elses_write_right_after_ours_is_not_touched() -> None:
    store = stored(A, B)
    store.script = {3: Event(before=((A, "theirs"),))}
    failed = fails(store)
    assert isinstance(failed.error, Conflict)
    assert failed.states == {A: State.FAILED, B: State.UNDONE}
    assert "ours again: academyctl ssm rollback --role a --to-version 2" in failed.error.hint
    assert store.calls[3:] == [("read", B), ("put", B)]
    assert (store.stands(A), store.stands(B)) == ("theirs", "old /b")


def test_somebody_elses_write_on_what_is_to_be_undone_stands_and_is_told() -> None:
    store = stored(A, B)
    store.script = {2: Event(before=((A, "theirs"),), fate=Fate.DENIED)}
    failed = fails(store)
    assert isinstance(failed.error, Conflict)
    assert failed.states == {A: State.FAILED, B: State.FAILED}
    assert "/a now is what somebody else made of it" in failed.error.message
    assert store.stands(A) == "theirs"


def test_an_undo_that_fails_is_done_and_told_with_its_command() -> None:
    store = stored(A, B)
    store.script = {2: Event(fate=Fate.DENIED), 4: Event(fate=Fate.DENIED)}
    failed = fails(store)
    assert type(failed.error) is AwsError
    assert failed.states == {A: State.DONE, B: State.FAILED}
    assert "NOT undone: /a: it stays at version 2" in failed.error.message
    assert failed.error.hint == "academyctl ssm rollback --role a --to-version 1"


def test_an_undo_of_a_creation_that_fails_names_the_deletion() -> None:
    store = FakeStore()
    store.script = {2: Event(fate=Fate.DENIED), 4: Event(fate=Fate.DENIED)}
    failed = fails(store)
    assert failed.states == {A: State.DONE, B: State.FAILED}
    assert failed.error.hint == "aws ssm delete-parameter --name /a"


def test_an_overwritten_version_that_cannot_be_put_back_leaves_ours_done() -> None:
    store = stored(A, B)
    store.script = {2: Event(before=((B, "theirs"),)), 3: Event(fate=Fate.DENIED)}
    failed = fails(store)
    assert isinstance(failed.error, Conflict)
    assert failed.states == {A: State.UNDONE, B: State.DONE}
    assert store.stands(B) == "new /b"


def test_a_put_that_may_have_been_applied_is_looked_for_once_more() -> None:
    store = stored(A, B)
    store.script = {2: Event(fate=Fate.LOST_APPLIED), 3: Event(fate=Fate.DENIED)}
    assert write(store) == {A: 2, B: 2}


def test_a_put_that_may_have_been_applied_and_cannot_be_seen_is_told() -> None:
    store = stored(A, B)
    store.script = {2: Event(fate=Fate.LOST_APPLIED), 3: Event(fate=Fate.DENIED), 4: Event(fate=Fate.DENIED)}
    failed = fails(store)
    assert failed.states == {A: State.UNDONE, B: State.FAILED}
    assert "NOT undone: /b: it may hold version 2 of this run" in failed.error.message
    assert failed.error.hint == "academyctl ssm rollback --role b --to-version 1"


def test_bases_that_stand_are_fine() -> None:
    store = stored(A)
    check_bases(store, writes(store))


def test_a_base_at_another_version_is_a_conflict() -> None:
    store = stored(A)
    plan = writes(store)
    store.foreign_put(A, "theirs")
    with pytest.raises(Conflict, match="/a is at version 2, the plan was made from 1"):
        check_bases(store, plan)


def test_a_base_that_came_to_be_is_a_conflict() -> None:
    store = FakeStore()
    plan = writes(store)
    store.foreign_put(B, "theirs")
    with pytest.raises(Conflict, match="/b is at version 1, the plan was made from 0"):
        check_bases(store, plan)


def test_a_base_that_is_gone_is_a_conflict() -> None:
    store = stored(A)
    plan = writes(store)
    store.foreign_delete(A)
    with pytest.raises(Conflict, match="/a is at version 0, the plan was made from 1"):
        check_bases(store, plan)


def test_a_base_that_was_made_anew_is_a_conflict() -> None:
    store = stored(A)
    plan = writes(store)
    store.foreign_delete(A)
    store.foreign_put(A, "theirs")
    with pytest.raises(Conflict, match="/a was made anew"):
        check_bases(store, plan)
