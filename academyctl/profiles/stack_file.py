"""The shape of `stacks/NAME.yaml`."""

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from academyctl.model.stack import ComputeEnvironment, Iam, JobDefinition, JobQueue, Network, Stack
from academyctl.profiles.faults import Faults
from academyctl.profiles.shape import Listing, Mapped, Record, Slot, Text, Whole

_text = Text(may_be_empty=False)
_batch_name = Text(pattern=r"[A-Za-z0-9_-]{1,128}", means="1 to 128 letters, digits, - or _")
_role = Text(
    pattern=r"(arn:aws:iam::[0-9]{12}:role/)?[A-Za-z0-9_+=,.@/-]+", means="the name of an IAM role, or its ARN"
)
_log_group = Text(pattern=r"[A-Za-z0-9_./#-]{1,512}", means="the name of a CloudWatch log group")
_queue = Text(pattern=r"[A-Za-z0-9_-]{1,76}", means="1 to 76 letters, digits, - or _ (-dlq is added, and 80 fit)")
_function = Text(pattern=r"[A-Za-z0-9_-]{1,64}", means="1 to 64 letters, digits, - or _")
_parameter = Text(pattern=r"/[A-Za-z0-9_.\-/]+", means="an SSM parameter name that starts with /")

NETWORK = Record(
    {
        "vpc": Slot(Text(), "empty: discovered, or given on the command line", default=""),
        "subnets": Slot(Listing(_text), "subnet ids", default=()),
        "security_groups": Slot(Listing(_text), "security group ids", default=()),
    }
)
JOB_QUEUE = Record(
    {
        "name": Slot(_batch_name, "the production job queue", True, ""),
        "priority": Slot(Whole(0, 1000), "1 unless several queues share an environment", default=1),
    }
)
COMPUTE_ENVIRONMENT = Record(
    {
        "name": Slot(_batch_name, "what setup creates; the stem without -vN is the identity", True, ""),
        "max_vcpus": Slot(Whole(1, 10000), "the ceiling of vCPUs", True, 1),
        "min_vcpus": Slot(Whole(0, 10000), "0: nothing runs while nothing is encoded", default=0),
        "instance_types": Slot(Listing(_text, least=1), "arm64 types or families", True, ()),
        "allocation_strategy": Slot(_text, "BEST_FIT forbids every later update of the environment", True, ""),
        "ami": Slot(_parameter, "the public SSM parameter that names the AMI", True, ""),
        "max_ami_age_days": Slot(Whole(1, 3650), "an older serving AMI is an error", default=60),
    }
)
JOB_DEFINITION = Record(
    {
        "name": Slot(_batch_name, "the job definition", True, ""),
        "image": Slot(_text, "the worker's image", True, ""),
        "vcpus": Slot(Whole(1, 256), "vCPUs of one job", True, 1),
        "memory_mib": Slot(Whole(4, 4_000_000), "MiB of one job", True, 4),
        "attempts": Slot(Whole(1, 10), "1: a retry is decided by the database, never by Batch", True, 1),
        "timeout_seconds": Slot(Whole(60, 2**31), "seconds until Batch ends a job", True, 60),
        "log_group": Slot(_log_group, "the CloudWatch log group", True, ""),
    }
)
IAM = Record(
    {
        "job_role": Slot(_role, "what the worker may do", True, ""),
        "execution_role": Slot(_role, "pulls the image and writes the log", True, ""),
        "instance_role": Slot(_role, "what the EC2 instances may do", True, ""),
        "service_role": Slot(
            Text(pattern=f"({_role.pattern})?", means=_role.means), "empty: the service-linked role", default=""
        ),
    }
)
STACK = Record(
    {
        "stack": Slot(_text, "the file's name", True, ""),
        "account": Slot(
            Text(pattern=r"[0-9]{12}", means="the 12 digits of an AWS account, quoted"),
            "the AWS account",
            True,
            "",
        ),
        "region": Slot(
            Text(pattern=r"[a-z]{2,}(-[a-z]+)+-[0-9]+", means="an AWS region name"),
            "the AWS region",
            True,
            "",
        ),
        "ssm": Slot(
            Record(
                {
                    "kms_key": Slot(_text, "the KMS key of new parameters", default="alias/aws/ssm"),
                    "parameters": Slot(Mapped(_parameter), "role → parameter", True, {}),
                }
            ),
            "the SSM parameters",
            True,
        ),
        "network": Slot(NETWORK, "where the encoders run", default={}),
        "batch": Slot(
            Record(
                {
                    "job_queue": Slot(JOB_QUEUE, "the queue", True),
                    "compute_environment": Slot(COMPUTE_ENVIRONMENT, "the fleet", True),
                    "job_definition": Slot(JOB_DEFINITION, "the job", True),
                }
            ),
            "AWS Batch",
            True,
        ),
        "iam": Slot(IAM, "role names", True),
        "delete_r2": Slot(
            Record(
                {
                    "queue": Slot(_queue, "the queue of deletions", True, ""),
                    "function": Slot(_function, "the Lambda that consumes it", True, ""),
                }
            ),
            "deletion of stored videos",
            True,
        ),
        "legacy": Slot(
            Record(
                {
                    "auto_scaling_groups": Slot(Listing(_text), "name patterns", default=()),
                    "alarms": Slot(Listing(_text), "name patterns", default=()),
                    "queues": Slot(Listing(_text), "queue names", default=()),
                }
            ),
            "what cleanup-legacy may delete",
            default={},
        ),
        "ecr": Slot(
            Record({"images": Slot(Listing(_text), "further images that preflight checks", default=())}),
            "container images",
            default={},
        ),
    }
)


def read_stack(root: yaml.Node, name: str, faults: Faults) -> Stack | None:
    """The stack of a composed file, or None when `faults` says what is wrong."""
    raw = STACK.read(root, "", faults)
    if raw["stack"] and raw["stack"] != name:
        faults.add("stack", f"must be {name}, the name of its file")
    if faults.findings:
        return None
    stack = _stack(name, raw)
    for path, message in _contradictions(stack):
        faults.add(path, message)
    return None if faults.findings else stack


def _contradictions(stack: Stack) -> Iterator[tuple[str, str]]:
    """(key path, what is wrong)."""
    first: dict[str, str] = {}
    for role, parameter in stack.parameters:
        if first.setdefault(parameter, role) != role:
            yield f"ssm.parameters.{role}", f"is the parameter of {first[parameter]} too; each role has its own"
    compute = stack.compute_environment
    if compute.min_vcpus > compute.max_vcpus:
        yield "batch.compute_environment.min_vcpus", f"is more than max_vcpus, {compute.max_vcpus}"


def broken_roles(stack: Stack, roles: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A stack stores the blobs of roles that have a file: (key path, what is wrong)."""
    known = tuple(roles)
    for role, _ in stack.parameters:
        if role not in known:
            yield f"ssm.parameters.{role}", f"has no file in roles/; known: {', '.join(known) or 'none'}"


def _stack(name: str, raw: dict[str, Any]) -> Stack:
    batch, legacy = raw["batch"], raw["legacy"]
    return Stack(
        name=name,
        account=raw["account"],
        region=raw["region"],
        kms_key=raw["ssm"]["kms_key"],
        parameters=tuple(raw["ssm"]["parameters"].items()),
        network=Network(**raw["network"]),
        job_queue=JobQueue(**batch["job_queue"]),
        compute_environment=ComputeEnvironment(**batch["compute_environment"]),
        job_definition=JobDefinition(**batch["job_definition"]),
        iam=Iam(**raw["iam"]),
        delete_r2_queue=raw["delete_r2"]["queue"],
        delete_r2_function=raw["delete_r2"]["function"],
        legacy_auto_scaling_groups=legacy.get("auto_scaling_groups", ()),
        legacy_alarms=legacy.get("alarms", ()),
        legacy_queues=legacy.get("queues", ()),
        ecr_images=raw["ecr"].get("images", ()),
    )
