"""A preflight → JUnit XML: one suite a group, one test case a check.

It is valid for both of the schemas in use, Jenkins' and Ant's: of a test case, the latter knows no output, so what
warnings say stands at the end of their suite.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from academyctl.model.finding import Finding, Level
from academyctl.model.preflight import CheckResult, CheckStatus
from academyctl.model.report import Report

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets)."""


def junit(report: Report) -> str:
    groups = [(name, tuple(some)) for name, some in groupby(report.results, key=lambda one: one.check.group)]
    suites = "".join(_suite(number, name, some, report) for number, (name, some) in enumerate(groups))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{suites}</testsuites>\n'


def _suite(number: int, name: str, results: tuple[CheckResult, ...], report: Report) -> str:
    attributes = {
        "id": number,
        "package": "academyctl.preflight",
        "name": name,
        "timestamp": report.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": report.stack,
        "tests": len(results),
        "failures": sum(_is_failure(one) for one in results),
        "errors": sum(one.status is CheckStatus.FAILED for one in results),
        "skipped": sum(one.status in (CheckStatus.DENIED, CheckStatus.SKIPPED) for one in results),
        "time": f"{max(one.seconds for one in results):.3f}",
    }
    told = {"stack": report.stack, "region": report.region, "account": report.account}
    properties = "".join(f"    <property {_attributes({'name': key, 'value': told[key]})}/>\n" for key in told)
    cases = "".join(map(_case, results))
    warnings = "\n".join(_lines(one for each in results for one in each.findings if one.level is Level.WARNING))
    return (
        f"  <testsuite {_attributes(attributes)}>\n"
        f"   <properties>\n{properties}   </properties>\n{cases}"
        f"   <system-out>{escape(_sound(warnings))}</system-out>\n   <system-err/>\n  </testsuite>\n"
    )


def _case(one: CheckResult) -> str:
    named = {"name": one.check.id, "classname": f"preflight.{one.check.group}", "time": f"{one.seconds:.3f}"}
    end = _end(one)
    if not end:
        return f"   <testcase {_attributes(named)}/>\n"
    return f"   <testcase {_attributes(named)}>{end}</testcase>\n"


def _end(one: CheckResult) -> str:
    errors = [finding for finding in one.findings if finding.level is Level.ERROR]
    if one.status is CheckStatus.FAILED:
        return f"<error {_attributes({'message': one.evidence, 'type': 'failed'})}/>"
    if errors:
        told = {"message": one.evidence, "type": ",".join(dict.fromkeys(finding.code for finding in errors))}
        return f"<failure {_attributes(told)}>{escape(_sound(chr(10).join(_lines(errors))))}</failure>"
    if one.status in (CheckStatus.DENIED, CheckStatus.SKIPPED):
        return f"<skipped {_attributes({'message': one.evidence})}/>"
    return ""


def _is_failure(one: CheckResult) -> bool:
    return any(finding.level is Level.ERROR for finding in one.findings)


def _lines(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"{finding.level}: {finding.subject} {finding.message} [{finding.code}]"
        if finding.hint:
            yield f"    hint: {finding.hint}"


def _attributes(told: Mapping[str, object]) -> str:
    return " ".join(f"{name}={quoteattr(_sound(str(value)))}" for name, value in told.items())


def _sound(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
