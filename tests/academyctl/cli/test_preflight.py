"""What preflight is told on its line, and what it writes: formats, files, globs, a baseline."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from academyctl.check.preflight import registry
from academyctl.cli.options import Shared
from academyctl.cli.preflight_facts import Reader
from academyctl.cli.run import Run
from academyctl.render.talk import Talk
from tests.support.breaks import stored
from tests.support.breaks_batch import disabled_queue
from tests.support.cli import ROOT, Cli
from tests.support.engine import Engine
from tests.support.healthy import Healthy, check, codes, env_file, healthy_world
from tests.support.strict import QUEUE, Strict

DOCUMENTS = ("junit", "sarif", "github", "html")
SOME = ("--only", "queue.*", "--only", "env.*", "-q")
"""In which the two errors are, in three calls."""


@pytest.fixture(scope="module")
def world(_strict_server: Strict) -> Iterator[Healthy]:
    """Its queue is DISABLED, and the api has a placeholder: two errors."""
    with healthy_world(_strict_server) as healthy:
        disabled_queue(healthy)
        stored("api", drop="DB_USER", add="DB_USER=changeme")(healthy)
        yield healthy


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_process_answers_with_one_object(world: Healthy, cli: Cli) -> None:
    result = cli.run("preflight", "-o", "json", "-q", env=world.strict.env)
    assert (result.code, result.json["command"], result.err) == (4, "preflight", "")
    assert codes(result) == ["env.placeholder", "queue.disabled"]
    told = check(result, "queue.enabled")
    assert (told["status"], told["level"]) == ("findings", "error")
    assert told["evidence"] == "is DISABLED: it refuses new jobs"
    assert told["hint"] == "academyctl batch setup"
    assert set(told) == {"id", "title", "status", "level", "evidence", "hint", "seconds"}


def test_the_table_has_a_row_a_check_and_ends_in_the_counts(world: Healthy) -> None:
    result = world.run("preflight")
    lines = result.out.splitlines()
    assert result.code == 4
    assert next(line for line in lines if line.startswith("queue.enabled")).split()[1] == "findings"
    assert next(line for line in lines if "checks:" in line).startswith("56 checks: 54 ok, 2 findings; 30 AWS calls")
    assert lines[-1] == "findings: 2 errors"


def test_format_json_is_the_object(world: Healthy) -> None:
    ours, theirs = (world.run("preflight", *words, *SOME).json for words in (("--format", "json"), ("-o", "json")))
    for told in (ours["data"], theirs["data"]):
        told["seconds"] = 0
        told["checks"] = [{**one, "seconds": 0} for one in told["checks"]]
    assert ours == theirs


@pytest.mark.parametrize("format", DOCUMENTS)
def test_a_report_goes_to_stdout_or_to_a_file_alike(world: Healthy, tmp_path: Path, format: str) -> None:
    out = tmp_path / "report"
    alone = world.run("preflight", "--format", format, *SOME)
    beside = world.run("preflight", "--format", format, "--out", str(out), "-o", "json", *SOME)
    assert (alone.code, alone.err, beside.code, beside.json["command"]) == (4, "", 4, "preflight")
    assert _timeless(alone.out) == _timeless(out.read_text())
    told = world.run("preflight", "--format", format, "--out", str(out), *SOME).out.splitlines()
    assert len(told) == 2
    assert told[0].endswith(f"written to {out}")


def _timeless(text: str) -> str:
    return re.sub(r"\d+\.\d+|20\d\d-\S+( \d\d:\d\d)?", "#", text)


def test_each_document_is_one_of_its_kind(world: Healthy) -> None:
    junit, sarif, github, html = (world.run("preflight", "--format", one, "-q").out for one in DOCUMENTS)
    assert len(ElementTree.fromstring(junit).findall(".//failure")) == 2
    results = json.loads(sarif)["runs"][0]["results"]
    assert sorted(one["ruleId"] for one in results) == ["env.placeholder", "queue.disabled"]
    assert all(one["locations"][0]["physicalLocation"] for one in results)
    assert sorted(line.partition("title=")[2].partition("::")[0] for line in github.splitlines()) == [
        "env.placeholder",
        "queue.disabled",
    ]
    assert "sandbox: Not ready: 2 errors<" in html


def test_github_gets_a_step_summary_added_to_what_is_there(
    world: Healthy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    world.run("preflight", "--format", "github", "--only", "queue.*")
    assert summary.read_text().startswith("# before\n## Preflight of sandbox\n")
    assert "queue&#45;" not in summary.read_text().partition("\n")[0]
    world.run("preflight", "--format", "junit", "--only", "queue.*")
    assert summary.read_text().count("## Preflight") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only", "queue.enable"), "queue.enabled"),
        (("--skip", "legacy"), "legacy.*"),
        (("--only", "zzz"), "groups: account, env, ssm"),
        (("--only", "queue.*", "--skip", "*"), "choose fewer with --skip"),
        (("--only", ""), "leave it out"),
        (("--format", "junit"), "--out FILE"),
        (("--out", "."), "name a file"),
        (("--out", "-"), "goes to stdout"),
        (("--out", "no/such/report"), "mkdir -p"),
        (("--file", "absent.env"), ""),
        (("--baseline", "absent.yaml"), ""),
    ],
)
def test_a_line_that_cannot_be_is_refused_before_aws_is_asked(
    world: Healthy, words: tuple[str, ...], said: str
) -> None:
    world.strict.control.clear_calls()
    result = world.preflight(*words)
    assert (result.code, result.json["status"]) == (2, "failed")
    assert said in result.json["error"]["hint"]
    assert world.strict.calls == []


def test_a_file_is_checked_as_env_validate_does_without_a_call(world: Healthy, tmp_path: Path) -> None:
    path = env_file(world, tmp_path)
    text = path.read_text().replace("DB_PORT=5432", "DB_PORT=abc").replace("DB_USER=changeme", "DB_USER=academy")
    path.write_text(text + "R2_ENDPIONT=x\n")
    world.strict.control.clear_calls()
    result = world.preflight("--file", ".env", "--only", "env.file*")
    assert codes(result) == ["env.type", "env.type", "env.unknown"]
    assert {one["location"]["path"] for one in result.json["findings"] if one["level"] == "error"} == {".env"}
    assert (result.code, result.json["data"]["calls"]["total"], world.strict.calls) == (4, 0, [])


def _baseline(tmp_path: Path, *entries: tuple[str, str, int]) -> list[str]:
    """(code, subject, days from now)."""
    today = datetime.now(UTC).date()
    lines = [
        f"- {{code: {code}, subject: '{subject}', reason: known, expires: {today + timedelta(days=days)}}}\n"
        for code, subject, days in entries
    ]
    path = tmp_path / "baseline.yaml"
    path.write_text("accepted:\n" + "".join(f"  {line}" for line in lines))
    return ["--baseline", str(path)]


def test_what_is_accepted_does_not_fail_until_its_day_is_over(world: Healthy, tmp_path: Path) -> None:
    both = (("queue.disabled", QUEUE), ("env.placeholder", "api:DB_USER"))
    accepted = world.preflight(*_baseline(tmp_path, *((*one, 0) for one in both)), *SOME)
    assert (accepted.code, codes(accepted)) == (0, [])
    assert [one["level"] for one in accepted.json["findings"]] == ["info", "info"]
    assert "(accepted until" in accepted.json["findings"][0]["message"]
    expired = world.preflight(*_baseline(tmp_path, (*both[0], -1), (*both[1], 0)), *SOME)
    assert (expired.code, codes(expired)) == (4, ["queue.disabled"])
    assert "was accepted until" in next(one for one in expired.json["findings"] if one["level"] == "error")["message"]


def test_what_was_found_is_told_also_where_a_file_takes_nothing(
    world: Healthy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/full is a disk that is full."""
    result = world.preflight("--out", "/dev/full", *SOME)
    assert (result.code, result.json["error"]["code"]) == (2, "usage.file")
    assert codes(result) == ["env.placeholder", "queue.disabled"]
    assert check(result, "queue.enabled")["status"] == "findings"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/dev/full")
    summary = world.run("preflight", "--format", "github", *SOME[:-1])
    assert (summary.code, summary.out.count("::error ")) == (4, 2)
    assert "GITHUB_STEP_SUMMARY cannot be written: No space left" in summary.err


def test_where_no_pattern_is_declared_nobody_is_asked_for_leftovers(world: Healthy, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    shutil.copytree(ROOT / "env_profiles", profiles)
    stack = profiles / "stacks" / "sandbox.yaml"
    stack.write_text(re.sub(r"(auto_scaling_groups|alarms|queues): \[.*\]", r"\1: []", stack.read_text()))
    result = world.preflight("--only", "legacy.*", "--profiles", str(profiles))
    assert (result.code, result.json["data"]["counts"]["ok"], result.json["data"]["calls"]["total"]) == (0, 3, 0)


def test_an_entry_that_nothing_needs_is_told_where_it_could_have_been_needed(world: Healthy, tmp_path: Path) -> None:
    words = _baseline(tmp_path, ("queue.order", QUEUE, 9), ("iam.trust", "role", 9))
    result = world.preflight(*words, "--only", "queue.*")
    told = [one for one in result.json["findings"] if one["code"] == "check.baseline"]
    assert [(one["level"], one["subject"], one["location"]["line"]) for one in told] == [("info", "queue.order", 2)]
    assert world.preflight(*words, "--only", "queue.exists").json["findings"] == []


def test_without_credentials_or_a_way_to_aws_it_ends_at_once(cli: Cli, world: Healthy) -> None:
    nobody = {"AWS_EC2_METADATA_DISABLED": "true"}
    refused = {**world.strict.env, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    for env, code in ((nobody, "aws.credentials"), (refused, "aws.unreachable")):
        result = cli.run("preflight", "-o", "json", env=env, timeout=20)
        assert (result.code, result.json["error"]["code"], result.json["findings"]) == (1, code, [])


def test_every_need_of_every_check_is_read_by_somebody(world: Healthy) -> None:
    shared = Shared(stack="sandbox", profiles=str(ROOT / "env_profiles"))
    run = Run("preflight", shared, "sandbox", Talk(quiet=True))
    run.__dict__["connection"] = world.connection
    needs = {need for one in registry(run.stack, region=run.region, with_file=True) for need in one.needs}
    readings = list(Reader(run, frozenset(needs))._readings())
    names = [reading.name for reading in readings]
    assert set(names) == needs
    for reading in readings:
        assert all(names.index(before) < names.index(reading.name) for before in reading.after), "read before"


def test_it_loads_no_more_than_it_needs(cli: Cli, world: Healthy) -> None:
    script = (
        "import sys; from academyctl.cli.app import run; run(['preflight', '-q']); print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=cli.cwd, env=cli.env | world.strict.env, capture_output=True, check=False)
    loaded = {name.partition(".")[0] for name in done.stderr.decode().split()}
    assert "botocore" in loaded
    assert loaded & {"boto3", "django", "docker", "moto", "pydantic", "requests", "rich"} == set()


def test_a_container_stands_beside_ssm_and_the_file_in_the_page(
    world: Healthy, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.run("academy-api", "-e", "DB_USER=u")
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    page = world.run("preflight", "--container", "academy-api", "--format", "html", *SOME).out
    api, worker = page.split("<h3>api</h3>")[1].split("<h3>worker</h3>")
    assert 'scope="col">container</th>' in api.partition("</table>")[0]
    assert 'scope="col">container</th>' not in worker.partition("</table>")[0]
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    left_out = world.run("preflight", "--container", "academy-api", *SOME[:-1])
    assert left_out.code == 4
    assert "container academy-api is left out" in left_out.err


def test_a_file_that_no_push_can_write_is_found_before_the_push(world: Healthy, tmp_path: Path) -> None:
    path = env_file(world, tmp_path)
    path.write_text(path.read_text() + 'ALLOWED_HOSTS="one\ntwo"\n')
    result = world.preflight("--file", str(path), "--only", "env.file.api")
    assert (result.code, "env.reader" in result.codes("error")) == (4, True)


def test_the_healthy_world_is_not_ahead_of_the_machine(world: Healthy) -> None:
    """Else `doctor` tells a newcomer to set his clock."""
    assert world.strict.control.now() - datetime.now(UTC).timestamp() < 30
