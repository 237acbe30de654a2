"""GitHub's workflow commands: one line a finding, with the escapes that the runner undoes."""

from pathlib import Path

import pytest

from academyctl.model.finding import Finding, Location, error, info, warning
from academyctl.render.github import github


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (
            error("scan.undeclared", "api:X", "is read", "declare it", Location("app/a.py", 3)),
            "::error file=app/a.py,line=3,title=scan.undeclared::api:X is read%0Ahint: declare it",
        ),
        (warning("ce.absent", "ce", "is absent"), "::warning title=ce.absent::ce is absent"),
        (info("scan.dynamic", "s", "m", at=Location("a.py", 0)), "::notice file=a.py,title=scan.dynamic::s m"),
        (
            error("env.parse", "100%,: ", "a\r\nb::error::c", at=Location("a,b:c%.py", 1)),
            "::error file=a%2Cb%3Ac%25.py,line=1,title=env.parse::100%25,:  a%0D%0Ab::error::c",
        ),
        (error("env.parse", "s", "\x1b[31m"), "::error title=env.parse::s \\x1b[31m"),
    ],
)
def test_a_finding_is_one_line(finding: Finding, line: str) -> None:
    assert github([finding]) == f"{line}\n"


def test_a_file_is_named_as_the_working_directory_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = github([error("env.parse", "s", "m", at=Location(str(tmp_path / "x" / "a.py"), 2))])
    assert told.startswith("::error file=x/a.py,line=2,")


def test_no_finding_is_no_line() -> None:
    assert github([]) == ""
