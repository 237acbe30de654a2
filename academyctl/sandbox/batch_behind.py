"""What Batch does, and looks at, in IAM, EC2, ECS and CloudWatch Logs: on moto's own models, in this process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ecs.models import ecs_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from academyctl.sandbox.batch_images import AL2023_ARM, AL2023_X86, images_named
from academyctl.sandbox.batch_rules import ARM, DEFAULT_TYPES, architectures

SERVICE = "batch.amazonaws.com"
SLR = f"aws-service-role/{SERVICE}/AWSServiceRoleForBatch"
UNAUTHORIZED = (
    "CLIENT_ERROR - Not authorized to perform sts:AssumeRole"
    " (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied)"
)


@dataclass(frozen=True, kw_only=True)
class Behind:
    account: str
    region: str

    @property
    def _iam(self) -> Any:
        return iam_backends[self.account]["aws"]

    @property
    def _ec2(self) -> Any:
        return ec2_backends[self.account][self.region]

    @property
    def _logs(self) -> Any:
        return logs_backends[self.account][self.region]

    @property
    def service_linked_role(self) -> str:
        """The full ARN."""
        return f"arn:aws:iam::{self.account}:role/{SLR}"

    def has_role(self, arn: str) -> bool:
        return any(role.arn == arn for role in self._iam.roles.values())

    def make_service_linked_role(self) -> None:
        """Batch makes it with the first environment that needs it (User Guide, using-service-linked-roles)."""
        if not self.has_role(self.service_linked_role):
            self._iam.create_service_linked_role(SERVICE, "", "")

    def fault(self, service_role: str, resources: Mapping[str, Any]) -> str:
        """Why such an environment becomes INVALID (User Guide, invalid_compute_environment); "" when it does not."""
        if not self.has_role(service_role):
            return UNAUTHORIZED
        return next((f"CLIENT_ERROR - {text}" for text in self._faults(resources)), "")

    def _faults(self, resources: Mapping[str, Any]) -> Iterable[str]:
        profile = resources["instanceRole"]
        if not any(profile in (one.name, one.arn) for one in self._iam.instance_profiles.values()):
            yield f"Invalid IamInstanceProfile: {profile}{_from('AutoScaling', 'ValidationError')}"
        subnets = {name for zone in self._ec2.subnets.values() for name in zone}
        for name in resources["subnets"]:
            if name not in subnets:
                yield f"The subnet ID '{name}' does not exist{_from('AutoScaling', 'ValidationError')}"
        groups = {name for vpc in self._ec2.groups.values() for name in vpc}
        for name in resources.get("securityGroupIds") or ():
            if name not in groups:
                missing = _from("AmazonEC2", "InvalidGroup.NotFound")
                yield f"The security group '{name}' does not exist{missing}"
        yield from self._image_faults(resources)

    def _image_faults(self, resources: Mapping[str, Any]) -> Iterable[str]:
        wanted = image_of(resources)
        if not wanted:
            return
        image = self._ec2.amis.get(wanted)
        if image is None:
            yield f"The image id '[{wanted}]' does not exist{_from('AmazonEC2', 'InvalidAMIID.NotFound')}"
        elif image.architecture not in architectures(resources["instanceTypes"]):
            yield (
                f"The architecture of the instance types does not match the architecture '{image.architecture}' of"
                f" the AMI {wanted}{_from('AmazonEC2', 'InvalidParameterValue')}"
            )

    def unknown_types(self, instance_types: Iterable[str]) -> list[str]:
        """Those that are neither a type, nor a family, nor one of Batch's own words."""
        words = {*INSTANCE_TYPES, *(name.partition(".")[0] for name in INSTANCE_TYPES), *DEFAULT_TYPES}
        return [name for name in instance_types if name not in words]

    def launch(self, resources: Mapping[str, Any], instance_type: str, image: str) -> str:
        """A running instance; its id."""
        subnet = next((name for name in resources["subnets"] if self._has_subnet(name)), None)
        reservation = self._ec2.run_instances(
            image,
            1,
            None,
            [],
            instance_type=instance_type,
            is_instance_type_default=False,
            region_name=self.region,
            subnet_id=subnet,
            security_group_ids=list(resources.get("securityGroupIds") or ()),
            tags={"instance": dict(resources.get("tags") or {})},
        )
        return str(reservation.instances[0].id)

    def _has_subnet(self, name: str) -> bool:
        return any(name in zone for zone in self._ec2.subnets.values())

    def default_image(self, resources: Mapping[str, Any]) -> str:
        """The newest ECS AMI of the right architecture, as Batch chooses where none is named."""
        pattern = AL2023_ARM if ARM in architectures(resources["instanceTypes"]) else AL2023_X86
        return next(iter(images_named(self.account, self.region, pattern)), "")

    def terminate(self, instances: Iterable[str]) -> None:
        for name in instances:
            try:
                self._ec2.terminate_instances([name])
            except ServiceException:
                continue

    def availability_zone(self, instance: str) -> str:
        return str(self._ec2.get_instance(instance).placement.zone)

    def other_clusters(self) -> list[str]:
        """ARNs of the ECS clusters that are not Batch's."""
        return list(ecs_backends[self.account][self.region].list_clusters())

    def write_log(self, group: str, stream: str, at: float, lines: Iterable[str]) -> None:
        """Nothing where there is no log group: a job that cannot log still runs here."""
        if group not in self._logs.groups:
            return
        found = self._logs.groups[group]
        if stream not in found.streams:
            found.create_log_stream(stream)
        found.put_log_events(stream, [{"timestamp": int(at * 1000), "message": line} for line in lines])


def image_of(resources: Mapping[str, Any]) -> str:
    """imageIdOverride outweighs imageId (API reference, Ec2Configuration); "" where Batch chooses."""
    overrides = (one.get("imageIdOverride") for one in resources.get("ec2Configuration") or ())
    return str(next((name for name in overrides if name), resources.get("imageId") or ""))


def _from(service: str, code: str) -> str:
    return f" (Service: {service}; Status Code: 400; Error Code: {code})"
