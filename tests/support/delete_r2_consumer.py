"""Stands in for Lambda and its trigger: a process that polls a queue and hands what comes to the real handler.

Run as a program: the queue's URL is its argument, all else is in its environment. A failed message stays in the queue.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from academyctl.sandbox.surroundings import contained
from tests.support.cli import ROOT

PROGRAM = """\
import sys
import boto3
from worker.delete_r2.handler import handler
url = sys.argv[1]
sqs = boto3.client("sqs")
print("ready", flush=True)
while True:
    taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=5, WaitTimeSeconds=1).get("Messages", [])
    if not taken:
        continue
    records = [{"messageId": one["MessageId"], "body": one["Body"]} for one in taken]
    failed = {one["itemIdentifier"] for one in handler({"Records": records})["batchItemFailures"]}
    for one in taken:
        if one["MessageId"] not in failed:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
"""


@contextmanager
def consumer(endpoint: str, url: str, parameter: str, region: str, folder: Path) -> Iterator[None]:
    """Polling as long as the context lasts."""
    names = {"ACADEMY_ENV_PARAMETER": parameter, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url],
        env={**contained(endpoint), **names, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.communicate()
