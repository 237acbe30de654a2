"""A second writer between our read and our write: seen by its version, and nothing of it is lost."""

import re

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.cli import Result
from tests.support.proxy import Fault, denied
from tests.support.site import FOREIGN, NAMES, OLD, Site, states

BOTH = pytest.mark.parametrize("role", ["api", "worker"])


def other(name: str) -> str:
    return WORKER if name == API else API


def is_conflict(result: Result) -> bool:
    return (result.code, result.json["status"], result.json["exit_code"]) == (6, "conflict", 6)


@BOTH
def test_a_write_between_the_plan_and_the_lock_stops_the_push_before_it_writes(stored: Site, role: str) -> None:
    name = NAMES[role]
    stored.proxy.on("PutParameter", Fault(before=stored.foreign(name)), name=LOCK)
    result = stored.push()
    assert is_conflict(result), result
    assert states(result) == {API: "not_started", WORKER: "not_started"}
    assert f"{name} is at version 2, the plan was made from 1" in result.json["error"]["message"]
    assert (stored.stands(name), stored.stands(other(name))) == ("foreign", "old")
    assert stored.proxy.writes == [("PutParameter", LOCK), ("PutParameter", LOCK)]
    assert stored.lock() == "free"


@BOTH
def test_a_creation_between_the_plan_and_the_lock_stops_the_push_before_it_writes(site: Site, role: str) -> None:
    name = NAMES[role]
    site.proxy.on("PutParameter", Fault(before=site.foreign(name)), name=LOCK)
    result = site.push()
    assert is_conflict(result), result
    assert (site.stands(name), site.stands(other(name))) == ("foreign", "absent")
    assert site.lock() == "free"


def test_a_deletion_between_the_plan_and_the_lock_stops_the_push_before_it_writes(stored: Site) -> None:
    client = stored.aws.client("ssm")
    stored.proxy.on("PutParameter", Fault(before=lambda: client.delete_parameter(Name=WORKER)), name=LOCK)
    result = stored.push()
    assert is_conflict(result), result
    assert stored.both() == ("old", "absent")


def test_a_parameter_that_was_deleted_and_made_again_is_not_the_planned_one(stored: Site) -> None:
    """Its version is the same; its text is not."""
    client = stored.aws.client("ssm")

    def remake() -> None:
        client.delete_parameter(Name=API)
        stored.put(API, FOREIGN[API])

    stored.proxy.on("PutParameter", Fault(before=remake), name=LOCK)
    result = stored.push()
    assert is_conflict(result), result
    assert "was made anew" in result.json["error"]["message"]
    assert stored.both() == ("foreign", "old")


@BOTH
def test_a_write_that_our_put_covers_goes_back_on_top_of_it(stored: Site, role: str) -> None:
    name = NAMES[role]
    stored.proxy.on("PutParameter", Fault(before=stored.foreign(name)), name=name)
    result = stored.push()
    assert is_conflict(result), result
    assert stored.stands(name) == "foreign"
    assert stored.version(name) == 4, "old, theirs, ours, theirs again"
    assert stored.stands(other(name)) == "old"
    assert states(result) == {name: "failed", other(name): "undone" if role == "worker" else "not_started"}
    assert stored.lock() == "free"


@BOTH
def test_the_conflict_names_the_covered_version_and_the_command_that_brings_it_back(stored: Site, role: str) -> None:
    name = NAMES[role]
    stored.proxy.on("PutParameter", Fault(before=stored.foreign(name)), name=name)
    error = stored.push().json["error"]
    assert "version 2" in error["message"]
    command = re.search(r"academyctl (ssm rollback .* --to-version 2);", error["hint"])
    assert command, error
    stored.put(name, OLD[name])
    brought = stored.run(*command[1].split(), "--yes")
    assert brought.code == 0, brought
    assert stored.stands(name) == "foreign"


@BOTH
def test_a_creation_that_comes_before_ours_stands(site: Site, role: str) -> None:
    name = NAMES[role]
    site.proxy.on("PutParameter", Fault(before=site.foreign(name)), name=name)
    result = site.push()
    assert is_conflict(result), result
    assert "theirs stands" in result.json["error"]["message"]
    assert (site.stands(name), site.version(name)) == ("foreign", 1)
    assert site.stands(other(name)) == "absent"
    assert states(result) == {name: "failed", other(name): "undone" if role == "worker" else "not_started"}
    assert ("wait 30 s" in result.json["error"]["message"]) is (role == "worker"), "ours was created, then deleted"


@BOTH
def test_a_write_right_after_ours_stands(stored: Site, role: str) -> None:
    name = NAMES[role]
    stored.proxy.on("PutParameter", Fault(after=stored.foreign(name)), name=name)
    result = stored.push()
    assert is_conflict(result), result
    assert "theirs stands" in result.json["error"]["message"]
    assert (stored.stands(name), stored.version(name)) == ("foreign", 3)
    assert stored.stands(other(name)) == "old"
    assert states(result) == {name: "failed", other(name): "undone"}


@BOTH
def test_a_write_right_after_our_creation_stands(site: Site, role: str) -> None:
    name = NAMES[role]
    site.proxy.on("PutParameter", Fault(after=site.foreign(name)), name=name)
    result = site.push()
    assert is_conflict(result), result
    assert (site.stands(name), site.version(name)) == ("foreign", 2)
    assert site.stands(other(name)) == "absent"
    assert states(result) == {name: "failed", other(name): "undone"}


def test_a_write_that_our_undo_would_cover_stands(stored: Site) -> None:
    """The second write fails; meanwhile somebody wrote over the first one."""
    stored.proxy.on(
        "PutParameter",
        Fault(before=stored.foreign(API), forwarded=False, answer=denied("ssm:PutParameter")),
        name=WORKER,
    )
    result = stored.push()
    assert is_conflict(result), result
    assert stored.both() == ("foreign", "old")
    assert stored.version(API) == 3
    assert states(result) == {API: "failed", WORKER: "failed"}


def test_a_deletion_that_our_put_undoes_is_done_again(stored: Site) -> None:
    client = stored.aws.client("ssm")
    stored.proxy.on("PutParameter", Fault(before=lambda: client.delete_parameter(Name=WORKER)), name=WORKER)
    result = stored.push()
    assert is_conflict(result), result
    assert "somebody deleted it" in result.json["error"]["message"]
    assert stored.both() == ("old", "absent")
    assert states(result) == {API: "undone", WORKER: "failed"}


def test_a_third_writer_during_the_put_back_is_not_lost_either(stored: Site) -> None:
    third = FOREIGN[API].replace("6000", "7000")
    stored.proxy.on("PutParameter", Fault(before=stored.foreign(API)), name=API)
    stored.proxy.on("PutParameter", Fault(before=lambda: stored.put(API, third)), name=API, nth=2)
    result = stored.push("--role", "api")
    assert is_conflict(result), result
    assert stored.value(API) == third
