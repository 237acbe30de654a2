"""`env scan` as it is run: this repository's own code, formats, files, mistakes of the line."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.academyctl.scan.marked import decoys, marked, write_sample
from tests.academyctl.scan.program import write
from tests.support.cli import ROOT, Cli

READS = re.compile(r"os\.(?:getenv\(|environ\[|environ\.setdefault\()\"([A-Z0-9_]+)\"(?!\] = )")
BAD = "import os\n\nTOKEN = os.environ['R2_ENDPIONT']\nURL = os.getenv('NEW_URL') or os.getenv('OLD_URL')\n"


def test_the_code_of_this_repository_reads_what_its_roles_declare(cli: Cli) -> None:
    cli.cwd = ROOT
    done = cli.run("env", "scan", "api", "worker", "-o", "json")
    assert (done.code, done.err) == (0, "")
    assert [(one["code"], one["subject"]) for one in done.json["findings"]] == [
        ("scan.unreferenced", "api:VIDEO_SQS_QUEUE_NAME")
    ]
    assert done.json["findings"][0]["location"]["path"].endswith("roles/api.yaml")
    told = done.json["data"]["references"]
    written = {
        (name, path.relative_to(ROOT).as_posix(), number)
        for package in ("api", "worker")
        for path in (ROOT / package).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for name in READS.findall(line)
    }
    direct = [one for one in told if one["how"] not in ("settings", "implicit", "wrapper")]
    assert {(one["name"], one["path"], one["line"]) for one in direct} == written
    by_place = {(one["name"], one["path"]): one for one in told}
    assert by_place["R2_BUCKET", "worker/config.py"]["group"] == ["R2_VIDEO_BUCKET"]
    assert by_place["R2_ENDPOINT", "api/videos/r2.py"]["how"] == "settings"
    assert by_place["DB_HOST", "worker/settings.py"]["roles"] == ["worker"]
    assert all(one["roles"] for one in told)
    assert list(told[0]) == ["name", "path", "line", "how", "roles", "group", "required"]


def test_the_sample_is_found_whole_through_the_command(cli: Cli) -> None:
    write_sample(cli.cwd / "sample")
    done = cli.run("env", "scan", "sample", "--format", "json")
    names = {one["name"] for one in done.json["data"]["references"]}
    assert (names, names & decoys()) == ({one.name for one in marked()}, set())
    assert (done.code, done.json["status"]) == (4, "findings")
    assert "no entry point of role api" in done.err


def test_findings_are_shown_with_place_and_remedy_and_written_in_every_form(cli: Cli) -> None:
    write(cli.cwd, {"app/main.py": BAD, "app/bad.py": "def f(:\n"})
    shown = cli.run("env", "scan", "app", "--role", "worker")
    assert shown.code == 4
    assert "error: app/main.py:3: worker:R2_ENDPIONT is read here (environ[])" in shown.out
    assert "hint: did you mean R2_ENDPOINT? else declare it in roles/worker.yaml" in shown.out
    assert "error: app/bad.py:1: app/bad.py cannot be parsed: invalid syntax [scan.unparsed]" in shown.out
    assert "  - keys: [NEW_URL, OLD_URL]" in shown.out

    github = cli.run("env", "scan", "app", "--role", "worker", "--format", "github")
    assert github.code == 4
    assert "::error file=app/main.py,line=3,title=scan.undeclared::worker:R2_ENDPIONT is read here" in github.out
    assert all(line.startswith("::") for line in github.out.splitlines())

    done = cli.run("env", "scan", "app", "--role", "worker", "--format", "sarif", "--out", "report.sarif", "-o", "json")
    (run,) = json.loads((cli.cwd / "report.sarif").read_text())["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert (done.code, done.json["exit_code"], run["invocations"][0]["exitCode"]) == (4, 4, 4)
    assert len(run["results"]) == len(done.json["findings"])
    assert (place["artifactLocation"]["uri"], place["region"]) == ("app/bad.py", {"startLine": 1})
    proposal = done.json["data"]["proposal"]["worker"]
    assert proposal.startswith("keys:\n  NEW_URL:\n")

    shutil.copytree(ROOT / "env_profiles", cli.cwd / "profiles")
    role = "role: more\nparameter: /academy/more/env\nconsumer: dotenv\n"
    (cli.cwd / "profiles" / "roles" / "more.yaml").write_text(role + proposal)
    assert cli.run("env", "scan", "app", "--role", "more", "--profiles", "profiles").code == 4  # bad.py alone
    (cli.cwd / "app" / "bad.py").unlink()
    healed = cli.run("env", "scan", "app", "--role", "more", "--profiles", "profiles", "-o", "json")
    assert (healed.code, healed.json["findings"], healed.json["data"]["proposal"]) == (0, [], {})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere does not exist"),
        ([""], "a PATH is empty"),
        (["empty"], "there is no Python file in empty"),
        (["app", "--role", "nobody"], "unknown role"),
        (["app", "--out", "no/such/folder.txt"], "no folder"),
        (["app", "--format", "sarif", "-o", "json"], "both want stdout"),
        (["app", "--out", "app/main.py"], "is a Python file: a report would replace it"),
    ],
)
def test_mistakes_of_the_line_end_with_exit_2(cli: Cli, words: list[str], said: str) -> None:
    write(cli.cwd, {"app/main.py": BAD, "empty/notes.txt": ""})
    done = cli.run("env", "scan", *words)
    told = done.json["error"]["message"] if "json" in words else done.err
    assert (done.code, said in told) == (2, True), told


def test_a_mistake_under_format_json_is_one_object(cli: Cli) -> None:
    done = cli.run("env", "scan", "nowhere", "--format", "json")
    assert (done.code, done.json["error"]["code"]) == (2, "usage.path")
    done = cli.run("env", "scan", "--format", "json")
    assert (done.code, done.json["status"]) == (2, "failed")


def test_a_text_report_goes_to_a_file_and_its_sum_to_stdout(cli: Cli, tmp_path: Path) -> None:
    write(cli.cwd, {"app/main.py": "import os\nos.getenv('R2_ENDPOINT')\nos.getenv(input())\n"})
    done = cli.run("env", "scan", "app", "--role", "api", "--out", "report.txt", "-q")
    text = (cli.cwd / "report.txt").read_text()
    assert done.code == 0
    assert done.out.splitlines()[0] == "1 reference in 1 file; written to report.txt"
    assert "R2_ENDPOINT" in text
    assert "info: app/main.py:3: app/main.py reads a key whose name only a run can tell (getenv)" in text
