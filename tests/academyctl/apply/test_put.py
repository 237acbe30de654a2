"""One guarded write: what it makes of lost answers, of other writers, and of what SSM refuses."""

from dataclasses import replace

import pytest

from academyctl.apply.put import ATTEMPTS, BUDGET, Unrestored, Written, put_guarded, settle, undo
from academyctl.model.errors import AccessDenied, AnswerLost, AwsError, Conflict
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite
from tests.support.fake_ssm import Event, FakeStore, Fate

NAME = "/academy/api/env"
NEW = Secret("new")
CREATE = ParameterWrite(name=NAME, value=NEW, words="--role api")
THEIRS = Event(before=((NAME, "theirs"),))


def stored(text: str = "old", **more: str) -> FakeStore:
    store = FakeStore()
    store.foreign_put(NAME, text, **more)
    return store


def update(store: FakeStore) -> ParameterWrite:
    return replace(CREATE, base=store.stored(NAME))


def put(store: FakeStore, write: ParameterWrite) -> Written:
    return put_guarded(store, write, store.time.clock)


def puts(store: FakeStore) -> int:
    return sum(operation == "put" for operation, _ in store.calls)


@pytest.mark.parametrize("applied", [Fate.LOST_APPLIED, Fate.LOST])
def test_a_lost_answer_is_resolved_by_reading(applied: Fate) -> None:
    store = stored()
    store.script = {1: Event(fate=applied)}
    written = put(store, update(store))
    assert written.version == 2
    assert store.texts(NAME) == ["old", "new"]
    assert puts(store) == (1 if applied is Fate.LOST_APPLIED else 2)


def test_a_copy_that_lands_late_is_ours() -> None:
    """The first put seems lost; it lands between the look and the second put."""
    store = stored()
    store.script = {1: Event(fate=Fate.LOST), 3: Event(before=((NAME, "new"),))}
    assert put(store, update(store)).version == 3
    assert store.texts(NAME) == ["old", "new", "new"]


def test_a_copy_that_lands_during_the_undo_is_covered() -> None:
    store = stored()
    store.script = {1: Event(fate=Fate.LOST), 5: Event(before=((NAME, "new"),))}
    written = put(store, update(store))
    restored = undo(store, written, store.time.clock)
    assert (restored.theirs, store.stands(NAME)) == (False, "old")


def test_without_a_lost_answer_the_same_text_is_somebody_elses() -> None:
    store = stored()
    store.script = {1: Event(before=((NAME, "new"),))}
    with pytest.raises(Conflict):
        put(store, update(store))


def test_lost_answers_are_not_waited_for_for_ever() -> None:
    store = stored()
    store.script = {number: Event(fate=Fate.LOST) for number in range(1, 50)}
    with pytest.raises(AwsError, match="it was not applied"):
        put(store, update(store))
    assert puts(store) == ATTEMPTS
    assert 0 < store.time.seconds < BUDGET
    assert store.texts(NAME) == ["old"]


def test_a_lost_answer_that_cannot_be_looked_up_stays_lost() -> None:
    store = stored()
    store.script = {1: Event(fate=Fate.LOST_APPLIED), 2: Event(fate=Fate.DENIED)}
    write = update(store)
    with pytest.raises(AnswerLost, match="cannot be looked up") as caught:
        put(store, write)
    found = settle(store, write, caught.value, store.time.clock)
    assert found is not None
    assert found.version == 2


def test_a_lost_put_that_was_not_applied_is_settled_as_nothing() -> None:
    store = stored()
    assert settle(store, update(store), AnswerLost("?"), store.time.clock) is None


def test_what_is_settled_gives_back_what_it_covers() -> None:
    store = stored()
    write = update(store)
    store.foreign_put(NAME, "theirs")
    store.put(write)
    with pytest.raises(Conflict, match="back as version 4"):
        settle(store, write, AnswerLost("?"), store.time.clock)
    assert store.stands(NAME) == "theirs"


def test_a_lost_put_after_which_only_theirs_stands_is_not_sent_again() -> None:
    store = stored()
    store.script = {1: Event(fate=Fate.LOST), 2: THEIRS}
    with pytest.raises(Conflict, match="theirs stands, ours was not applied"):
        put(store, update(store))
    assert store.texts(NAME) == ["old", "theirs"]


def test_a_creation_that_finds_the_name_taken_overwrites_nothing() -> None:
    store = FakeStore()
    store.script = {1: THEIRS}
    with pytest.raises(Conflict, match="version 1 \\(them\\)"):
        put(store, CREATE)
    assert (store.texts(NAME), puts(store)) == (["theirs"], 1)


def test_a_creation_whose_answer_was_lost_finds_itself() -> None:
    """The re-sent create would be refused: the name is taken, by us."""
    store = FakeStore()
    store.script = {1: Event(fate=Fate.LOST), 3: Event(before=((NAME, "new"),))}
    assert put(store, CREATE).version == 1


def test_what_our_put_covers_goes_back_with_its_own_settings() -> None:
    store = FakeStore()
    store.foreign_put(NAME, "old", tier="Advanced")
    store.script = {1: THEIRS}
    with pytest.raises(Conflict) as caught:
        put(store, replace(update(store), tier="Advanced", key_id="ours", description="ours"))
    assert store.texts(NAME) == ["old", "theirs", "new", "theirs"]
    assert caught.value.data == {"parameter": NAME, "theirs": 2, "ours": 3, "restored_as": 4}
    back = store.stored(NAME)
    assert back is not None
    assert (back.tier, back.description) == ("Advanced", "")


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_the_last_of_several_writers_stands(rounds: int) -> None:
    """Each put-back meets one writer more: put, history, (standing, put, history) again and again."""
    store = stored()
    calls = [1, *(4 + 3 * number for number in range(rounds))]
    store.script = {call: Event(before=((NAME, f"theirs {call}"),)) for call in calls}
    with pytest.raises(Conflict):
        put(store, update(store))
    assert store.stands(NAME) == f"theirs {calls[-1]}"


def test_a_parameter_that_never_rests_is_given_up_and_told() -> None:
    store = stored()
    store.script = {call: Event(before=((NAME, f"theirs {call}"),)) for call in (1, *range(4, 60, 3))}
    with pytest.raises(Unrestored, match="keeps changing hands") as caught:
        put(store, update(store))
    assert "--to-version 2" in caught.value.hint


def test_a_version_that_cannot_be_put_back_is_named_with_its_command() -> None:
    store = stored()
    store.script = {1: THEIRS, 4: Event(fate=Fate.DENIED)}
    with pytest.raises(Unrestored, match="version 2 of somebody else was overwritten by version 3") as caught:
        put(store, update(store))
    assert caught.value.hint == "academyctl ssm rollback --role api --to-version 2"


def test_a_put_back_that_itself_cannot_be_judged_is_told() -> None:
    """Somebody writes during the put-back, and the history is out of reach just then."""
    store = stored()
    store.script = {1: THEIRS, 4: Event(before=((NAME, "third"),)), 5: Event(fate=Fate.DENIED)}
    with pytest.raises(Unrestored):
        put(store, update(store))


def test_a_history_out_of_reach_still_tells_which_version_was_covered() -> None:
    store = stored()
    store.script = {1: THEIRS, 2: Event(fate=Fate.DENIED)}
    with pytest.raises(Unrestored, match="version 2 of somebody else was overwritten by version 3"):
        put(store, update(store))


def test_a_refused_put_changes_nothing() -> None:
    store = stored()
    store.script = {1: Event(fate=Fate.DENIED)}
    with pytest.raises(AccessDenied):
        put(store, update(store))
    assert store.texts(NAME) == ["old"]


def test_a_parameter_that_was_deleted_meanwhile_is_deleted_again() -> None:
    store = stored()
    write = update(store)
    store.foreign_delete(NAME)
    with pytest.raises(Conflict, match="somebody deleted it") as caught:
        put(store, write)
    assert store.stands(NAME) is None
    assert "wait 30 s" in caught.value.message


def test_a_parameter_that_was_deleted_and_made_again_gets_its_text_back() -> None:
    store = stored()
    store.foreign_put(NAME, "older")
    store.foreign_put(NAME, "old")
    write = update(store)
    store.foreign_delete(NAME)
    store.foreign_put(NAME, "theirs")
    with pytest.raises(Conflict):
        put(store, write)
    assert store.texts(NAME) == ["theirs", "new", "theirs"]


def test_an_undo_brings_back_text_and_settings_but_never_lowers_the_tier() -> None:
    store = stored()
    base = store.stored(NAME)
    assert base is not None
    base = replace(base, key_id="theirs", description="hands off")
    written = put(store, replace(CREATE, base=base, tier="Advanced", key_id="ours"))
    undo(store, written, store.time.clock)
    back = store.stored(NAME)
    assert back is not None
    assert (back.value.reveal(), back.key_id, back.description) == ("old", "theirs", "hands off")
    assert back.tier == "Advanced", "SSM cannot go back to Standard"


def test_an_undo_of_a_creation_deletes() -> None:
    store = FakeStore()
    restored = undo(store, put(store, CREATE), store.time.clock)
    assert (restored.version, restored.theirs, store.stands(NAME)) == (0, False, None)


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.LOST_APPLIED])
def test_a_lost_answer_of_a_deletion_is_resolved_by_reading(fate: Fate) -> None:
    store = FakeStore()
    written = put(store, CREATE)
    store.script = {3: Event(fate=fate)}
    restored = undo(store, written, store.time.clock)
    assert (restored.theirs, store.stands(NAME)) == (False, None)


@pytest.mark.parametrize("base", [True, False])
def test_an_undo_leaves_what_somebody_wrote_since(base: bool) -> None:
    store = stored() if base else FakeStore()
    written = put(store, update(store) if base else CREATE)
    store.foreign_put(NAME, "theirs")
    calls = len(store.calls)
    assert undo(store, written, store.time.clock).theirs
    assert store.stands(NAME) == "theirs"
    assert store.calls[calls:] == [("read", NAME)], "it is not even touched"


def test_an_undo_of_what_somebody_deleted_does_not_make_it_again() -> None:
    store = stored()
    written = put(store, update(store))
    store.foreign_delete(NAME)
    assert undo(store, written, store.time.clock).theirs
    assert store.stands(NAME) is None


def test_a_deletion_that_finds_nothing_to_delete_is_done() -> None:
    class Racing(FakeStore):
        def delete(self, name: str) -> None:
            self.foreign_delete(name)
            super().delete(name)

    store = Racing()
    restored = undo(store, put(store, CREATE), store.time.clock)
    assert (restored.version, store.stands(NAME)) == (0, None)
