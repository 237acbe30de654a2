"""Findings → workflow commands of GitHub Actions, which show them beside the lines of a pull request.

Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of actions/toolkit.
"""

from collections.abc import Iterable, Iterator

from academyctl.model.finding import Finding, Level
from academyctl.render.plain import printable
from academyctl.render.sarif import relative

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def github(findings: Iterable[Finding]) -> str:
    """One line a finding; empty without any."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Finding) -> str:
    said = f"{finding.subject} {finding.message}"
    text = f"{said}\nhint: {finding.hint}" if finding.hint else said
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(finding))
    return f"::{COMMANDS[finding.level]} {properties}::{_data(text)}"


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    at = finding.location
    if at:
        yield "file", relative(at.path).replace("\\", "/")
        if at.line > 0:
            yield "line", str(at.line)
    yield "title", finding.code


def _data(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
