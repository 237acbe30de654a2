"""The JSON object that every command answers with under `-o json`; scripts rely on its keys."""

import json
from collections.abc import Mapping
from typing import Any

from academyctl.model.finding import Finding
from academyctl.model.outcome import Outcome
from academyctl.model.plan import Change

VERSION = 1


def envelope(command: str, stack: str, outcome: Outcome) -> str:
    """One JSON object on one line."""
    return json.dumps(as_object(command, stack, outcome))


def as_object(command: str, stack: str, outcome: Outcome) -> dict[str, Any]:
    failed = outcome.error
    return {
        "version": VERSION,
        "command": command,
        "stack": stack,
        "status": str(outcome.status),
        "exit_code": int(outcome.exit_code),
        "changes": [_change(change) for change in outcome.changes],
        "findings": [_finding(finding) for finding in outcome.findings],
        "data": dict(outcome.data),
        "error": {"code": failed.code, "message": failed.message, "hint": failed.hint} if failed else None,
    }


def _change(change: Change) -> Mapping[str, Any]:
    return {
        "action": str(change.action),
        "kind": change.kind,
        "target": change.target,
        "detail": list(change.detail),
        "why": change.why,
        "state": str(change.state),
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    at = finding.location
    return {
        "level": str(finding.level),
        "code": finding.code,
        "subject": finding.subject,
        "message": finding.message,
        "hint": finding.hint,
        "location": {"path": at.path, "line": at.line} if at else None,
    }
