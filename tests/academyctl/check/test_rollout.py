"""What refuses a rollout before anything is created."""

from typing import Any

import pytest

from academyctl.check.rollout import blue_findings, room_findings, softened
from academyctl.model.finding import Level, error, warning
from tests.batch_builders import STEM, environment, queue

BLUE, GREEN = f"{STEM}-v3", f"{STEM}-v4"


def _codes(found: Any) -> list[tuple[str, str]]:
    return [(one.level.value, one.code) for one in found]


@pytest.mark.parametrize(
    ("blue", "at", "codes"),
    [
        ({}, {}, []),
        ({}, {"status": "UPDATING"}, []),
        ({}, {"state": "DISABLED"}, [("error", "queue.disabled")]),
        ({}, {"status": "INVALID", "status_reason": "no"}, [("error", "queue.disabled")]),
        ({}, {"status": "DELETING"}, [("error", "queue.disabled")]),
        ({}, {"order": ()}, [("error", "queue.order")]),
        ({"status": "INVALID"}, {}, [("warning", "ce.invalid")]),
    ],
)
def test_there_must_be_something_to_take_over_from(
    blue: dict[str, Any], at: dict[str, Any], codes: list[tuple[str, str]]
) -> None:
    one = queue(BLUE, **at)
    assert _codes(blue_findings(environment(BLUE, **blue), one, [one], delete_blue=False)) == codes


@pytest.mark.parametrize(
    ("names", "delete_blue", "level"),
    [
        ((BLUE,), False, "error"),
        ((BLUE, "theirs"), False, "warning"),
        ((BLUE, "theirs"), True, "error"),
        (("theirs",), True, ""),
    ],
)
def test_another_queue_of_blue_is_never_left_without(names: tuple[str, ...], delete_blue: bool, level: str) -> None:
    ours, other = queue(BLUE), queue(*names, name="other")
    found = _codes(blue_findings(environment(BLUE), ours, [ours, other], delete_blue=delete_blue))
    assert found == ([(level, "queue.shared")] if level else [])


def _room(**changes: Any) -> list[tuple[str, str]]:
    given: dict[str, Any] = {
        "environments": [environment(BLUE)],
        "queues": [queue(BLUE)],
        "canary": True,
        "has_victim": False,
    }
    green, at = changes.pop("green", GREEN), changes.pop("at", queue(BLUE))
    environments, queues = changes.pop("environments", given["environments"]), changes.pop("queues", given["queues"])
    given |= changes
    return _codes(
        room_findings(green, at, environments, queues, canary=given["canary"], has_victim=given["has_victim"])
    )


FIFTY = [environment(f"e{number}") for number in range(50)]
QUEUES = [queue(BLUE, name=f"q{number}") for number in range(50)]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"green": "n" * 128}, []),
        ({"green": "n" * 129}, [("error", "ce.name")]),
        ({"at": queue("a", BLUE)}, []),
        ({"at": queue("a", BLUE, "b")}, [("error", "queue.slots")]),
        ({"at": queue("a", BLUE, "b"), "has_victim": True}, []),
        ({"environments": FIFTY[1:]}, []),
        ({"environments": FIFTY}, [("error", "ce.quota")]),
        ({"queues": QUEUES[1:]}, []),
        ({"queues": QUEUES}, [("error", "queue.quota")]),
        ({"queues": QUEUES, "canary": False}, []),
    ],
)
def test_aws_must_have_room_for_one_more(changes: dict[str, Any], codes: list[tuple[str, str]]) -> None:
    assert _room(**changes) == codes


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("jobdef.absent", Level.ERROR),
        ("jobdef.attempts", Level.ERROR),
        ("jobdef.timeout", Level.WARNING),
        ("jobdef.image", Level.WARNING),
        ("jobdef.command", Level.WARNING),
    ],
)
def test_of_the_job_definition_only_its_absence_and_its_attempts_refuse(code: str, level: Level) -> None:
    (found,) = softened([error(code, "d", "said")])
    assert found.level is level


def test_a_warning_about_the_attempts_stays_a_warning() -> None:
    (found,) = softened([warning("jobdef.attempts", "d", "said")])
    assert found.level is Level.WARNING
