"""All parts of the video pipeline, each a real one: the API's processes, PostgreSQL, the store, and an AWS whose Batch
runs the worker. What stands in is AWS itself, on loopback, at a pace of fractions of a second.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from academyctl.plan.job_definition import desired_definition
from academyctl.sandbox.batch_images import AL2023_ARM, images_named
from academyctl.sandbox.control import Control
from academyctl.sandbox.server import running
from academyctl.sandbox.surroundings import contained
from academyctl.sandbox.worker_run import WorkerRuns
from tests.support.api_server import Api, api_server, put
from tests.support.cli import ROOT
from tests.support.django_site import fresh_postgres
from tests.support.postgres import postgres
from tests.support.seaweed import BUCKET, Store, store
from tests.support.servers import new_folder
from tests.support.strict import FAST, STEM, Strict

_firsts = count(1, 1000)
PARAMETER = "/academy/workers/env"
CONTRACT = {
    "API_BASE_URL": "http://127.0.0.1",
    "INTERNAL_WORKER_TOKEN": "not-used",
    "WORKER_ID": "worker-of-tests",
    "R2_PREFIX": "hls",
    "R2_REGION": "auto",
    "AWS_REGION": "ap-northeast-2",
    "VIDEO_SQS_QUEUE_NAME": "academy-video-jobs",
    "REDIS_HOST": "127.0.0.1",
    "REDIS_PORT": "1",
    "SECRET_KEY": "of-the-tests",
}
LAMBDA = (
    "import json, sys; from worker.delete_r2.handler import handler; print(json.dumps(handler(json.load(sys.stdin))))"
)


@dataclass
class Pipeline:
    """`strict` is the AWS, `env` what the API's processes have."""

    api: Api
    strict: Strict
    store: Store
    database: dict[str, str]
    env: dict[str, str]
    folder: Path

    def created(self, clip: Path) -> int:
        """A video whose upload is complete; its id."""
        data = clip.read_bytes()
        made = self.api.post("/api/videos", {"filename": clip.name, "size": len(data)})
        assert made.status == 201, made
        assert put(made.body["upload_url"], data) == 200
        answer = self.api.post(f"/api/videos/{made.body['id']}/upload-complete")
        assert (answer.status, answer.body["status"]) == (202, "PROCESSING"), answer
        return int(made.body["id"])

    def shown(self, video: int) -> dict[str, Any]:
        return dict(self.api.get(f"/api/videos/{video}").body)

    def until(self, video: int, what: Callable[[dict[str, Any]], bool], within: float = 90) -> dict[str, Any]:
        """What GET answers once `what` is true of it. Batch is asked as well: it goes on when it is looked at."""
        end = time.monotonic() + within
        while not what(shown := self.shown(video)):
            job = shown["job"] and shown["job"]["aws_batch_job_id"]
            told = self.strict.job(job) if job else {}
            assert time.monotonic() < end, (shown, told.get("status"), self.log(told))
            time.sleep(0.05)
        return shown

    def ready(self, video: int) -> dict[str, Any]:
        return self.until(video, lambda shown: bool(shown["status"] == "READY"))

    def until_over(self, batch_job: str, within: float = 40) -> dict[str, Any]:
        """The Batch job, SUCCEEDED or FAILED."""
        end = time.monotonic() + within
        while (job := self.strict.job(batch_job))["status"] not in ("SUCCEEDED", "FAILED"):
            assert time.monotonic() < end, (job["status"], self.log(job))
            time.sleep(0.05)
        return job

    def log(self, job: dict[str, Any]) -> list[str]:
        """What the job's process wrote, as CloudWatch has it; nothing before its first line."""
        stream = job.get("container", {}).get("logStreamName")
        logs, group = self.strict.client("logs"), self.strict.stack.job_definition.log_group
        if not stream or not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
            return []
        events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
        return [event["message"] for event in events]

    def configure(self, **changes: str) -> None:
        """The worker's parameter: its contract, this database and this store, with changes."""
        values = {**CONTRACT, **self.database, **self.store.env, **changes}
        text = "".join(f"{name}={value}\n" for name, value in values.items())
        self.strict.client("ssm").put_parameter(Name=PARAMETER, Value=text, Type="SecureString", Overwrite=True)

    def scan(self) -> dict[str, Any]:
        """One pass of scan_stuck_video_jobs, as cron makes it."""
        words = ["scan_stuck_video_jobs", "--json"]
        told = self._run(["-m", "api.manage", *words], {**self.env, "PATH": os.environ["PATH"]})
        return dict(json.loads(told))

    def delete_r2(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """The Lambda, once, with what its trigger would hand over."""
        records = [{"messageId": one["MessageId"], "body": one["Body"]} for one in messages]
        env = {**contained(self.strict.url), "ACADEMY_ENV_PARAMETER": PARAMETER, "AWS_REGION": CONTRACT["AWS_REGION"]}
        return dict(json.loads(self._run(["-c", LAMBDA], env, json.dumps({"Records": records}))))

    def _run(self, words: list[str], env: dict[str, str], stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *words],
            env={**env, "PYTHONPATH": str(ROOT)},
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, statement: str, *values: Any) -> None:
        with psycopg.connect(postgres().dsn(self.database["DB_NAME"]), autocommit=True) as connection:
            connection.execute(statement, values)

    def read(self, key: str) -> bytes:
        """KeyError where there is no such object."""
        client = self.store.client()
        try:
            return bytes(client.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        except client.exceptions.NoSuchKey:
            raise KeyError(key) from None

    def output(self, shown: dict[str, Any]) -> dict[str, bytes]:
        """The files of a READY video by their names beside the master."""
        folder = shown["hls_path"].rpartition("/")[0] + "/"
        return {key.removeprefix(folder): self.read(key) for key in self.store.keys(folder)}


@contextmanager
def pipeline(strict: Strict) -> Iterator[Pipeline]:
    """`strict` is an empty account, for nobody else as long as this lasts."""
    strict.reset()
    folder = new_folder("pipeline")
    with ExitStack() as open_:
        runs = WorkerRuns(folder=folder / "jobs", code=ROOT)
        open_.callback(runs.close)
        control = Control(pace=FAST)
        url = open_.enter_context(running(strict.stack.account, control=control, runner=runs))
        open_.callback(control.forget)
        open_.callback(strict.unseed)
        runs.env |= contained(url)
        own = Strict(url=url, control=control, stack=strict.stack)
        database = open_.enter_context(fresh_postgres())
        env = {**CONTRACT, **store().env, **database, **contained(url)}
        api = open_.enter_context(api_server(env))
        made = Pipeline(api=api, strict=own, store=store(), database=database, env=env, folder=folder)
        _furnish(made)
        yield made


def _furnish(made: Pipeline) -> None:
    """Batch as the stack declares it, on the last image but one; the delete queue; the worker's parameter."""
    name, stack, batch = f"{STEM}-v3", made.strict.stack, made.strict.batch
    declared, image = stack.compute_environment, images_named(stack.account, stack.region, AL2023_ARM)[1]
    resources = made.strict.resources(
        instanceTypes=list(declared.instance_types),
        maxvCpus=declared.max_vcpus,
        ec2Configuration=[{"imageType": "ECS_AL2023", "imageIdOverride": image}],
    )
    made.strict.valid(name, resources=resources)
    made.strict.queue(name)
    wanted = desired_definition(stack)
    batch.register_job_definition(jobDefinitionName=wanted.name, tags=dict(wanted.tags), **wanted.properties)
    made.strict.client("sqs").create_queue(QueueName="academy-video-delete-r2")
    made.configure()
    # The store is the whole process's: no two pipelines may number their videos alike.
    made.sql(f"ALTER TABLE videos_video ALTER COLUMN id RESTART WITH {next(_firsts)}")
