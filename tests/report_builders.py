"""Preflights to be told, with defaults."""

from typing import Any

from academyctl.model.finding import Finding, Level, error, info, warning
from academyctl.model.preflight import Check, CheckResult, CheckStatus, Judged
from academyctl.model.report import Cell, Matrix, Picture, PicturedEnvironment, Report
from tests.builders import NOON

HOSTILE = "\"><script>alert('1')</script><img src=http://evil.example/x onerror=alert(1)>\x1b[31m&lt;"
"""A key name: a file may hold any."""


def a_check(name: str = "env.ssm.api", level: Level = Level.ERROR, needs: tuple[str, ...] = ()) -> Check:
    return Check(
        id=name,
        title=f"title of {name}",
        subject="subject",
        needs=needs,
        hint="do it",
        judge=lambda _: Judged(evidence="seen"),
        level=level,
    )


def a_result(
    name: str = "env.ssm.api",
    status: CheckStatus = CheckStatus.OK,
    *findings: Finding,
    evidence: str = "seen",
    seconds: float = 0.25,
) -> CheckResult:
    return CheckResult(
        check=a_check(name),
        status=status,
        level=findings[0].level if findings else Level.ERROR,
        evidence=evidence,
        hint=findings[0].hint if findings else "do it",
        seconds=seconds,
        findings=findings,
    )


def an_environment(name: str = "academy-video-batch-ce-v3", **changes: Any) -> PicturedEnvironment:
    told = {"mark": "blue", "state": "ENABLED", "status": "VALID", "ami": "ami-0123456789abcdef0", "place": 1}
    return PicturedEnvironment(name=name, **{**told, "age_days": 37, "is_serving": True, **changes})


def a_report(*results: CheckResult, **changes: Any) -> Report:
    fields: dict[str, Any] = {
        "stack": "production",
        "region": "ap-northeast-2",
        "account": "809466760795",
        "caller": "arn:aws:iam::809466760795:user/ops",
        "at": NOON,
        "seconds": 0.5,
        "calls": {"iam:GetRole": 4, "sts:GetCallerIdentity": 1},
        "results": results,
        "findings": tuple(finding for one in results for finding in one.findings),
    }
    return Report(**{**fields, **changes})


def a_full_report() -> Report:
    """One of everything, with a hostile name wherever a name may stand."""
    missing = error("env.missing", f"api:{HOSTILE}", "is required and not set", f"academyctl ssm set {HOSTILE}")
    left = warning(
        "legacy.leftover", HOSTILE, "is an alarm of the time before Batch", "academyctl batch cleanup-legacy"
    )
    denied = warning("check.denied", "iam.role.job", "cannot check: not allowed to call iam:GetRole", "grant it")
    note = info("logs.retention", "/aws/batch/x", "keeps its logs for ever", "aws logs put-retention-policy")
    cells = (Cell(state="SET"), Cell(state="MISSING", why="required"))
    rows = ((HOSTILE, cells), ("DB_PORT", (Cell(state="BAD", why=f"is not a port {HOSTILE}"), None)))
    optional = (
        "VIDEO_BATCH_JOB_DEFINITION",
        (Cell(state="MISSING", why="optional"), Cell(state="EMPTY", why="optional")),
    )
    return a_report(
        a_result("env.ssm.api", CheckStatus.FINDINGS, missing, evidence=f"missing {HOSTILE}"),
        a_result("env.ssm.worker"),
        a_result("iam.role.job", CheckStatus.DENIED, denied, evidence=denied.message),
        a_result("iam.trust.job", CheckStatus.SKIPPED, evidence="does not exist"),
        a_result("logs.retention", CheckStatus.OK, note),
        a_result("queue.exists", CheckStatus.FAILED, evidence="cannot check: AWS failed"),
        a_result("legacy.alarms", CheckStatus.FINDINGS, left),
        matrices=(Matrix(role="api", sources=("SSM", HOSTILE), rows=(*rows, optional)),),
        picture=Picture(
            queue="academy-video-batch-queue",
            queue_state="ENABLED",
            wanted_ami="ami-1",
            environments=(
                an_environment(),
                an_environment("x" * 128, state="DISABLED", is_serving=False, place=0, age_days=None),
                an_environment(HOSTILE, status="INVALID", is_serving=False, place=2, is_wanted_ami=True),
            ),
        ),
    )
