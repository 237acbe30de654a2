"""The least-privilege policy of a purpose: from the API calls it can come to, narrowed to what it is about.

Which calls those are is read from the source and not written here (academyctl/iam/calls.json). Here stands what IAM
makes of a call: its actions, and the things that each is granted on. Source: the Service Authorization Reference.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from academyctl.model.iam import Document
from academyctl.model.rights import Calls, Purpose, Rights
from academyctl.model.stack import Stack
from academyctl.plan.scopes import Scope, condition, resources


class Grant(NamedTuple):
    """One action on one kind of thing."""

    action: str
    scope: Scope


_QUEUES = (Scope.QUEUE, Scope.CANARY_QUEUE)
_DEFINITIONS = (Scope.DEFINITION, Scope.CANARY_DEFINITION)
_ROLES = (Scope.ROLES, Scope.DELETE_R2_ROLE)
_LOG_GROUPS = (Scope.LOG_GROUP, Scope.FUNCTION_LOG_GROUP)
_MESSAGES = (Scope.DELETE_R2_QUEUE, Scope.DEAD_LETTERS)
_READ_PARAMETERS = (Scope.PARAMETERS, Scope.API_PARAMETER, Scope.WORKER_PARAMETER)
_KEYS = (Scope.KEY, Scope.API_KEY, Scope.WORKER_KEY)
_PASSED_TO_BATCH = (Scope.PASSED_INSTANCE_ROLE, Scope.PASSED_SERVICE_ROLE)

_ON: Mapping[str, tuple[Scope, ...]] = {
    "autoscaling:DeleteAutoScalingGroup": (Scope.LEGACY_GROUPS,),
    "autoscaling:DeletePolicy": (Scope.LEGACY_GROUPS,),
    "batch:CreateComputeEnvironment": (Scope.ENVIRONMENTS,),
    "batch:CreateJobQueue": (*_QUEUES, Scope.ENVIRONMENTS),
    "batch:DeleteComputeEnvironment": (Scope.ENVIRONMENTS,),
    "batch:DeleteJobQueue": _QUEUES,
    "batch:DeregisterJobDefinition": _DEFINITIONS,
    "batch:RegisterJobDefinition": _DEFINITIONS,
    "batch:SubmitJob": (*_QUEUES, *_DEFINITIONS, Scope.JOBS),
    "batch:TagResource": (Scope.ENVIRONMENTS,),
    "batch:TerminateJob": (Scope.CANARY_JOBS, Scope.API_JOBS),
    "batch:UpdateComputeEnvironment": (Scope.ENVIRONMENTS,),
    # An order names somebody else's environments too, and they keep their places.
    "batch:UpdateJobQueue": (*_QUEUES, Scope.QUEUE_ORDER, Scope.ANY_ENVIRONMENT),
    "cloudwatch:DeleteAlarms": (Scope.LEGACY_ALARMS,),
    "ecr:BatchGetImage": (Scope.REPOSITORIES,),
    "ecr:GetDownloadUrlForLayer": (Scope.REPOSITORIES,),
    "ecs:DescribeClusters": (Scope.CLUSTERS,),
    "ecs:DescribeContainerInstances": (Scope.CLUSTERS,),
    "ecs:ListTasks": (Scope.CLUSTERS,),
    "iam:AddRoleToInstanceProfile": (Scope.INSTANCE_PROFILE,),
    "iam:AttachRolePolicy": (Scope.ATTACHED_ROLES,),
    "iam:CreateInstanceProfile": (Scope.INSTANCE_PROFILE,),
    "iam:CreateRole": _ROLES,
    "iam:CreateServiceLinkedRole": (Scope.LINKED_ROLE_MADE,),
    "iam:GetInstanceProfile": (Scope.INSTANCE_PROFILE,),
    "iam:GetRole": (*_ROLES, Scope.LINKED_ROLE),
    "iam:GetRolePolicy": _ROLES,
    "iam:ListAttachedRolePolicies": _ROLES,
    "iam:PutRolePolicy": (Scope.JOB_ROLE, Scope.DELETE_R2_ROLE),
    "iam:UpdateAssumeRolePolicy": _ROLES,
    "lambda:CreateEventSourceMapping": (Scope.MAPPING_MADE,),
    "lambda:CreateFunction": (Scope.FUNCTION,),
    "lambda:GetFunctionConfiguration": (Scope.FUNCTION,),
    "lambda:UpdateEventSourceMapping": (Scope.MAPPINGS,),
    "lambda:UpdateFunctionCode": (Scope.FUNCTION,),
    "lambda:UpdateFunctionConfiguration": (Scope.FUNCTION,),
    "logs:CreateLogGroup": _LOG_GROUPS,
    "logs:GetLogEvents": (Scope.LOG_STREAMS,),
    "logs:ListTagsForResource": _LOG_GROUPS,
    "logs:PutRetentionPolicy": _LOG_GROUPS,
    "sqs:CreateQueue": _MESSAGES,
    "sqs:DeleteQueue": (Scope.LEGACY_QUEUES,),
    "sqs:GetQueueAttributes": (*_MESSAGES, Scope.LEGACY_QUEUES),
    "sqs:GetQueueUrl": _MESSAGES,
    "sqs:SendMessage": (Scope.DELETE_R2_QUEUE,),
    "sqs:SetQueueAttributes": _MESSAGES,
    "ssm:DeleteParameter": (Scope.PARAMETERS,),
    "ssm:GetParameter": _READ_PARAMETERS,
    "ssm:GetParameterHistory": (*_READ_PARAMETERS, Scope.LOCK),
    "ssm:GetParameters": (*_READ_PARAMETERS, Scope.LOCK, Scope.AMI),
    "ssm:PutParameter": (Scope.PARAMETERS, Scope.LOCK),
}
"""Action → what it can be granted on; a purpose gets it on what the purpose is about."""
ANYWHERE = frozenset(
    {
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribePolicies",
        "batch:DescribeComputeEnvironments",
        "batch:DescribeJobDefinitions",
        "batch:DescribeJobQueues",
        "batch:DescribeJobs",
        "batch:ListJobs",
        # It knows alarms, but tells of composite ones only who may see all (API, DescribeAlarms).
        "cloudwatch:DescribeAlarms",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "lambda:ListEventSourceMappings",
        "logs:DescribeLogGroups",
        "sqs:ListQueues",
        "ssm:DescribeParameters",
    }
)
"""Actions that know no resources: granted on `*`, in the stack's region alone."""
_WITH: Mapping[str, tuple[tuple[str, tuple[Scope, ...]], ...]] = {
    "batch:CreateComputeEnvironment": (
        ("batch:TagResource", (Scope.ENVIRONMENTS,)),
        ("iam:PassRole", _PASSED_TO_BATCH),
    ),
    "batch:CreateJobQueue": (("batch:TagResource", _QUEUES),),
    "batch:RegisterJobDefinition": (
        ("batch:TagResource", _DEFINITIONS),
        ("iam:PassRole", (Scope.PASSED_TASK_ROLES,)),
    ),
    "batch:SubmitJob": (("batch:TagResource", (Scope.JOBS,)),),
    "iam:AddRoleToInstanceProfile": (("iam:PassRole", (Scope.PASSED_INSTANCE_ROLE,)),),
    "iam:CreateInstanceProfile": (("iam:TagInstanceProfile", (Scope.INSTANCE_PROFILE,)),),
    "iam:CreateRole": (("iam:TagRole", _ROLES),),
    "lambda:CreateFunction": (
        ("iam:PassRole", (Scope.PASSED_FUNCTION_ROLE,)),
        ("lambda:TagResource", (Scope.FUNCTION,)),
    ),
    "lambda:UpdateFunctionConfiguration": (("iam:PassRole", (Scope.PASSED_FUNCTION_ROLE,)),),
    "logs:CreateLogGroup": (("logs:TagResource", _LOG_GROUPS),),
    "sqs:CreateQueue": (("sqs:TagQueue", _MESSAGES),),
    "ssm:GetParameter": (("kms:Decrypt", _KEYS),),
    "ssm:GetParameterHistory": (("kms:Decrypt", _KEYS),),
    "ssm:GetParameters": (("kms:Decrypt", _KEYS),),
    "ssm:PutParameter": (
        ("ssm:AddTagsToResource", (Scope.PARAMETERS,)),
        ("kms:Encrypt", (Scope.KEY,)),
        ("kms:GenerateDataKey", (Scope.KEY,)),
    ),
}
"""Call → what else IAM asks for then, and no call shows: roles that are passed, tags of what is made, the key of a
SecureString (GenerateDataKey is an Advanced parameter's)."""
FREE = frozenset({"sts:GetCallerIdentity"})
"""Calls that nobody needs a right for."""

_ENV = {Scope.PARAMETERS, Scope.KEY}
_WORKS = {Scope.ROLES, Scope.LINKED_ROLE, Scope.INSTANCE_PROFILE, Scope.LOG_GROUP}
_ABOUT: Mapping[Purpose, frozenset[Scope]] = {
    Purpose.PREFLIGHT: frozenset(
        {*_ENV, *_WORKS, *_MESSAGES, Scope.AMI, Scope.REPOSITORIES, Scope.DELETE_R2_ROLE, Scope.FUNCTION}
    ),
    Purpose.SSM_READ: frozenset(_ENV),
    Purpose.SSM_PUSH: frozenset({*_ENV, Scope.LOCK}),
    Purpose.HOST: frozenset({Scope.API_PARAMETER, Scope.API_KEY}),
    Purpose.BATCH_READ: frozenset({Scope.AMI, Scope.CLUSTERS, Scope.LOG_STREAMS}),
    Purpose.ROLLOUT: frozenset(
        {
            *(Scope.AMI, Scope.ENVIRONMENTS, Scope.ANY_ENVIRONMENT, Scope.CLUSTERS, Scope.QUEUE_ORDER),
            *(Scope.CANARY_QUEUE, Scope.CANARY_DEFINITION, Scope.CANARY_JOBS, Scope.JOBS),
            *(Scope.PASSED_INSTANCE_ROLE, Scope.PASSED_TASK_ROLES),
        }
    ),
    Purpose.SETUP: frozenset(
        {
            *_WORKS,
            *(Scope.AMI, Scope.ENVIRONMENTS, Scope.ANY_ENVIRONMENT, Scope.CLUSTERS, Scope.QUEUE, Scope.DEFINITION),
            *(Scope.JOB_ROLE, Scope.ATTACHED_ROLES, Scope.LINKED_ROLE_MADE),
            *(Scope.PASSED_TASK_ROLES, *_PASSED_TO_BATCH),
        }
    ),
    Purpose.DELETE_R2: frozenset(
        {
            *(
                *_MESSAGES,
                Scope.WORKER_PARAMETER,
                Scope.WORKER_KEY,
                Scope.FUNCTION,
                Scope.FUNCTION_LOG_GROUP,
                Scope.MAPPINGS,
                Scope.MAPPING_MADE,
            ),
            *(Scope.DELETE_R2_ROLE, Scope.PASSED_FUNCTION_ROLE),
        }
    ),
    Purpose.CLEANUP_LEGACY: frozenset({*_ENV, Scope.LEGACY_GROUPS, Scope.LEGACY_ALARMS, Scope.LEGACY_QUEUES}),
    Purpose.API: frozenset(
        {Scope.QUEUE, Scope.DEFINITION, Scope.JOBS, Scope.API_JOBS, Scope.DELETE_R2_QUEUE},
    ),
}
"""What a purpose is about. A rollout makes and deletes queues, definitions and jobs of its canary alone, and of
production's queue it changes the order."""


def grants(purpose: Purpose, call: str) -> Iterator[Grant]:
    """None for a call that needs no right, or is about nothing of the purpose's; KeyError for an unknown one."""
    if call in FREE:
        return
    if call in ANYWHERE:
        yield Grant(call, Scope.ANYWHERE)
        return
    for action, scopes in ((call, _ON[call]), *_WITH.get(call, ())):
        yield from (Grant(action, scope) for scope in scopes if scope in _ABOUT[purpose])


def plan_rights(stack: Stack, purposes: Iterable[Purpose], calls: Calls) -> Rights:
    """One document for all purposes: a statement for each kind of thing, in the order of Scope."""
    found = {grant for purpose in purposes for call in calls[purpose] for grant in grants(purpose, call)}
    statements = [one for scope in Scope if (one := _statement(stack, scope, found))]
    document: Document = {"Version": "2012-10-17", "Statement": statements}
    return Rights(document=document, size=len(json.dumps(document, separators=(",", ":"))))


def _statement(stack: Stack, scope: Scope, found: Iterable[Grant]) -> dict[str, Any] | None:
    """None where nothing is granted, or the stack has no such thing."""
    actions = sorted({grant.action for grant in found if grant.scope is scope})
    on = resources(stack, scope)
    if not actions or not on:
        return None
    statement: dict[str, Any] = {
        "Sid": scope.value,
        "Effect": "Allow",
        "Action": actions,
        "Resource": on[0] if len(on) == 1 else list(on),
    }
    limits = condition(stack, scope)
    return {**statement, "Condition": limits} if limits else statement
