"""The registry of `preflight`: every read-only check, one entry each; which of them are chosen; and making one. Pure.

An id is what `--only` and `--skip` match, what a JUnit report calls its test case, and what stays when a title changes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from academyctl.check.account import account_checks
from academyctl.check.ecr import ecr_checks
from academyctl.check.iam import iam_checks
from academyctl.check.legacy import legacy_checks
from academyctl.check.logs import log_checks
from academyctl.check.preflight_batch import ce_checks, jobdef_checks, queue_checks
from academyctl.check.preflight_delete_r2 import delete_r2_checks
from academyctl.check.preflight_env import env_checks, ssm_checks
from academyctl.model.errors import AccessDenied, AwsError, NotAws, NotOffered, UsageError
from academyctl.model.finding import Finding, Level, warning
from academyctl.model.preflight import Check, CheckResult, CheckStatus, Facts, Judged
from academyctl.model.stack import Stack

LEVELS = (Level.ERROR, Level.WARNING, Level.INFO)


def registry(stack: Stack, *, region: str, with_file: bool = False) -> tuple[Check, ...]:
    """Every check of a stack, in the order of a report."""
    return (
        *account_checks(),
        *env_checks(stack, with_file=with_file),
        *ssm_checks(stack),
        *iam_checks(stack),
        *ecr_checks(stack, region),
        *log_checks(stack),
        *ce_checks(stack),
        *queue_checks(stack),
        *jobdef_checks(stack),
        *delete_r2_checks(stack),
        *legacy_checks(),
    )


def chosen(checks: Sequence[Check], only: Iterable[str], skip: Iterable[str]) -> tuple[Check, ...]:
    """What a glob of `only` matches (without one: all), and none of `skip`. UsageError for a glob that matches none,
    and where nothing is left."""
    wanted, left_out = tuple(only), tuple(skip)
    for option, globs in (("--only", wanted), ("--skip", left_out)):
        for glob in globs:
            _require_match(option, glob, checks)
    found = [one for one in checks if not wanted or _matches(one, wanted)]
    found = [one for one in found if not _matches(one, left_out)]
    if not found:
        raise UsageError("no check is left", hint="choose fewer with --skip, or others with --only")
    return tuple(found)


def _matches(check: Check, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(check.id, glob) for glob in globs)


def _require_match(option: str, glob: str, checks: Sequence[Check]) -> None:
    if any(fnmatchcase(check.id, glob) for check in checks):
        return
    ids = [check.id for check in checks]
    near = get_close_matches(glob, [*ids, *(f"{one}.*" for one in dict.fromkeys(c.group for c in checks))], n=3)
    hint = f"nearest: {', '.join(near)}" if near else f"groups: {', '.join(dict.fromkeys(c.group for c in checks))}"
    raise UsageError(f"{option} {glob!r} matches no check", code="usage.check", hint=hint)


def needs_of(checks: Iterable[Check]) -> frozenset[str]:
    """The facts that somebody needs."""
    return frozenset(need for check in checks for need in check.needs)


def made(check: Check, facts: Facts, missing: Sequence[AwsError], seconds: float) -> CheckResult:
    """`missing`: why facts that it needs are not there."""
    if not missing:
        return _judged(check, check.judge(facts), seconds)
    first = next((one for one in missing if not is_denial(one)), missing[0])
    if is_denial(first):
        found = _denied(check, missing)
        return _result(check, CheckStatus.DENIED, Judged(evidence=found.message, findings=(found,)), seconds)
    return _result(check, CheckStatus.FAILED, Judged(evidence=f"cannot check: {first.message}"), seconds)


def is_denial(failure: AwsError) -> bool:
    """We may not look, or there is nothing to look at: what we would have seen may well be sound. Where the network
    failed it may as well be broken: a gate does not let that pass."""
    return isinstance(failure, AccessDenied | NotOffered | NotAws)


def _denied(check: Check, missing: Sequence[AwsError]) -> Finding:
    reasons = dict.fromkeys(one.message for one in missing)
    hints = dict.fromkeys(one.hint for one in missing if one.hint)
    return warning("check.denied", check.id, f"cannot check: {'; '.join(reasons)}", "; ".join(hints))


def _judged(check: Check, judged: Judged, seconds: float) -> CheckResult:
    if judged.skipped:
        return _result(check, CheckStatus.SKIPPED, judged, seconds)
    if any(one.code == "check.denied" for one in judged.findings):
        return _result(check, CheckStatus.DENIED, judged, seconds)
    is_found = worst(judged.findings) in (Level.ERROR, Level.WARNING)
    return _result(check, CheckStatus.FINDINGS if is_found else CheckStatus.OK, judged, seconds)


def _result(check: Check, status: CheckStatus, judged: Judged, seconds: float) -> CheckResult:
    hints = dict.fromkeys(one.hint for one in judged.findings if one.hint)
    return CheckResult(
        check=check,
        status=status,
        level=worst(judged.findings) or check.level,
        evidence=judged.evidence,
        hint=next(iter(hints), check.hint),
        seconds=seconds,
        findings=judged.findings,
    )


def worst(findings: Iterable[Finding]) -> Level | None:
    levels = {finding.level for finding in findings}
    return next((level for level in LEVELS if level in levels), None)


def with_findings(result: CheckResult, findings: tuple[Finding, ...]) -> CheckResult:
    """The same check with its findings weighed anew."""
    if findings == result.findings:
        return result
    status = result.status
    if status in (CheckStatus.FINDINGS, CheckStatus.DENIED) and worst(findings) is Level.INFO:
        status = CheckStatus.OK if status is CheckStatus.FINDINGS else status
    return replace(result, findings=findings, level=worst(findings) or result.check.level, status=status)


def findings_of(results: Iterable[CheckResult]) -> Iterator[Finding]:
    for result in results:
        yield from result.findings
