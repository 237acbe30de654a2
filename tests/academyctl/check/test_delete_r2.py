"""What is found of delete-r2: tables, without AWS."""

from typing import Any

import pytest

from academyctl.check.delete_r2 import check_dead_letters, check_delete_r2
from academyctl.check.delete_r2_probe import probe_refusals, store_findings
from academyctl.model.delete_r2 import DeleteR2Facts
from academyctl.model.finding import CODES, Finding, Level
from academyctl.model.iam import RoleDetail
from academyctl.model.legacy import Messages
from academyctl.model.secret import Secret
from tests.delete_r2_builders import desired, facts, function_detail, mapping, queue_detail

NAME = "academy-video-delete-r2"
KEYS = ("R2_ENDPOINT", "R2_ACCESS_KEY", "R2_SECRET_KEY", "R2_REGION", "R2_BUCKET")


def found(**changes: Any) -> list[tuple[str, str]]:
    return [(one.code, one.subject) for one in check_delete_r2(desired(), facts(**changes))]


def test_what_is_as_declared_has_no_finding() -> None:
    assert found() == []
    assert check_dead_letters(desired(), facts()) == ()


@pytest.mark.parametrize(
    ("changes", "code", "subject"),
    [
        ({"queue": None}, "delete-r2.absent", f"sqs.queue {NAME}"),
        ({"dead_letters": None}, "delete-r2.absent", f"sqs.dead-letter-queue {NAME}-dlq"),
        ({"log_group": None}, "delete-r2.absent", f"logs.group /aws/lambda/{NAME}"),
        ({"role": None}, "delete-r2.absent", f"iam.role {NAME}-role"),
        ({"function": None}, "delete-r2.absent", f"lambda.function {NAME}"),
        ({"mappings": ()}, "delete-r2.absent", f"lambda.event-source-mapping {NAME}"),
        ({"mappings": (mapping(state="Deleting"),)}, "delete-r2.absent", f"lambda.event-source-mapping {NAME}"),
        ({"function": function_detail(sha256="x")}, "delete-r2.drift", f"lambda.function {NAME}"),
        ({"function": function_detail(state="Failed")}, "delete-r2.drift", f"lambda.function {NAME}"),
        ({"mappings": (mapping(state="Disabled"),)}, "delete-r2.drift", f"lambda.event-source-mapping {NAME}"),
        (
            {"role": RoleDetail(name="r", arn=desired().function.role, inline=desired().role.inline)},
            "delete-r2.drift",
            f"iam.role {NAME}-role",
        ),
        ({"mappings": (mapping(), mapping(uuid="2", function="theirs"))}, "delete-r2.other-consumer", NAME),
    ],
)
def test_one_fault_is_one_error(changes: dict[str, Any], code: str, subject: str) -> None:
    assert found(**changes) == [(code, subject)]
    assert code in CODES
    assert all(one.level is Level.ERROR and one.hint for one in check_delete_r2(desired(), facts(**changes)))


def test_of_nothing_each_part_is_missing() -> None:
    codes = [one.code for one in check_delete_r2(desired(), DeleteR2Facts())]
    assert codes == ["delete-r2.absent"] * 6


def test_what_was_given_up_is_a_warning_with_the_way_back() -> None:
    queue = queue_detail(desired().dead_letters)
    dead = type(queue)(name=queue.name, url=queue.url, attributes=queue.attributes, messages=Messages(visible=2))
    (finding,) = check_dead_letters(desired(), facts(dead_letters=dead))
    assert (finding.level, finding.code) == (Level.WARNING, "delete-r2.dead-letters")
    assert finding.message == "2 messages were given up after 5 tries"
    assert "start-message-move-task --source-arn arn:aws:sqs:" in finding.hint


def levels(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(one.code, one.level) for one in findings]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"function": function_detail(timeout=60)}, [("delete-r2.drift", "warning")]),
        ({"mappings": (mapping(state="Disabled"),)}, [("delete-r2.drift", "error")]),
        ({"dead_letters": None}, [("delete-r2.absent", "error")]),
        ({"mappings": (mapping(), mapping(uuid="2", function="x"))}, [("delete-r2.other-consumer", "error")]),
    ],
)
def test_a_trial_is_refused_by_what_makes_it_pointless(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert levels(probe_refusals(desired(), facts(**changes))) == expected


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"R2_BUCKET": "", "R2_VIDEO_BUCKET": "b"}, []),
        ({"R2_VIDEO_BUCKET": "x"}, []),
        ({"R2_VIDEO_BUCKET": "other"}, ["env.one-of"]),
        ({"R2_BUCKET": ""}, ["env.one-of"]),
        ({"R2_REGION": "", "R2_ENDPOINT": ""}, ["env.missing", "env.missing"]),
    ],
)
def test_the_store_is_reached_as_the_function_reaches_it(changes: dict[str, str], codes: list[str]) -> None:
    env = {name: Secret(value) for name, value in {**dict.fromkeys(KEYS, "x"), **changes}.items()}
    findings = store_findings("/academy/workers/env", env)
    assert [one.code for one in findings] == codes
