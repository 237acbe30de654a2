"""Who may: the account guard before any write, and a refusal that names the IAM action."""

import pytest

from tests.support.aws import API, LOCK, WORKER
from tests.support.envs import API as API_ENV
from tests.support.envs import text
from tests.support.proxy import Fault, Refused, denied
from tests.support.site import Site

PUSH = "ssm push --role all --yes"
DENIALS = [
    (PUSH, "GetCallerIdentity", "", "sts:GetCallerIdentity"),
    (PUSH, "GetParameters", f"{API},{WORKER},{LOCK}", "ssm:GetParameters"),
    (PUSH, "DescribeParameters", "", "ssm:DescribeParameters"),
    (PUSH, "PutParameter", LOCK, "ssm:PutParameter"),
    (PUSH, "GetParameters", f"{API},{WORKER}", "ssm:GetParameters"),
    (PUSH, "PutParameter", API, "ssm:PutParameter"),
    ("ssm show --role api", "GetParameters", API, "ssm:GetParameters"),
    ("ssm show --role api --version 1", "GetParameter", f"{API}:1", "ssm:GetParameter"),
    ("ssm history --role api", "GetParameterHistory", API, "ssm:GetParameterHistory"),
    ("ssm rollback --role api --yes", "GetParameterHistory", API, "ssm:GetParameterHistory"),
    ("ssm unlock --yes", "GetParameterHistory", LOCK, "ssm:GetParameterHistory"),
]
MISMATCH = [
    (PUSH, ""),
    ("ssm push --role all --dry-run", ""),
    ("ssm rollback --role api --to-version 1 --yes", ""),
    ("ssm set --role api SECRET_KEY --yes", "new"),
    ("ssm unset --role api REDIS_DB --yes", ""),
    ("ssm unlock --yes", ""),
    ("ssm pull --role api --to api.env --yes", ""),
]


@pytest.mark.parametrize(("line", "operation", "name", "action"), DENIALS)
def test_a_denied_call_names_its_action(stored: Site, line: str, operation: str, name: str, action: str) -> None:
    stored.proxy.on(operation, Fault(forwarded=False, answer=denied(action)), name=name)
    result = stored.run(*line.split(), "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (1, "aws.access-denied"), result
    assert f"not allowed to call {action}" in result.json["error"]["message"]
    assert result.json["error"]["hint"] == f"grant {action} to the caller"
    assert stored.both() == ("old", "old")


def test_a_denied_call_that_aws_does_not_name_is_named_by_what_we_called(stored: Site) -> None:
    stored.proxy.on("DescribeParameters", Fault(forwarded=False, answer=Refused("AccessDenied", 403, "no")))
    assert "not allowed to call ssm:DescribeParameters" in stored.push().json["error"]["message"]


@pytest.mark.parametrize(
    "answer",
    [
        denied("kms:Decrypt"),
        Refused("AccessDeniedException", 400, "The ciphertext refers to a customer master key that does not exist"),
    ],
)
def test_a_read_that_the_key_denies_names_kms(stored: Site, answer: Refused) -> None:
    stored.proxy.on("GetParameters", Fault(forwarded=False, answer=answer), name=API)
    result = stored.run("ssm", "show", "--role", "api", "-o", "json")
    assert result.code == 1
    assert "not allowed to call kms:Decrypt" in result.json["error"]["message"]


def test_a_write_that_the_key_denies_names_kms(stored: Site) -> None:
    stored.proxy.on("PutParameter", Fault(forwarded=False, answer=denied("kms:Encrypt")), name=WORKER)
    result = stored.push()
    assert result.code == 7
    assert "not allowed to call kms:Encrypt" in result.json["error"]["message"]


@pytest.mark.parametrize(("line", "stdin"), MISMATCH)
def test_another_account_than_the_stacks_is_refused_before_any_write(stored: Site, line: str, stdin: str) -> None:
    stored.put(API, text(API_ENV, REDIS_DB="0"))
    before = stored.history(API)
    result = stored.run(*line.split(), "--stack", "production", "-o", "json", stdin=stdin)
    assert (result.code, result.json["status"]) == (4, "findings"), result
    assert result.codes() == ["account.mismatch"]
    message = result.json["findings"][0]["message"]
    assert "123456789012" in message
    assert "809466760795" in message
    assert stored.proxy.log == [("GetCallerIdentity", "")], "nothing was even read"
    assert stored.history(API) == before
    assert not (stored.cli.cwd / "api.env").exists()
