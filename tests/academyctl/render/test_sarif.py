"""SARIF 2.1.0: what readers insist on, places, levels and rules."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from academyctl.model.finding import CODES, Finding, Location, error, info, warning
from academyctl.render.sarif import sarif
from tests.report_builders import HOSTILE
from tests.support.npm_part import SARIF_SCHEMA

NO_PLACE = warning("scan.unreferenced", "api:X", "is never read")


def log(*findings: Finding, default_path: str = "") -> dict[str, Any]:
    text = sarif(findings, version="1.2.3", command="env scan", exit_code=4, default_path=default_path)
    loaded = json.loads(text)
    assert isinstance(loaded, dict)
    return loaded


def result(*findings: Finding, default_path: str = "") -> dict[str, Any]:
    found = log(*findings, default_path=default_path)["runs"][0]["results"][0]
    assert isinstance(found, dict)
    return found


def test_the_log_has_what_the_format_demands() -> None:
    told = log(error("scan.undeclared", "api:X", "is read", "declare it", Location("a.py", 3)), NO_PLACE, NO_PLACE)
    (run,) = told["runs"]
    assert (told["version"], told["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["version"]) == ("academyctl", "1.2.3")
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["invocations"][0]["exitCode"] == 4
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["scan.undeclared", "scan.unreferenced"]
    assert rules[0]["shortDescription"]["text"] == CODES["scan.undeclared"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["message"]["text"]
        assert len(one["locations"]) == 1


@pytest.mark.parametrize(("exit_code", "is_whole"), [(0, True), (4, True), (1, False)])
def test_a_run_over_which_aws_failed_has_not_seen_all(exit_code: int, is_whole: bool) -> None:
    """A reader that takes it for whole closes what it does not name."""
    (run,) = json.loads(sarif([NO_PLACE], version="1", exit_code=exit_code))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is is_whole


def test_without_findings_there_are_no_results_and_no_rules() -> None:
    (run,) = log()["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


@pytest.mark.parametrize(("make", "level"), [(error, "error"), (warning, "warning"), (info, "note")])
def test_levels(make: Any, level: str) -> None:
    assert result(make("scan.dynamic", "s", "m"))["level"] == level


def test_a_place_is_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inside, outside = tmp_path / "app" / "a b#.py", tmp_path.parent / "other.py"
    places = [
        result(error("scan.undeclared", "s", "m", at=Location(str(path), 7)))["locations"][0]["physicalLocation"]
        for path in (inside, Path("./app/../한.py"), outside)
    ]
    assert [place["artifactLocation"] for place in places] == [
        {"uri": "app/a%20b%23.py", "uriBaseId": "%SRCROOT%"},
        {"uri": "%ED%95%9C.py", "uriBaseId": "%SRCROOT%"},
        {"uri": f"file://{outside}"},
    ]
    assert places[0]["region"] == {"startLine": 7}
    assert str(tmp_path) not in sarif([NO_PLACE], version="1")


def test_a_line_that_is_none_makes_no_region() -> None:
    place = result(error("scan.unparsed", "s", "m", at=Location("a.py", 0)))["locations"][0]
    assert "region" not in place["physicalLocation"]


def test_a_finding_without_a_file_has_its_subject_as_place() -> None:
    (place,) = result(NO_PLACE)["locations"]
    assert place == {"logicalLocations": [{"fullyQualifiedName": "api:X"}]}
    (place,) = result(NO_PLACE, default_path="stack.yaml")["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "stack.yaml"
    assert place["logicalLocations"] == [{"fullyQualifiedName": "api:X"}]


def test_the_hint_is_part_of_the_message() -> None:
    assert result(error("env.missing", "api:X", "is missing", "set it"))["message"]["text"] == (
        "api:X is missing\nhint: set it"
    )


def test_a_finding_keeps_its_fingerprint_when_its_line_moves() -> None:
    prints = [
        result(error("scan.undeclared", subject, "m", at=Location(path, line)))["partialFingerprints"]
        for subject, path, line in [("s", "a.py", 1), ("s", "a.py", 9), ("s", "b.py", 1), ("t", "a.py", 1)]
    ]
    assert prints[0] == prints[1]
    assert len({json.dumps(one) for one in prints}) == 3


def test_bytes_of_names_that_are_no_text_break_nothing() -> None:
    name = os.fsdecode(b"a\xff.py")
    text = sarif([error("scan.unparsed", name, "m", at=Location(name, 1))], version="1")
    json.loads(text)["runs"][0]["results"][0]["message"]["text"].encode()
    assert "a%FF.py" in text
    half = sarif([error("scan.undeclared", "api:\ud800", "m", at=Location("a.py", 1))], version="1")
    assert json.loads(half)["runs"][0]["results"][0]["message"]["text"].startswith("api:\\ud800")


def test_it_is_what_the_schema_of_the_standard_says() -> None:
    found = [
        error("env.missing", "api:R2_ENDPOINT", "is required and not set", "set it", Location(".env", 3)),
        warning("ce.ami-drift", HOSTILE, f"is {HOSTILE}"),
        info("scan.dynamic", "x.py", "reads a key", at=Location("a folder/x.py", 0)),
    ]
    validator = jsonschema.Draft7Validator(json.loads(SARIF_SCHEMA.path().read_text()))
    for findings, path in ((found, ""), (found, "env_profiles/stacks/production.yaml"), ([], "")):
        log = json.loads(sarif(findings, version="1.0", command="preflight", exit_code=4, default_path=path))
        assert [*validator.iter_errors(log)] == []
    assert [*validator.iter_errors({**log, "runs": [{}]})], "a schema that lets everything pass"
