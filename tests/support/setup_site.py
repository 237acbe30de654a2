"""An account for `batch setup`: a network, AWS's own AMI, and nothing else; what of the stack stands in it then."""

import json
import time
from dataclasses import dataclass
from subprocess import PIPE
from typing import Any, cast

from moto.backends import get_backend

from academyctl.sandbox.seed import seed_network
from tests.support.cli import Cli, Result
from tests.support.proxy import Proxy
from tests.support.strict import FAST, STEM, Strict

CE = f"{STEM}-v3"
SETUP = ("batch", "setup", "--yes", "--poll", "0.05", "-o", "json")


def make_bare(strict: Strict) -> None:
    """A default VPC with a public subnet in each zone, and the stack's security group."""
    strict.control.reset()
    strict.control.pace, strict.control.clock = FAST, time.time
    seed_network(strict.client("ec2"), strict.stack)
    strict.control.clear_calls()


def wipe(strict: Strict) -> None:
    """A bare account again, where only what a setup makes was made: a tenth of the time of making it anew."""
    account = strict.stack.account
    iam = cast(Any, get_backend)("iam")[account]["aws"]
    iam.roles.clear()
    iam.instance_profiles.clear()
    cast(Any, get_backend)("logs")[account][strict.stack.region].reset()
    strict.control.forget()
    strict.control.pace = FAST


@dataclass
class SetupSite:
    """academyctl on `strict`, through `proxy` where there is one."""

    cli: Cli
    strict: Strict
    proxy: Proxy | None = None

    def __post_init__(self) -> None:
        self.cli.env |= self.strict.env
        if self.proxy:
            self.cli.env["AWS_ENDPOINT_URL"] = self.proxy.url

    def setup(self, *words: str) -> Result:
        return self.run(*SETUP, *words)

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

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(call.operation, call.name) for call in self.strict.calls if call.is_mutating]

    def state(self) -> dict[str, Any]:
        """Everything that a setup makes, without what differs from account to account."""
        names = self.strict.stack.iam
        roles = (names.job_role, names.execution_role, names.instance_role)
        return {
            "roles": {name: self._role(name) for name in roles},
            "profile": self._profile(names.instance_role),
            "linked": self._role_names("/aws-service-role/batch.amazonaws.com/"),
            "logs": self._logs(),
            "environments": self._environments(),
            "queues": self._queues(),
            "definitions": self._definitions(),
        }

    def state_or_none(self) -> dict[str, Any] | None:
        """The same; None where a role or the profile is gone altogether."""
        try:
            return self.state()
        except self.strict.client("iam").exceptions.NoSuchEntityException:
            return None

    def _role(self, name: str) -> dict[str, Any]:
        iam = self.strict.client("iam")
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
        return {
            "trust": iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"],
            "attached": sorted(one["PolicyName"] for one in attached),
            "inline": {one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in inline},
        }

    def _role_names(self, path: str) -> list[str]:
        return [one["RoleName"] for one in self.strict.client("iam").list_roles(PathPrefix=path)["Roles"]]

    def _profile(self, name: str) -> list[str]:
        profile = self.strict.client("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
        return [role["RoleName"] for role in profile["Roles"]]

    def _logs(self) -> dict[str, Any]:
        groups = self.strict.client("logs").describe_log_groups()["logGroups"]
        return {one["logGroupName"]: one.get("retentionInDays") for one in groups}

    def _environments(self) -> list[dict[str, Any]]:
        found = self.strict.batch.describe_compute_environments()["computeEnvironments"]
        kept = ("computeEnvironmentName", "state", "status", "serviceRole", "tags")
        return [{**{key: one[key] for key in kept}, **_counted(one["computeResources"])} for one in found]

    def _queues(self) -> list[dict[str, Any]]:
        kept = ("jobQueueName", "state", "status", "priority", "computeEnvironmentOrder")
        return [{key: one[key] for key in kept} for one in self.strict.batch.describe_job_queues()["jobQueues"]]

    def _definitions(self) -> list[str]:
        found = self.strict.batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
        return [json.dumps(one, sort_keys=True, default=str) for one in found]


def _counted(resources: dict[str, Any]) -> dict[str, Any]:
    return {key: len(value) if key in ("subnets", "securityGroupIds") else value for key, value in resources.items()}


def states(result: Result) -> dict[str, str]:
    """Kind and target → state, as the JSON object tells it."""
    return {f"{change['kind']} {change['target']}": change["state"] for change in result.json["changes"]}
