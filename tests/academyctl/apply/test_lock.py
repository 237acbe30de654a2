"""Taking, holding and freeing the lock, in memory and in no time."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from academyctl.apply.lock import FREE, LEASE, PATIENCE, force_free, held_lock, holder_in, read_holder
from academyctl.model.errors import AccessDenied, Conflict, Interrupted
from academyctl.model.ssm import StoredParameter, lock_name
from tests.support.fake_ssm import NOON, Event, FakeStore, Fate

LOCK = lock_name("sandbox")


def claim(owner: str = "other", *, left: timedelta = LEASE) -> str:
    return json.dumps(
        {
            "owner": owner,
            "host": "h",
            "since": (NOON + left - LEASE).isoformat(),
            "expires": (NOON + left).isoformat(),
            "id": owner,
        }
    )


def store_with(*texts: str) -> FakeStore:
    store = FakeStore()
    for text in texts:
        store.foreign_put(LOCK, text, type="String")
    return store


def hold(
    store: FakeStore,
    during: Callable[[], object] = lambda: None,
    *,
    stop: Callable[[], bool] = lambda: False,
    seen: StoredParameter | None = None,
) -> list[str]:
    """Holds the lock while `during` runs; what was told meanwhile."""
    told: list[str] = []
    with held_lock(store, "sandbox", "us", seen=seen, stop=stop, progress=told.append, clock=store.time.clock):
        during()
    return told


def owners(store: FakeStore) -> list[str]:
    return [text if text == FREE else json.loads(text)["owner"] for text in store.texts(LOCK)]


@pytest.mark.parametrize("texts", [(), (FREE,), (claim(), FREE)])
def test_a_free_lock_is_taken_and_freed(texts: tuple[str, ...]) -> None:
    store = store_with(*texts)
    during: list[str] = []

    def look() -> None:
        holder = holder_in(store.read_history(LOCK))
        during.append(holder.owner if holder else "nobody")

    assert hold(store, look) == []
    assert during == ["us"]
    assert owners(store)[-2:] == ["us", FREE]
    assert store.stored(LOCK) is not None
    assert ("delete", LOCK) not in store.calls


def test_a_lock_that_the_plan_saw_free_is_not_read_again() -> None:
    store = store_with(FREE)
    hold(store, seen=store.stored(LOCK))
    assert store.calls == [("put", LOCK), ("read", LOCK), ("put", LOCK)]


def test_an_error_under_the_lock_frees_it() -> None:
    store = store_with(FREE)

    def fail() -> None:
        raise Conflict("something")

    with pytest.raises(Conflict, match="something"):
        hold(store, fail)
    assert store.stands(LOCK) == FREE


def test_a_held_lock_is_waited_for_and_its_owner_named() -> None:
    store = store_with(claim())
    with pytest.raises(Conflict, match="other on h holds the lock since") as caught:
        hold(store)
    assert caught.value.code == "lock.held"
    assert (NOON + LEASE).isoformat() in caught.value.hint
    assert PATIENCE - 1 < store.time.seconds <= PATIENCE
    assert owners(store) == ["other"], "not a word was written"


def test_the_wait_is_told_once() -> None:
    store = store_with(claim())
    store.script = {8: Event(before=((LOCK, FREE),))}
    assert hold(store) == ["waiting for the lock of other"]
    assert owners(store) == ["other", FREE, "us", FREE]


def test_a_stop_ends_the_wait() -> None:
    store = store_with(claim())
    with pytest.raises(Interrupted):
        hold(store, stop=lambda: store.time.seconds > 1)
    assert owners(store) == ["other"]
    assert store.time.seconds < 2


def test_a_claim_that_comes_second_changes_nothing() -> None:
    store = store_with(FREE)
    store.script = {2: Event(before=((LOCK, claim()),))}
    with pytest.raises(Conflict, match="other"):
        hold(store)
    assert owners(store) == [FREE, "other", "us"]
    store.foreign_put(LOCK, FREE)
    hold(store)
    assert store.stands(LOCK) == FREE


def test_a_first_claim_that_finds_the_lock_made_by_another_comes_second() -> None:
    store = FakeStore()
    store.script = {2: Event(before=((LOCK, claim()),))}
    with pytest.raises(Conflict, match="other"):
        hold(store)
    assert owners(store) == ["other"]


def test_a_plan_that_saw_the_lock_long_ago_is_judged_by_the_history() -> None:
    """It was taken and freed since: our claim is the first after the last free one."""
    store = store_with(FREE)
    seen = store.stored(LOCK)
    store.foreign_put(LOCK, claim())
    store.foreign_put(LOCK, FREE)
    hold(store, seen=seen)
    assert owners(store) == [FREE, "other", FREE, "us", FREE]


def test_an_expired_claim_is_taken_over() -> None:
    store = store_with(claim(left=timedelta(0)))
    hold(store)
    assert owners(store) == ["other", "us", FREE]
    assert json.loads(store.texts(LOCK)[1])["over"] == 1


def test_a_claim_that_expires_while_we_wait_is_taken_over() -> None:
    store = store_with(claim(left=timedelta(seconds=5)))
    hold(store)
    assert owners(store) == ["other", "us", FREE]
    assert 5 <= store.time.seconds < 6


def test_of_two_takers_the_first_counts() -> None:
    expired = claim(left=timedelta(0))
    store = store_with(expired)
    taker = json.dumps({**json.loads(claim("taker")), "over": 1})
    store.script = {3: Event(before=((LOCK, taker),))}
    with pytest.raises(Conflict, match="taker"):
        hold(store)


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.LOST_APPLIED])
@pytest.mark.parametrize("call", [2, 4, 5])
def test_lost_answers_neither_block_nor_leave_it_held(call: int, fate: Fate) -> None:
    store = store_with(FREE)
    store.script = {call: Event(fate=fate)}
    hold(store)
    assert store.stands(LOCK) == FREE


def test_a_claim_that_cannot_be_judged_is_freed_before_the_error_goes_on() -> None:
    store = store_with(FREE)
    store.script = {2: Event(fate=Fate.LOST_APPLIED), 3: Event(fate=Fate.DENIED)}
    with pytest.raises(AccessDenied):
        hold(store)
    assert owners(store) == [FREE, "us", FREE]


def test_a_refused_claim_leaves_nothing_to_free() -> None:
    store = store_with(FREE)
    store.script = {2: Event(fate=Fate.DENIED)}
    with pytest.raises(AccessDenied):
        hold(store)
    assert store.calls == [("read", LOCK), ("put", LOCK)]


def test_a_lock_that_another_took_after_an_unlock_is_left_to_them() -> None:
    store = store_with(FREE)

    def unlocked() -> None:
        store.foreign_put(LOCK, FREE)
        store.foreign_put(LOCK, claim())

    hold(store, unlocked)
    assert owners(store) == [FREE, "us", FREE, "other"]


def test_a_lock_with_a_second_claim_on_top_is_still_ours_to_free() -> None:
    store = store_with(FREE)
    hold(store, lambda: store.foreign_put(LOCK, claim()))
    assert owners(store) == [FREE, "us", "other", FREE]


def test_a_lock_that_was_deleted_meanwhile_is_not_made_again() -> None:
    store = store_with(FREE)
    hold(store, lambda: store.foreign_delete(LOCK))
    assert store.stands(LOCK) is None


def test_a_lock_that_cannot_be_freed_is_told_with_its_end() -> None:
    store = store_with(FREE)
    store.script = {4: Event(fate=Fate.DENIED)}
    (told,) = hold(store)
    assert told.startswith("the lock could not be freed")
    assert (NOON + LEASE).isoformat() in told


def test_who_holds_it_is_read_with_what_stands() -> None:
    store = store_with(FREE, claim())
    current, holder = read_holder(store, "sandbox")
    assert current == store.stored(LOCK)
    assert holder is not None
    assert holder.owner == "other"
    assert read_holder(FakeStore(), "sandbox") == (None, None)


def shown(store: FakeStore) -> StoredParameter:
    current = store.stored(LOCK)
    assert current is not None
    return current


@pytest.mark.parametrize("fate", Fate)
def test_unlock_frees_whoever_holds_it(fate: Fate) -> None:
    store = store_with(claim())
    store.script = {2: Event(fate=fate)}
    if fate is Fate.DENIED:
        with pytest.raises(AccessDenied):
            force_free(store, "sandbox", shown(store), store.time.clock)
        return
    force_free(store, "sandbox", shown(store), store.time.clock)
    assert owners(store) == ["other", FREE]


def test_unlock_of_a_lock_that_its_holder_freed_meanwhile_writes_nothing() -> None:
    store = store_with(claim())
    old = shown(store)
    store.foreign_put(LOCK, FREE)
    force_free(store, "sandbox", old, store.time.clock)
    assert owners(store) == ["other", FREE]


def test_unlock_leaves_a_lock_that_changed_hands_since_it_was_shown() -> None:
    store = store_with(claim())
    old = shown(store)
    store.foreign_put(LOCK, FREE)
    store.foreign_put(LOCK, claim("newer"))
    with pytest.raises(Conflict) as caught:
        force_free(store, "sandbox", old, store.time.clock)
    assert caught.value.code == "lock.changed"
    assert owners(store)[-1] == "newer"
