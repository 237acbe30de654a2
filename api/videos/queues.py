"""The SQS queue that hands deleted videos to the delete-r2 Lambda."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from api.videos import aws

VERSION = 1
"""Of the message: {"v": 1, "video_id", "tenant_id", "prefixes"}."""


class QueueError(Exception):
    """The message was not sent, as far as we know; it may be sent again, deletion can be repeated."""


def _client() -> Any:
    return aws.client("sqs", tries=2, region_name=settings.AWS_REGION or None)


def send_delete(video_id: int, tenant_id: str, prefixes: list[str], *, delay: int = 0) -> None:
    """Asks for the deletion of all objects under the prefixes, after `delay` seconds."""
    body = {"v": VERSION, "video_id": video_id, "tenant_id": tenant_id, "prefixes": prefixes}
    try:
        queue = _client().get_queue_url(QueueName=settings.VIDEO_DELETE_R2_QUEUE_NAME)["QueueUrl"]
        _client().send_message(QueueUrl=queue, MessageBody=json.dumps(body), DelaySeconds=delay)
    except ClientError as refused:
        raise QueueError(f"{refused.operation_name}: {refused.response['Error'].get('Code')}") from refused
    except (BotoCoreError, ValueError) as broken:
        raise QueueError(type(broken).__name__) from broken
