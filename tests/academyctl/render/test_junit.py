"""A preflight as JUnit XML: valid, and with each check told as CI servers count it."""

from functools import cache
from xml.etree import ElementTree

import pytest
import xmlschema

from academyctl.model.finding import error, warning
from academyctl.model.preflight import CheckStatus
from academyctl.model.report import Report
from academyctl.render.junit import junit
from tests.report_builders import HOSTILE, a_full_report, a_report, a_result
from tests.support.cli import ROOT


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(ROOT / "tests" / "support" / "junit.xsd"))


def read(report: Report) -> ElementTree.Element:
    text = junit(report)
    schema().validate(text)
    return ElementTree.fromstring(text)


def test_every_kind_of_result_is_valid_and_counted() -> None:
    root = read(a_full_report())
    counts = {
        suite.attrib["name"]: tuple(int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped"))
        for suite in root
    }
    assert counts == {
        "env": (2, 1, 0, 0),
        "iam": (2, 0, 0, 2),
        "logs": (1, 0, 0, 0),
        "queue": (1, 0, 1, 0),
        "legacy": (1, 0, 0, 0),
    }
    assert [suite.attrib["id"] for suite in root] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("status", "tag"),
    [
        (CheckStatus.OK, None),
        (CheckStatus.DENIED, "skipped"),
        (CheckStatus.SKIPPED, "skipped"),
        (CheckStatus.FAILED, "error"),
    ],
)
def test_a_check_without_findings_is_told_by_its_status(status: CheckStatus, tag: str | None) -> None:
    case = read(a_report(a_result("env.ssm.api", status, evidence="why", seconds=1.5)))[0][1]
    assert case.attrib == {"name": "env.ssm.api", "classname": "preflight.env", "time": "1.500"}
    assert [(child.tag, child.attrib["message"]) for child in case] == ([(tag, "why")] if tag else [])


def test_errors_are_a_failure_with_their_remedy_and_warnings_stand_in_the_output() -> None:
    broken = error("ssm.type", "/academy/api/env", "is a String", "delete it")
    full = warning("ssm.size", "/academy/api/env", "is nearly full", "make room")
    suite = read(a_report(a_result("ssm.stored.api", CheckStatus.FINDINGS, broken, full, evidence="a String")))[0]
    failure = suite[1][0]
    assert failure.attrib == {"message": "a String", "type": "ssm.type"}
    assert failure.text == "error: /academy/api/env is a String [ssm.type]\n    hint: delete it"
    assert suite[2].text == "warning: /academy/api/env is nearly full [ssm.size]\n    hint: make room"


def test_any_name_survives_but_for_what_xml_cannot_say() -> None:
    broken = error("env.unknown", HOSTILE, "\ud800 is declared nowhere")
    text = read(a_report(a_result("env.file", CheckStatus.FINDINGS, broken)))[0][1][0].text
    assert text == f"error: {HOSTILE.replace(chr(27), '�')} � is declared nowhere [env.unknown]"
