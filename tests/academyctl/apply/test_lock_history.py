"""Who holds the lock, judged from its history alone."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academyctl.apply.lock import FREE, LEASE, holder_in
from academyctl.model.secret import Secret
from academyctl.model.ssm import StoredParameter, lock_name
from tests.builders import NOON, a_history

SECOND = timedelta(seconds=1)


def claim(owner: str, *, at: datetime = NOON, over: int = 0) -> str:
    """A claim as a writer makes it."""
    told = {"owner": owner, "host": "h", "since": at.isoformat(), "expires": (at + LEASE).isoformat(), "id": owner}
    return json.dumps({**told, "over": over} if over else told)


def holder(*texts: str, every: timedelta = SECOND) -> str | None:
    found = holder_in(a_history(*texts, every=every))
    return found.owner if found else None


def test_each_stack_has_a_lock_of_its_own() -> None:
    assert lock_name("production") != lock_name("sandbox")


@pytest.mark.parametrize(
    ("texts", "owner"),
    [
        ((), None),
        ((FREE,), None),
        ((claim("a"),), "a"),
        ((FREE, claim("a")), "a"),
        ((claim("a"), claim("b")), "a"),
        ((claim("a"), claim("b"), claim("c")), "a"),
        ((claim("a"), FREE), None),
        ((claim("a"), claim("b"), FREE), None),
        ((claim("a"), claim("b"), FREE, claim("c"), claim("d")), "c"),
        ((FREE, FREE, claim("a"), FREE, claim("b")), "b"),
    ],
)
def test_the_holder_is_the_first_claim_after_the_last_free(texts: tuple[str, ...], owner: str | None) -> None:
    assert holder(*texts) == owner


def test_the_holder_is_told_with_its_version() -> None:
    found = holder_in(a_history(FREE, claim("a"), claim("b")))
    assert found is not None
    assert (found.owner, found.host, found.version) == ("a", "h", 2)
    assert found.has_expired(NOON + LEASE)
    assert not found.has_expired(NOON + LEASE - SECOND)


def test_a_claim_over_a_living_holder_changes_nothing() -> None:
    assert holder(claim("a"), claim("b", over=1)) == "a"


def test_a_claim_over_an_expired_holder_takes_it() -> None:
    assert holder(claim("a"), claim("b", over=1), every=LEASE) == "b"


def test_a_claim_that_names_nobody_takes_nothing_from_an_expired_holder() -> None:
    assert holder(claim("a"), claim("b"), every=LEASE) == "a"


def test_a_claim_over_another_version_than_the_holders_takes_nothing() -> None:
    assert holder(claim("a"), claim("b"), claim("c", over=2), every=LEASE) == "a"


def test_of_two_takers_the_first_counts() -> None:
    late = NOON + LEASE
    assert holder(claim("a"), claim("b", at=late, over=1), claim("c", at=late, over=1), every=LEASE) == "b"


def test_a_taker_can_be_taken_over_in_its_turn() -> None:
    late = NOON + LEASE
    assert holder(claim("a"), claim("b", at=late, over=1), claim("c", over=2), every=2 * LEASE) == "c"


def test_expiry_is_judged_by_the_time_of_the_takers_version_not_by_what_it_says() -> None:
    lying = json.loads(claim("b", over=1)) | {"since": (NOON + 9 * LEASE).isoformat()}
    assert holder(claim("a"), json.dumps(lying)) == "a"


JUNK = [
    "",
    "Free",
    "free ",
    "hands off",
    "[]",
    "[1]",
    "null",
    "1",
    '"free"',
    "{}",
    '{"over": null}',
    '{"over": "x"}',
    '{"over": 1e999}',
    '{"over": 1, "since": "?"}',
    '{"expires": 5}',
    '{"owner": {"a": 1}}',
    "[" * 4000,
    '{"owner":',
]


@pytest.mark.parametrize("text", JUNK)
def test_junk_holds_the_lock_until_it_is_freed_or_taken_over(text: str) -> None:
    assert holder_in(a_history(text)) is not None
    assert holder(text, claim("b")) != "b"
    assert holder(text, claim("b", over=1)) != "b", "it was written a second ago"
    assert holder(text, claim("b", over=1), every=LEASE) == "b"
    assert holder(text, FREE) is None
    assert holder(text, FREE, claim("b")) == "b"


@pytest.mark.parametrize("text", JUNK)
def test_junk_never_takes_the_lock_from_a_living_holder(text: str) -> None:
    assert holder(claim("a"), text) == "a"


def test_junk_is_owned_by_whoever_wrote_it() -> None:
    by = "arn:aws:iam::123456789012:user/kim"
    version = StoredParameter(name="/lock", version=1, type="String", value=Secret("mine"), modified_by=by)
    found = holder_in((version,))
    assert found is not None
    assert found.owner == by


def test_a_history_without_times_is_judged_by_what_the_claims_say() -> None:
    versions = tuple(
        StoredParameter(name="/lock", version=n, type="String", value=Secret(text))
        for n, text in enumerate([claim("a"), claim("b", at=NOON + LEASE, over=1)], start=1)
    )
    found = holder_in(versions)
    assert found is not None
    assert found.owner == "b"


# --- many writers ---------------------------------------------------------------------------------------------------


class Writer:
    """Plays the lock's rules: looks, then (perhaps much later) writes what it saw fit, then may free what it holds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.intent: str | None = None
        self.claims = 0

    def look(self, history: tuple[StoredParameter, ...], now: datetime) -> None:
        holds = holder_in(history)
        self.claims += 1
        me = f"{self.name}{self.claims}"
        if holds is None:
            self.intent = claim(me, at=now)
        elif holds.has_expired(now):
            self.intent = claim(me, at=now, over=holds.version)
        else:
            self.intent = None

    def holds(self, history: tuple[StoredParameter, ...]) -> bool:
        found = holder_in(history)
        return found is not None and found.owner == f"{self.name}{self.claims}"

    def next_text(self, history: tuple[StoredParameter, ...], now: datetime, act: str) -> str | None:
        """What this writer puts now; None when it only looks."""
        if act == "look":
            self.look(history, now)
            return None
        if act == "free":
            return FREE if self.holds(history) else None
        text, self.intent = self.intent, None
        return text


_moves = st.tuples(
    st.integers(0, 2), st.sampled_from(["look", "look", "write", "write", "free"]), st.sampled_from([0, 1, 70, 130])
)


def _played(moves: list[tuple[int, str, int]]) -> tuple[StoredParameter, ...]:
    writers, now, history = [Writer(name) for name in "abc"], NOON, list[StoredParameter]()
    for who, act, pause in moves:
        now += pause * SECOND
        text = writers[who].next_text(tuple(history), now, act)
        if text is not None:
            number = len(history) + 1
            history.append(
                StoredParameter(name="/lock", version=number, type="String", value=Secret(text), modified_at=now)
            )
    return tuple(history)


@settings(max_examples=400, deadline=None)
@given(st.lists(_moves, max_size=40))
def test_whatever_the_interleaving_the_lock_passes_only_when_freed_or_expired(
    moves: list[tuple[int, str, int]],
) -> None:
    """Everybody judges a prefix of one history; two prefixes never name two holders whose leases both live."""
    history = _played(moves)
    before = None
    for length in range(1, len(history) + 1):
        written = history[length - 1]
        now = holder_in(history[:length])
        if now is None:
            assert written.value.reveal() == FREE or before is None
        elif before is not None and now != before:
            assert now.version == written.version, "only the version just written can take the lock"
            assert written.modified_at is not None
            assert before.has_expired(written.modified_at)
        before = now


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([FREE, claim("a"), *JUNK[:17]]), st.text(max_size=30)), max_size=12))
def test_no_history_breaks_the_judgement(texts: list[str]) -> None:
    history = a_history(*texts)
    found = holder_in(history)
    assert found == holder_in(history)
    assert found is None or any(found.version == version.version for version in history)
    if texts and texts[-1] == FREE:
        assert found is None
