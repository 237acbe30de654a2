"""What `batch setup` reads, each thing once and side by side.

Clients are made before the threads: one takes 100 ms of Python's own time, which threads would only make longer.
"""

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property

from academyctl.aws.ami import read_images, read_recommended
from academyctl.aws.concurrent import begin
from academyctl.aws.ec2 import Ec2
from academyctl.aws.iam import Iam
from academyctl.aws.logs import Logs
from academyctl.cli.run import Run
from academyctl.model.batch import ComputeEnvironmentDetail, stem_of
from academyctl.model.errors import NotFound, Refusal
from academyctl.model.iam import Document, RoleDetail, WantedRole
from academyctl.model.network import NetworkFacts, Subnet
from academyctl.model.setup import Observed
from academyctl.model.stack import Stack
from academyctl.plan.iam import role_names


class Reading:
    """Reads of one command."""

    def __init__(self, run: Run, stack: Stack, roles: tuple[WantedRole, ...]) -> None:
        for service in ("batch", "iam", "logs", "ssm", "ec2"):
            run.connection.client(service)
        self._run = run
        self._stack = stack
        self._roles = {one.name: one for one in roles}
        self.iam, self.logs, self._ec2 = Iam(run.connection), Logs(run.connection), Ec2(run.connection)

    def observe(self) -> Observed:
        """Everything but the network."""
        batch, stack = self._run.batch, self._stack
        environments, queues = begin(batch.read_environments), begin(batch.read_queues)
        definitions = begin(batch.read_job_definitions, stack.job_definition.name)
        roles = [self._role(name) for name in role_names(stack)]
        profile = begin(self.iam.read_profile, stack.iam.instance_role)
        group = begin(self.logs.read_group, stack.job_definition.log_group)
        ami, fault = self._ami()
        pinned = self._pinned(environments.result())
        return Observed(
            environments=environments.result(),
            queues=queues.result(),
            definition=next(iter(definitions.result()), None),
            roles={role.name: role for parts in roles if (role := parts.joined())},
            profile=profile.result(),
            log_group=group.result(),
            ami=ami,
            ami_fault=fault,
            images=read_images(self._run.connection, [ami, *pinned]),
        )

    def _role(self, name: str) -> "_RoleParts":
        wanted = self._roles.get(name)
        return _RoleParts(
            role=begin(self.iam.read_role, name),
            attached=begin(self.iam.read_attached, name) if wanted and wanted.managed else None,
            inline={policy: begin(self.iam.read_inline, name, policy) for policy in (wanted.inline if wanted else ())},
        )

    def _ami(self) -> tuple[str, str]:
        """The AMI that the stack's parameter names, or why it names none."""
        try:
            return read_recommended(self._run.connection, self._stack.compute_environment.ami), ""
        except (NotFound, Refusal) as fault:
            return "", fault.message

    def _pinned(self, environments: Iterable[ComputeEnvironmentDetail]) -> list[str]:
        stem = stem_of(self._stack.compute_environment.name)
        return [one.ami for one in environments if stem_of(one.name) == stem and one.ami]

    @cached_property
    def subnets(self) -> tuple[Subnet, ...]:
        """The region's, each with its VPC."""
        return self._ec2.read_subnets()

    def network(self) -> NetworkFacts:
        """The region's network, and where the stack's instance types are offered in it."""
        vpcs, subnets = begin(self._ec2.read_vpcs), begin(self._ec2.read_subnets)
        ways, groups = begin(self._ec2.read_ways_out), begin(self._ec2.read_security_groups)
        types = self._ec2.read_architectures(self._stack.compute_environment.instance_types)
        meant = {kind: supported for some in types.values() for kind, supported in some.items()}
        zones = self._ec2.read_zones(meant)
        out = ways.result()
        return NetworkFacts(
            vpcs=vpcs.result(),
            subnets=tuple(
                replace(one, way_out=out.get(one.id, out.get(one.vpc, one.way_out))) for one in subnets.result()
            ),
            security_groups=groups.result(),
            zones=zones,
            architectures=meant,
            unknown=tuple(name for name, some in types.items() if not some),
        )


@dataclass(frozen=True, kw_only=True)
class _RoleParts:
    role: "Future[RoleDetail | None]"
    attached: "Future[tuple[str, ...]] | None"
    inline: "dict[str, Future[Document | None]]"

    def joined(self) -> RoleDetail | None:
        role = self.role.result()
        if role is None:
            return None
        found = {policy: document.result() for policy, document in self.inline.items()}
        return replace(
            role,
            attached=self.attached.result() if self.attached else (),
            inline={policy: document for policy, document in found.items() if document is not None},
        )
