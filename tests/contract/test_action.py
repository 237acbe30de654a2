"""The GitHub Action and the jobs of docs/ci.md: judged by their schemas and by zizmor, and run as a runner does."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from academyctl.model.rights import COMMANDS, Purpose
from tests.support.aws import CREDENTIALS
from tests.support.cli import ROOT, clean_env
from tests.support.envs import LEGACY
from tests.support.github import Runner
from tests.support.healthy import Healthy, healthy_world
from tests.support.strict import QUEUE, Strict

BIN = Path(sys.executable).parent
DOCUMENT = ROOT / "docs/ci.md"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
PYTHON = """\
#!/bin/sh
# Plays the runner's Python: `-m venv DIR` gives one whose pip only notes what it is to install.
case $2 in
venv)
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
    printf '#!/bin/sh\\nexec {python} -m academyctl "$@"\\n' >"$3/bin/academyctl"
    chmod +x "$3/bin/academyctl" ;;
pip) printf '%s\\n' "$@" >"$(dirname "$0")/../installed" ;;
esac
"""


def blocks(heading: str, language: str) -> list[str]:
    """The fenced blocks of a chapter."""
    chapter = DOCUMENT.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", chapter, re.MULTILINE | re.DOTALL)


WORKFLOW, SARIF = blocks("GitHub", "yaml")
(GITLAB,) = blocks("GitLab", "yaml")
(SHELL,) = blocks("Plain shell", "sh")
JOBS = yaml.safe_load(WORKFLOW)["jobs"]


# As written.


def judged(*words: str) -> None:
    ended = subprocess.run([str(BIN / words[0]), *words[1:]], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_action_and_jobs_keep_to_their_schemas_and_zizmor_finds_nothing(tmp_path: Path) -> None:
    workflows = tmp_path / ".github/workflows"
    workflows.mkdir(parents=True)
    (tmp_path / "action.yml").write_text((ROOT / "action.yml").read_text())
    (workflows / "academyctl.yml").write_text(WORKFLOW)
    (workflows / "sarif.yml").write_text(with_sarif())
    (tmp_path / ".gitlab-ci.yml").write_text(GITLAB)
    schema = ("check-jsonschema", "--builtin-schema")
    judged(*schema, "vendor.github-actions", str(tmp_path / "action.yml"))
    judged(*schema, "vendor.github-workflows", *map(str, workflows.iterdir()))
    judged(*schema, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", str(tmp_path / ".gitlab-ci.yml"))
    # Of low severity it finds `./`, for which it knows a newer spelling than runners do.
    judged("zizmor", "--offline", "--quiet", "--min-severity", "medium", str(tmp_path))


def with_sarif() -> str:
    """The gate, with the steps for code scanning in place of its own."""
    workflow = yaml.safe_load(WORKFLOW)
    gate = workflow["jobs"]["preflight"]
    gate["permissions"]["security-events"] = "write"
    gate["steps"][1:] = yaml.safe_load(SARIF)
    workflow["jobs"] = {"preflight": gate}
    # YAML 1.1 reads `on` as true.
    return yaml.safe_dump({"on" if key is True else key: value for key, value in workflow.items()}, sort_keys=False)


def test_every_action_of_others_is_named_by_its_commit() -> None:
    steps = [
        *ACTION["runs"]["steps"],
        *yaml.safe_load(SARIF),
        *(step for job in JOBS.values() for step in job["steps"]),
    ]
    used = {step["uses"] for step in steps if step.get("uses", "./") != "./"}
    assert len(used) == 4
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", one) for one in used)


def test_the_documented_inputs_and_purposes_are_those_there_are() -> None:
    text = DOCUMENT.read_text()
    chapter = text.split("\n## GitHub\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| (`[^|]*) \|", chapter, re.MULTILINE)
    assert {one for cell in named for one in re.findall(r"`([\w-]+)`", cell)} - {"input"} == ACTION["inputs"].keys()
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", text.split("\n## GitHub\n")[0], re.MULTILINE))
    assert {name for name in rows if name in set(Purpose)} == set(Purpose)
    for purpose, commands in COMMANDS.items():
        assert all(command.split()[-1] in rows[purpose] for command in commands), purpose


# As run.


@pytest.fixture(scope="module")
def healthy(_strict_server: Strict) -> Iterator[Healthy]:
    with healthy_world(_strict_server) as world:
        yield world


@pytest.fixture
def runner(healthy: Healthy, tmp_path: Path) -> Runner:
    """A job on the healthy world, whose role was assumed."""
    python = tmp_path / "python"
    python.write_text(PYTHON.format(python=sys.executable))
    python.chmod(0o755)
    keys = {
        "aws-access-key-id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "aws-secret-access-key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        "aws-session-token": "a-token",
    }
    outputs = {f"steps.aws.outputs.{name}": value for name, value in keys.items()}
    # Credentials come from the role alone.
    env = {**clean_env(tmp_path), "AWS_ENDPOINT_URL": healthy.strict.url, "ACADEMYCTL_STACK": "sandbox"}
    return Runner(tmp_path, env, {"env.ROLE": "arn"}, {"steps.python.outputs.python-path": str(python), **outputs})


def test_the_trust_policy_names_one_environment(healthy: Healthy) -> None:
    (trust,) = blocks("Rights", "json")
    healthy.strict.client("iam").create_role(RoleName="academyctl-ci", AssumeRolePolicyDocument=trust)
    (statement,) = json.loads(trust)["Statement"]
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject.partition("OWNER/REPOSITORY:")[2] == "environment:production"
    assert {job["environment"] for job in JOBS.values()} == {"production"}


def test_the_gate_passes_installs_what_is_locked_and_writes_the_summary(runner: Runner) -> None:
    assert runner.job(JOBS["preflight"]["steps"]) == 0, runner.said
    assert runner.outputs["steps.run.outputs.exit-code"] == "0"
    assert runner.summary.startswith("## Preflight of sandbox")
    venv = runner.temp / "academyctl"
    words = (venv / "installed").read_text().split()
    assert words[-3:] == ["--constraint", str(venv / "constraints.txt"), str(ROOT)]
    locked = re.findall(r"^(\S+==\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert [line.split()[0] for line in (venv / "constraints.txt").read_text().splitlines()] == locked


def test_the_gate_is_red_with_annotations_where_something_is_broken(runner: Runner, healthy: Healthy) -> None:
    _turn_queue(healthy, "DISABLED")
    try:
        assert runner.action({"args": "--only\nqueue.*\n\n"}) == 4
    finally:
        _turn_queue(healthy, "ENABLED")
    assert runner.outputs["steps.run.outputs.exit-code"] == "4"
    assert re.search(r"^::error .*title=queue\.disabled::", runner.said, re.MULTILINE)
    assert "queue.disabled" in runner.summary


def _turn_queue(healthy: Healthy, state: str) -> None:
    """An update takes its time, in which the next one is refused."""
    healthy.strict.batch.update_job_queue(jobQueue=QUEUE, state=state)
    healthy.strict.control.advance(1)


def test_words_reach_the_command_as_they_stand(runner: Runner) -> None:
    hostile = '$(touch pwned) `touch pwned`; touch pwned "x'
    report = runner.folder / "a report.json"
    code = runner.action({"command": "env template", "args": f"--role\n{hostile}\n-o\njson", "stack": "sandbox"})
    assert code == 2
    assert hostile in json.loads(runner.said.splitlines()[0])["error"]["message"]
    assert runner.action({"format": "json", "args": f"--only\naccount.*\n--out\n{report}"}) == 0
    assert json.loads(report.read_text())["command"] == "preflight"
    assert not list(runner.folder.rglob("pwned"))


def test_the_documented_drift_alarm_rings_and_the_fleet_check_passes(runner: Runner) -> None:
    runner.context["secrets.ACADEMY_ENV"] = LEGACY
    assert runner.job(JOBS["drift"]["steps"]) == 5, runner.said
    assert (runner.temp / "mixed.env").stat().st_mode & 0o777 == 0o600
    assert "db-secret" not in runner.said
    assert runner.job(JOBS["fleet"]["steps"]) == 0, runner.said


def test_the_plain_script_makes_every_check_and_ends_as_the_first_that_fails(runner: Runner) -> None:
    (runner.folder / "nightly.sh").write_text(SHELL)
    (runner.folder / "mixed.env").write_text(LEGACY)
    env = {**runner.env, **CREDENTIALS, "PATH": f"{BIN}:{runner.env['PATH']}"}
    ended = subprocess.run(["sh", "nightly.sh"], env=env, cwd=runner.folder, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 5, ended
    assert "exit 5: academyctl ssm diff" in ended.stderr
    assert (runner.folder / "preflight.xml").read_text().startswith("<?xml")
    assert "ce-check" not in ended.stderr
