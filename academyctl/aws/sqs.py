"""SQS queues: which there are, and whether they are empty."""

from typing import Any

from academyctl.aws.connect import Connection
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
    answer = connection.call(
        "sqs",
        "get_queue_attributes",
        doing=f"counting messages of {name}",
        gives="Attributes",
        QueueUrl=url,
        AttributeNames=list(COUNTS),
    )
    visible, in_flight, delayed = (int(answer["Attributes"][count]) for count in COUNTS)
    return Messages(visible=visible, in_flight=in_flight, delayed=delayed)


def delete_queue(connection: Connection, url: str, *, doing: str) -> None:
    connection.call("sqs", "delete_queue", doing=doing, write=True, QueueUrl=url)
