"""The error tree: each error knows its exit code and its code."""

import pytest

from academyctl.model import errors
from academyctl.model.errors import AcademyError
from academyctl.model.exit import ExitCode
from academyctl.model.finding import error


@pytest.mark.parametrize(
    ("kind", "exit_code", "code"),
    [
        (errors.UsageError, ExitCode.USAGE, "usage"),
        (errors.Unreadable, ExitCode.USAGE, "env.parse"),
        (errors.ProfileError, ExitCode.USAGE, "profile.invalid"),
        (errors.Refused, ExitCode.FINDINGS, "refused"),
        (errors.Declined, ExitCode.FAILED, "declined"),
        (errors.Conflict, ExitCode.CONFLICT, "conflict"),
        (errors.RolledBack, ExitCode.ROLLED_BACK, "rolled_back"),
        (errors.Interrupted, ExitCode.INTERRUPTED, "interrupted"),
        (errors.AccessDenied, ExitCode.FAILED, "aws.access-denied"),
        (errors.NotFound, ExitCode.FAILED, "aws.not-found"),
        (errors.Throttled, ExitCode.FAILED, "aws.throttled"),
        (errors.Unreachable, ExitCode.FAILED, "aws.unreachable"),
        (errors.AnswerLost, ExitCode.FAILED, "aws.answer-lost"),
        (errors.Refusal, ExitCode.FAILED, "aws.refused"),
    ],
)
def test_each_error_has_its_exit_code_and_code(kind: type[AcademyError], exit_code: ExitCode, code: str) -> None:
    raised = kind("what happened")
    assert (raised.exit_code, raised.code, raised.message, raised.hint) == (exit_code, code, "what happened", "")
    assert kind("m", code="other", hint="do").code == "other"


def test_the_four_answers_of_aws_that_people_must_tell_apart_have_four_codes() -> None:
    kinds = (errors.AccessDenied, errors.NotFound, errors.Throttled, errors.Unreachable)
    assert len({kind("m").code for kind in kinds}) == 4


def test_an_error_carries_what_was_known() -> None:
    found = error("env.type", "api:A", "m")
    raised = errors.Refused("m", findings=iter([found]), data={"a": 1})
    assert (raised.findings, raised.changes, raised.data) == ((found,), (), {"a": 1})
