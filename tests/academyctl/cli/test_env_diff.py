"""`env diff`: two envs of one role, by key name."""

import re

import pytest

from tests.support.aws import API as API_PARAMETER
from tests.support.aws import WORKER as WORKER_PARAMETER
from tests.support.aws import Aws
from tests.support.cli import Cli, Result
from tests.support.envs import API, LEGACY, WORKER, text

CANARY = "c4n4ry-value"


def diff(cli: Cli, a: str, b: str, *words: str, role: str = "api", env: dict[str, str] | None = None) -> Result:
    result = cli.run("env", "diff", a, b, "--role", role, *words, "-o", "json", env=env)
    assert result.json["exit_code"] == result.code
    return result


def keys(result: Result) -> dict[str, str]:
    found = result.json["data"]["keys"]
    assert isinstance(found, dict)
    return found


def write(cli: Cli, name: str, content: str) -> str:
    (cli.cwd / name).write_text(content)
    return f"file:{name}"


def test_equal_envs_are_ok_in_any_order_and_form(cli: Cli) -> None:
    a = write(cli, "a.env", "DB_NAME=d\nDB_USER='u'\n")
    b = write(cli, "b.env", "# c\nexport DB_USER=u\nDB_NAME = d # c\n")
    result = diff(cli, a, b)
    assert (result.code, result.json["status"], result.json["error"]) == (0, "ok", None)
    assert keys(result) == {"DB_NAME": "same", "DB_USER": "same"}


def test_a_difference_is_pending_and_told_by_name(cli: Cli) -> None:
    a = write(cli, "a.env", "DB_NAME=d\nDB_USER=u\nDB_HOST=h\n")
    b = write(cli, "b.env", "DB_NAME=d\nDB_USER=other\nDB_PORT=1\n")
    result = diff(cli, a, b)
    assert (result.code, result.json["status"], result.json["error"]) == (5, "pending", None)
    assert keys(result) == {"DB_HOST": "removed", "DB_NAME": "same", "DB_PORT": "added", "DB_USER": "changed"}
    assert list(keys(result)) == sorted(keys(result))
    assert (result.json["data"]["a"], result.json["data"]["b"]) == (a, b)
    assert set(keys(diff(cli, b, a)).values()) == {"same", "changed", "added", "removed"}


def test_an_empty_value_is_not_an_absent_one(cli: Cli) -> None:
    a, b = write(cli, "a.env", "REDIS_PASSWORD=\n"), write(cli, "b.env", "")
    assert keys(diff(cli, a, b)) == {"REDIS_PASSWORD": "removed"}


def test_people_see_a_row_for_each_key(cli: Cli) -> None:
    a, b = write(cli, "a.env", "DB_NAME=d\n"), write(cli, "b.env", "DB_NAME=e\n")
    result = cli.run("env", "diff", a, b, "--role", "api")
    assert result.code == 5
    assert re.sub(r" {2,}", " | ", result.out) == (
        "api: file:a.env → file:b.env\nKEY | IS\nDB_NAME | changed\n\npending\n"
    )


def test_of_a_file_only_the_roles_share_counts_with_old_names_mapped(cli: Cli) -> None:
    a = write(cli, "a.env", "CLOUDFLARE_R2_ENDPOINT=e\nWORKER_ID=w\nREDIS_URL=redis://h\n")
    b = write(cli, "b.env", "R2_ENDPOINT=e\nREDIS_HOST=h\nR2_PREFIX=p\n")
    assert keys(diff(cli, a, b)) == {"R2_ENDPOINT": "same", "REDIS_HOST": "same"}
    assert keys(diff(cli, a, b, role="worker"))["WORKER_ID"] == "removed"


def test_what_is_declared_nowhere_counts_in_a_file_too(cli: Cli) -> None:
    a, b = write(cli, "a.env", "DB_NAME=d\nFOO=1\n"), write(cli, "b.env", "DB_NAME=d\n")
    result = diff(cli, a, b)
    assert (result.code, keys(result)) == (5, {"DB_NAME": "same", "FOO": "removed"})
    assert diff(cli, a, a).code == 0


@pytest.mark.parametrize(("lines", "code"), [("DB_NAME=d\n", 0), ("DB_NAME=e\n", 5)])
def test_a_key_that_a_file_sets_twice_is_a_warning_and_no_difference(cli: Cli, lines: str, code: int) -> None:
    a, b = write(cli, "a.env", "DB_NAME=c\nDB_NAME=d\n"), write(cli, "b.env", lines)
    for result in (diff(cli, a, b), diff(cli, b, a)):
        assert (result.code, result.codes("error")) == (code, [])
        (found,) = result.json["findings"]
        assert (found["level"], found["code"]) == ("warning", "env.duplicate")
        assert found["location"] == {"path": "a.env", "line": 2}


def test_another_roles_key_of_a_file_counts_where_the_process_holds_it_too(cli: Cli) -> None:
    a = write(cli, "a.env", "DB_NAME=d\nWORKER_ID=w\nFOO=1\n")
    env = {"DB_NAME": "d", "WORKER_ID": "v", "FOO": "1", "QQQ": "q", "R2_PREFIX": "p"}
    assert keys(diff(cli, a, "process:", env=env)) == {"DB_NAME": "same", "FOO": "same", "WORKER_ID": "changed"}
    assert keys(diff(cli, a, "process:", env={"DB_NAME": "d"})) == {"DB_NAME": "same", "FOO": "removed"}


def test_of_a_process_only_the_roles_keys_count(cli: Cli) -> None:
    a = write(cli, "a.env", "DB_NAME=d\nSOLAPI_KEY=s\n")
    env = {"DB_NAME": "d", "SOLAPI_KEY": "s", "WORKER_ID": "w", "QQQ": "q"}
    result = diff(cli, a, "process:", env=env)
    assert (result.code, keys(result)) == (0, {"DB_NAME": "same", "SOLAPI_KEY": "same"})


# --- SSM ------------------------------------------------------------------------------------------------------------


def test_a_file_is_compared_with_what_is_stored(ops: Cli, aws: Aws) -> None:
    aws.put(API_PARAMETER, text(API))
    a = write(ops, "a.env", text(API))
    assert diff(ops, a, "ssm:").code == 0
    aws.put(API_PARAMETER, text(API, DB_NAME="other"))
    assert keys(diff(ops, a, "ssm:"))["DB_NAME"] == "changed"


def test_two_versions_are_compared(ops: Cli, aws: Aws) -> None:
    for name in ("one", "two", "one"):
        aws.put(API_PARAMETER, text(API, DB_NAME=name))
    assert keys(diff(ops, "ssm:@1", "ssm:@2"))["DB_NAME"] == "changed"
    assert diff(ops, "ssm:@1", "ssm:").code == 0


def test_of_a_blob_every_key_counts_also_a_foreign_one(ops: Cli, aws: Aws) -> None:
    aws.put(API_PARAMETER, text(API) + "WORKER_ID=w\nQQQ=q\nCLOUDFLARE_R2_ENDPOINT=e\n")
    a = write(ops, "a.env", text(API))
    removed = {key for key, how in keys(diff(ops, "ssm:", a)).items() if how == "removed"}
    assert removed == {"WORKER_ID", "QQQ", "CLOUDFLARE_R2_ENDPOINT"}


def test_a_blob_and_the_file_that_it_was_pulled_to_are_equal_whatever_stands_in_it(ops: Cli, aws: Aws) -> None:
    aws.put(API_PARAMETER, text(API) + "WORKER_ID=w\nFOO=1\nCLOUDFLARE_R2_ENDPOINT=e\n")
    assert ops.run("ssm", "pull", "--role", "api", "--to", "pulled.env", "--yes").code == 0
    for pair in (("file:pulled.env", "ssm:"), ("ssm:", "file:pulled.env")):
        result = diff(ops, *pair)
        assert (result.code, set(keys(result).values())) == (0, {"same"})
        assert keys(result).keys() >= {"WORKER_ID", "FOO", "CLOUDFLARE_R2_ENDPOINT"}
    write(ops, "mixed.env", text(WORKER, WORKER_ID=None) + "FOO=1\nCLOUDFLARE_R2_ENDPOINT=e\n")
    differing = {key: how for key, how in keys(diff(ops, "file:mixed.env", "ssm:")).items() if how != "same"}
    assert differing == {"WORKER_ID": "added"}, "what only the file holds of another role is no difference"


def test_each_roles_blob_is_its_own(ops: Cli, aws: Aws) -> None:
    aws.put(API_PARAMETER, text(API))
    aws.put(WORKER_PARAMETER, text(WORKER, DB_NAME="other"))
    a = write(ops, "a.env", text(WORKER))
    assert diff(ops, a, "ssm:").code == 0
    assert keys(diff(ops, a, "ssm:", role="worker"))["DB_NAME"] == "changed"


def test_an_absent_parameter_or_version_is_a_failure(ops: Cli, aws: Aws) -> None:
    a = write(ops, "a.env", text(API))
    absent = diff(ops, a, "ssm:")
    assert (absent.code, absent.json["error"]["code"]) == (1, "ssm.absent")
    assert API_PARAMETER in absent.json["error"]["message"]
    assert absent.json["error"]["hint"] == "academyctl ssm push --role api --file .env"
    aws.put(API_PARAMETER, text(API))
    assert diff(ops, a, "ssm:@9").code == 1


def test_a_blob_that_cannot_be_read_is_exit_2_and_never_quoted(ops: Cli, aws: Aws) -> None:
    aws.put(WORKER_PARAMETER, f"SECRET_KEY='{CANARY}\n")
    result = diff(ops, write(ops, "a.env", text(WORKER)), "ssm:", role="worker")
    assert (result.code, result.codes()) == (2, ["env.parse"])
    assert CANARY not in result.out + result.err


# --- the command line -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    ["", ".env", "file:", "nowhere:x", "ssm:3", "ssm:@", "ssm:@x", "ssm:@-1", "process:x", "SSM:"],
)
def test_what_is_no_source_is_a_usage_error_that_lists_them(cli: Cli, source: str) -> None:
    a = write(cli, "a.env", "DB_NAME=d\n")
    for pair in ((a, source), (source, a)):
        result = diff(cli, *pair)
        assert (result.code, result.json["error"]["code"]) == (2, "usage.source")
        assert "file:PATH" in result.json["error"]["hint"]


@pytest.mark.parametrize("role", ["all", "nobody", ""])
def test_exactly_one_role_is_compared(cli: Cli, role: str) -> None:
    a = write(cli, "a.env", "DB_NAME=d\n")
    result = diff(cli, a, a, role=role)
    assert (result.code, result.json["error"]["code"]) == (2, "usage.role")


def test_a_missing_role_or_source_is_a_usage_error_in_json_too(cli: Cli) -> None:
    for words in ((), ("file:a.env",), ("file:a.env", "process:")):
        result = cli.run("env", "diff", *words, "-o", "json")
        assert (result.code, result.json["error"]["code"]) == (2, "usage")


def test_a_file_that_cannot_be_read_is_exit_2(cli: Cli) -> None:
    a = write(cli, "a.env", "DB_NAME=d\n")
    assert diff(cli, a, "file:no.env").json["error"]["code"] == "env.parse"
    assert diff(cli, write(cli, "bad.env", "DB_NAME\n"), a).codes() == ["env.parse"]


def test_no_value_is_shown(cli: Cli) -> None:
    a = write(cli, "a.env", text(API, SECRET_KEY=CANARY))
    b = write(cli, "b.env", LEGACY.replace("academy", CANARY))
    for output in ("json", "table"):
        result = cli.run("env", "diff", a, b, "--role", "api", "-v", "-o", output)
        assert result.code == 5
        assert CANARY not in result.out + result.err
