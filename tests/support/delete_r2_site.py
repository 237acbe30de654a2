"""An account for `delete-r2`: the stack's network and nothing of delete-r2; what of it stands there then."""

import json
from dataclasses import dataclass
from subprocess import PIPE
from typing import Any, cast

from moto.awslambda.utils import get_backend as lambda_backend
from moto.backends import get_backend

from academyctl.sandbox.world_delete_r2 import build_delete_r2
from tests.support.cli import Cli, Result
from tests.support.proxy import Proxy
from tests.support.strict import Strict

QUEUE = FUNCTION = "academy-video-delete-r2"
DEAD, ROLE, LOGS = f"{QUEUE}-dlq", f"{FUNCTION}-role", f"/aws/lambda/{FUNCTION}"
DEPLOY = ("delete-r2", "deploy", "--yes", "--poll", "0.05", "-o", "json")
KINDS = {
    "dead": f"sqs.dead-letter-queue {DEAD}",
    "queue": f"sqs.queue {QUEUE}",
    "logs": f"logs.group {LOGS}",
    "role": f"iam.role {ROLE}",
    "function": f"lambda.function {FUNCTION}",
    "mapping": f"lambda.event-source-mapping {QUEUE}",
}


def wipe(strict: Strict) -> None:
    """Only what a deployment makes is made anew."""
    account, region = strict.stack.account, strict.stack.region
    strict.control.forget()
    for service in ("sqs", "logs"):
        cast(Any, get_backend)(service)[account][region].reset()
    lambda_backend(account, region).reset()
    cast(Any, get_backend)("iam")[account]["aws"].roles.clear()


@dataclass
class DeleteR2Site:
    """academyctl on `strict`, through `proxy` where there is one."""

    cli: Cli
    strict: Strict
    proxy: Proxy | None = None

    def __post_init__(self) -> None:
        self.cli.env |= self.strict.env
        if self.proxy:
            self.cli.env["AWS_ENDPOINT_URL"] = self.proxy.url

    def build(self) -> None:
        """As a deployment leaves it."""
        build_delete_r2(self.strict.client, self.strict.stack)
        self.strict.control.clear_calls()

    def deploy(self, *words: str) -> Result:
        return self.run(*DEPLOY, *words)

    def status(self) -> Result:
        return self.run("delete-r2", "status", "-o", "json")

    def run(self, *words: str) -> Result:
        """As Cli.run; the proxy knows whom to signal."""
        process = self.cli.start(*words, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        if self.proxy:
            self.proxy.victim(process.pid)
        try:
            out, err = process.communicate(b"", timeout=60)
        finally:
            process.kill()
        return Result(process.returncode, out.decode(), err.decode())

    def client(self, service: str) -> Any:
        return self.strict.client(service)

    @property
    def writes(self) -> list[str]:
        return [call.operation for call in self.strict.calls if call.is_mutating]

    def url(self, name: str = QUEUE) -> str:
        return str(self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def mapping(self) -> dict[str, Any]:
        (found,) = self.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        return dict(found)

    def code(self) -> bytes:
        """The zip that Lambda was given."""
        backend = lambda_backend(self.strict.stack.account, self.strict.stack.region)
        return bytes(backend.get_function(FUNCTION).code_bytes)

    def state(self) -> dict[str, Any]:
        """Everything that a deployment makes, without ids and times; None where a part is not there."""
        return {
            "queue": self._queue(QUEUE),
            "dead": self._queue(DEAD),
            "role": self._role(),
            "logs": self._logs(),
            "function": self._function(),
            "mappings": self._mappings(),
        }

    def _queue(self, name: str) -> dict[str, Any] | None:
        sqs = self.client("sqs")
        if not [url for url in sqs.list_queues().get("QueueUrls", ()) if url.endswith(f"/{name}")]:
            return None
        found = sqs.get_queue_attributes(QueueUrl=self.url(name), AttributeNames=["All"])["Attributes"]
        kept = ("VisibilityTimeout", "MessageRetentionPeriod")
        redrive = json.loads(found.get("RedrivePolicy", "{}"))
        return {**{key: int(found[key]) for key in kept}, **redrive}

    def _role(self) -> dict[str, Any] | None:
        iam = self.client("iam")
        if ROLE not in [one["RoleName"] for one in iam.list_roles()["Roles"]]:
            return None
        names = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
        return {
            "trust": iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"],
            "inline": {name: iam.get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"] for name in names},
        }

    def _logs(self) -> dict[str, Any]:
        groups = self.client("logs").describe_log_groups()["logGroups"]
        return {one["logGroupName"]: one.get("retentionInDays") for one in groups}

    def _function(self) -> dict[str, Any] | None:
        client = self.client("lambda")
        if not client.list_functions()["Functions"]:
            return None
        found = client.get_function_configuration(FunctionName=FUNCTION)
        kept = ("Runtime", "Handler", "Timeout", "MemorySize", "Architectures", "Role", "CodeSha256", "Environment")
        return {key: found.get(key) for key in kept}

    def _mappings(self) -> list[dict[str, Any]]:
        found = self.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        kept = ("BatchSize", "State", "FunctionResponseTypes", "FunctionArn", "EventSourceArn")
        return [{key: one.get(key) for key in kept} for one in found]


def states(result: Result) -> dict[str, str]:
    """Kind and target → state, as the JSON object tells it."""
    return {f"{change['kind']} {change['target']}": change["state"] for change in result.json["changes"]}
