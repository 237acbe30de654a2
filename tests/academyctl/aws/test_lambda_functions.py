"""What Lambda and SQS answer beside what is asked for: which refusal is to be waited for, and which is none."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from academyctl.aws.connect import Connection
from academyctl.aws.lambda_functions import Functions
from academyctl.aws.sqs import write_queue
from academyctl.model.delete_r2_write import CreateFunction, CreateQueue
from academyctl.model.errors import AccessDenied, AlreadyExists, AnswerLost, AwsError, Busy, Refusal
from tests.delete_r2_builders import desired

FUNCTION = CreateFunction(wanted=desired().function, tags={})
ARN = "arn:aws:lambda:ap-northeast-2:123456789012:function:f"
QUEUE = "arn:aws:sqs:ap-northeast-2:123456789012:q"


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    settings = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        made = Connection("ap-northeast-2", sleep=lambda _: None)
        for service in ("lambda", "sqs"):
            made.client(service)
        yield made


@pytest.fixture
def functions(connection: Connection) -> Iterator[Stubber]:
    with Stubber(connection.client("lambda")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "text", "status", "kind"),
    [
        ("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.", 400, Busy),
        (
            "InvalidParameterValueException",
            "The provided execution role does not have permissions to call ReceiveMessage on SQS",
            400,
            Busy,
        ),
        ("InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes", 400, Refusal),
        ("ResourceConflictException", "Function already exist: academy-video-delete-r2", 409, AlreadyExists),
        (
            "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for resource: x",
            409,
            Busy,
        ),
        (
            "ResourceConflictException",
            "The operation cannot be performed at this time. The function is currently in the following state: Pending",
            409,
            Busy,
        ),
        ("ResourceInUseException", "The event source mapping is in use", 400, Busy),
        ("AccessDeniedException", "not authorized to perform: iam:PassRole on resource: x", 403, AccessDenied),
        ("ServiceException", "", 500, AnswerLost),
    ],
)
def test_a_refusal_says_whether_to_wait(
    connection: Connection, functions: Stubber, code: str, text: str, status: int, kind: type[AwsError]
) -> None:
    functions.add_client_error("create_function", code, text, http_status_code=status)
    with pytest.raises(AwsError) as failure:
        Functions(connection).write(FUNCTION)
    assert type(failure.value) is kind
    assert kind is not AccessDenied or "iam:PassRole" in failure.value.message


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AWS.SimpleQueueService.QueueDeletedRecently", Busy), ("QueueAlreadyExists", AlreadyExists)],
)
def test_a_queue_of_a_name_just_deleted_is_waited_for(connection: Connection, code: str, kind: type[AwsError]) -> None:
    with Stubber(connection.client("sqs")) as stubber:
        stubber.add_client_error("create_queue", code, "no")
        with pytest.raises(kind):
            write_queue(connection, CreateQueue(name="q", attributes={}, tags={}))


def test_every_page_of_mappings_is_read(connection: Connection, functions: Stubber) -> None:
    one, two = "1" * 36, "2" * 36

    def page(uuid: str, **more: Any) -> dict[str, Any]:
        return {"EventSourceMappings": [{"UUID": uuid, "FunctionArn": ARN, "State": "Enabled"}], **more}

    asked = {"EventSourceArn": QUEUE}
    functions.add_response("list_event_source_mappings", page(one, NextMarker="on"), asked)
    functions.add_response("list_event_source_mappings", page(two), {**asked, "Marker": "on"})
    assert [found.uuid for found in Functions(connection).read_mappings(QUEUE)] == [one, two]


def test_what_is_not_told_is_what_it_was_before_it_had_a_name(connection: Connection, functions: Stubber) -> None:
    """A function of before states and arm64; its variables are hidden."""
    told = {"FunctionArn": f"{ARN}:$LATEST", "Environment": {"Variables": {"KEY": "held"}}}
    functions.add_response("get_function_configuration", told, {"FunctionName": "f"})
    found = Functions(connection).read_function("f")
    assert found is not None
    assert (found.arn, found.architecture, found.state, found.is_moving) == (ARN, "x86_64", "Active", False)
    assert "held" not in repr(found)
