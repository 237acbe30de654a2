"""Findings that were accepted for a while."""

from datetime import date

import pytest

from academyctl.check.baseline import accepted
from academyctl.model.finding import Finding, Level, error, info, warning
from academyctl.model.preflight import Accepted, CheckResult, CheckStatus
from tests.report_builders import a_result

TODAY = date(2026, 12, 31)
DISABLED = error("queue.disabled", "q", "is DISABLED")


def an_entry(code: str = "queue.disabled", subject: str = "q", expires: date = TODAY) -> Accepted:
    return Accepted(code=code, subject=subject, reason="known", expires=expires, path="baseline.yaml", line=3)


def weigh(*entries: Accepted, found: Finding = DISABLED) -> tuple[Finding, CheckStatus, tuple[Finding, ...]]:
    results, notes = accepted([a_result("queue.enabled", CheckStatus.FINDINGS, found)], entries, TODAY)
    return results[0].findings[0], results[0].status, notes


@pytest.mark.parametrize(
    ("entry", "level", "said"),
    [
        (an_entry(), Level.INFO, "is DISABLED (accepted until 2026-12-31: known)"),
        (an_entry(expires=date(2026, 12, 30)), Level.ERROR, "is DISABLED (was accepted until 2026-12-30: known)"),
        (an_entry(subject="other"), Level.ERROR, "is DISABLED"),
        (an_entry(code="queue.order"), Level.ERROR, "is DISABLED"),
    ],
)
def test_a_finding_is_accepted_by_its_code_and_subject_through_the_last_day(
    entry: Accepted, level: Level, said: str
) -> None:
    found, status, _ = weigh(entry)
    assert (found.level, found.message) == (level, said)
    assert status is (CheckStatus.OK if level is Level.INFO else CheckStatus.FINDINGS)


def test_a_check_that_cannot_be_made_may_be_accepted_and_says_so_still() -> None:
    denied = warning("check.denied", "iam.role.job", "cannot check")
    results, _ = accepted(
        [a_result("iam.role.job", CheckStatus.DENIED, denied)], [an_entry("check.denied", "iam.role.job")], TODAY
    )
    assert (results[0].status, results[0].findings[0].level) == (CheckStatus.DENIED, Level.INFO)


def test_an_info_stays_as_it_is() -> None:
    note = info("logs.retention", "g", "for ever")
    assert weigh(an_entry("logs.retention", "g"), found=note)[0] == note


@pytest.mark.parametrize(
    ("results", "is_told"),
    [
        ([a_result("queue.enabled")], True),
        ([a_result("ce.invalid")], False),
        ([a_result("queue.enabled"), a_result("queue.order", CheckStatus.DENIED)], False),
        ([a_result("queue.enabled", CheckStatus.FAILED)], False),
        ([a_result("queue.exists"), a_result("queue.enabled", CheckStatus.SKIPPED)], False),
        ([a_result("queue.enabled", CheckStatus.FINDINGS, DISABLED)], False),
    ],
)
def test_an_entry_that_nothing_needs_can_go_once_that_is_known(results: list[CheckResult], is_told: bool) -> None:
    _, notes = accepted(results, [an_entry()], TODAY)
    assert [(one.code, one.subject, one.level) for one in notes] == (
        [("check.baseline", "queue.disabled", Level.INFO)] if is_told else []
    )


def test_an_entry_of_a_family_that_was_not_checked_whole_may_be_needed() -> None:
    assert accepted([a_result("queue.order")], [an_entry()], TODAY, {"queue"})[1] == ()
    assert len(accepted([a_result("queue.order")], [an_entry()], TODAY, {"ce"})[1]) == 1
