"""`env validate` of what runs: this process, the stored parameters; and that no source's values are shown."""

import pytest

from tests.support.aws import API as API_PARAMETER
from tests.support.aws import WORKER as WORKER_PARAMETER
from tests.support.aws import Aws
from tests.support.cli import Cli
from tests.support.envs import API, WORKER, text
from tests.support.validate import CANARY, states, subjects, validate, write

# --- stdin and process ----------------------------------------------------------------------------------------------


def test_stdin_is_judged_as_a_file_is(cli: Cli) -> None:
    assert validate(cli, "--stdin", stdin=text(WORKER)).code == 0
    result = validate(cli, "--stdin", stdin=text(WORKER, DB_PORT="x") + "QQQ=1\n")
    assert set(result.codes("error")) == {"env.type", "env.unknown"}
    assert set(result.codes("info")) == {"env.foreign"}
    assert {finding["location"]["path"] for finding in result.json["findings"]} == {"stdin"}


def test_an_empty_stdin_lacks_everything(cli: Cli) -> None:
    assert set(validate(cli, "--stdin").codes()) == {"env.missing", "env.one-of"}


def test_a_process_is_judged_by_its_own_keys_only(cli: Cli) -> None:
    result = validate(cli, "--process", env={**WORKER, "QQQ": "1", "SOLAPI_KEY": "s"})
    assert (result.code, result.codes()) == (0, [])
    assert states(result, "api")["SOLAPI_KEY"] == "SET"


def test_a_process_that_lacks_a_key_or_has_it_under_an_old_name_only(cli: Cli) -> None:
    env = {key: value for key, value in API.items() if key != "R2_ENDPOINT"}
    result = validate(cli, "--process", "--role", "api", env={**env, "CLOUDFLARE_R2_ENDPOINT": "https://r2.example"})
    assert result.code == 4
    assert subjects(result, "env.missing") == ["api:R2_ENDPOINT"]
    assert [(f["level"], f["subject"]) for f in result.json["findings"] if f["code"] == "env.alias"] == [
        ("warning", "api:CLOUDFLARE_R2_ENDPOINT")
    ]
    assert all(finding["location"] is None for finding in result.json["findings"])


# --- SSM ------------------------------------------------------------------------------------------------------------


def store(aws: Aws, api: str | None = None, worker: str | None = None) -> None:
    aws.put(API_PARAMETER, text(API) if api is None else api)
    aws.put(WORKER_PARAMETER, text(WORKER) if worker is None else worker)


def test_both_stored_blobs_pass(ops: Cli, aws: Aws) -> None:
    store(aws)
    result = validate(ops, "--ssm")
    assert (result.code, result.json["status"], result.codes()) == (0, "ok", [])
    assert result.json["data"]["source"] == "ssm"
    assert result.json["data"]["roles"].keys() == {"api", "worker"}


def test_a_parameter_that_is_not_there_is_a_finding(ops: Cli, aws: Aws) -> None:
    aws.put(API_PARAMETER, text(API))
    result = validate(ops, "--ssm")
    assert result.code == 4
    assert subjects(result, "ssm.absent") == [WORKER_PARAMETER]
    assert result.json["data"]["roles"].keys() == {"api"}


def test_one_env_in_both_parameters_is_found(ops: Cli, aws: Aws) -> None:
    """The incident: what uploads need stands there under a name that nobody reads, beside the other role's keys."""
    mixed = text(WORKER, R2_ENDPOINT=None, CLOUDFLARE_R2_ENDPOINT="https://r2.example")
    store(aws, mixed, mixed)
    result = validate(ops, "--ssm", "--role", "api")
    assert result.code == 4
    assert subjects(result, "env.missing") == ["api:R2_ENDPOINT"]
    assert set(subjects(result, "env.foreign")) == {f"api:{key}" for key in WORKER.keys() - API.keys()}
    assert {f["level"] for f in result.json["findings"] if f["code"] == "env.foreign"} == {"error"}
    assert [(f["level"], f["subject"]) for f in result.json["findings"] if f["code"] == "env.alias"] == [
        ("warning", "api:CLOUDFLARE_R2_ENDPOINT")
    ]


def test_undeclared_and_repeated_keys_in_a_blob_are_errors(ops: Cli, aws: Aws) -> None:
    store(aws, text(API) + "QQQ=1\nDB_NAME=again\n")
    result = validate(ops, "--ssm")
    assert sorted(result.codes("error")) == ["env.duplicate", "env.unknown"]
    assert subjects(result, "env.unknown") == ["api:QQQ"]


def test_an_older_version_is_judged_on_demand(ops: Cli, aws: Aws) -> None:
    store(aws, text(API, DB_NAME=None))
    store(aws)
    assert validate(ops, "--ssm", "--role", "api").code == 0
    old = validate(ops, "--ssm", "--role", "api", "--version", "1")
    assert subjects(old, "env.missing") == ["api:DB_NAME"]
    assert validate(ops, "--ssm", "--role", "api", "--version", "2").code == 0


def test_a_version_that_is_not_there_is_a_failure(ops: Cli, aws: Aws) -> None:
    store(aws)
    result = validate(ops, "--ssm", "--role", "api", "--version", "9")
    assert (result.code, result.json["status"]) == (1, "failed")
    assert "9" in result.json["error"]["message"]


@pytest.mark.parametrize("role", ["api", "all"])
def test_a_blob_that_its_consumer_cannot_read_is_exit_2_and_never_quoted(ops: Cli, aws: Aws, role: str) -> None:
    store(aws, f"export SECRET_KEY={CANARY}\n")
    result = validate(ops, "--ssm", "--role", role)
    assert (result.code, result.json["error"]["code"]) == (2, "env.parse")
    (found,) = (finding for finding in result.json["findings"] if finding["code"] == "env.parse")
    assert found["location"] == {"path": f"{API_PARAMETER}@1", "line": 1}
    assert CANARY not in result.out + result.err
    assert result.json["error"]["hint"]


def test_a_blob_is_read_as_its_consumer_reads_it(ops: Cli, aws: Aws) -> None:
    """docker keeps the quotes, so the port is none; python-dotenv takes them off."""
    store(aws, text(API, DB_PORT='"5432"'), text(WORKER, DB_PORT='"5432"'))
    assert subjects(validate(ops, "--ssm"), "env.type") == ["api:DB_PORT"]


# --- secrecy --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["json", "table"])
def test_no_value_is_shown_whatever_is_wrong_with_it(ops: Cli, aws: Aws, output: str) -> None:
    bad = dict.fromkeys({**WORKER, "DEBUG": "", "REDIS_URL": "", "QQQ": "", "VIDEO_BUCKET_NAME": ""}, f"{CANARY} x")
    write(ops, text(bad))
    store(aws, text(bad), text(bad))
    for source in ("--file=.env", "--stdin", "--process", "--ssm"):
        env = bad if source == "--process" else {}
        result = ops.run("env", "validate", source, "-v", "-o", output, stdin=text(bad), env=env)
        assert result.code in (2, 4)
        assert CANARY not in result.out + result.err
