"""SQS queues: which there are, what they are like and whether they are empty. No message is received here."""

from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.delete_r2 import QueueDetail
from academyctl.model.delete_r2_write import CreateQueue, QueueWrite, SetQueueAttributes
from academyctl.model.errors import NotFound
from academyctl.model.legacy import Messages

PAGE = 1000
COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def read_queue_urls(connection: Connection) -> dict[str, str]:
    """Queue name → URL, of all queues. One may be listed for up to a minute after its deletion (API, DeleteQueue)."""
    urls: list[str] = []
    params: dict[str, Any] = {"MaxResults": PAGE}
    while True:
        answer = connection.call("sqs", "list_queues", doing="listing queues", **params)
        urls += answer.get("QueueUrls", ())
        if not answer.get("NextToken"):
            return {url.rpartition("/")[2]: url for url in urls}
        params["NextToken"] = answer["NextToken"]


def read_messages(connection: Connection, url: str) -> Messages:
    """NotFound when the queue is gone."""
    name = url.rpartition("/")[2]
    return _messages(_attributes(connection, url, COUNTS, doing=f"counting messages of {name}"))


def read_queue(connection: Connection, name: str) -> QueueDetail | None:
    """The queue with all of its attributes; None when it does not exist."""
    try:
        answer = connection.call(
            "sqs", "get_queue_url", doing=f"looking for queue {name}", gives="QueueUrl", QueueName=name
        )
        url = str(answer["QueueUrl"])
        attributes = _attributes(connection, url, ("All",), doing=f"reading queue {name}")
    except NotFound:
        return None
    return QueueDetail(name=name, url=url, attributes=attributes, messages=_messages(attributes))


def _attributes(connection: Connection, url: str, names: tuple[str, ...], *, doing: str) -> dict[str, str]:
    answer = connection.call(
        "sqs", "get_queue_attributes", doing=doing, gives="Attributes", QueueUrl=url, AttributeNames=list(names)
    )
    return dict(answer["Attributes"])


def _messages(attributes: dict[str, str]) -> Messages:
    visible, in_flight, delayed = (int(attributes[count]) for count in COUNTS)
    return Messages(visible=visible, in_flight=in_flight, delayed=delayed)


def write_queue(connection: Connection, write: QueueWrite) -> None:
    """AlreadyExists where one of that name has other attributes, Busy within a minute of its deletion."""
    match write:
        case CreateQueue():
            params: dict[str, Any] = {"QueueName": write.name, "tags": dict(write.tags)}
            operation = "create_queue"
        case SetQueueAttributes():
            params, operation = {"QueueUrl": write.url}, "set_queue_attributes"
    connection.call("sqs", operation, doing=write.doing, write=True, Attributes=dict(write.attributes), **params)


def send_message(connection: Connection, url: str, body: str, *, doing: str) -> None:
    """AnswerLost: it may have been sent."""
    connection.call("sqs", "send_message", doing=doing, write=True, QueueUrl=url, MessageBody=body)


def delete_queue(connection: Connection, url: str, *, doing: str) -> None:
    connection.call("sqs", "delete_queue", doing=doing, write=True, QueueUrl=url)
