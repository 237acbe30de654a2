"""The strict sandbox in the test's own process: an AWS whose Batch behaves, at a pace that tests set, over real HTTP.

A test never waits for it: `control.advance(seconds)` puts its clock forward.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend

from academyctl.model.stack import Stack
from academyctl.profiles.load import load_stack
from academyctl.sandbox.control import Control, Logged
from academyctl.sandbox.pace import Pace
from academyctl.sandbox.seed import open_clients, seed
from academyctl.sandbox.server import running
from tests.support.aws import CREDENTIALS
from tests.support.cli import ROOT

FAST = Pace(
    creating=0.05,
    updating=0.05,
    deleting=0.05,
    lingering=0.05,
    submitted=0.01,
    runnable=0.02,
    starting=0.05,
    unplaced=0.02,
    running=0.1,
    selfcheck=0.1,
    stopping=0.02,
    idle=0.2,
)
"""For tests of commands, which wait by themselves."""
SMALL = {"ssm", "logs", "sqs", "sts"}
"""Services that are emptied in no time."""
QUEUE, STEM, DEFINITION = "academy-video-batch-queue", "academy-video-batch-ce", "academy-video-batch-jobdef"


@dataclass
class Strict:
    """`url` and `env` lead there; `client` gives the test's own clients, whose calls are in the log, too."""

    url: str
    control: Control
    stack: Stack
    _clients: dict[str, Any] = field(default_factory=dict)
    _is_seeded: bool = False
    _network: dict[str, list[str]] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": self.url, "ACADEMYCTL_STACK": self.stack.name, **CREDENTIALS}

    @property
    def calls(self) -> list[Logged]:
        return self.control.calls

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = open_clients(self.url, self.stack.region)(service)
        return self._clients[service]

    @property
    def batch(self) -> Any:
        return self.client("batch")

    def reset(self, pace: Pace = FAST) -> None:
        """The account as an empty stack: network, roles, log group; nothing of Batch, no parameters; no calls.

        Where only Batch and what is small were written to, network and roles are not made anew: a tenth of the time.
        """
        touched = self.control.touched
        if self._is_seeded and touched <= {"batch", *SMALL} and self._stands():
            self.control.forget()
            self._empty(touched & SMALL | {"logs"})
        else:
            self.control.reset()
            seed(self.client, self.stack, ())
            self._is_seeded = True
            self._network.clear()
        touched.clear()
        self.control.clear_calls()
        self.control.pace, self.control.clock = pace, time.time

    def _stands(self) -> bool:
        """All servers of a process share moto's memory: one that is emptied empties this one, too."""
        iam = cast(Any, get_backend)("iam")[self.stack.account]["aws"]
        return self.stack.iam.instance_role in {role.name for role in iam.roles.values()}

    def freeze(self) -> None:
        """Time stands still but for `control.advance`."""
        now = time.time()
        self.control.clock = lambda: now

    def unseed(self) -> None:
        """Somebody emptied the whole AWS."""
        self._is_seeded = False

    def _empty(self, services: set[str]) -> None:
        for service in services:
            cast(Any, get_backend)(service)[self.stack.account][self.stack.region].reset()
        self.client("logs").create_log_group(logGroupName=self.stack.job_definition.log_group)

    def ami(self) -> str:
        """The image that the stack's public parameter names."""
        value = self.client("ssm").get_parameter(Name=self.stack.compute_environment.ami)["Parameter"]["Value"]
        return str(json.loads(value)["image_id"])

    def network(self) -> dict[str, list[str]]:
        """Two subnets, and the stack's security group."""
        if not self._network:
            ec2 = self.client("ec2")
            subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
            groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [self.stack.name]}])
            self._network |= {"subnets": subnets[:2], "securityGroupIds": [groups["SecurityGroups"][0]["GroupId"]]}
        return dict(self._network)

    def resources(self, **changes: Any) -> dict[str, Any]:
        """computeResources that become VALID; a change of None leaves a field out."""
        fields = {
            "type": "EC2",
            "allocationStrategy": "BEST_FIT_PROGRESSIVE",
            "minvCpus": 0,
            "maxvCpus": 32,
            "instanceTypes": ["c7g.xlarge"],
            "instanceRole": self.stack.iam.instance_role,
            **self.network(),
            **changes,
        }
        return {key: value for key, value in fields.items() if value is not None}

    def create(self, name: str, *, resources: Mapping[str, Any] | None = None, **more: Any) -> str:
        """Its ARN; CREATING."""
        more = {"type": "MANAGED", "computeResources": dict(resources or self.resources()), **more}
        return str(self.batch.create_compute_environment(computeEnvironmentName=name, **more)["computeEnvironmentArn"])

    def valid(self, *names: str, **more: Any) -> None:
        """Environments, created and VALID."""
        resources = more.pop("resources", None) or self.resources()
        for name in names:
            self.create(name, resources=resources, **more)
        self.control.advance(self.control.pace.creating)

    def queue(self, *environments: str, name: str = QUEUE, **more: Any) -> None:
        """A VALID queue on them, in this order."""
        self.batch.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order(*environments), **more)
        self.control.advance(self.control.pace.creating)

    def environment(self, name: str) -> dict[str, Any]:
        """Its description; empty when it is absent."""
        found = self.batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
        return dict(found[0]) if found else {}

    def job_queue(self, name: str = QUEUE) -> dict[str, Any]:
        found = self.batch.describe_job_queues(jobQueues=[name])["jobQueues"]
        return dict(found[0]) if found else {}

    def register(self, name: str = DEFINITION, **more: Any) -> str:
        """A revision of a job definition of 4 vCPUs; its ARN."""
        properties = {"image": "image", "command": ["true"], **sized(4), **more.pop("containerProperties", {})}
        more = {"type": "container", "containerProperties": properties, **more}
        return str(self.batch.register_job_definition(jobDefinitionName=name, **more)["jobDefinitionArn"])

    def submit(self, name: str = "job", *, queue: str = QUEUE, definition: str = DEFINITION, **more: Any) -> str:
        """The job's id."""
        return str(self.batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **more)["jobId"])

    def job(self, number: str) -> dict[str, Any]:
        return dict(self.batch.describe_jobs(jobs=[number])["jobs"][0])

    def until_running(self) -> None:
        """What was submitted runs, where there is room."""
        pace = self.control.pace
        self.control.advance(pace.submitted + pace.runnable + pace.starting)


def sized(vcpus: int, memory: int = 2048) -> dict[str, Any]:
    needs = {"VCPU": str(vcpus), "MEMORY": str(memory)}
    return {"resourceRequirements": [{"type": kind, "value": value} for kind, value in needs.items()]}


def order(*environments: str) -> list[dict[str, Any]]:
    """computeEnvironmentOrder, from 1."""
    return [{"order": number, "computeEnvironment": name} for number, name in enumerate(environments, 1)]


@contextmanager
def strict_server() -> Iterator[Strict]:
    """One server for many tests; each begins with `reset`."""
    stack = load_stack(Path(ROOT / "env_profiles"), "sandbox")
    control = Control(pace=FAST)
    with running(stack.account, control=control) as url:
        strict = Strict(url=url, control=control, stack=stack)
        control.connect(strict.unseed)
        yield strict


def refused(call: Any, **params: Any) -> tuple[str, int, str]:
    """(code, HTTP status, message) of a call that must fail."""
    with pytest.raises(ClientError) as failure:
        call(**params)
    answer = failure.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def message(call: Any, **params: Any) -> str:
    """What AWS says in a refusal."""
    return refused(call, **params)[2]
