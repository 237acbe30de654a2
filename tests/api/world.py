"""The AWS and the store around the API: the strict sandbox with a queue that runs jobs, SeaweedFS, and settings that
lead there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import override_settings

from api.videos import aws, backlog
from tests.support.seaweed import Store
from tests.support.strict import DEFINITION, Strict

DELETE_QUEUE = "academy-video-delete-r2"
COMMAND = ["python", "-m", "worker.batch_main", "--job-id", "Ref::job_id", "--attempt", "Ref::attempt"]


@dataclass(frozen=True)
class World:
    strict: Strict

    def open(self) -> None:
        """A queue with room for jobs, the definition, and the delete queue."""
        self.strict.freeze()
        self.strict.valid("academy-video-batch-ce-v1")
        self.strict.queue("academy-video-batch-ce-v1")
        self.strict.register(DEFINITION, containerProperties={"command": COMMAND})
        self.strict.client("sqs").create_queue(QueueName=DELETE_QUEUE)
        self.strict.control.clear_calls()

    def jobs(self, name: str = "") -> list[dict[str, Any]]:
        """All Batch jobs (of a name), in order of their creation."""
        listed = self.strict.batch.list_jobs(
            jobQueue="academy-video-batch-queue", filters=[{"name": "JOB_NAME", "values": [name or "*"]}]
        )["jobSummaryList"]
        return sorted(listed, key=lambda each: each["createdAt"])

    def live(self) -> list[dict[str, Any]]:
        """Those that have not ended."""
        return [each for each in self.jobs() if each["status"] not in ("SUCCEEDED", "FAILED")]

    def wait(self, seconds: float) -> None:
        self.strict.control.advance(seconds)

    def messages(self) -> list[str]:
        """The bodies that the delete queue hands out now."""
        sqs = self.strict.client("sqs")
        url = sqs.get_queue_url(QueueName=DELETE_QUEUE)["QueueUrl"]
        return [each["Body"] for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]


@contextmanager
def here(url: str, store: Store | None = None, **settings: Any) -> Iterator[None]:
    """This process's own clients go to the AWS at `url` and to the store."""
    fields = {**(store.env if store else {}), **settings}
    with pytest.MonkeyPatch.context() as patch, override_settings(**fields):
        for name, value in {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t"}.items():
            patch.setenv(name, value)
        aws.forget()
        backlog.forget()
        try:
            yield
        finally:
            aws.forget()
            backlog.forget()
