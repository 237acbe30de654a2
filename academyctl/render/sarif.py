"""Findings → SARIF 2.1.0, for code scanning and editors. Rules are the registry of codes; no clock is asked.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from academyctl.model.exit import ExitCode
from academyctl.model.finding import CODES, Finding, Level, Location

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
BASE = "%SRCROOT%"
LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def sarif(
    findings: Sequence[Finding], *, version: str, command: str = "", exit_code: int = 0, default_path: str = ""
) -> str:
    """One SARIF log with one run, as a text with a line end.

    `version` is academyctl's own. A finding without a file has its subject as logical location; `default_path` is the
    file that such a finding is shown at, for readers (GitHub's upload) that refuse a result without a file.
    """
    rules = sorted({finding.code for finding in findings})
    run = {
        "tool": {"driver": _driver(rules, version)},
        "invocations": [_invocation(command, exit_code)],
        "originalUriBaseIds": {BASE: {"description": {"text": "the working directory of the command"}}},
        "results": [_result(finding, rules.index(finding.code), default_path) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(rules: Sequence[str], version: str) -> Mapping[str, Any]:
    described = [{"id": code, "shortDescription": {"text": CODES.get(code, code)}} for code in rules]
    return {"name": "academyctl", "version": version, "rules": described}


def _invocation(command: str, exit_code: int) -> Mapping[str, Any]:
    """Findings are the result of a run that succeeded; one in which AWS failed has not seen all. Words of the line are
    not told, but the command's name."""
    told = {"executionSuccessful": exit_code != ExitCode.FAILED, "exitCode": exit_code}
    return {**told, "properties": {"command": command}} if command else told


def _result(finding: Finding, rule: int, default_path: str) -> Mapping[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.level],
        "message": {"text": _text(finding)},
        "locations": [_location(finding, default_path)],
        "partialFingerprints": {"academyctl/v1": _fingerprint(finding)},
    }


def _text(finding: Finding) -> str:
    said = f"{finding.subject} {finding.message}"
    return _sound(f"{said}\nhint: {finding.hint}" if finding.hint else said)


def _location(finding: Finding, default_path: str) -> Mapping[str, Any]:
    logical = {"logicalLocations": [{"fullyQualifiedName": _sound(finding.subject)}]}
    at = finding.location or (Location(default_path, 1) if default_path else None)
    return {"physicalLocation": _physical(at), **logical} if at else logical


def _physical(at: Location) -> Mapping[str, Any]:
    artifact = {"artifactLocation": _artifact(at.path)}
    # A whole file has no region; a line counts from 1.
    return {**artifact, "region": {"startLine": at.line}} if at.line > 0 else artifact


def _artifact(path: str) -> Mapping[str, str]:
    place = relative(path)
    uri = quote(os.fsencode(place.replace(os.sep, "/")))
    return {"uri": f"file://{uri}"} if os.path.isabs(place) else {"uri": uri, "uriBaseId": BASE}  # noqa: PTH117


def relative(path: str) -> str:
    """`path` as the working directory sees it; as it is where it lies outside."""
    if not os.path.isabs(path):  # noqa: PTH117
        return os.path.normpath(path)
    inside = os.path.relpath(path)
    return path if inside.startswith(os.pardir) else inside


def _fingerprint(finding: Finding) -> str:
    """The same for the same finding on another line, so that a reader knows it again after an edit above it."""
    path = relative(finding.location.path) if finding.location else ""
    told = "\0".join((finding.code, finding.subject, path, finding.message))
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()[:32]


def _sound(text: str) -> str:
    """Half of a surrogate pair is no Unicode: readers refuse the whole log for one."""
    return text.encode(errors="backslashreplace").decode()
