"""No value of any key reaches any output: every command, in success and in each failure mode, over canary values."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from academyctl.cli.app import GROUPS, LEAVES
from academyctl.plan.job_definition import desired_definition
from academyctl.sandbox.world_live import build_live
from tests.support.aws import API, WORKER, Aws
from tests.support.cli import Cli, Result
from tests.support.engine import Engine
from tests.support.envs import text
from tests.support.strict import Strict

CANARY = "xCANARYx"
PORT = "48213"
GOOD = {
    "R2_ENDPOINT": f"https://{CANARY}.example",
    "R2_ACCESS_KEY": f"{CANARY}-1",
    "R2_SECRET_KEY": f"{CANARY}-2",
    "R2_VIDEO_BUCKET": f"{CANARY}-3",
    "AWS_REGION": f"{CANARY}-4",
    "VIDEO_SQS_QUEUE_NAME": f"{CANARY}-5",
    "REDIS_HOST": f"{CANARY}.internal",
    "REDIS_PASSWORD": f"{CANARY}-6",
    "DB_NAME": f"{CANARY}-7",
    "DB_USER": f"{CANARY}-8",
    "DB_PASSWORD": f'"{CANARY} #9"',
    "DB_HOST": f"{CANARY}.db",
    "DB_PORT": PORT,
    "SECRET_KEY": f"{CANARY}$x",
    "SOLAPI_KEY": f"{CANARY}-10",
    "API_BASE_URL": f"https://{CANARY}.api",
    "INTERNAL_WORKER_TOKEN": f"{CANARY}-11",
    "WORKER_ID": f"{CANARY}-12",
    "R2_PREFIX": f"{CANARY}-13",
    "R2_REGION": f"{CANARY}-14",
}


def files(folder: Path) -> None:
    """The env files that the commands below name."""
    (folder / ".env").write_text(text(GOOD))
    bad = text(
        GOOD, R2_ENDPIONT=CANARY, DB_PORT=CANARY, REDIS_URL=f"rediss://u:{CANARY}@h", CLOUDFLARE_R2_ENDPOINT=CANARY
    )
    (folder / "bad.env").write_text(bad + f"SECRET_KEY={CANARY}-again\nSITE_URL={{{{{CANARY}}}}}\n")
    (folder / "large.env").write_text(text(GOOD, SOLAPI_LARGE=CANARY * 600))
    (folder / "lines.env").write_text(f'A="{CANARY}\nB={CANARY}\n{CANARY}\n={CANARY}\n')
    (folder / "utf16.env").write_bytes(text(GOOD).encode("utf-16"))
    (folder / "latin.env").write_bytes(b"A=" + CANARY.encode() + b"\xff\n")
    (folder / "lost.env").write_text(text(GOOD, R2_ENDPOINT=None, SOLAPI_KEY=None))
    (folder / "code.py").write_text(f"import os\nos.environ['DB_HOST']\nos.getenv('X', '{CANARY}')\n")
    (folder / "newline.env").write_text(text(GOOD, SITE_URL=f'"{CANARY}\\n{CANARY}"'))


@dataclass(frozen=True)
class Case:
    line: str
    code: int
    stdin: str = ""


READS = (
    Case("env validate --file .env", 0),
    Case("env validate --file bad.env", 4),
    Case("env validate --file lines.env", 2),
    Case("env validate --file utf16.env", 2),
    Case("env validate --file latin.env", 2),
    Case("env validate --stdin", 4, f"DB_PORT={CANARY}\n"),
    Case("env validate --process", 4),
    Case("env validate --ssm", 0),
    Case("env split --file bad.env", 4),
    Case("env split --file .env --out . --dry-run", 0),
    Case("env split --file newline.env --out . --yes", 4),
    Case("env diff file:.env ssm: --role api", 0),
    Case("env diff file:bad.env ssm: --role worker", 5),
    Case("env diff process: file:lines.env --role worker", 2),
    Case("env template --role all", 0),
    Case("env matrix --file bad.env", 0),
    Case("env restore --role api --to host.env --dry-run", 0),
    Case("env restore --role api --to lines.env --merge --yes", 2),
    Case("env restore --role api --to bad.env --dry-run", 0),
    Case("env run --role api -- true", 0),
    Case("env run --role api -- no-such-command", 127),
    Case("env scan code.py --role api", 4),
    Case("env refresh --container academy-api --role api --yes", 1),
    Case("ssm push --role all --file bad.env --yes", 4),
    Case("ssm push --role all --file large.env --yes", 4),
    Case("ssm push --role all --file lost.env --yes", 4),
    Case("ssm push --role all --file newline.env --yes", 4),
    Case("ssm push --role all --file lines.env --yes", 2),
    Case("ssm push --role all --file large.env --allow-advanced", 2),
    Case("ssm push --role all --file large.env --allow-advanced --dry-run", 0),
    Case("ssm show --role api", 0),
    Case("ssm show --role api --version 99", 1),
    Case("ssm pull --role api --to -", 2),
    Case("ssm pull --role api --to p.env", 2),
    Case("ssm diff --role all --file .env", 0),
    Case("ssm diff --role all --file lost.env", 4),
    Case("ssm history --role api", 0),
    Case("ssm verify", 0),
    Case("ssm rollback --role worker --yes", 1),
    Case("ssm set --role api DB_PORT --yes", 4, CANARY),
    Case("ssm set --role api SECRET_KEY --yes", 4, f"{CANARY}\n{CANARY}"),
    Case("ssm set --role api R2_PREFIX --yes", 4, CANARY),
    Case("ssm unset --role api SECRET_KEY --yes", 4),
    Case("ssm unlock", 0),
    Case("preflight --file bad.env", 4),
    Case("iam policy --for ssm-push", 0),
    Case("explain env.foreign", 0),
    Case("doctor", 0),
    Case("profile check", 0),
    Case("profile schema role", 0),
)
WRITES = (
    Case("env split --file .env --out . --yes", 0),
    Case("ssm push --role all --file large.env --allow-advanced --yes", 0),
    Case("ssm push --role all --file .env --allow-remove SOLAPI_LARGE --yes", 0),
    Case("ssm pull --role api --to p.env --yes", 0),
    Case("env restore --role api --to .env.host --yes", 0),
    Case("ssm set --role api SECRET_KEY --yes", 0, f"{CANARY}-new"),
    Case("ssm history --role api", 0),
    Case("ssm rollback --role api --yes", 0),
    Case("ssm unset --role api SOLAPI_KEY --yes", 0),
    Case("ssm push --role all --file .env --merge --yes", 0),
)


BATCH = (
    Case("batch setup --dry-run", 0),
    Case("batch status", 0),
    Case("batch why", 4),
    Case("batch jobs", 0),
    Case("batch logs 00000000-0000-4000-8000-000000000000", 1),
    Case("batch ce-check", 0),
    Case("batch ce-ensure --max-vcpus 64 --yes --poll 0.1", 0),
    Case("batch jobdef-verify --live", 4),
    Case("batch jobdef-register --dry-run", 0),
    Case("batch cleanup-legacy --dry-run --poll 0.1", 0),
    Case("batch ce-prune --dry-run", 0),
    Case("batch ce-rollout --soak 0 --poll 0.1 --drain-timeout 0 --yes", 75),
    Case("batch ce-rollout --abort --poll 0.1 --yes", 0),
    Case("batch ce-rollback --dry-run", 0),
    Case("batch jobdef-register --yes", 0),
    Case("delete-r2 deploy --dry-run", 0),
    Case("delete-r2 status", 0),
    Case("delete-r2 test --timeout 1 --yes", 1),
)
"""On a Batch at work, whose job definition holds what belongs into the parameter."""


HOST = (
    Case("env validate --container academy-api", 0),
    Case("env diff container:academy-api ssm: --role api", 5),
    Case("env matrix --role api", 0),
    Case("env refresh --container academy-api --role api --dry-run", 0),
    Case("env refresh --container academy-api --role api --settle 0.1 --yes", 0),
    Case("env restore --role api --to .env --yes", 0),
)
"""Beside a container with an env of its own."""


@pytest.fixture
def seeded(ops: Cli, aws: Aws, tmp_path: Path) -> Cli:
    files(tmp_path)
    done = ops.run("ssm", "push", "--role", "all", "--yes", "-v")
    assert done.code == 0, done.err
    assert_clean(done, "push")
    return ops


def assert_clean(result: Result, what: str) -> None:
    for name, output in (("stdout", result.out), ("stderr", result.err)):
        assert CANARY not in output, f"{what}: a value on {name}"
        assert PORT not in output, f"{what}: a value on {name}"


@pytest.mark.parametrize("form", ["table", "json"])
def test_no_command_shows_a_value(seeded: Cli, form: str) -> None:
    for case in (*READS, *WRITES):
        environ = {"DB_PASSWORD": CANARY, "REDIS_URL": CANARY, "DB_PORT": CANARY}
        words, dashes, child = case.line.partition(" -- ")
        line = [*words.split(), "-v", "-o", form, *(dashes + child).split()]
        result = seeded.run(*line, stdin=case.stdin, env=environ)
        assert result.code == case.code, f"{case.line}: {result.code}\n{result.err}"
        assert_clean(result, case.line)


@pytest.fixture
def fleet(cli: Cli, strict: Strict, tmp_path: Path) -> Cli:
    files(tmp_path)
    cli.env |= strict.env
    assert cli.run("ssm", "push", "--role", "all", "--yes").code == 0
    build_live(strict.client, strict.stack, strict.control)
    wanted = desired_definition(strict.stack)
    container = {**wanted.properties["containerProperties"], "command": ["run", CANARY]}
    container["environment"] = [{"name": "DB_PASSWORD", "value": CANARY}, {"name": "AWS_REGION", "value": CANARY}]
    properties = {**wanted.properties, "containerProperties": container, "parameters": {"job_id": CANARY}}
    strict.batch.register_job_definition(jobDefinitionName=wanted.name, **properties)
    return cli


@pytest.mark.parametrize("form", ["table", "json"])
def test_no_batch_command_shows_a_value(fleet: Cli, form: str) -> None:
    for case in BATCH:
        result = fleet.run(*case.line.split(), "-v", "-o", form)
        assert result.code == case.code, f"{case.line}: {result.code}\n{result.out}{result.err}"
        assert_clean(result, case.line)


@pytest.mark.parametrize("form", ["table", "json"])
def test_no_command_on_a_host_shows_a_value(seeded: Cli, engine: Engine, tmp_path: Path, form: str) -> None:
    seeded.env["DOCKER_HOST"] = engine.host
    (tmp_path / "old.env").write_text(text(GOOD, SECRET_KEY=f"{CANARY}-old", OTHER=CANARY))
    engine.run("academy-api", "--env-file", str(tmp_path / "old.env"))
    for case in HOST:
        result = seeded.run(*case.line.split(), "-v", "-o", form)
        assert result.code == case.code, f"{case.line}: {result.code}\n{result.out}{result.err}"
        assert_clean(result, case.line)


def test_every_command_stands_in_the_tables_above() -> None:
    named = {" ".join(case.line.split()[:2]) for case in (*READS, *WRITES, *BATCH)}
    assert set(LEAVES) <= {case.line.split()[0] for case in READS}
    for group, (module, _) in GROUPS.items():
        if group == "sandbox":
            continue  # it invents its own values, and its tour is tested beside it
        app = __import__(module, fromlist=["app"]).app
        assert {f"{group} {command.name}" for command in app.registered_commands} <= named


def test_only_reveal_prints_values_and_only_to_stdout(seeded: Cli) -> None:
    for line in ("ssm show --role api --reveal -v", "ssm pull --role api --to - --reveal -v"):
        result = seeded.run(*line.split())
        assert CANARY in result.out
        assert CANARY not in result.err


def sabotage(folder: Path, module: str, name: str) -> dict[str, str]:
    """An environment in which one function of academyctl raises, with a canary in the message."""
    folder.mkdir(exist_ok=True)
    lines = [
        "import importlib, sys",
        f"sys.path.insert(0, {str(Path(__file__).resolve().parents[3])!r})",
        f"module = importlib.import_module({module!r})",
        f"def broken(*args, **more): raise ValueError({CANARY[::-1]!r}[::-1] + repr(args))",
        f"setattr(module, {name!r}, broken)",
    ]
    (folder / "sitecustomize.py").write_text("\n".join(lines))
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).resolve().parents[3])])}


@pytest.mark.parametrize("verbose", [(), ("--verbose",)])
@pytest.mark.parametrize("form", ["table", "json"])
def test_an_unexpected_error_is_one_line_without_its_text(
    seeded: Cli, tmp_path: Path, verbose: tuple[str, ...], form: str
) -> None:
    env = sabotage(tmp_path / "sabotage", "academyctl.plan.split", "split_document")
    result = seeded.run("env", "validate", "--file", ".env", "-o", form, *verbose, env=env)
    assert result.code == 3
    assert_clean(result, "a bug")
    assert "unexpected ValueError" in result.out + result.err
    assert ("split" in result.err) is bool(verbose), "the traceback is for --verbose only"


def test_a_stored_blob_that_cannot_be_read_is_not_quoted(seeded: Cli, aws: Aws) -> None:
    aws.put(API, f"{CANARY} {CANARY}=1\n={CANARY}\n")
    aws.put(WORKER, f'A="{CANARY}\n')
    for line, code in (
        ("env validate --ssm", 2),
        ("ssm verify", 4),
        ("ssm show --role api", 2),
        ("ssm history --role worker", 0),
        ("ssm diff --file .env", 5),
        ("ssm set --role api SECRET_KEY --yes", 4),
        ("ssm push --role all --file .env --yes", 4),
    ):
        result = seeded.run(*line.split(), "-v", stdin=CANARY)
        assert result.code == code, f"{line}: {result.code} {result.err}"
        assert_clean(result, line)


@pytest.mark.parametrize("line", [f"ssm set --role api SECRET_KEY={CANARY}", f"ssm set --role api SECRET_KEY {CANARY}"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_value_typed_on_the_line_is_refused_and_not_repeated(seeded: Cli, line: str, form: str) -> None:
    result = seeded.run(*line.split(), "--yes", "-v", "-o", form, stdin="x")
    assert result.code == 2
    assert_clean(result, line)
