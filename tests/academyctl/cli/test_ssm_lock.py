"""The stack's lock between real processes: waited for, taken over, freed on every end, never deleted."""

import json
from datetime import UTC, datetime, timedelta
from subprocess import PIPE

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.envs import WORKER as WORKER_ENV
from tests.support.envs import text
from tests.support.proxy import Dropped, Fault, denied, lose
from tests.support.site import PUSH, Site, as_keys, ssm_of, states

OWNER = "arn:aws:iam::123456789012:user/mina"


def claim(*, left: timedelta = timedelta(minutes=1), id: str = "other") -> str:
    now = datetime.now(UTC).replace(microsecond=0)
    since, expires = (now + left - timedelta(minutes=2)).isoformat(), (now + left).isoformat()
    return json.dumps({"owner": OWNER, "host": "build-7", "since": since, "expires": expires, "id": id})


def hold(site: Site, text: str) -> int:
    return site.put(LOCK, text, Type="String")


def test_a_held_lock_is_waited_for_ten_seconds_and_its_owner_named(stored: Site) -> None:
    mine = claim()
    hold(stored, mine)
    result = stored.push()
    assert (result.code, result.json["status"], result.json["error"]["code"]) == (6, "conflict", "lock.held"), result
    assert f"{OWNER} on build-7 holds the lock since" in result.json["error"]["message"]
    assert "academyctl ssm unlock --stack sandbox" in result.json["error"]["hint"]
    assert f"waiting for the lock of {OWNER}" in result.err
    assert states(result) == {API: "not_started", WORKER: "not_started"}
    assert stored.proxy.writes == []
    assert 3 <= stored.proxy.count("GetParameterHistory", LOCK) <= 21, "looked at twice a second, no more"
    assert (stored.both(), stored.lock()) == (("old", "old"), mine)


def test_a_lock_that_is_freed_while_we_wait_is_taken(stored: Site) -> None:
    hold(stored, claim())
    stored.proxy.on("GetParameterHistory", Fault(after=lambda: hold(stored, "free")), name=LOCK, nth=2)
    assert stored.push().code == 0
    assert stored.both() == ("new", "new")


@pytest.mark.parametrize("left", [timedelta(0), timedelta(days=-1)])
def test_an_expired_claim_is_taken_over(stored: Site, left: timedelta) -> None:
    hold(stored, claim(left=left))
    assert stored.push().code == 0
    assert stored.both() == ("new", "new")
    taken = json.loads(stored.history(LOCK)[1])
    assert taken["over"] == 1, "it says whose claim it takes over"
    assert stored.lock() == "free"


def test_a_claim_that_comes_before_ours_holds_the_lock(stored: Site) -> None:
    """Both saw it free. The second claim changes nothing, and waits."""
    hold(stored, "free")
    stored.proxy.on("PutParameter", Fault(before=lambda: hold(stored, claim())), name=LOCK)
    stored.proxy.on(
        "GetParameterHistory", Fault(after=lambda: (stored.value(API), hold(stored, "free"))), name=LOCK, nth=2
    )
    assert stored.push().code == 0
    texts = [version if version == "free" else json.loads(version)["owner"] for version in stored.history(LOCK)]
    ours = "arn:aws:sts::123456789012:user/moto"
    assert texts == ["free", OWNER, ours, "free", ours, "free"]


def test_the_claim_says_who_where_since_and_until_when(stored: Site) -> None:
    assert stored.push().code == 0
    raw = json.loads(stored.history(LOCK)[0])
    assert raw["owner"] == "arn:aws:sts::123456789012:user/moto"
    assert raw["host"]
    since, expires = datetime.fromisoformat(raw["since"]), datetime.fromisoformat(raw["expires"])
    assert expires - since == timedelta(minutes=2)
    assert abs(datetime.now(UTC) - since) < timedelta(minutes=1)


def test_the_lock_is_a_string_and_is_never_deleted(site: Site) -> None:
    for count in (1, 2, 3):
        site.write_env(R2_REGION=f"auto{count}")
        assert site.push().code == 0
    lock = ssm_of(site.aws).get_parameter(Name=LOCK)["Parameter"]
    assert (lock["Type"], lock["Value"], lock["Version"]) == ("String", "free", 6)
    assert site.proxy.count("DeleteParameter") == 0


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_lost_answer_of_the_lock_neither_blocks_nor_leaves_it_held(stored: Site, nth: int, applied: bool) -> None:
    stored.proxy.on("PutParameter", lose(Dropped(), applied=applied), name=LOCK, nth=nth)
    assert stored.push().code == 0
    assert stored.both() == ("new", "new")
    assert stored.lock() == "free"


def test_a_claim_that_cannot_be_judged_is_not_left_behind(stored: Site) -> None:
    stored.proxy.on("PutParameter", lose(Dropped(), applied=True), name=LOCK)
    stored.proxy.on("GetParameterHistory", Fault(forwarded=False, answer=denied("ssm:GetParameterHistory")), name=LOCK)
    result = stored.push()
    assert result.code == 1, result
    assert states(result) == {API: "not_started", WORKER: "not_started"}
    assert stored.lock() == "free"


def test_a_lock_that_was_unlocked_and_taken_by_another_is_left_to_them(stored: Site) -> None:
    theirs = claim()
    stored.proxy.on("PutParameter", Fault(after=lambda: (hold(stored, "free"), hold(stored, theirs))), name=WORKER)
    assert stored.push().code == 0
    assert stored.lock() == theirs


def test_a_lock_that_cannot_be_freed_is_told_and_the_push_stands(stored: Site) -> None:
    stored.proxy.on("PutParameter", Fault(forwarded=False, answer=denied("ssm:PutParameter")), name=LOCK, nth=2)
    result = stored.push()
    assert result.code == 0, result
    assert "the lock could not be freed" in result.err
    assert "it ends by itself at" in result.err


def test_unlock_shows_the_holder_and_frees(site: Site) -> None:
    hold(site, claim())
    result = site.run("ssm", "unlock", "--yes")
    assert result.code == 0, result
    assert f"held by {OWNER} on build-7 since" in result.err
    assert site.lock() == "free"


def test_unlock_tells_the_holder_to_scripts_and_dry_run_frees_nothing(site: Site) -> None:
    mine = claim()
    hold(site, mine)
    result = site.run("ssm", "unlock", "--dry-run", "-o", "json")
    assert (result.code, result.json["status"]) == (0, "pending")
    assert result.json["data"]["holder"] == {"owner": OWNER, "host": "build-7"}
    assert site.run("ssm", "unlock", "--check").code == 5
    assert site.run("ssm", "unlock").code == 2, "no terminal to ask on"
    assert site.lock() == mine
    assert site.proxy.writes == []


@pytest.mark.parametrize("value", [None, "free"])
def test_unlock_of_a_free_lock_changes_nothing(site: Site, value: str | None) -> None:
    if value:
        hold(site, value)
    result = site.run("ssm", "unlock", "-o", "json")
    assert (result.code, result.json["status"]) == (0, "unchanged"), result
    assert site.proxy.writes == []


def test_unlock_leaves_a_lock_that_changed_hands_since_it_was_shown(site: Site) -> None:
    hold(site, claim())
    newer = claim(id="newer")
    site.proxy.on(
        "GetParameters", Fault(before=lambda: (hold(site, "free"), hold(site, newer)), after=lambda: None), name=LOCK
    )
    result = site.run("ssm", "unlock", "--yes", "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (6, "lock.changed"), result
    assert site.lock() == newer


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_of_unlock_is_resolved_by_reading(site: Site, applied: bool) -> None:
    hold(site, claim())
    site.proxy.on("PutParameter", lose(Dropped(), applied=applied), name=LOCK)
    assert site.run("ssm", "unlock", "--yes").code == 0
    assert site.lock() == "free"
    assert site.proxy.count("PutParameter", LOCK) == (1 if applied else 2)


def test_two_pushes_at_once_leave_one_of_the_two_whole(stored: Site) -> None:
    envs = {"left.env": "7001", "right.env": "7002"}
    for file, port in envs.items():
        (stored.cli.cwd / file).write_text(text(WORKER_ENV, DB_PORT=port))
    both = [stored.cli.start(*PUSH, "--file", file, stdin=PIPE, stdout=PIPE, stderr=PIPE) for file in envs]
    ended = [process.communicate(timeout=60) for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 0], [0, 6]), ended
    ports = {as_keys(str(stored.value(name)))["DB_PORT"] for name in (API, WORKER)}
    assert len(ports) == 1, "both parameters come from the same push"
    assert ports <= set(envs.values())
    assert stored.lock() == "free"
