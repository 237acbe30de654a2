"""AWS refuses, fails, throttles, or its answers are lost: all or nothing, and the report tells how far it came."""

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.proxy import Answer, Dropped, Fault, Refused, Silence, denied, lose, refuse
from tests.support.site import NAMES, Site, states

BOTH = pytest.mark.parametrize("role", ["api", "worker"])
REFUSALS = pytest.mark.parametrize(
    "answer", [denied("ssm:PutParameter"), Refused("ValidationException"), Refused("HierarchyTypeMismatchException")]
)
LOST = Refused("InternalServerError", 500)


@REFUSALS
def test_a_refused_second_write_undoes_the_first(stored: Site, answer: Refused) -> None:
    stored.proxy.on("PutParameter", Fault(forwarded=False, answer=answer), name=WORKER)
    result = stored.push()
    assert (result.code, result.json["status"]) == (7, "rolled_back"), result
    assert states(result) == {API: "undone", WORKER: "failed"}
    assert stored.both() == ("old", "old")
    assert (stored.version(API), stored.version(WORKER)) == (3, 1)
    assert "the former content is back" in result.json["error"]["message"]
    assert stored.lock() == "free"


@REFUSALS
def test_a_refused_second_creation_deletes_the_first(site: Site, answer: Refused) -> None:
    site.proxy.on("PutParameter", Fault(forwarded=False, answer=answer), name=WORKER)
    result = site.push()
    assert (result.code, result.json["status"]) == (7, "rolled_back"), result
    assert states(result) == {API: "undone", WORKER: "failed"}
    assert site.both() == ("absent", "absent")
    assert f"wait 30 s before {API} can be created again" in result.json["error"]["message"]
    assert site.lock() == "free"


def test_the_undo_of_a_creation_leaves_an_update_as_it_was(site: Site) -> None:
    """One parameter is new, the other stands."""
    site.put(API, "SECRET_KEY=old\n")
    site.proxy.on("PutParameter", refuse("ParameterLimitExceeded"), name=WORKER)
    result = site.push()
    assert result.code == 7, result
    assert site.value(API) == "SECRET_KEY=old\n"
    assert "30 s" not in result.json["error"]["message"]


@REFUSALS
def test_a_refused_first_write_starts_no_second(stored: Site, answer: Refused) -> None:
    stored.proxy.on("PutParameter", Fault(forwarded=False, answer=answer), name=API)
    result = stored.push()
    assert (result.code, result.json["status"]) == (1, "failed"), result
    assert states(result) == {API: "failed", WORKER: "not_started"}
    assert stored.both() == ("old", "old")
    assert stored.proxy.count("PutParameter", WORKER) == 0
    assert stored.lock() == "free"


def test_an_undo_keeps_key_tier_and_description(stored: Site) -> None:
    client = stored.aws.client("ssm")
    more = {"KeyId": "alias/mine", "Description": "hands off", "Tier": "Advanced"}
    stored.put(API, "SECRET_KEY=old\n", **more)
    stored.proxy.on("PutParameter", refuse("ValidationException"), name=WORKER)
    assert stored.push("--allow-remove", "SECRET_KEY").code == 7
    history = client.get_parameter_history(Name=API, WithDecryption=True)["Parameters"]
    assert [version["Version"] for version in history] == [1, 2, 3, 4]
    assert all(version.items() >= more.items() for version in history[1:])


def test_an_undo_that_fails_is_told_with_the_command_that_does_it(stored: Site) -> None:
    stored.proxy.on("PutParameter", refuse("ValidationException"), name=WORKER)
    stored.proxy.on("PutParameter", refuse("ValidationException"), name=API, nth=2)
    result = stored.push()
    assert (result.code, result.json["status"]) == (1, "failed"), result
    assert states(result) == {API: "done", WORKER: "failed"}
    assert stored.both() == ("new", "old")
    assert f"NOT undone: {API}: it stays at version 2" in result.json["error"]["message"]
    assert result.json["error"]["hint"] == "academyctl ssm rollback --role api --stack sandbox --to-version 1"
    assert stored.run(*result.json["error"]["hint"].split()[1:], "--yes").code == 0
    assert stored.both() == ("old", "old")


@BOTH
@pytest.mark.parametrize("answer", [Dropped(), LOST])
@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_of_a_put_is_resolved_by_reading(stored: Site, role: str, answer: Answer, applied: bool) -> None:
    name = NAMES[role]
    stored.proxy.on("PutParameter", lose(answer, applied=applied), name=name)
    result = stored.push()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert stored.both() == ("new", "new")
    assert stored.proxy.count("PutParameter", name) == (1 if applied else 2), "an applied put is not sent again"
    assert stored.version(name) == 2


@BOTH
@pytest.mark.parametrize("answer", [Dropped(), LOST])
@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_of_a_creation_is_resolved_by_reading(
    site: Site, role: str, answer: Answer, applied: bool
) -> None:
    name = NAMES[role]
    site.proxy.on("PutParameter", lose(answer, applied=applied), name=name)
    result = site.push()
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert site.both() == ("new", "new")
    assert site.version(name) == 1


def test_a_put_that_is_applied_and_never_answered_is_resolved_by_reading(stored: Site) -> None:
    stored.proxy.on("PutParameter", lose(Silence(), applied=True), name=WORKER)
    result = stored.push()
    assert result.code == 0, result
    assert stored.both() == ("new", "new")
    assert stored.version(WORKER) == 2


def test_a_lost_answer_after_a_foreign_write_is_still_a_conflict(stored: Site) -> None:
    stored.proxy.on(
        "PutParameter", Fault(before=stored.foreign(WORKER), after=lambda: None, answer=Dropped()), name=WORKER
    )
    result = stored.push()
    assert result.code == 6, result
    assert stored.both() == ("old", "foreign")


def test_a_lost_put_that_only_a_foreign_write_follows_is_a_conflict(stored: Site) -> None:
    stored.proxy.on(
        "PutParameter", Fault(before=stored.foreign(WORKER), forwarded=False, answer=Dropped()), name=WORKER
    )
    result = stored.push()
    assert result.code == 6, result
    assert stored.both() == ("old", "foreign")
    assert stored.version(WORKER) == 2, "ours was never applied"


def test_a_lost_answer_of_an_undo_is_resolved_by_reading(stored: Site) -> None:
    stored.proxy.on("PutParameter", refuse("ValidationException"), name=WORKER)
    stored.proxy.on("PutParameter", lose(Dropped(), applied=True), name=API, nth=2)
    result = stored.push()
    assert result.code == 7, result
    assert stored.both() == ("old", "old")
    assert stored.version(API) == 3


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_of_a_deletion_is_resolved_by_reading(site: Site, applied: bool) -> None:
    site.proxy.on("PutParameter", refuse("ValidationException"), name=WORKER)
    site.proxy.on("DeleteParameter", lose(Dropped(), applied=applied), name=API)
    result = site.push()
    assert result.code == 7, result
    assert site.both() == ("absent", "absent")
    assert states(result) == {API: "undone", WORKER: "failed"}


def test_a_lost_put_that_cannot_be_looked_up_is_not_called_done(stored: Site) -> None:
    stored.proxy.on("PutParameter", lose(Dropped(), applied=True), name=WORKER)
    stored.proxy.on("GetParameterHistory", refuse("AccessDeniedException"), name=WORKER, nth=())
    result = stored.push()
    assert (result.code, result.json["status"]) == (1, "failed"), result
    assert states(result) == {API: "undone", WORKER: "failed"}
    assert f"NOT undone: {WORKER}: it may hold version 2 of this run" in result.json["error"]["message"]
    assert stored.both() == ("old", "new")


def test_an_overwritten_version_that_cannot_be_put_back_is_named_with_its_command(stored: Site) -> None:
    stored.proxy.on("PutParameter", Fault(before=stored.foreign(API)), name=API)
    stored.proxy.on("GetParameterHistory", refuse("AccessDeniedException"), name=API, nth=())
    result = stored.push()
    assert (result.code, result.json["status"]) == (6, "conflict"), result
    assert states(result) == {API: "done", WORKER: "not_started"}
    assert "version 2 of somebody else was overwritten by version 3" in result.json["error"]["message"]
    assert result.json["error"]["hint"] == "academyctl ssm rollback --role api --stack sandbox --to-version 2"


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyUpdates"])
@pytest.mark.parametrize("name", [API, LOCK])
def test_a_throttled_write_is_sent_again(stored: Site, name: str, code: str) -> None:
    stored.proxy.on("PutParameter", refuse(code), name=name, nth=(1, 2))
    result = stored.push()
    assert result.code == 0, result
    assert stored.both() == ("new", "new")
    assert stored.version(name) == 2


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "GetParameters", "DescribeParameters"])
def test_a_throttled_read_is_asked_again(stored: Site, operation: str) -> None:
    stored.proxy.on(operation, refuse("ThrottlingException"), nth=(1, 2))
    assert stored.push("--role", "api").code == 0
    assert stored.proxy.count(operation) >= 3
