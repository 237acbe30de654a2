"""AWS's own refusals, which the embedded AWS does not make: error, exit code, message, and no word of a value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.stub import Stubber

from academyctl.aws.connect import ATTEMPTS, Connection
from academyctl.aws.errors import from_sdk, translated
from academyctl.aws.ssm import ParameterStore
from academyctl.aws.sts import read_caller
from academyctl.model.errors import (
    AccessDenied,
    AlreadyExists,
    AnswerLost,
    AwsError,
    NotFound,
    Refusal,
    Throttled,
    Unreachable,
)
from academyctl.model.exit import ExitCode
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterWrite, StoredParameter

NAME = "/academy/api/env"
CANARY = "c4n4ry-v4lue"
BASE = StoredParameter(name=NAME, version=1, type="SecureString", value=Secret("A=1\n"))
WRITE = ParameterWrite(name=NAME, value=Secret(f"A={CANARY}\n"), base=BASE)


@dataclass
class Stubbed:
    """A store whose client answers as told; no byte leaves the process."""

    connection: Connection
    ssm: Stubber
    slept: list[float]

    @property
    def store(self) -> ParameterStore:
        return ParameterStore(self.connection)

    def refuse(self, operation: str, code: str, message: str = "refused", *, status: int = 400, times: int = 1) -> None:
        for _ in range(times):
            self.ssm.add_client_error(
                operation, service_error_code=code, service_message=message, http_status_code=status
            )


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubbed]:
    settings = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    slept: list[float] = []
    connection = Connection("ap-northeast-2", sleep=slept.append)
    with Stubber(connection.client("ssm")) as stubber:
        yield Stubbed(connection, stubber, slept)
        stubber.assert_no_pending_responses()


SIZE = f"1 validation error detected: Value 'A={CANARY}' at 'value' failed to satisfy constraint: length 4096"
BRACES = f'Parameter value can\'t nest another parameter. Do not use "{{{{}}}}" in the value: A={CANARY}'
DOWNGRADE = "This parameter uses the advanced-parameter tier. You can't downgrade a parameter to the standard tier."
REFUSALS = [
    ("ValidationException", SIZE, Refusal, "SSM refuses the request as invalid"),
    ("ValidationException", BRACES, Refusal, "SSM refuses the request as invalid"),
    ("ValidationException", DOWNGRADE, Refusal, "SSM refuses the request as invalid"),
    ("HierarchyTypeMismatchException", "", Refusal, "a stored String cannot become a SecureString"),
    ("InvalidKeyId", "", Refusal, "the KMS key does not exist, is disabled, or is not usable here"),
    ("ParameterLimitExceeded", "", Refusal, "no room for one more parameter"),
    ("ParameterMaxVersionLimitExceeded", "", Refusal, "the oldest of the 100 versions carries a label"),
    ("ParameterAlreadyExists", "", AlreadyExists, "the parameter exists already"),
    ("UnsupportedParameterType", "", Refusal, "type is not supported"),
    ("SomethingNew", f"about {CANARY}", Refusal, "AWS answers SomethingNew"),
    ("UnrecognizedClientException", "", Unreachable, "AWS rejects the credentials (UnrecognizedClientException)"),
    ("ExpiredTokenException", "", Unreachable, "AWS rejects the credentials (ExpiredTokenException)"),
    ("InvalidSignatureException", "", Unreachable, "AWS rejects the credentials (InvalidSignatureException)"),
    ("AccessDeniedException", "", AccessDenied, "not allowed to call ssm:PutParameter"),
]


@pytest.mark.parametrize(("code", "text", "kind", "words"), REFUSALS)
def test_a_refused_put_says_what_aws_refuses(
    stubbed: Stubbed, code: str, text: str, kind: type[AwsError], words: str
) -> None:
    stubbed.refuse("put_parameter", code, text)
    with pytest.raises(AwsError) as caught:
        stubbed.store.put(WRITE)
    failure = caught.value
    assert type(failure) is kind
    assert failure.exit_code is ExitCode.FAILED
    assert failure.message.startswith(f"writing {NAME}: ")
    assert words in failure.message
    assert stubbed.slept == [], "asking again does not help"


@pytest.mark.parametrize(("code", "text", "kind", "words"), REFUSALS)
def test_no_text_of_a_refused_put_is_passed_on(
    stubbed: Stubbed, code: str, text: str, kind: type[AwsError], words: str
) -> None:
    """A ValidationException may quote the value that was sent."""
    stubbed.refuse("put_parameter", code, f"{text} {CANARY}")
    with pytest.raises(AwsError) as caught:
        stubbed.store.put(WRITE)
    failure: BaseException | None = caught.value
    assert CANARY not in f"{caught.value.message} {caught.value.hint} {caught.value.findings} {caught.value.data}"
    assert failure is not None
    assert failure.__suppress_context__, "the traceback does not show AWS's text either"
    assert failure.__cause__ is None


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ParameterMaxVersionLimitExceeded", "aws ssm unlabel-parameter-version"),
        ("HierarchyTypeMismatchException", "wait 30 s"),
        ("InvalidKeyId", "--kms-key"),
        ("ExpiredTokenException", "aws sso login"),
        ("AccessDeniedException", "grant ssm:PutParameter to the caller"),
    ],
)
def test_a_refused_put_comes_with_its_remedy(stubbed: Stubbed, code: str, hint: str) -> None:
    stubbed.refuse("put_parameter", code)
    with pytest.raises(AwsError) as caught:
        stubbed.store.put(WRITE)
    assert hint in caught.value.hint


THROTTLES = ["TooManyUpdates", "ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"]


@pytest.mark.parametrize("code", THROTTLES)
def test_a_throttled_put_is_sent_again_after_growing_pauses(stubbed: Stubbed, code: str) -> None:
    stubbed.refuse("put_parameter", code, times=3)
    stubbed.ssm.add_response("put_parameter", {"Version": 2})
    assert stubbed.store.put(WRITE) == 2
    assert len(stubbed.slept) == 3
    assert stubbed.slept == sorted(stubbed.slept)


def test_a_put_that_is_throttled_for_ever_ends_after_six_attempts(stubbed: Stubbed) -> None:
    stubbed.refuse("put_parameter", "ThrottlingException", times=ATTEMPTS)
    with pytest.raises(Throttled, match="AWS throttles"):
        stubbed.store.put(WRITE)
    assert len(stubbed.slept) == ATTEMPTS - 1
    assert sum(stubbed.slept) < 30


@pytest.mark.parametrize("code", ["InternalServerError", "ServiceUnavailable"])
def test_a_put_that_meets_a_server_fault_may_have_been_applied(stubbed: Stubbed, code: str) -> None:
    """It is not sent again here: only the history tells."""
    stubbed.refuse("put_parameter", code, status=500)
    with pytest.raises(AnswerLost):
        stubbed.store.put(WRITE)


def test_a_read_that_meets_a_server_fault_is_asked_again(stubbed: Stubbed) -> None:
    stubbed.refuse("get_parameters", "InternalServerError", status=500, times=2)
    stubbed.ssm.add_response("get_parameters", {"Parameters": [], "InvalidParameters": [NAME]})
    assert stubbed.store.read([NAME]) == {}


def test_a_read_that_meets_nothing_but_server_faults_fails(stubbed: Stubbed) -> None:
    stubbed.refuse("get_parameters", "InternalServerError", status=503, times=ATTEMPTS)
    with pytest.raises(AwsError, match="AWS failed") as caught:
        stubbed.store.read([NAME])
    assert type(caught.value) is AwsError


@pytest.mark.parametrize("code", ["ParameterNotFound", "ParameterVersionNotFound"])
def test_a_version_that_is_not_kept_is_not_found(stubbed: Stubbed, code: str) -> None:
    stubbed.refuse("get_parameter", code)
    with pytest.raises(NotFound, match=f"reading {NAME} version 3"):
        stubbed.store.read_version(NAME, 3)


def test_the_history_of_nothing_is_empty(stubbed: Stubbed) -> None:
    stubbed.refuse("get_parameter_history", "ParameterNotFound")
    assert stubbed.store.read_history(NAME) == ()


def test_a_history_is_read_to_its_last_page(stubbed: Stubbed) -> None:
    def page(*versions: int, token: str) -> dict[str, Any]:
        raw = [{"Name": NAME, "Type": "SecureString", "Value": "A=1", "Version": number} for number in versions]
        return {"Parameters": raw, "NextToken": token}

    stubbed.ssm.add_response("get_parameter_history", page(1, 2, token="more"))
    stubbed.ssm.add_response("get_parameter_history", page(3, token=""))
    assert [stored.version for stored in stubbed.store.read_history(NAME)] == [1, 2, 3]


def test_a_refused_deletion_passes_nothing_on(stubbed: Stubbed) -> None:
    stubbed.refuse("delete_parameter", "SomethingNew", CANARY)
    with pytest.raises(Refusal) as caught:
        stubbed.store.delete(NAME)
    assert CANARY not in caught.value.message


def test_a_denied_identity_is_named(stubbed: Stubbed) -> None:
    with Stubber(stubbed.connection.client("sts")) as sts:
        sts.add_client_error("get_caller_identity", service_error_code="AccessDenied", http_status_code=403)
        with pytest.raises(AccessDenied, match="sts:GetCallerIdentity"):
            read_caller(stubbed.connection)


DENIALS = [
    ("User: x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:r:1:key/2", "kms:Decrypt"),
    ("User: x is not authorized to perform: ssm:GetParameters on resource: *", "ssm:GetParameters"),
    ("The ciphertext refers to a customer master key that does not exist", "kms:Decrypt"),
    ("no", "ssm:GetParameters"),
    ("", "ssm:GetParameters"),
]


@pytest.mark.parametrize(("text", "action"), DENIALS)
def test_a_denial_names_the_action_that_aws_names_else_the_one_we_called(
    stubbed: Stubbed, text: str, action: str
) -> None:
    stubbed.refuse("get_parameters", "AccessDeniedException", text)
    with pytest.raises(AccessDenied, match=f"not allowed to call {action}$"):
        stubbed.store.read([NAME])


SDK = [
    (boto.NoCredentialsError(), "aws.credentials"),
    (boto.PartialCredentialsError(provider="env", cred_var="x"), "aws.credentials"),
    (boto.CredentialRetrievalError(provider="sso", error_msg=CANARY), "aws.credentials"),
    (boto.MetadataRetrievalError(error_msg=CANARY), "aws.credentials"),
    (boto.UnauthorizedSSOTokenError(), "aws.credentials"),
    (boto.TokenRetrievalError(provider="sso", error_msg=CANARY), "aws.credentials"),
    (boto.EndpointConnectionError(endpoint_url="http://x"), "aws.unreachable"),
    (boto.ConnectTimeoutError(endpoint_url="http://x"), "aws.unreachable"),
    (boto.ProxyConnectionError(proxy_url="http://x"), "aws.unreachable"),
    (boto.SSLError(endpoint_url="https://x", error="bad certificate"), "aws.unreachable"),
    (boto.ParamValidationError(report=CANARY), "aws.failed"),
    (boto.ConfigParseError(path=CANARY), "aws.failed"),
]


@pytest.mark.parametrize(("failure", "code"), SDK, ids=[type(row[0]).__name__ for row in SDK])
def test_what_fails_on_this_side_is_told_by_kind_and_never_by_its_text(failure: Exception, code: str) -> None:
    told = from_sdk(failure, doing="reading", endpoint="http://x")
    assert (told.code, told.exit_code) == (code, ExitCode.FAILED)
    assert told.hint
    assert CANARY not in f"{told.message} {told.hint}"


LOST = [
    boto.ReadTimeoutError(endpoint_url="http://x"),
    boto.ConnectionClosedError(endpoint_url="http://x"),
    boto.HTTPClientError(error="?"),
]


@pytest.mark.parametrize("failure", LOST, ids=[type(each).__name__ for each in LOST])
def test_a_broken_connection_is_a_lost_answer_for_a_write_and_no_answer_for_a_read(failure: Exception) -> None:
    asked = {"action": "ssm:X", "doing": "trying", "endpoint": "http://x"}
    assert type(translated(failure, write=True, **asked)) is AnswerLost
    assert type(translated(failure, write=False, **asked)) is Unreachable


def test_a_refused_connection_was_never_sent() -> None:
    refused = boto.EndpointConnectionError(endpoint_url="http://x")
    assert type(translated(refused, action="ssm:X", doing="trying", write=True, endpoint="http://x")) is Unreachable
