"""The things of a stack that IAM tells apart, by ARN, and the conditions under which a right on them holds."""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from academyctl.model.batch import TAG, stem_of
from academyctl.model.iam import BATCH_SERVICE, LINKED_ROLE, MANAGED
from academyctl.model.ssm import lock_name
from academyctl.model.stack import Stack
from academyctl.model.worker_job import ROLE as WORKER
from academyctl.plan.canary import canary_name
from academyctl.plan.delete_r2 import SERVICE as LAMBDA
from academyctl.plan.delete_r2 import log_group, role_name
from academyctl.plan.iam import AWS_KEY, INSTANCES, TASKS, bare

Condition = Mapping[str, Mapping[str, str | list[str]]]
_ECR = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@]+)")
HOSTED = "api"
"""The role whose container runs on a host; the worker's runs in Batch."""
API_JOB = "academy:video-job"
"""The tag that the Django API gives every job it submits."""
_SET = re.compile(r"\[.*?\]")


class Scope(StrEnum):
    """A kind of thing; the value is the Sid of its statement."""

    ANYWHERE = "Anywhere"
    PARAMETERS = "Parameters"
    API_PARAMETER = "ParameterOfTheApi"
    WORKER_PARAMETER = "ParameterOfTheWorker"
    LOCK = "ParameterLock"
    AMI = "AmiParameter"
    KEY = "ParameterKey"
    API_KEY = "ParameterKeyOfTheApi"
    WORKER_KEY = "ParameterKeyOfTheWorker"
    ENVIRONMENTS = "ComputeEnvironments"
    ANY_ENVIRONMENT = "EnvironmentsOfAnOrder"
    QUEUE = "JobQueue"
    QUEUE_ORDER = "OrderOfJobQueue"
    CANARY_QUEUE = "CanaryJobQueue"
    DEFINITION = "JobDefinition"
    CANARY_DEFINITION = "CanaryJobDefinition"
    JOBS = "Jobs"
    CANARY_JOBS = "CanaryJobs"
    API_JOBS = "JobsOfTheApi"
    CLUSTERS = "ClustersOfBatch"
    LOG_GROUP = "LogGroup"
    FUNCTION_LOG_GROUP = "FunctionLogGroup"
    LOG_STREAMS = "LogStreams"
    REPOSITORIES = "Repositories"
    ROLES = "Roles"
    JOB_ROLE = "JobRole"
    DELETE_R2_ROLE = "FunctionRole"
    ATTACHED_ROLES = "ManagedPoliciesOfRoles"
    LINKED_ROLE = "ServiceLinkedRole"
    LINKED_ROLE_MADE = "ServiceLinkedRoleMade"
    INSTANCE_PROFILE = "InstanceProfile"
    PASSED_TASK_ROLES = "PassTaskRoles"
    PASSED_INSTANCE_ROLE = "PassInstanceRole"
    PASSED_SERVICE_ROLE = "PassServiceRole"
    PASSED_FUNCTION_ROLE = "PassFunctionRole"
    DELETE_R2_QUEUE = "DeleteQueue"
    DEAD_LETTERS = "DeadLetterQueue"
    FUNCTION = "Function"
    MAPPINGS = "EventSourceMappings"
    MAPPING_MADE = "EventSourceMappingMade"
    LEGACY_GROUPS = "LegacyAutoScalingGroups"
    LEGACY_ALARMS = "LegacyAlarms"
    LEGACY_QUEUES = "LegacyQueues"


def resources(stack: Stack, scope: Scope) -> tuple[str, ...]:
    """() where the stack has no such thing."""
    return tuple(dict.fromkeys(_RESOURCES[scope](stack)))


def condition(stack: Stack, scope: Scope) -> Condition:
    """Nothing where the ARNs say it all."""
    said = _CONDITIONS.get(scope)
    return said(stack) if said else {}


def _arn(stack: Stack, service: str, *names: str) -> tuple[str, ...]:
    return tuple(f"arn:aws:{service}:{stack.region}:{stack.account}:{name}" for name in names)


def _parameter_arns(stack: Stack, names: Iterable[str]) -> tuple[str, ...]:
    """A public parameter is of no account."""
    return tuple(
        f"arn:aws:ssm:{stack.region}:{'' if name.startswith('/aws/service/') else stack.account}:parameter/"
        + name.removeprefix("/")
        for name in names
    )


def _own_parameters(stack: Stack, only: str = "") -> tuple[str, ...]:
    """Those of all roles, or of one."""
    return _parameter_arns(stack, (name for role, name in stack.parameters if only in ("", role)))


def _key_arns(stack: Stack) -> tuple[str, ...]:
    """None for the key that AWS keeps for SSM: whoever may read the parameter may use it."""
    key = _alias(stack) or stack.kms_key
    if key == AWS_KEY:
        return ()
    if key.startswith("arn:"):
        return (key,)
    return _arn(stack, "kms", "key/*" if key.startswith("alias/") else f"key/{key}")


def _alias(stack: Stack) -> str:
    """`alias/NAME`, also of an alias's ARN; "" for a key."""
    name = stack.kms_key.rpartition(":")[2]
    return name if name.startswith("alias/") else ""


def _key_condition(stack: Stack, parameters: tuple[str, ...]) -> Condition:
    """Through SSM only, and only for these parameters: SSM names each in the encryption context (KMS guide)."""
    through = {"kms:ViaService": f"ssm.{stack.region}.amazonaws.com"}
    own: Condition = {"StringEquals": {**through, "kms:EncryptionContext:PARAMETER_ARN": list(parameters)}}
    alias = _alias(stack)
    return {**own, "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}} if alias else own


def _environments(stack: Stack) -> tuple[str, ...]:
    """Every number of the stem: a rollout makes the next one."""
    stem = stem_of(stack.compute_environment.name)
    return _arn(stack, "batch", f"compute-environment/{stem}", f"compute-environment/{stem}-v*")


def _definition(stack: Stack, name: str) -> tuple[str, ...]:
    """The name, as RegisterJobDefinition and SubmitJob know it, and its revisions."""
    return _arn(stack, "batch", f"job-definition/{name}", f"job-definition/{name}:*")


def _role(stack: Stack, *names: str) -> tuple[str, ...]:
    """A stack may name a role by its ARN."""
    return tuple(
        name if name.startswith("arn:") else f"arn:aws:iam::{stack.account}:role/{name.lstrip('/')}" for name in names
    )


def _roles(stack: Stack) -> tuple[str, ...]:
    """As the stack file names them, and as `batch setup` makes them: without a path."""
    iam, plain = stack.iam, bare(stack.iam)
    named = (iam.job_role, iam.execution_role, iam.instance_role, iam.service_role)
    made = (plain.job_role, plain.execution_role, plain.instance_role, plain.service_role)
    return _role(stack, *(name for name in (*named, *made) if name))


def _attached(stack: Stack) -> tuple[str, ...]:
    job = {*_role(stack, stack.iam.job_role, bare(stack.iam).job_role)}
    return tuple(one for one in _roles(stack) if one not in job)


def _passed_to(service: str) -> Callable[[Stack], Condition]:
    """The service that the role trusts, or Batch, which hands it on: AWS documents neither for Batch's calls."""
    services = sorted({service, BATCH_SERVICE})
    return lambda _: {"StringEquals": {"iam:PassedToService": services}}


def _patterns(names: Iterable[str]) -> tuple[str, ...]:
    """A stack's patterns in IAM's language, which has no sets of characters."""
    return tuple(_SET.sub("?", name) for name in names)


def _jobs(stack: Stack) -> tuple[str, ...]:
    """A job's ARN tells nothing of its queue or its name; its tags do."""
    return _arn(stack, "batch", "job/*")


def _log_group(stack: Stack, name: str) -> tuple[str, ...]:
    """CloudWatch Logs writes a group's ARN with and without `:*` (Logs guide, iam-access-control-overview)."""
    return _arn(stack, "logs", f"log-group:{name}", f"log-group:{name}:*")


def _of_function(stack: Stack) -> Condition:
    return {"StringEquals": {"lambda:FunctionArn": _arn(stack, "lambda", f"function:{stack.delete_r2_function}")[0]}}


def _repositories(stack: Stack) -> tuple[str, ...]:
    images = (stack.job_definition.image, *stack.ecr_images)
    return tuple(
        f"arn:aws:ecr:{found[2]}:{found[1]}:repository/{found[3]}" for one in images if (found := _ECR.match(one))
    )


_RESOURCES: Mapping[Scope, Callable[[Stack], Iterable[str]]] = {
    Scope.ANYWHERE: lambda _: ("*",),
    Scope.PARAMETERS: _own_parameters,
    Scope.API_PARAMETER: lambda stack: _own_parameters(stack, HOSTED),
    Scope.WORKER_PARAMETER: lambda stack: _own_parameters(stack, WORKER),
    Scope.LOCK: lambda stack: _parameter_arns(stack, [lock_name(stack.name)]),
    Scope.AMI: lambda stack: _parameter_arns(stack, [stack.compute_environment.ami]),
    Scope.KEY: _key_arns,
    Scope.API_KEY: _key_arns,
    Scope.WORKER_KEY: _key_arns,
    Scope.ENVIRONMENTS: _environments,
    Scope.ANY_ENVIRONMENT: lambda stack: _arn(stack, "batch", "compute-environment/*"),
    Scope.QUEUE: lambda stack: _arn(stack, "batch", f"job-queue/{stack.job_queue.name}"),
    Scope.QUEUE_ORDER: lambda stack: _arn(stack, "batch", f"job-queue/{stack.job_queue.name}"),
    Scope.CANARY_QUEUE: lambda stack: _arn(stack, "batch", f"job-queue/{canary_name(stack.job_queue.name)}"),
    Scope.DEFINITION: lambda stack: _definition(stack, stack.job_definition.name),
    Scope.CANARY_DEFINITION: lambda stack: _definition(stack, canary_name(stack.job_definition.name)),
    Scope.JOBS: _jobs,
    Scope.CANARY_JOBS: _jobs,
    Scope.API_JOBS: _jobs,
    # Batch names the clusters, and their instances are named after them.
    Scope.CLUSTERS: lambda stack: _arn(stack, "ecs", "cluster/*", "container-instance/*"),
    Scope.LOG_GROUP: lambda stack: _log_group(stack, stack.job_definition.log_group),
    Scope.FUNCTION_LOG_GROUP: lambda stack: _log_group(stack, log_group(stack)),
    Scope.LOG_STREAMS: lambda stack: _arn(stack, "logs", f"log-group:{stack.job_definition.log_group}:log-stream:*"),
    Scope.REPOSITORIES: _repositories,
    Scope.ROLES: _roles,
    Scope.JOB_ROLE: lambda stack: _role(stack, stack.iam.job_role, bare(stack.iam).job_role),
    Scope.ATTACHED_ROLES: _attached,
    Scope.LINKED_ROLE: lambda stack: _role(stack, f"aws-service-role/{BATCH_SERVICE}/{LINKED_ROLE}"),
    Scope.LINKED_ROLE_MADE: lambda stack: _role(stack, f"aws-service-role/{BATCH_SERVICE}/{LINKED_ROLE}"),
    Scope.INSTANCE_PROFILE: lambda stack: (
        f"arn:aws:iam::{stack.account}:instance-profile/{bare(stack.iam).instance_role}",
    ),
    Scope.PASSED_TASK_ROLES: lambda stack: _role(stack, stack.iam.job_role, stack.iam.execution_role),
    Scope.PASSED_INSTANCE_ROLE: lambda stack: _role(stack, stack.iam.instance_role),
    Scope.PASSED_SERVICE_ROLE: lambda stack: _role(stack, *([stack.iam.service_role] * bool(stack.iam.service_role))),
    Scope.DELETE_R2_ROLE: lambda stack: _role(stack, role_name(stack)),
    Scope.PASSED_FUNCTION_ROLE: lambda stack: _role(stack, role_name(stack)),
    Scope.DELETE_R2_QUEUE: lambda stack: _arn(stack, "sqs", stack.delete_r2_queue),
    Scope.DEAD_LETTERS: lambda stack: _arn(stack, "sqs", f"{stack.delete_r2_queue}-dlq"),
    Scope.FUNCTION: lambda stack: _arn(stack, "lambda", f"function:{stack.delete_r2_function}"),
    Scope.MAPPINGS: lambda stack: _arn(stack, "lambda", "event-source-mapping:*"),
    Scope.MAPPING_MADE: lambda _: ("*",),
    Scope.LEGACY_GROUPS: lambda stack: _arn(
        stack,
        "autoscaling",
        *(f"autoScalingGroup:*:autoScalingGroupName/{one}" for one in _patterns(stack.legacy_auto_scaling_groups)),
    ),
    Scope.LEGACY_ALARMS: lambda stack: _arn(
        stack, "cloudwatch", *(f"alarm:{one}" for one in _patterns(stack.legacy_alarms))
    ),
    Scope.LEGACY_QUEUES: lambda stack: _arn(stack, "sqs", *_patterns(stack.legacy_queues)),
}
_CONDITIONS: Mapping[Scope, Callable[[Stack], Condition]] = {
    Scope.ANYWHERE: lambda stack: {"StringEquals": {"aws:RequestedRegion": stack.region}},
    Scope.KEY: lambda stack: _key_condition(stack, _own_parameters(stack)),
    Scope.API_KEY: lambda stack: _key_condition(stack, _own_parameters(stack, HOSTED)),
    Scope.WORKER_KEY: lambda stack: _key_condition(stack, _own_parameters(stack, WORKER)),
    Scope.ATTACHED_ROLES: lambda _: {"ArnLike": {"iam:PolicyARN": f"{MANAGED}*"}},
    Scope.LINKED_ROLE_MADE: lambda _: {"StringEquals": {"iam:AWSServiceName": BATCH_SERVICE}},
    Scope.PASSED_TASK_ROLES: _passed_to(TASKS),
    Scope.PASSED_INSTANCE_ROLE: _passed_to(INSTANCES),
    Scope.PASSED_SERVICE_ROLE: _passed_to(BATCH_SERVICE),
    Scope.PASSED_FUNCTION_ROLE: lambda _: {"StringEquals": {"iam:PassedToService": LAMBDA}},
    Scope.CANARY_JOBS: lambda _: {"StringEquals": {f"aws:ResourceTag/{TAG}role": "canary"}},
    Scope.API_JOBS: lambda _: {"Null": {f"aws:ResourceTag/{API_JOB}": "false"}},
    Scope.MAPPINGS: _of_function,
    Scope.MAPPING_MADE: _of_function,
}
