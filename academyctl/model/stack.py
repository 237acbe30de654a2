"""What a stack file declares: which account and region, and what is deployed there under which names."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Network:
    vpc: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobQueue:
    name: str
    priority: int


@dataclass(frozen=True, kw_only=True)
class ComputeEnvironment:
    name: str
    max_vcpus: int
    min_vcpus: int
    instance_types: tuple[str, ...]
    allocation_strategy: str
    ami: str
    max_ami_age_days: int


@dataclass(frozen=True, kw_only=True)
class JobDefinition:
    """`memory_mib` in MiB, `timeout_seconds` in seconds."""

    name: str
    image: str
    vcpus: int
    memory_mib: int
    attempts: int
    timeout_seconds: int
    log_group: str


@dataclass(frozen=True, kw_only=True)
class Iam:
    job_role: str
    execution_role: str
    instance_role: str
    service_role: str = ""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack file. `parameters` is role → SSM parameter name."""

    name: str
    account: str
    region: str
    kms_key: str
    parameters: tuple[tuple[str, str], ...]
    network: Network
    job_queue: JobQueue
    compute_environment: ComputeEnvironment
    job_definition: JobDefinition
    iam: Iam
    delete_r2_queue: str
    delete_r2_function: str
    legacy_auto_scaling_groups: tuple[str, ...] = ()
    legacy_alarms: tuple[str, ...] = ()
    legacy_queues: tuple[str, ...] = ()
    ecr_images: tuple[str, ...] = ()

    def parameter(self, role: str) -> str:
        """The parameter of `role`; KeyError where the stack has none."""
        return dict(self.parameters)[role]
